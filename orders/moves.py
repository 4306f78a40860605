"""The table of an order's moves: from where, to where, who may, what must hold, what follows.

A move is legal where ``MOVES`` has a row for it, and nowhere else: the house
runs on these rows, and ``docs/orders.md`` is written from them. The numbers are
those of the order rules; a number with several names is one rule's several cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from orders.errors import MoveError
from orders.states import Role, Status


class Guard(StrEnum):
    """What must hold beyond state and role; the use case finds out and tells the rulebook."""

    ITEMS = "items"
    STOCK = "stock"
    LIMITS = "limits"
    NO_PAYMENT = "no_payment"
    NO_SLIP = "no_slip"
    NO_ATTEMPT = "no_attempt"
    NEVER_ISSUED = "never_issued"
    SAME_VERSION = "same_version"
    FRESH_SLIP = "fresh_slip"
    ENOUGH = "enough"
    PART = "part"
    ADDRESS = "address"
    NOT_SHIPPED = "not_shipped"
    ALL_COVERED = "all_covered"
    SOME_LEFT = "some_left"
    WITHIN_DAY = "within_day"
    SAME_CUSTOMER = "same_customer"
    HELD = "held"


class Effect(StrEnum):
    """What the engine does in the move's own transaction, in the sequence of the row."""

    FREEZE = "freeze"  # an invoice revision
    RESERVE = "reserve"  # stock, until due
    RELEASE = "release"
    COMMIT = "commit"
    TAKE_OUT = "take_out"  # the goods have left the house
    PUT_BACK = "put_back"  # committed again, not for sale
    TAKE_RETURN = "take_return"  # back for sale on a yes, else written off
    OPEN_LINK = "open_link"
    MARK_LINK = "mark_link"  # it tells the state, takes no money, and no bill goes out any more
    DELIVER = "deliver"  # the bill, where a revision was frozen; else the news
    TELL_CUSTOMER = "tell_customer"
    KEEP_SLIP = "keep_slip"
    REFUSE_SLIP = "refuse_slip"
    STOP_CLOCK = "stop_clock"
    START_CLOCK = "start_clock"
    SET_DUE = "set_due"
    RECORD_MONEY = "record_money"
    RECORD_REFUND = "record_refund"
    OWE_REFUND = "owe_refund"
    HIDE = "hide"  # the order is in no list any more; its history stays
    OPEN_COPY = "open_copy"


@dataclass(frozen=True, slots=True)
class Move:
    """One legal move.

    ``source`` is None for an order being opened, ``target`` None for one being
    deleted. ``verb`` is the command that asks for it, "" for none.
    ``if_allowed`` are roles that may only where the shop grants it; ``author``
    says that the member of staff who opened the order may as well.
    """

    number: int
    name: str
    source: Status | None
    target: Status | None
    verb: str
    roles: frozenset[Role]
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...]
    if_allowed: frozenset[Role]
    author: bool

    @property
    def right(self) -> str:
        """The move's name among the rights that a shop grants or takes: ``paid.cancel``."""
        return f"{self.source or 'new'}.{self.name}"

    @property
    def opens_another(self) -> bool:
        """Whether ``target`` is a new order's state, and this order stays as it is."""
        return Effect.OPEN_COPY in self.effects


_SYSTEM: Final = frozenset({Role.SYSTEM})
_CUSTOMER: Final = frozenset({Role.CUSTOMER})
_MANAGER: Final = frozenset({Role.MANAGER, Role.OWNER})
_SALES: Final = _MANAGER | {Role.SALES}
_FINANCE: Final = _MANAGER | {Role.FINANCE}
_PACKER: Final = _SALES | {Role.PACKER}
_G, _E, _S = Guard, Effect, Status
_OPEN: Final = (_S.DRAFT, _S.UNPAID, _S.CHECKING, _S.EXPIRED)
_OVER: Final = (_S.PAID, _S.SHIPPED, _S.COMPLETED, _S.CANCELLED, _S.RETURNED)


