"""The table of an order's moves: from where, to where, who may, what must hold, what follows.

A move is legal where ``MOVES`` has a row for it, and nowhere else. The numbers
are those of the order rules in the documentation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
    WITHIN_DAY = "within_day"


class Effect(StrEnum):
    """What the use case does in the move's own transaction."""

    FREEZE = "freeze"  # an invoice revision
    RESERVE = "reserve"  # stock, until due
    RELEASE = "release"
    COMMIT = "commit"
    TAKE_OUT = "take_out"  # the goods have left the house
    PUT_BACK = "put_back"  # committed again, not for sale
    ASK_RESTOCK = "ask_restock"
    OPEN_LINK = "open_link"
    MARK_LINK = "mark_link"  # it tells the state and takes no money
    DELIVER = "deliver"
    TELL_CUSTOMER = "tell_customer"
    STOP_CLOCK = "stop_clock"
    EXTEND_DUE = "extend_due"
    LOCK_ITEMS = "lock_items"
    RECORD_MONEY = "record_money"
    OWE_REFUND = "owe_refund"
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
_LEAST_AUTHOR: Final = Role.SALES.rank


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


# fmt: off
MOVES: Final[tuple[Move, ...]] = (
    *_rows(1, "open", (None,), Status.DRAFT, "/o", _SALES | _SYSTEM),
    *_rows(2, "edit", (Status.DRAFT,), Status.DRAFT, "/o", _SALES | _SYSTEM,
           (Guard.SAME_VERSION,)),
    *_rows(3, "send", (Status.DRAFT,), Status.UNPAID, "/send", _SALES | _SYSTEM,
           (Guard.SAME_VERSION, Guard.ITEMS, Guard.STOCK, Guard.LIMITS),
           (Effect.FREEZE, Effect.RESERVE, Effect.OPEN_LINK, Effect.DELIVER)),
    *_rows(4, "cancel", (Status.DRAFT,), Status.CANCELLED, "/cancel", _MANAGER,
           (Guard.NO_PAYMENT,), author=True),
    *_rows(4, "delete", (Status.DRAFT,), None, "", _MANAGER,
           (Guard.NO_PAYMENT, Guard.NEVER_ISSUED), author=True),
    *_rows(5, "draft", (Status.UNPAID,), Status.DRAFT, "/draft", _SALES,
           (Guard.SAME_VERSION, Guard.NO_PAYMENT, Guard.NO_SLIP),
           (Effect.RELEASE, Effect.MARK_LINK)),
    *_rows(6, "edit", (Status.UNPAID,), Status.UNPAID, "/o", _SALES, (Guard.SAME_VERSION,)),
    *_rows(6, "renew", (Status.UNPAID,), Status.UNPAID, "/renew", _SALES,
           (Guard.SAME_VERSION,), (Effect.EXTEND_DUE, Effect.FREEZE, Effect.DELIVER)),
    *_rows(6, "send", (Status.UNPAID,), Status.UNPAID, "/send", _SALES,
           (Guard.SAME_VERSION, Guard.ITEMS, Guard.STOCK, Guard.LIMITS),
           (Effect.FREEZE, Effect.RESERVE, Effect.DELIVER)),
    *_rows(7, "notify_transfer", (Status.UNPAID,), Status.CHECKING, "", _SALES | _CUSTOMER,
           (Guard.FRESH_SLIP,), (Effect.STOP_CLOCK, Effect.LOCK_ITEMS)),
    *_rows(8, "settle", (Status.UNPAID,), Status.PAID, "", _SYSTEM,
           (Guard.ENOUGH,), (Effect.RECORD_MONEY, Effect.COMMIT, Effect.DELIVER)),
    *_rows(9, "choose_cod", (Status.UNPAID,), Status.PAID, "/pay cod", _SALES,
           (Guard.ADDRESS,), (Effect.COMMIT, Effect.DELIVER), if_allowed=_CUSTOMER),
    *_rows(10, "expire", (Status.UNPAID,), Status.EXPIRED, "", _SYSTEM,
           (Guard.NO_SLIP, Guard.NO_ATTEMPT, Guard.NO_PAYMENT),
           (Effect.RELEASE, Effect.MARK_LINK, Effect.TELL_CUSTOMER)),
    *_rows(11, "confirm_payment", (Status.CHECKING, Status.UNPAID), Status.PAID, "/paid",
           _FINANCE | _SYSTEM, (Guard.ENOUGH,),
           (Effect.RECORD_MONEY, Effect.COMMIT, Effect.DELIVER)),
    *_rows(12, "reject_slip", (Status.CHECKING,), Status.UNPAID, "/slip no", _FINANCE, (),
           (Effect.EXTEND_DUE, Effect.TELL_CUSTOMER)),
    *_rows(13, "take_part", (Status.CHECKING, Status.UNPAID), Status.UNPAID, "/paid",
           _FINANCE | _SYSTEM, (Guard.PART,), (Effect.RECORD_MONEY, Effect.DELIVER)),
    *_rows(13, "take_part", (Status.EXPIRED,), Status.UNPAID, "/paid", _FINANCE | _SYSTEM,
           (Guard.PART,), (Effect.RECORD_MONEY, Effect.RESERVE, Effect.DELIVER)),
    *_rows(14, "renew", (Status.EXPIRED,), Status.UNPAID, "/renew", _SALES, (Guard.STOCK,),
           (Effect.RESERVE, Effect.EXTEND_DUE, Effect.FREEZE, Effect.DELIVER),
           if_allowed=_CUSTOMER),
    *_rows(15, "notify_transfer", (Status.EXPIRED,), Status.CHECKING, "", _CUSTOMER | _SYSTEM,
           (Guard.FRESH_SLIP,), (Effect.STOP_CLOCK, Effect.LOCK_ITEMS)),
    *_rows(16, "cancel", (Status.UNPAID,), Status.CANCELLED, "/cancel", _SALES | _CUSTOMER,
           (Guard.NO_PAYMENT,), (Effect.RELEASE, Effect.MARK_LINK, Effect.TELL_CUSTOMER)),
    *_rows(16, "cancel", (Status.EXPIRED,), Status.CANCELLED, "/cancel", _SALES,
           (Guard.NO_PAYMENT,), (Effect.MARK_LINK, Effect.TELL_CUSTOMER)),
    *_rows(17, "cancel", (Status.CHECKING, Status.PAID), Status.CANCELLED, "/cancel", _MANAGER,
           (Guard.NOT_SHIPPED,),
           (Effect.RELEASE, Effect.OWE_REFUND, Effect.MARK_LINK, Effect.TELL_CUSTOMER)),
    *_rows(18, "ship", (Status.PAID,), Status.SHIPPED, "/ship", _PACKER,
           (Guard.ALL_COVERED,), (Effect.TAKE_OUT, Effect.TELL_CUSTOMER)),
    *_rows(19, "undo_ship", (Status.SHIPPED,), Status.PAID, "/undo", _MANAGER,
           (Guard.WITHIN_DAY,), (Effect.PUT_BACK,)),
    *_rows(20, "complete", (Status.SHIPPED,), Status.COMPLETED, "", _FINANCE | _SYSTEM),
    *_rows(21, "return", (Status.SHIPPED, Status.COMPLETED), Status.RETURNED, "/return",
           _MANAGER, (), (Effect.ASK_RESTOCK,)),
    *_rows(22, "copy", (Status.CANCELLED,), Status.DRAFT, "", _SALES, (), (Effect.OPEN_COPY,)),
)
# fmt: on


