"""Somebody at Siam Tea's album, and its people by their roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from bot.catalogue import Keeper
from bot.staff import Actor
from bot.store import products, shops
from orders.album import Entry
from orders.money import Money
from orders.states import Role
from tests.support.shop import Shop

T = TypeVar("T")


def baht(text: str) -> Money:
    return Money.parse(text, "THB")


def entry(code: str = "T1", **values: Any) -> Entry:
    told: dict[str, Any] = {"code": code, "name": "ร่ม", "price": baht("250"), **values}
    return Entry(**told)


@dataclass
class Album:
    """The album under test: each call is a transaction of its own."""

    shop: Shop

    @property
    def row(self) -> Any:
        return self.shop.rows("shops")[0]

    def actor(self, role: Role) -> Actor:
        return replace(self.shop.owner, role=role)

    def do(
        self, use_case: Callable[..., T], *args: Any, by: Role | None = Role.OWNER, **more: Any
    ) -> T:
        actor = None if by is None else self.actor(by)
        return self.shop.runtime.transact(
            lambda work: use_case(
                Keeper(work, shops.find_shop(work.connection, self.row.id), actor), *args, **more
            )
        )

    def product(self, code: str) -> Any:
        with self.shop.runtime.store.read() as connection:
            found = products.find_product(connection, self.row.id, code)
        assert found is not None
        return found

    def left(self, code: str) -> dict[str, int]:
        return {
            shelf.key: shelf.available
            for shelf in self.shop.rows("shelves", product_id=self.product(code).id)
        }

    def adds_up(self) -> bool:
        """Whether every shelf is the sum of its ledger."""
        for shelf in self.shop.rows("shelves"):
            moves = self.shop.rows("stock_moves", shelf_id=shelf.id)
            into = sum(move.quantity for move in moves if move.target == "available")
            out = sum(move.quantity for move in moves if move.source == "available")
            if shelf.available != into - out:
                return False
        return True


@pytest.fixture
def album(shop: Shop) -> Album:
    return Album(shop)
