"""What always holds of what is stored: the invariants I6 to I10, read from the rows alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from orders.chain import Link, find_break
from orders.invoice import Invoice
from orders.moves import find_move
from orders.states import Status
from tests.support.order_book import GOODS, Book, Known, worth
from tests.support.order_world import Snapshot

BUCKETS = ("available", "reserved", "committed", "shipped")
FIXED = ("invoices", "stock_moves", "order_events", "payments", "refunds", "audit")
"""Tables whose rows are written once."""


def check(now: Snapshot, before: Snapshot) -> None:
    """See that every law holds."""
    check_stock(now)
    check_invoices(now)
    check_money(now)
    check_events(now)
    check_outbox(now)
    for name in FIXED:
        known = len(before[name])
        assert now[name][:known] == before[name], f"a row of {name} was changed"


def check_stock(now: Snapshot) -> None:
    """I6: buckets are the sum of the ledger, none below zero; states say what orders hold."""
    for shelf in now["shelves"]:
        had: Counter[str] = Counter()
        for move in now["stock_moves"]:
            if move.shelf_id == shelf.id:
                assert (move.shop_id, move.product_id) == (shelf.shop_id, shelf.product_id)
                had[move.source] -= move.quantity
                had[move.target] += move.quantity
        counted = {name: getattr(shelf, name) for name in BUCKETS}
        assert counted == {name: had[name] for name in BUCKETS}, f"shelf {shelf.id}: {had}"
        assert min(counted.values()) >= 0
        assert sum(had.values()) == 0
    for order in now["orders"]:
        held = Counter[str]()
        for buckets in held_by(now, order.id).values():
            held += Counter(buckets)
        allowed = MAY_HOLD.get(order.status, set())
        assert set(+held) <= allowed, f"{order.status} holds {held}"


MAY_HOLD = {
    "unpaid": {"reserved"},
    "checking": {"reserved"},
    "paid": {"committed", "shipped"},
    "shipped": {"shipped"},
    "completed": {"shipped"},
}


def held_by(now: Snapshot, order_id: int) -> dict[int, dict[str, int]]:
    """What an order holds, from the ledger: shelf to bucket to pieces."""
    held: dict[int, Counter[str]] = defaultdict(Counter)
    for move in now["stock_moves"]:
        if move.order_id == order_id:
            held[move.shelf_id][move.source] -= move.quantity
            held[move.shelf_id][move.target] += move.quantity
    return {
        shelf: {name: had[name] for name in BUCKETS[1:] if had[name]}
        for shelf, had in held.items()
        if any(had[name] for name in BUCKETS[1:])
    }


def check_invoices(now: Snapshot) -> None:
    """I7: a shop's chain holds, from 1 to its counter without a gap, and every bill adds up."""
    numbers = {order.id: order.number for order in now["orders"]}
    for shop_id in {order.shop_id for order in now["orders"]}:
        rows = sorted(
            (row for row in now["invoices"] if row.shop_id == shop_id), key=lambda row: row.number
        )
        last = sum(
            one.value for one in now["counters"] if (one.shop_id, one.name) == (shop_id, "invoice")
        )
        links = [
            Link(
                row.number,
                numbers[row.order_id],
                row.revision,
                row.snapshot,
                row.digest,
                row.previous_digest,
                row.issued_at,
            )
            for row in rows
        ]
        assert find_break(links, last=last) is None
    for order in now["orders"]:
        revisions = [row.revision for row in now["invoices"] if row.order_id == order.id]
        assert revisions == list(range(1, order.revision + 1))


def check_money(now: Snapshot) -> None:
    """I8: a transaction counts once; what is said to be paid came in; nothing is dropped."""
    told = [(row.shop_id, row.provider, row.reference) for row in now["payments"] if row.reference]
    assert len(told) == len(set(told)), "a transaction counts twice"
    slips = [
        (row.shop_id, row.reference)
        for row in now["slips"]
        if row.reference and row.state in {"pending", "accepted"}
    ]
    assert len(slips) == len(set(slips)), "a slip counts twice"
    for order in now["orders"]:
        paid = sum(row.amount_minor for row in now["payments"] if row.order_id == order.id)
        back = sum(row.amount_minor for row in now["refunds"] if row.order_id == order.id)
        assert (order.paid_minor, order.refunded_minor) == (paid, back)
        assert 0 <= back <= paid
        was_paid = order.status in {"paid", "shipped", "completed", "returned"}
        if was_paid and order.terms["pay_method"] != "cod":
            assert paid >= order.total_minor, f"{order.number} is {order.status} for {paid}"


