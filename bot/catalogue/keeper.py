"""Who works on which shop's album, in which transaction, and what they may do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.catalogue.errors import ProductChanged, ProductError, ProductUnknown
from bot.runtime import Work
from bot.staff import Actor
from bot.store import changes, people, products
from bot.words import format_when
from orders.album import AlbumRight, check_right
from orders.states import Role


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody at a shop's album; ``actor`` None is the house: command line and configuration."""

    work: Work
    shop: Any
    actor: Actor | None

    @property
    def name(self) -> str:
        """Name who acts as audit rows do."""
        return f"staff:{self.actor.staff_id}" if self.actor else "system"

    def check_may(self, right: AlbumRight) -> None:
        """Raise ``MoveError`` where the table and the shop's own rights forbid it."""
        if self.actor is not None and self.actor.shop_id != self.shop.id:
            raise ProductUnknown("unknown", code="-")
        role = self.actor.role if self.actor else Role.SYSTEM
        own = self.shop.options.get("rights", {}).get(str(role), {})
        check_right(role, right, granted=own.get("granted", ()), taken=own.get("taken", ()))

    def hold(self, code: str, version: int | None, *, archived: bool = False) -> Any:
        """Find a product and hold it until the commit; ``version`` None: whatever it is at.

        Raises ``ProductUnknown``, ``ProductChanged`` where it is at another
        version, and ``ProductError`` where it is archived or, asked so, is not.
        """
        row = products.find_product(self.work.connection, self.shop.id, code, lock=True)
        if row is None:
            raise ProductUnknown("unknown", code=code)
        if version is not None and row.version != version:
            raise self.overtaken(row)
        if (row.archived_at is not None) != archived:
            raise ProductError("archived" if row.archived_at else "not_archived", code=row.code)
        return row

    def overtaken(self, row: Any) -> ProductChanged:
        """Say who was faster, and when."""
        kind, _, number = row.changed_by.partition(":")
        person = people.find_staff(self.work.connection, int(number)) if kind == "staff" else None
        return ProductChanged(
            "changed",
            code=row.code,
            who=person.name if person else row.changed_by,
            at=format_when(row.changed_at or self.work.now, self.shop.timezone, self.shop.locale),
        )

    def record(self, action: str, row: Any, **data: Any) -> None:
        """Write who did what to a product."""
        changes.record(
            self.work.connection,
            self.work.now,
            self.name,
            action,
            f"product:{row.id}",
            shop_id=row.shop_id,
            code=row.code,
            **data,
        )