class _Unopened(StrEnum):
    """The word for an order that is not there yet, where a sentence wants its state."""

    NEW = "new"


_NEW: Final = _Unopened.NEW
_BY_STATE: Final = {(move.source, move.name): move for move in MOVES}


def find_move(status: Status | None, name: str) -> Move:
    """The move of that name from ``status`` (None: no order yet), else MoveError."""
    try:
        return _BY_STATE[status, name]
    except KeyError:
        possible = [move.name for move in moves_from(status)]
        raise MoveError(
            "move_illegal", status=status or _NEW, move=name, possible=possible or ["-"]
        ) from None


def moves_from(status: Status | None) -> tuple[Move, ...]:
    """Every legal move out of ``status``."""
    return tuple(move for move in MOVES if move.source is status)


def may(
    role: Role,
    move: Move,
    *,
    is_author: bool = False,
    granted: Collection[str] = (),
    taken: Collection[str] = (),
) -> bool:
    """Whether ``role`` may make ``move``.

    ``granted`` and ``taken`` are the rights (``Move.right``) that the shop gave
    this role beyond the table or took from it. Nothing a shop grants lets a
    customer do more than the table allows on request; the house keeps its own.
    """
    if role is Role.SYSTEM:
        return role in move.roles
    if move.right in taken:
        return False
    if role in move.roles or (move.author and is_author and role.rank >= _LEAST_AUTHOR):
        return True
    grantable = role in move.if_allowed or (role.rank > 0 and bool(move.roles - _SYSTEM))
    return grantable and move.right in granted


def check_may(
    role: Role,
    move: Move,
    *,
    is_author: bool = False,
    granted: Collection[str] = (),
    taken: Collection[str] = (),
) -> None:
    """Raise MoveError, naming the roles to ask, where ``role`` may not make ``move`` (``may``)."""
    if not may(role, move, is_author=is_author, granted=granted, taken=taken):
        raise MoveError(
            "move_forbidden",
            role=role,
            move=move.name,
            status=move.source or _NEW,
            roles=sorted(move.roles, key=lambda able: (able.rank, able)),
        )


def check_guards(move: Move, holding: Collection[Guard]) -> None:
    """Raise MoveError for the first guard of ``move`` that is not among those holding.

    A guard that the caller did not look at does not hold.
    """
    for guard in move.guards:
        if guard not in holding:
            raise MoveError(f"guard_{guard.value}")
