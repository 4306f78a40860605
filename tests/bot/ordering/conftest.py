"""A shop whose orders are moved by use cases, without a chat in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot import ordering
from bot.ordering import Asker, Desk, Incoming, Made, Notice
from bot.staff import Actor
from bot.store import orders as order_rows
from bot.store import stock
from orders.item import Item
from orders.money import Money
from orders.payment import PayMethod
from orders.states import Role
from tests.support.shop import Shop


def baht(amount: int) -> Money:
    """So many whole baht."""
    return Money(amount * 100, "THB")


def tea(quantity: int = 1) -> Item:
    """So many of A1."""
    return Item("A1", "ชาเขียว", (), quantity, baht(120))


@dataclass
class Counter:
    """The demo's shop with one customer on LINE, and hands for every role."""

    shop: Shop

    def by(self, role: Role | str = Role.OWNER, key: str | None = None, body: str = "") -> Asker:
        """Somebody of that role, on the web; the customer and the house ask for themselves."""
        role = Role(role)
        if role is Role.SYSTEM:
            return Asker(None, "system", key=key, body=body)
        if role is Role.CUSTOMER:
            return Asker(None, "bill", contact_id=1, key=key, body=body)
        owner = self.shop.owner
        actor = Actor(owner.staff_id, owner.shop_id, "Nok", role)
        return Asker(actor, "web", key=key, body=body)

    def make(self, body: Callable[[Desk], Made]) -> Made:
        """Make a move in a transaction of its own."""
        return self.shop.at_desk(body)

    def row(self, number: int = 1001) -> Any:
        """An order's row as it is now."""
        with self.shop.runtime.store.read() as connection:
            row = order_rows.find_order(connection, self.shop.owner.shop_id, number=number)
        assert row is not None
        return row

    def status(self, number: int = 1001) -> str:
        return str(self.row(number).status)

    def view(self, number: int = 1001) -> ordering.OrderView:
        """An order as it is shown."""
        row = self.row(number)
        with self.shop.runtime.store.read() as connection:
            return ordering.view(self.shop.runtime, connection, row)

    def open_offline(self, contact_id: int | None = 1) -> Made:
        """Open a draft of 2 × A1 without a conversation."""
        sales = self.by(Role.SALES)
        return self.make(
            lambda desk: ordering.open_order(
                desk, sales, contact_id=contact_id, change=lambda order: order.add(tea(2))
            )
        )

    def pay(self, amount: int, reference: str = "", number: int = 1001, **more: Any) -> Made:
        """Let the house take verified money."""
        coming = Incoming(baht(amount), PayMethod.CARD, "gateway", reference, **more)
        asker = self.by(Role.SYSTEM)
        row = self.row(number)
        return self.make(lambda desk: ordering.take_payment(desk, row, asker, coming))

    def confirm(self, amount: int | None = None, number: int = 1001, **more: Any) -> Made:
        """Let finance confirm money that it has seen."""
        row, asker = self.row(number), self.by(Role.FINANCE)
        money = None if amount is None else baht(amount)
        return self.make(lambda desk: ordering.confirm_payment(desk, row, asker, money, **more))

    def notify(self, number: int = 1001, role: Role | str = Role.CUSTOMER, **notice: Any) -> Made:
        """Tell of a transfer."""
        row, asker = self.row(number), self.by(role)
        told = Notice(**notice)
        return self.make(lambda desk: ordering.notify_transfer(desk, row, asker, told))

    def do(
        self, name: str, *args: Any, number: int = 1001, role: Role | str = Role.OWNER, **more: Any
    ) -> Made:
        """Run a use case by its name on an order, as somebody of that role."""
        row, asker = self.row(number), self.by(role)
        case = getattr(ordering, name)
        made: Made = self.make(lambda desk: case(desk, row, asker, *args, **more))
        return made

    def move_on(self, **by: float) -> int:
        """Let time pass, and what is due happen; give how many orders expired."""
        self.shop.clock.move(**by)
        return ordering.expire_due(self.shop.runtime)

    def buckets(self, code: str = "A1") -> dict[str, int]:
        """The counts of a product's only shelf."""
        product = self.shop.row("products", code=code)
        shelf = self.shop.row("shelves", product_id=product.id)
        return {name: getattr(shelf, name) for name in BUCKETS}

    def check_ledger(self) -> None:
        """See that every shelf is the sum of its ledger and that nothing was made of nothing."""
        for shelf in self.shop.rows("shelves"):
            had = dict.fromkeys((*BUCKETS, stock.OUTSIDE), 0)
            for move in self.shop.rows("stock_moves", shelf_id=shelf.id):
                had[move.source] -= move.quantity
                had[move.target] += move.quantity
            assert {name: had[name] for name in BUCKETS} == {
                name: getattr(shelf, name) for name in BUCKETS
            }
            assert min(had[name] for name in BUCKETS) >= 0
            assert sum(had.values()) == 0

    def news(self) -> list[str]:
        """The words that the customer was owed beside the bills, oldest first."""
        return [row.text for row in self.shop.rows("messages", direction="out", kind="text")]


BUCKETS = ("available", "reserved", "committed", "shipped")


@pytest.fixture
def counter(shop: Shop) -> Counter:
    """Siam Tea with one customer on LINE."""
    shop.hear_line("hello")
    shop.handle()
    return Counter(shop)


@pytest.fixture
def billed(counter: Counter) -> Counter:
    """The same, with a bill of 2 × ฿120 out: order 1001."""
    counter.shop.answer("/o A1 2; due 2h")
    counter.shop.answer("/send")
    return counter
