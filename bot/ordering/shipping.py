"""Use cases around parcels: ship, in parts or at once, take back, complete, return."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.ordering.asking import Asked, Asker, Desk, Made, Parcel
from bot.ordering.making import expect, make, make_once, once
from bot.ordering.reading import load
from bot.store import parcels
from orders.item import check_length

LONGEST_TRACKING = 60
LONGEST_REASON = 500


def ship(
    desk: Desk,
    row: Any,
    asker: Asker,
    *,
    tracking: str,
    carrier: str = "",
    inside: Mapping[int, int] | None = None,
    version: int | None = None,
) -> Made:
    """Send a parcel of a paid order; it is shipped once everything is in one.

    ``inside`` is line (from 1) to pieces, None for all that is left.
    """
    check_length("tracking", tracking, LONGEST_TRACKING)
    check_length("carrier", carrier, LONGEST_TRACKING)
    expected = expect(row, version)

    def body(locked: Any) -> Made:
        left = _left(desk, locked)
        packed = left if inside is None else dict(inside)
        asked = Asked(
            parcel=Parcel(tracking, carrier, packed),
            told={"tracking": tracking, "carrier": carrier, "inside": _told(packed)},
        )
        name = "ship" if packed == left else "ship_part"
        made = make(desk, locked, asker, name, asked, expected=expected)
        parcels.insert_parcel(
            desk.connection,
            packed,
            shop_id=locked.shop_id,
            order_id=locked.id,
            tracking=tracking,
            carrier=carrier,
            shipped_at=desk.now,
            actor=asker.name,
        )
        return made

    return once(desk, row, asker, ("ship", tracking, carrier, inside, version), body)


def undo_ship(
    desk: Desk,
    row: Any,
    asker: Asker,
    reason: str,
    *,
    version: int | None = None,
    **told: Any,
) -> Made:
    """Take the last parcel back, within 24 hours: its pieces are in the house again."""
    check_length("reason", reason, LONGEST_REASON)
    expected = expect(row, version)

    def body(locked: Any) -> Made:
        sent = parcels.list_parcels(desk.connection, locked.id)
        inside = parcels.list_inside(desk.connection, sent[-1].id) if sent else {}
        asked = Asked(
            reason=reason,
            parcel=Parcel(sent[-1].tracking, sent[-1].carrier, inside) if sent else None,
            told={"inside": _told(inside), **told},
        )
        made = make(desk, locked, asker, "undo_ship", asked, expected=expected)
        parcels.undo_parcel(desk.connection, sent[-1].id, desk.now, asker.name, reason)
        return made

    return once(desk, row, asker, ("undo_ship", reason, version), body)


def complete(desk: Desk, row: Any, asker: Asker, *, version: int | None = None) -> Made:
    """Note that a shipped order has arrived, or that its time to be returned is over."""
    return make_once(desk, row, asker, "complete", Asked(), version)


def return_order(
    desk: Desk,
    row: Any,
    asker: Asker,
    reason: str = "",
    *,
    restock: bool | Mapping[int, int] = False,
    version: int | None = None,
) -> Made:
    """Take an order back whose goods were sent; its money shows as owed from then on.

    ``restock`` says what goes back for sale: all, nothing, or pieces by line
    (from 1). The rest is written off.
    """
    check_length("reason", reason, LONGEST_REASON)
    kept = restock if isinstance(restock, bool) else _told(restock)
    asked = Asked(reason=reason, restock=restock, told={"restock": kept})
    return make_once(desk, row, asker, "return", asked, version, reason, kept)


def _left(desk: Desk, row: Any) -> dict[int, int]:
    """Give what of each line is in no parcel yet."""
    shipped = parcels.count_shipped(desk.connection, row.id)
    items = load(desk.connection, row).items
    left = {place: item.quantity - shipped[place] for place, item in enumerate(items, start=1)}
    return {place: pieces for place, pieces in left.items() if pieces > 0}


def _told(pieces: Mapping[int, int]) -> dict[str, int]:
    """Write pieces by line as JSON has them."""
    return {str(place): count for place, count in sorted(pieces.items())}