def check_events(now: Snapshot) -> None:
    """I9, I10: every move is a row of the table, follows the one before and left its traces."""
    audited = Counter((row.shop_id, row.subject, row.action) for row in now["audit"])
    for order in now["orders"]:
        events = [row for row in now["order_events"] if row.order_id == order.id]
        assert [row.version for row in events] == list(range(1, order.version + 1))
        assert {row.shop_id for row in events} == {order.shop_id}
        status: str | None = None
        for row in events:
            _check_edge(row, status)
            status = row.to_status
            audited[order.shop_id, f"order:{order.number}", f"order {row.move}"] -= 1
        assert status == ("deleted" if order.deleted_at else order.status)
    left = [key for key, count in audited.items() if count and key[2].startswith("order ")]
    assert not left, f"audit and events disagree on {left}"


def _check_edge(row: Any, status: str | None) -> None:
    assert row.from_status == status
    move = find_move(None if status is None else Status(status), row.move)
    stays = move.opens_another
    target = status if stays else "deleted" if move.target is None else str(move.target)
    assert row.to_status == target, f"{row.move}: {status} -> {row.to_status}"


def check_outbox(now: Snapshot) -> None:
    """Each delivery is owed by a move made in its transaction; each online bill is owed once."""
    moved = {
        (order.conversation_id, row.at)
        for order in now["orders"]
        for row in now["order_events"]
        if row.order_id == order.id
    }
    for row in now["outbox"]:
        assert (row.conversation_id, row.created_at) in moved, f"{row.kind} belongs to no move"
    online = {order.id for order in now["orders"] if order.conversation_id}
    owed = Counter(row.invoice_id for row in now["outbox"] if row.kind == "bill")
    for invoice in now["invoices"]:
        expected = 1 if invoice.order_id in online else 0
        assert min(owed[invoice.id], 1) == expected, f"invoice {invoice.number} is not owed"


# Beside the model ------------------------------------------------------------------------------


def compare(now: Snapshot, book: Book, shop_ids: list[int], shelf_ids: dict[Any, int]) -> None:
    """See that every order and every shelf came to what the model says."""
    rows = {(row.shop_id, row.number): row for row in now["orders"]}
    assert len(rows) == len(book.orders)
    for known in book.orders:
        row = rows[shop_ids[known.shop], known.number]
        assert _told(row) == _said(known), f"{_told(row)} is not {_said(known)}"
        named = {shelf: dict(+held) for shelf, held in known.held.items() if any(held.values())}
        ids = {shelf_ids[known.shop, shelf]: held for shelf, held in named.items()}
        held = held_by(now, row.id)
        assert held == ids, f"order {known.number} holds {held}, not {ids}"
        _compare_bill(now, row, known)
    for key, shelf_id in shelf_ids.items():
        (shelf,) = (row for row in now["shelves"] if row.id == shelf_id)
        told = f"shelf {key} has {shelf.available}, not {book.stock[key]}"
        assert shelf.available == book.stock[key], told


def _told(row: Any) -> dict[str, Any]:
    return {
        "status": "deleted" if row.deleted_at else row.status,
        "version": row.version,
        "revision": row.revision,
        "paid": row.paid_minor,
        "refunded": row.refunded_minor,
        "missing": row.missing,
        "total": row.total_minor,
    }


def _said(known: Known) -> dict[str, Any]:
    return {
        "status": known.status,
        "version": known.version,
        "revision": known.revision,
        "paid": known.paid * 100,
        "refunded": known.refunded * 100,
        "missing": known.missing,
        "total": worth(known.lines) * 100,
    }


def _compare_bill(now: Snapshot, row: Any, known: Known) -> None:
    """See that the newest revision says what was in the order when it was sent."""
    if known.billed is None:
        return
    newest = next(one for one in reversed(now["invoices"]) if one.order_id == row.id)
    invoice = Invoice.from_json(newest.snapshot)
    billed = [(GOODS[good].name, pieces) for good, pieces in known.billed.items()]
    assert [(line.name, line.quantity) for line in invoice.lines] == billed
    assert invoice.total.minor == worth(known.billed) * 100
