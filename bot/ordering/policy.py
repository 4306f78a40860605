"""A shop's own rules for its orders: who may more or less, limits, the time to pay, tax."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import changes, shops
from orders.errors import MoveError
from orders.moves import Move
from orders.order import DEFAULT_TAX_RATE_BP
from orders.rights import GRANTEES, RIGHTS, check_may
from orders.states import Role
from orders.totals import TaxMode

LONGEST_DUE = 365 * 24 * 60

_RANGES: Mapping[str, tuple[int, int]] = {
    "discount_limit": (0, 100),
    "due_minutes": (1, LONGEST_DUE),
    "tax_rate_bp": (0, 10_000),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules, as ``shops.options`` keeps them.

    ``discount_limit`` is the percent of the prices that may be taken off an
    order without a manager, None: any. ``due_minutes`` is how long a bill waits
    for its money where nobody says, None: without end. ``rights`` gives each
    role's ``granted`` and ``taken``.
    """

    discount_limit: int | None = None
    may_override_price: bool = True
    due_minutes: int | None = None
    tax_mode: TaxMode = TaxMode.NONE
    tax_rate_bp: int = DEFAULT_TAX_RATE_BP
    rights: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)

    @property
    def due(self) -> timedelta | None:
        """Give how long a bill waits for its money where nobody says."""
        return None if self.due_minutes is None else timedelta(minutes=self.due_minutes)

    def check_may(self, role: Role, move: Move, *, is_author: bool) -> None:
        """Raise ``MoveError`` where the table and this shop's rights forbid the move."""
        own = self.rights.get(role, {})
        check_may(
            role,
            move,
            is_author=is_author,
            granted=own.get("granted", ()),
            taken=own.get("taken", ()),
        )


def read_policy(shop: Any) -> Policy:
    """Read a shop's rules from its row."""
    known = {name: shop.options[name] for name in Policy.__slots__ if name in shop.options}
    if "tax_mode" in known:
        known["tax_mode"] = TaxMode(known["tax_mode"])
    return Policy(**known)


def change_policy(runtime: Runtime, actor: Actor, **rules: Any) -> Policy:
    """Change some of a shop's rules (``Policy``'s names but ``rights``) and give them all.

    Raises ``MoveError`` for anybody but an owner and for what cannot be.
    """
    for name, value in rules.items():
        _check_rule(name, value)

    return runtime.transact(lambda work: _keep(work, actor, rules))


def set_right(
    runtime: Runtime, actor: Actor, role: Role, right: str, allowed: bool | None
) -> Policy:
    """Grant a role a right of the table (``paid.cancel``), or take it; None: as the table has it.

    Raises ``MoveError`` for anybody but an owner, for the owner's and the
    house's own rights, and for a right that is not there.
    """
    if role not in GRANTEES:
        raise MoveError("right_fixed", role=role)
    if right not in RIGHTS:
        raise MoveError("right_unknown", right=right)

    def body(work: Work) -> Policy:
        shop = shops.find_shop(work.connection, actor.shop_id, lock=True)
        rights = {name: dict(lists) for name, lists in read_policy(shop).rights.items()}
        own = rights.setdefault(str(role), {})
        for kind, here in (("granted", allowed is True), ("taken", allowed is False)):
            others = [one for one in own.get(kind, []) if one != right]
            own[kind] = sorted([*others, right]) if here else others
        return _keep(work, actor, {"rights": rights}, role=str(role), right=right, allowed=allowed)

    return runtime.transact(body)


def _keep(work: Work, actor: Actor, rules: Mapping[str, Any], **told: Any) -> Policy:
    if actor.role is not Role.OWNER:
        raise MoveError("owner_only")
    shop = shops.find_shop(work.connection, actor.shop_id, lock=True)
    shops.update_shop(work.connection, shop.id, options={**shop.options, **rules})
    changes.record(
        work.connection,
        work.now,
        f"staff:{actor.staff_id}",
        "order rules changed",
        f"shop:{shop.id}",
        shop_id=shop.id,
        **(told or rules),
    )
    return read_policy(shops.find_shop(work.connection, shop.id))


def _check_rule(name: str, value: Any) -> None:
    """Raise ``MoveError`` where a rule does not take that value."""
    if name in _RANGES:
        low, high = _RANGES[name]
        optional = value is None and name != "tax_rate_bp"
        right = optional or (type(value) is int and low <= value <= high)
    elif name == "tax_mode":
        right = value in set(TaxMode)
    else:
        right = name == "may_override_price" and type(value) is bool
    if not right:
        raise MoveError("rule_wrong", name=name, value=value)
