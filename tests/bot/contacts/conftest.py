"""Customers for the tests: short ways to create and read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot import contacts, shops, staff
from bot.staff import Actor
from orders.states import Role
from tests.support.shop import Shop


class Book:
    """A shop's customers, used as one member of staff."""

    def __init__(self, shop: Shop, actor: Actor) -> None:
        self.shop = shop
        self.actor = actor

    def run(self, use_case: Callable[..., Any], *facts: Any, **named: Any) -> Any:
        """Run a use case in a transaction of its own."""
        return self.shop.runtime.transact(lambda work: use_case(work, self.actor, *facts, **named))

    def create(self, name: str, *phones: str, tags: tuple[str, ...] = ()) -> int:
        draft = contacts.Draft(name, phones=phones, tags=tags)
        kept: contacts.Kept = self.run(contacts.create, draft)
        return kept.code

    def read(self, code: int) -> contacts.Customer:
        with self.shop.runtime.store.read() as connection:
            found = contacts.find_customer(connection, self.actor.shop_id, code)
        assert found is not None
        return found

    def version(self, code: int) -> int:
        return int(self.read(code).row.version)

    def change(self, code: int, version: int | None = None, **wanted: Any) -> contacts.Kept:
        at = version or self.version(code)
        kept: contacts.Kept = self.run(contacts.change, code, at, contacts.Changes(**wanted))
        return kept

    def find(self, text: str, **options: Any) -> list[int]:
        """The codes of who is found, the best first."""
        with self.shop.runtime.store.read() as connection:
            shop = _find_shop(connection, self.actor.shop_id)
            rows = contacts.search(connection, shop, text, **options)
        return [row.code for row in rows]

    def sees(self, code: int) -> bool:
        with self.shop.runtime.store.read() as connection:
            return contacts.find_customer(connection, self.actor.shop_id, code) is not None

    def acting(self, role: Role, email: str | None = None) -> Book:
        """The same book in the hands of another role, or of another person."""
        actor = replace(self.actor, role=role)
        if email is not None:
            staff_id = self.shop.runtime.transact(
                lambda work: staff.add_staff(
                    work, self.actor.shop_id, email=email, role=role, password="river-noodle-rice-7"
                )
            )
            actor = replace(actor, staff_id=staff_id)
        return Book(self.shop, actor)


def _find_shop(connection: Any, shop_id: int) -> Any:
    from bot.store import shops as rows

    return rows.find_shop(connection, shop_id)


@pytest.fixture
def book(shop: Shop) -> Book:
    """The customers of Siam Tea, in Nok's hands; there are none yet."""
    return Book(shop, shop.owner)


@pytest.fixture
def rival(shop: Shop) -> Book:
    """The customers of another shop."""
    shop_id = shop.runtime.transact(
        lambda work: shops.add_shop(
            work, slug="rival", name="Rival", currency="THB", timezone="Asia/Bangkok", locale="th"
        )
    )
    return Book(shop, replace(shop.owner, shop_id=shop_id))