def _rows(  # noqa: PLR0917  the columns of a table, in its order
    number: int,
    name: str,
    sources: tuple[Status | None, ...],
    target: Status | None,
    verb: str,
    roles: frozenset[Role],
    guards: tuple[Guard, ...] = (),
    effects: tuple[Effect, ...] = (),
    *,
    if_allowed: frozenset[Role] = frozenset(),
    author: bool = False,
) -> Iterator[Move]:
    for source in sources:
        yield Move(number, name, source, target, verb, roles, guards, effects, if_allowed, author)


def _same(  # noqa: PLR0917  the columns of a table, in its order
    number: int,
    name: str,
    states: tuple[Status, ...],
    verb: str,
    roles: frozenset[Role],
    guards: tuple[Guard, ...] = (),
    effects: tuple[Effect, ...] = (),
) -> Iterator[Move]:
    """Rows of a move that leaves the order where it is."""
    for state in states:
        yield from _rows(number, name, (state,), state, verb, roles, guards, effects)


# fmt: off
MOVES: Final[tuple[Move, ...]] = (
    *_rows(1, "open", (None,), _S.DRAFT, "/o", _SALES | _SYSTEM),
    *_rows(2, "edit", (_S.DRAFT,), _S.DRAFT, "/o", _SALES | _SYSTEM,
           (_G.SAME_VERSION,)),
    *_same(2, "tag", (*_OPEN, *_OVER), "", _PACKER | _FINANCE, (_G.SAME_VERSION,)),
    *_rows(3, "send", (_S.DRAFT,), _S.UNPAID, "/send", _SALES | _SYSTEM,
           (_G.SAME_VERSION, _G.ITEMS, _G.LIMITS, _G.STOCK),
           (_E.SET_DUE, _E.RESERVE, _E.FREEZE, _E.OPEN_LINK, _E.DELIVER)),
    *_rows(4, "cancel", (_S.DRAFT,), _S.CANCELLED, "/cancel", _MANAGER,
           (_G.SAME_VERSION, _G.NO_PAYMENT), (_E.MARK_LINK,), author=True),
    *_rows(4, "delete", (_S.DRAFT,), None, "", _MANAGER,
           (_G.SAME_VERSION, _G.NO_PAYMENT, _G.NEVER_ISSUED), (_E.HIDE,), author=True),
    *_rows(5, "draft", (_S.UNPAID,), _S.DRAFT, "/draft", _SALES,
           (_G.SAME_VERSION, _G.NO_PAYMENT, _G.NO_SLIP), (_E.RELEASE, _E.MARK_LINK)),
    *_rows(6, "edit", (_S.UNPAID,), _S.UNPAID, "/o", _SALES, (_G.SAME_VERSION,)),
    *_rows(6, "renew", (_S.UNPAID,), _S.UNPAID, "/renew", _SALES,
           (_G.SAME_VERSION, _G.ITEMS, _G.LIMITS, _G.STOCK),
           (_E.SET_DUE, _E.RESERVE, _E.FREEZE, _E.DELIVER)),
    *_rows(6, "send", (_S.UNPAID,), _S.UNPAID, "/send", _SALES,
           (_G.SAME_VERSION, _G.ITEMS, _G.LIMITS, _G.STOCK),
           (_E.SET_DUE, _E.RESERVE, _E.FREEZE, _E.DELIVER)),
    *_rows(6, "merge", (_S.DRAFT,), _S.DRAFT, "/merge", _SALES,
           (_G.SAME_VERSION, _G.SAME_CUSTOMER)),
    *_rows(6, "merge", (_S.UNPAID,), _S.UNPAID, "/merge", _SALES,
           (_G.SAME_VERSION, _G.SAME_CUSTOMER, _G.STOCK), (_E.RESERVE,)),
    *_rows(7, "notify_transfer", (_S.UNPAID,), _S.CHECKING, "", _SALES | _CUSTOMER,
           (_G.FRESH_SLIP,), (_E.KEEP_SLIP, _E.STOP_CLOCK)),
    *_same(7, "keep_slip", (_S.CHECKING,), "", _SALES | _CUSTOMER | _SYSTEM,
           (_G.FRESH_SLIP,), (_E.KEEP_SLIP,)),
    *_rows(8, "settle", (_S.UNPAID,), _S.PAID, "", _SYSTEM,
           (_G.ENOUGH,), (_E.RECORD_MONEY, _E.COMMIT, _E.DELIVER)),
    *_rows(9, "choose_cod", (_S.UNPAID,), _S.PAID, "/pay cod", _SALES,
           (_G.SAME_VERSION, _G.ADDRESS), (_E.COMMIT, _E.DELIVER), if_allowed=_CUSTOMER),
    *_rows(10, "expire", (_S.UNPAID,), _S.EXPIRED, "", _SYSTEM,
           (_G.NO_SLIP, _G.NO_ATTEMPT, _G.NO_PAYMENT),
           (_E.RELEASE, _E.MARK_LINK, _E.TELL_CUSTOMER)),
    *_rows(11, "confirm_payment", (_S.CHECKING, _S.UNPAID), _S.PAID, "/paid",
           _FINANCE | _SYSTEM, (_G.SAME_VERSION, _G.ENOUGH),
           (_E.RECORD_MONEY, _E.COMMIT, _E.DELIVER)),
    *_same(11, "fill_stock", (_S.UNPAID, _S.CHECKING), "", _SYSTEM, (), (_E.RESERVE,)),
    *_same(11, "fill_stock", (_S.PAID,), "", _SYSTEM, (), (_E.COMMIT,)),
    *_rows(12, "reject_slip", (_S.CHECKING,), _S.UNPAID, "/slip no", _FINANCE,
           (_G.SAME_VERSION,), (_E.REFUSE_SLIP, _E.START_CLOCK, _E.TELL_CUSTOMER)),
    *_rows(13, "take_part", (_S.CHECKING, _S.UNPAID), _S.UNPAID, "/paid", _FINANCE | _SYSTEM,
           (_G.SAME_VERSION, _G.PART), (_E.RECORD_MONEY, _E.START_CLOCK, _E.DELIVER)),
    *_rows(13, "take_part", (_S.EXPIRED,), _S.UNPAID, "/paid", _FINANCE | _SYSTEM,
           (_G.SAME_VERSION, _G.PART),
           (_E.RECORD_MONEY, _E.START_CLOCK, _E.RESERVE, _E.DELIVER)),
    *_rows(14, "renew", (_S.EXPIRED,), _S.UNPAID, "/renew", _SALES,
           (_G.SAME_VERSION, _G.ITEMS, _G.LIMITS, _G.STOCK),
           (_E.SET_DUE, _E.RESERVE, _E.FREEZE, _E.DELIVER), if_allowed=_CUSTOMER),
    *_rows(15, "notify_transfer", (_S.EXPIRED,), _S.CHECKING, "", _CUSTOMER | _SYSTEM,
           (_G.FRESH_SLIP,), (_E.KEEP_SLIP, _E.STOP_CLOCK)),
    *_rows(15, "await_money", (_S.EXPIRED,), _S.CHECKING, "", _SYSTEM, (), (_E.STOP_CLOCK,)),
    *_same(15, "keep_slip", (_S.DRAFT, *_OVER), "", _SALES | _CUSTOMER | _SYSTEM,
           (), (_E.KEEP_SLIP,)),
    *_same(15, "keep_money", (_S.DRAFT, _S.PAID, _S.SHIPPED, _S.COMPLETED), "",
           _FINANCE | _SYSTEM, (), (_E.RECORD_MONEY,)),
    *_same(15, "keep_money", (_S.CANCELLED, _S.RETURNED), "", _FINANCE | _SYSTEM, (),
           (_E.RECORD_MONEY, _E.OWE_REFUND)),
    *_rows(16, "cancel", (_S.UNPAID,), _S.CANCELLED, "/cancel", _SALES | _CUSTOMER,
           (_G.SAME_VERSION, _G.NO_PAYMENT), (_E.RELEASE, _E.MARK_LINK, _E.TELL_CUSTOMER)),
    *_rows(16, "cancel", (_S.EXPIRED,), _S.CANCELLED, "/cancel", _SALES,
           (_G.SAME_VERSION, _G.NO_PAYMENT), (_E.MARK_LINK, _E.TELL_CUSTOMER)),
    *_rows(16, "join", (_S.DRAFT, _S.UNPAID), _S.CANCELLED, "/merge", _SALES,
           (_G.SAME_VERSION, _G.SAME_CUSTOMER, _G.NO_PAYMENT, _G.NO_SLIP),
           (_E.RELEASE, _E.MARK_LINK)),
    *_rows(17, "cancel", (_S.CHECKING, _S.PAID), _S.CANCELLED, "/cancel", _MANAGER,
           (_G.SAME_VERSION, _G.NOT_SHIPPED),
           (_E.RELEASE, _E.OWE_REFUND, _E.MARK_LINK, _E.TELL_CUSTOMER)),
    *_rows(17, "cancel_with_money", (_S.DRAFT, _S.UNPAID, _S.EXPIRED), _S.CANCELLED, "/cancel",
           _MANAGER, (_G.SAME_VERSION, _G.NOT_SHIPPED),
           (_E.RELEASE, _E.OWE_REFUND, _E.MARK_LINK, _E.TELL_CUSTOMER)),
    *_same(17, "refund", (*_OPEN, *_OVER), "", _FINANCE, (_G.SAME_VERSION, _G.HELD),
           (_E.RECORD_REFUND,)),
    *_rows(18, "ship", (_S.PAID,), _S.SHIPPED, "/ship", _PACKER,
           (_G.SAME_VERSION, _G.ALL_COVERED), (_E.TAKE_OUT, _E.TELL_CUSTOMER)),
    *_same(18, "ship_part", (_S.PAID,), "/ship", _PACKER,
           (_G.SAME_VERSION, _G.SOME_LEFT), (_E.TAKE_OUT, _E.TELL_CUSTOMER)),
    *_rows(19, "undo_ship", (_S.SHIPPED, _S.PAID), _S.PAID, "/undo", _MANAGER,
           (_G.SAME_VERSION, _G.WITHIN_DAY), (_E.PUT_BACK,)),
    *_rows(20, "complete", (_S.SHIPPED,), _S.COMPLETED, "", _FINANCE | _SYSTEM,
           (_G.SAME_VERSION,)),
    *_rows(21, "return", (_S.SHIPPED, _S.COMPLETED), _S.RETURNED, "/return",
           _MANAGER, (_G.SAME_VERSION,), (_E.TAKE_RETURN, _E.OWE_REFUND, _E.MARK_LINK)),
    *_rows(22, "copy", (_S.CANCELLED,), _S.DRAFT, "", _SALES, (), (_E.OPEN_COPY,)),
)
# fmt: on


class _Unopened(StrEnum):
    """The word for an order that is not there yet, where a sentence wants its state."""

    NEW = "new"


UNOPENED: Final = _Unopened.NEW
_BY_STATE: Final = {(move.source, move.name): move for move in MOVES}


def find_move(status: Status | None, name: str) -> Move:
    """The move of that name from ``status`` (None: no order yet), else MoveError."""
    try:
        return _BY_STATE[status, name]
    except KeyError:
        possible = [move.name for move in moves_from(status)]
        raise MoveError(
            "move_illegal", status=status or UNOPENED, move=name, possible=possible or ["-"]
        ) from None


def moves_from(status: Status | None) -> tuple[Move, ...]:
    """Every legal move out of ``status``."""
    return tuple(move for move in MOVES if move.source is status)
