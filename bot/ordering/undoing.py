"""Takes back what somebody did last: their change, opening, sending or parcel, for ten minutes.

What is taken back is found in the order's own history: events of one command
bear one time, and an event that takes others back names their versions. Each
is undone by a move of the table, so rights and guards are looked at as always.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from bot.ordering.asking import Asked, Asker, Desk, Made
from bot.ordering.guards import changed_by
from bot.ordering.making import lock, make_once
from bot.ordering.reading import held_of, load, restore
from bot.ordering.shipping import undo_ship
from bot.store import money, snapshots
from bot.store import orders as rows
from orders.errors import MoveError
from orders.order import Order
from orders.states import Status

UNDO_WITHIN: Final = timedelta(minutes=10)

_MONEY: Final = frozenset(
    {"confirm_payment", "take_part", "choose_cod", "refund", "keep_money", "keep_slip"}
)
_OVER: Final = frozenset({"cancel", "cancel_with_money", "join"})
_BILLED: Final = frozenset({"send", "renew"})


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: the ``move`` of that time (UTC), and the order before and after."""

    made: Made
    move: str
    at: datetime
    before: Order


@dataclass(frozen=True, slots=True)
class _Step:
    """What one command did to one order: its events, oldest first."""

    order_id: int
    events: tuple[Any, ...]

    @property
    def first(self) -> Any:
        return self.events[0]

    @property
    def last(self) -> Any:
        return self.events[-1]

    @property
    def move(self) -> str:
        """Name what the command did: an order that was opened and filled was opened."""
        return str(self.first.move if self.first.move == "open" else self.last.move)

    @property
    def told(self) -> dict[str, Any]:
        """Say in the history which versions are taken back."""
        return {"undoes": [event.version for event in self.events]}


def undo(
    desk: Desk, asker: Asker, *, conversation: Any | None = None, row: Any | None = None
) -> Undone:
    """Take back what the asker did last, in a conversation or to the order ``row``.

    Raises ``MoveError`` where there is nothing, where it cannot be taken back,
    and where somebody changed the order since.
    """
    if conversation is None and row is None:
        raise ValueError("say in which conversation or of which order")
    events = snapshots.list_recent_events(
        desk.connection,
        desk.shop.id,
        desk.now - UNDO_WITHIN,
        conversation_id=conversation.id if conversation is not None else None,
        order_id=row.id if row is not None else None,
    )
    standing = _leave_out_undone(events)
    step = _find_step(standing, asker.name)
    found = rows.find_order(desk.connection, desk.shop.id, order_id=step.order_id) if step else None
    if step is None or found is None:
        raise MoveError("undo_nothing", minutes=UNDO_WITHIN // timedelta(minutes=1))
    locked = lock(desk, found)
    _check_untouched(desk, locked, standing, step)
    before = load(desk.connection, locked)
    made = _pick(locked, step)(desk, locked, asker, step)
    return Undone(made, step.move, step.last.at, before)


def find_rival(desk: Desk, row: Any, asker: Asker) -> MoveError | None:
    """Give the refusal that names who else changed an order these ten minutes, if one did."""
    last = rows.last_event(desk.connection, row.id)
    if last is None or last.actor == asker.name or desk.now - last.at > UNDO_WITHIN:
        return None
    return changed_by(desk, row, last)


def may_undo(event: Any, asker: Asker, now: datetime) -> bool:
    """Whether an order's newest event is one that the asker can take back."""
    if event.actor != asker.name or now - event.at > UNDO_WITHIN or "undoes" in (event.data or {}):
        return False
    return event.move in _WAYS and (event.move != "send" or event.from_status == Status.DRAFT)


def _leave_out_undone(events: Sequence[Any]) -> list[Any]:
    """Give the events, newest first, without those that were taken back and what did so."""
    undone: set[tuple[int, int]] = set()
    standing = []
    for event in events:
        versions = (event.data or {}).get("undoes")
        if versions is not None:
            undone.update((event.order_id, version) for version in versions)
        elif (event.order_id, event.version) not in undone:
            standing.append(event)
    return standing


def _find_step(standing: Sequence[Any], actor: str) -> _Step | None:
    """Find the newest events of an actor that one command made: they bear one time."""
    last = next((event for event in standing if event.actor == actor), None)
    if last is None:
        return None
    together = [
        event
        for event in standing
        if (event.order_id, event.actor, event.at) == (last.order_id, actor, last.at)
    ]
    return _Step(last.order_id, tuple(reversed(together)))


def _check_untouched(desk: Desk, row: Any, standing: Sequence[Any], step: _Step) -> None:
    """Raise ``MoveError`` where anything but taking back happened to the order since."""
    later = [event for event in standing if event.order_id == row.id and event.id > step.last.id]
    if not later:
        return
    if held_of(row).minor:
        raise MoveError("guard_no_payment")
    if money.list_slips(desk.connection, row.id, money.PENDING):
        raise MoveError("guard_no_slip")
    raise changed_by(desk, row, later[-1])


def _pick(row: Any, step: _Step) -> Callable[[Desk, Any, Asker, _Step], Made]:
    """Pick the move that takes a step back. Raises ``MoveError`` where there is none."""
    if step.move == "send" and step.last.from_status != Status.DRAFT:
        raise MoveError("undo_billed", revision=row.revision)
    way = _WAYS.get(step.move)
    if way is not None:
        return way
    if step.move in _MONEY:
        raise MoveError("undo_money")
    if step.move in _OVER:
        raise MoveError("undo_cancelled", number=row.number)
    if step.move in _BILLED:
        raise MoveError("undo_billed", revision=row.revision)
    raise MoveError("undo_not", move=step.move)


def _write_back(desk: Desk, row: Any, asker: Asker, step: _Step) -> Made:
    """Write what stood in the order before, as a change of its own."""
    kept = snapshots.find_snapshot(desk.connection, row.id, step.first.version - 1)
    if kept is None:
        raise MoveError("undo_not", move=step.move)
    asked = Asked(change=lambda order: restore(order, kept), told=step.told)
    return make_once(desk, row, asker, "edit", asked, row.version)


def _drop(desk: Desk, row: Any, asker: Asker, step: _Step) -> Made:
    return make_once(desk, row, asker, "delete", Asked(told=step.told), row.version)


def _take_bill_back(desk: Desk, row: Any, asker: Asker, step: _Step) -> Made:
    return make_once(desk, row, asker, "draft", Asked(told=step.told), row.version)


def _unpack(desk: Desk, row: Any, asker: Asker, step: _Step) -> Made:
    return undo_ship(desk, row, asker, "undo", version=row.version, **step.told)


_WAYS: Final[Mapping[str, Callable[[Desk, Any, Asker, _Step], Made]]] = MappingProxyType(
    {
        "edit": _write_back,
        "open": _drop,
        "send": _take_bill_back,
        "ship": _unpack,
        "ship_part": _unpack,
    }
)
