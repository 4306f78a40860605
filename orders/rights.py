"""Rights: who may make which move, by the table, by what a shop grants or takes, by authorship."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from orders.album import AlbumRight
from orders.errors import MoveError
from orders.moves import MOVES, UNOPENED, Guard, Move
from orders.states import Role

RIGHTS: Final = frozenset((*(move.right for move in MOVES), *AlbumRight))
"""Every right that a shop can grant or take, as ``paid.cancel`` or ``products.stock``."""

GRANTEES: Final = tuple(role for role in Role if role not in {Role.OWNER, Role.SYSTEM})
"""Whose rights a shop decides about: its owner and the house keep theirs."""

_LEAST_AUTHOR: Final = Role.SALES.rank


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
    grantable = role in move.if_allowed or (role.rank > 0 and move.roles != {Role.SYSTEM})
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
            status=move.source or UNOPENED,
            roles=sorted(move.roles, key=lambda able: (able.rank, able)),
        )


def check_guards(move: Move, holding: Collection[Guard]) -> None:
    """Raise MoveError for the first guard of ``move`` that is not among those holding.

    A guard that the caller did not look at does not hold.
    """
    for guard in move.guards:
        if guard not in holding:
            raise MoveError(f"guard_{guard.value}")
