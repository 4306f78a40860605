"""What each move should do to the model of ``order_book``: the rules of orders, said again."""

from __future__ import annotations

from collections import Counter

from tests.support.order_book import (
    BILL_WAITS,
    DAY,
    OPEN,
    Book,
    Known,
    Refused,
    pack,
)


def edit(_: Book, order: Known, good: int, pieces: int) -> None:
    """Put a good on an order, or take it off where ``pieces`` is 0."""
    order.need("draft", "unpaid")
    if pieces:
        order.lines[good] = order.lines.get(good, 0) + pieces
    elif order.lines.pop(good, None) is None:
        raise Refused("there is no such line")


def send(book: Book, order: Known) -> None:
    order.need("draft", "unpaid")
    if not order.lines:
        raise Refused("nothing to bill")
    if order.due is None or order.due <= book.now:
        order.due = book.now + BILL_WAITS
    _bill(book, order)


def renew(book: Book, order: Known, minutes: int | None) -> None:
    order.need("unpaid", "expired")
    if not order.lines:
        raise Refused("nothing to bill")
    order.due = book.now + (BILL_WAITS if minutes is None else minutes)
    _bill(book, order)


def _bill(book: Book, order: Known) -> None:
    order.stopped, order.status = None, "unpaid"
    book.reserve(order, strict=True)
    book.freeze(order)
    book.settle_if_covered(order)


def draft(book: Book, order: Known) -> None:
    order.need("unpaid")
    if order.net or order.pending:
        raise Refused("money or a slip is there")
    book.release(order)
    order.status = "draft"


def cancel(book: Book, order: Known) -> None:
    order.need("draft", "unpaid", "expired", "checking", "paid")
    if order.parcels:
        raise Refused("a parcel is out")
    book.release(order)
    order.status = "cancelled"


def delete(_: Book, order: Known) -> None:
    order.need("draft")
    if order.revision or order.net:
        raise Refused("it was billed")
    order.status = "deleted"


def tag(_: Book, order: Known) -> None:
    if order.status == "deleted":
        raise Refused("it is gone")


def copy(book: Book, order: Known) -> None:
    """The new order is the last of the book; its number is told by the house."""
    order.need("cancelled")
    book.orders.append(Known(order.shop, 0, order.contact, lines=dict(order.lines)))


def merge(book: Book, order: Known, other: Known) -> None:
    for one in (order, other):
        one.need("draft", "unpaid")
    if order is other or order.contact is None or order.contact != other.contact:
        raise Refused("they are two customers'")
    if other.net or other.pending:
        raise Refused("money is in for the other")
    book.release(other)
    other.status = "cancelled"
    other.version += 1
    for good, pieces in other.lines.items():
        order.lines[good] = order.lines.get(good, 0) + pieces
    if order.status == "unpaid":
        book.reserve(order, strict=True)


# Money -----------------------------------------------------------------------------------------


def notify_transfer(book: Book, order: Known, reference: str, *, staff: bool) -> None:
    """A slip, or word of one; where no money is taken any more it is evidence alone."""
    tag(book, order)
    waits = order.status in {"unpaid", "expired"}
    if order.status == "expired" and staff:
        raise Refused("only the customer")
    if not waits and order.status != "checking":
        return
    if reference:
        if (order.shop, reference) in book.slips:
            raise Refused("the slip counts already")
        book.slips.add((order.shop, reference))
    order.pending.append(reference)
    if waits:
        order.status, order.stopped = "checking", book.now


def reject_slip(book: Book, order: Known) -> None:
    order.need("checking")
    book.slips -= {(order.shop, reference) for reference in order.pending}
    order.pending.clear()
    book.start_clock(order)
    order.status = "unpaid"


def find_known(book: Book, order: Known, provider: str, reference: str) -> bool:
    """Whether this transaction counts already, on this very order."""
    owner = book.payments.get((order.shop, provider, reference)) if reference else None
    if owner is not None and book.orders[owner] is not order:
        raise Refused("it is another order's")
    return owner is not None


