"""Chooses a shop's options about chat: its owner does, or the operator at the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.options import Options, check_options, read_options
from bot.runtime import Work
from bot.staff import Actor
from bot.store import changes, shops
from orders.states import Role


def choose(work: Work, shop_id: int, actor: Actor | None, **chosen: Any) -> Options:
    """Change the options that are named and give them all; ``actor`` is None for the operator.

    Raises ``PermissionError`` for anybody but the shop's owner, and
    ``OptionError`` for a value out of its range.
    """
    if actor is not None and actor.role is not Role.OWNER:
        raise PermissionError(actor.role)
    shop = shops.lock_shop(work.connection, shop_id)
    before = read_options(shop.options)
    after = check_options(replace(before, **chosen))
    told = before.told()
    changed = {name: value for name, value in after.told().items() if value != told[name]}
    if changed:
        shops.update_shop(work.connection, shop_id, options={**shop.options, **changed})
        changes.record(
            work.connection,
            work.now,
            f"staff:{actor.staff_id}" if actor else "operator",
            "options chosen",
            f"shop:{shop_id}",
            shop_id=shop_id,
            **changed,
        )
    return after
