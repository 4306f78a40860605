"""The guards of the table: for each, how it is found out whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import catalogue
from bot.ordering.asking import Desk
from bot.ordering.situation import Situation
from bot.store import money, parcels, people
from bot.store import orders as rows
from bot.words import say
from orders.errors import MoveError
from orders.item import Item
from orders.money import Money
from orders.moves import Guard
from orders.states import EDITABLE, Role, Status
from orders.totals import totals

UNDO_SHIP: Final = timedelta(hours=24)


def holding(situation: Situation) -> set[Guard]:
    """Give those of the move's guards that hold. One with more to say raises ``OrderError``."""
    return {guard for guard in situation.move.guards if GUARDS[guard](situation)}


def check_version(desk: Desk, row: Any, expected: int) -> None:
    """Raise ``MoveError``, saying who changed the order, where it is not as it was seen."""
    if expected == row.version:
        return
    raise changed_by(desk, row, rows.last_event(desk.connection, row.id))


def changed_by(desk: Desk, row: Any, event: Any | None) -> MoveError:
    """Give the refusal that names who changed an order, by the event that did."""
    return MoveError(
        "order_changed",
        number=row.number,
        who=_name(desk, event.actor if event else "system"),
        at=_clock(desk.shop, event.at if event else row.updated_at),
    )


def _same_version(situation: Situation) -> bool:
    return situation.expected == int(situation.row.version)


def _has_items(situation: Situation) -> bool:
    return bool(situation.order.items)


def _by_its_effect(situation: Situation) -> bool:
    """Stock: the reservation is its own guard, one conditional update that nobody comes before."""
    return True


def _within_limits(situation: Situation) -> bool:
    """Whether the prices are what this person may give, or what the customer was billed before."""
    if situation.asker.role is Role.SYSTEM or situation.asker.role.rank >= Role.MANAGER.rank:
        return True
    if situation.billed is not None and situation.billed.bills(situation.order):
        return True
    lists = [_list_price(situation, item) for item in situation.order.items]
    if not situation.policy.may_override_price and any(
        price != item.unit_price for price, item in zip(lists, situation.order.items, strict=True)
    ):
        return False
    limit = situation.policy.discount_limit
    if limit is None:
        return True
    sums = totals(situation.order)
    gross = Money.sum((item.gross for item in situation.order.items), situation.order.currency)
    taken = gross - sums.subtotal + sums.discount
    return bool(taken.minor * 100 <= gross.minor * limit)


def _list_price(situation: Situation, item: Item) -> Money:
    """What the album asks for an item; a one-off's price is its own."""
    desk = situation.desk
    found = catalogue.find_product(desk.connection, desk.shop, item.code) if item.code else None
    return found[1].price_of(item.options) if found else item.unit_price


def _no_payment(situation: Situation) -> bool:
    return situation.held.minor == 0


def _no_slip(situation: Situation) -> bool:
    return not situation.has_pending_slip


def _no_attempt(situation: Situation) -> bool:
    desk = situation.desk
    return not money.has_attempt(desk.connection, situation.row.id, desk.now)


def _never_issued(situation: Situation) -> bool:
    return int(situation.row.revision) == 0


def _fresh_slip(situation: Situation) -> bool:
    """Whether neither reference nor picture counts yet; a rival at once meets the unique keys."""
    notice = situation.asked.notice
    return notice is None or not money.is_slip_used(
        situation.desk.connection,
        situation.row.shop_id,
        notice.reference or None,
        notice.picture_digest or None,
    )


def _due_with(situation: Situation) -> tuple[Money, Money]:
    """Give what is held once this money is in, and what was billed: a bill is what it says."""
    coming = situation.asked.money
    held = situation.held + coming.amount if coming else situation.held
    billed = situation.billed
    return held, billed.total if billed else totals(situation.before).total


def _enough(situation: Situation) -> bool:
    held, total = _due_with(situation)
    return held >= total


def _part(situation: Situation) -> bool:
    held, total = _due_with(situation)
    return situation.asked.money is not None and held.minor > 0 and held < total


def _address(situation: Situation) -> bool:
    return bool(situation.order.address and situation.order.phone)


def _not_shipped(situation: Situation) -> bool:
    return not any(situation.shipped.values())


def _left(situation: Situation) -> dict[int, int] | None:
    """Give what is left of each line once the parcel is packed; None where more was named."""
    parcel = situation.asked.parcel
    if parcel is None or not parcel.inside or min(parcel.inside.values()) < 1:
        return None
    places = range(1, len(situation.order.items) + 1)
    if not set(parcel.inside) <= set(places):
        return None
    left = {
        place: item.quantity - situation.shipped.get(place, 0) - parcel.inside.get(place, 0)
        for place, item in zip(places, situation.order.items, strict=True)
    }
    return left if min(left.values()) >= 0 else None


def _all_covered(situation: Situation) -> bool:
    left = _left(situation)
    return left is not None and not any(left.values())


def _some_left(situation: Situation) -> bool:
    left = _left(situation)
    return left is not None and any(left.values())


def _within_day(situation: Situation) -> bool:
    sent = parcels.list_parcels(situation.desk.connection, situation.row.id)
    return bool(sent) and situation.desk.now - sent[-1].shipped_at <= UNDO_SHIP


def _same_customer(situation: Situation) -> bool:
    """Whether the two orders are one customer's, in one currency, and both still open."""
    row, other = situation.row, situation.asked.other
    return (
        other is not None
        and row.id != other.id
        and row.contact_id is not None
        and row.contact_id == other.contact_id
        and row.currency == other.currency
        and Status(other.status) in EDITABLE
    )


def _held(situation: Situation) -> bool:
    refund = situation.asked.refund
    return refund is not None and refund.amount.minor > 0 and refund.amount <= situation.held


GUARDS: Final[Mapping[Guard, Callable[[Situation], bool]]] = MappingProxyType(
    {
        Guard.SAME_VERSION: _same_version,
        Guard.ITEMS: _has_items,
        Guard.STOCK: _by_its_effect,
        Guard.LIMITS: _within_limits,
        Guard.NO_PAYMENT: _no_payment,
        Guard.NO_SLIP: _no_slip,
        Guard.NO_ATTEMPT: _no_attempt,
        Guard.NEVER_ISSUED: _never_issued,
        Guard.FRESH_SLIP: _fresh_slip,
        Guard.ENOUGH: _enough,
        Guard.PART: _part,
        Guard.ADDRESS: _address,
        Guard.NOT_SHIPPED: _not_shipped,
        Guard.ALL_COVERED: _all_covered,
        Guard.SOME_LEFT: _some_left,
        Guard.WITHIN_DAY: _within_day,
        Guard.SAME_CUSTOMER: _same_customer,
        Guard.HELD: _held,
    }
)


def _name(desk: Desk, actor: str) -> str:
    """Name who made a change as colleagues know them."""
    kind, _, number = actor.partition(":")
    if kind == "staff":
        person = people.find_staff(desk.connection, int(number))
        return person.name if person else actor
    return say(f"actor.{kind}", desk.shop.locale)


def _clock(shop: Any, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(shop.timezone)):%H:%M}"