def take(book: Book, order: Known, provider: str, reference: str, amount: int) -> None:
    """Money that came in, whatever the order's state."""
    tag(book, order)
    if find_known(book, order, provider, reference):
        order.version -= 1  # nothing is written
        return
    if reference:
        book.payments[order.shop, provider, reference] = book.orders.index(order)
        book.attempts.pop((order.shop, reference), None)
    enough = order.net + amount >= order.asked
    order.paid += amount
    if order.status in {*OPEN, "expired"}:
        _apply(book, order, enough=enough)
    accepted = order.pending[-1:] if provider == "bank" else []
    book.slips -= {(order.shop, one) for one in order.pending if one not in accepted}
    order.pending.clear()


def _apply(book: Book, order: Known, *, enough: bool) -> None:
    was = order.status
    if enough:
        order.version += was == "expired"
        book.commit(order)
        order.status = "paid"
        return
    book.start_clock(order)
    order.status = "unpaid"
    if was == "expired":
        book.reserve(order, strict=False)


def choose_cod(book: Book, order: Known) -> None:
    order.need("unpaid")
    book.commit(order)
    order.status, order.on_delivery = "paid", True


def refund(_: Book, order: Known, amount: int) -> None:
    if order.status == "deleted" or amount > order.net:
        raise Refused("so much is not held")
    order.refunded += amount


# Parcels ---------------------------------------------------------------------------------------


def ship(book: Book, order: Known, inside: dict[int, int] | None) -> None:
    order.need("paid")
    left = order.left
    packed = left if inside is None else inside
    if not packed or any(count < 1 or count > left.get(line, 0) for line, count in packed.items()):
        raise Refused("it is not there to be packed")
    going = pack(order.lines, packed)
    if packed == left:
        if order.missing:
            raise Refused("something is missing")
        order.status = "shipped"
    if any(count > order.on(shelf)["committed"] for shelf, count in going.items()):
        raise Refused("something is missing")
    for shelf, count in going.items():
        book.move(order, shelf, "committed", "shipped", count)
    order.parcels.append((book.now, dict(packed)))


def undo_ship(book: Book, order: Known) -> None:
    order.need("shipped", "paid")
    if not order.parcels or book.now - order.parcels[-1][0] >= DAY:
        raise Refused("nothing to take back")
    _, inside = order.parcels.pop()
    for shelf, count in pack(order.lines, inside).items():
        book.move(order, shelf, "shipped", "committed", count)
    order.status = "paid"


def complete(_: Book, order: Known) -> None:
    order.need("shipped")
    order.status = "completed"


def return_order(book: Book, order: Known, restock: bool | dict[int, int]) -> None:
    order.need("shipped", "completed")
    back: Counter[str] = pack(order.lines, restock) if isinstance(restock, dict) else Counter()
    for shelf, held in order.held.items():
        good = held["shipped"] if restock is True else min(back[shelf], held["shipped"])
        book.move(order, shelf, "shipped", "available", good)
        book.move(order, shelf, "shipped", "outside", held["shipped"])
    order.status = "returned"


# Time and stock --------------------------------------------------------------------------------


def expire_due(book: Book) -> None:
    """Bills whose time is over, for which nothing came and nothing is under way."""
    busy = {index for index, until in book.attempts.values() if until > book.now}
    for index, order in enumerate(book.orders):
        over = order.due is not None and order.due <= book.now
        if order.status == "unpaid" and over and not order.net and index not in busy:
            book.release(order)
            order.status = "expired"
            order.version += 1


def fill_missing(book: Book) -> None:
    """Stock that came in goes to orders whose money is in, the oldest first."""
    for order in book.orders:
        if not order.missing or order.status not in {*OPEN, "paid"}:
            continue
        lacks = any(
            pieces > order.on(shelf).total() and book.stock[order.shop, shelf]
            for shelf, pieces in order.wanted().items()
        )
        if lacks:
            if order.status == "paid":
                book.commit(order)
            else:
                book.reserve(order, strict=False)
            order.version += 1
