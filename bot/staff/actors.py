"""Who acts: a member of staff, a visitor with a session, a program with a token."""

from __future__ import annotations

from dataclasses import dataclass

from orders.states import Role

MAY_WRITE = frozenset({Role.OWNER, Role.MANAGER, Role.SALES, Role.FINANCE, Role.PACKER})
"""Who may write to customers."""


class SignInRefused(Exception):
    """The sign-in did not succeed; ``wait`` is the seconds until the next try is looked at."""

    def __init__(self, wait: float = 0.0) -> None:
        super().__init__("sign-in refused")
        self.wait = wait


class StaffError(Exception):
    """A member of staff, a shop or a token that cannot be made; the text is for a person."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The member of staff who acts, as of now."""

    staff_id: int
    shop_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a session belongs to: a member of staff, or the operator where ``actor`` is None."""

    email: str
    actor: Actor | None

    @property
    def is_operator(self) -> bool:
        """Say whether this is the operator, who sees no shop's chats."""
        return self.actor is None


@dataclass(frozen=True, slots=True)
class Bearer:
    """What an API token may do, in one shop, and as which member of staff."""

    token_id: int
    shop_id: int
    may_write: bool
    actor: Actor | None
