"""Two shops whose orders a machine moves: emptied at will, read whole, crashed anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import delete, event, select, update

from bot import shops as shop_cases
from bot.ordering import Asker, Desk
from bot.runtime import Work
from bot.staff import Actor
from bot.store import conversations, products, shops, stock, tables
from bot.store.database import Connection
from orders.item import Item
from orders.money import Money
from orders.states import Role
from tests.support.order_book import BILL_WAITS, GOODS, STOCK
from tests.support.shop import Shop

T = TypeVar("T")

# In this sequence nothing is deleted that something else still names.
GROWING = (
    *("outbox", "feed", "audit", "idempotency_keys"),
    *("parcel_items", "parcels", "payments", "refunds", "slips", "payment_attempts"),
    *("stock_moves", "order_items", "order_events", "order_snapshots", "invoices"),
    *("orders", "shelves"),
)
"""The tables that moves of orders write to."""

Snapshot = dict[str, list[Any]]


class Crash(BaseException):
    """The process died here. No handler of the house may catch it."""


@dataclass
class World:
    """The demo's shop and another one beside it, each with customers in a LINE chat."""

    shop: Shop

    def __post_init__(self) -> None:
        self._begin_second_shop()
        self._moved = 0
        self._add_products()

    # Beginnings ---------------------------------------------------------------------

    def _begin_second_shop(self) -> None:
        def body(work: Work) -> None:
            shop_cases.add_shop(
                work, slug="two", name="Two", currency="THB", timezone="UTC", locale="en"
            )
            shop_cases.add_channel(
                self.shop.runtime,
                work,
                "two",
                kind="line",
                key="two-line",
                channel_secret="line-secret-of-two",
                access_token="line-token-of-two",
            )

        self.shop.runtime.transact(body)
        for key in ("siam-line", "two-line"):
            for user in ("Uone", "Utwo"):
                event = self.shop.line_event("hello", user=user)
                self.shop.post_line(self.shop.line_body(event), key=key)
        self.shop.handle()

    def _add_products(self) -> None:
        def body(work: Work) -> None:
            for row in self.shops:
                rules = {**row.options, "due_minutes": BILL_WAITS}
                shops.update_shop(work.connection, row.id, options=rules)
                for code in {good.code for good in GOODS if good.code}:
                    variants = [
                        good.options[0] for good in GOODS if good.code == code and good.options
                    ]
                    counted = code in {key.partition("/")[0] for key in STOCK}
                    products.insert_product(
                        work.connection,
                        shop_id=row.id,
                        code=code,
                        name=next(good.name for good in GOODS if good.code == code),
                        price_minor=next(good.price for good in GOODS if good.code == code) * 100,
                        options=[variants] if variants else [],
                        condition="stock"
                        if counted
                        else "preorder"
                        if code == "P1"
                        else "unlimited",
                        managed=False,
                    )

        self.shop.runtime.transact(body)

    def begin_anew(self) -> None:
        """Forget all orders, and put the first stock on new shelves."""

        def body(work: Work) -> None:
            work.connection.execute(update(tables.conversations).values(order_id=None))
            with _unguarded(work.connection):
                for name in GROWING:
                    work.connection.execute(delete(getattr(tables, name)))
            out = tables.messages.c.direction == "out"
            work.connection.execute(delete(tables.messages).where(out))
            issued = tables.counters.c.name == "invoice"
            work.connection.execute(delete(tables.counters).where(issued))
            for row in self.shops:
                for key, pieces in STOCK.items():
                    code, _, option = key.partition("/")
                    product = products.find_product(work.connection, row.id, code)
                    stock.add_shelf(work.connection, product, option, pieces, work.now)

        self.shop.clock.move(minutes=-self._moved)
        self._moved = 0
        self.shop.runtime.transact(body)

    @cached_property
    def shops(self) -> list[Any]:
        with self.shop.runtime.store.read() as connection:
            return shops.list_shops(connection)

    @cached_property
    def talks(self) -> list[list[Any]]:
        """The conversations of each shop."""
        with self.shop.runtime.store.read() as connection:
            ids = connection.execute(
                select(tables.conversations.c.id, tables.conversations.c.shop_id).order_by("id")
            ).all()
            return [
                [
                    conversations.find_conversation(connection, row.id, talk.id)
                    for talk in ids
                    if talk.shop_id == row.id
                ]
                for row in self.shops
            ]

    # What is done -------------------------------------------------------------------

    def by(self, shop: int, role: Role, contact: int | None, key: str | None, body: str) -> Asker:
        """Who asks: staff of that shop, its customer, or the house."""
        if role is Role.SYSTEM:
            return Asker(None, "system", key=key, body=body)
        if role is Role.CUSTOMER:
            return Asker(None, "bill", contact_id=contact or 0, key=key, body=body)
        actor = Actor(self._staff_id, self.shops[shop].id, "Nok", role)
        return Asker(actor, "web", key=key, body=body)

    @cached_property
    def _staff_id(self) -> int:
        return self.shop.owner.staff_id

    def at_desk(self, shop: int, body: Callable[[Desk], T]) -> T:
        """Make a move in a transaction of its own."""

        def run(work: Work) -> T:
            row = shops.find_shop(work.connection, self.shops[shop].id)
            return body(Desk(self.shop.runtime, work, row))

        return self.shop.runtime.transact(run)

    def adjust(self, shop: int, key: str, by: int) -> bool:
        """Count more or fewer pieces of a shelf; False where so few are for sale."""
        code, _, option = key.partition("/")

        def run(work: Work) -> bool:
            product = products.find_product(work.connection, self.shops[shop].id, code)
            shelf = stock.find_shelf(work.connection, product, (option,) if option else ())
            return stock.adjust(work.connection, shelf, by, work.now)

        return self.shop.runtime.transact(run)

    def pass_minutes(self, minutes: int) -> None:
        self._moved += minutes
        self.shop.clock.move(minutes=minutes)

    @contextmanager
    def crashing(self, at: int | None) -> Iterator[None]:
        """Let the process die at its ``at``-th statement from here on; None: never.

        Who dies gives its connections up without a word, and starts anew.
        """
        engine, left = self.shop.runtime.store._engine, [at or 0]

        def count(*_: Any) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        if at is None:
            yield
            return
        event.listen(engine, "before_cursor_execute", count)
        try:
            yield
        except Crash:
            self.shop.runtime.store.close()
            raise
        finally:
            event.remove(engine, "before_cursor_execute", count)

    def read(self) -> Snapshot:
        """Every row that moves of orders write, of both shops."""
        return read_rows(self.shop)


def read_rows(shop: Shop) -> Snapshot:
    """Every row that moves of orders write, of all shops, oldest first."""
    found: Snapshot = {}
    with shop.runtime.store.read() as connection:
        for name in (*GROWING, "counters", "products"):
            table = getattr(tables, name)
            query = select(table).order_by(*table.primary_key.columns)
            found[name] = list(connection.execute(query))
    return found


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    """Let history be deleted, which the database itself forbids."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield
        connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.exec_driver_sql(query).all()
    for trigger in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)


def make_item(good: int, pieces: int) -> Item:
    """A line of an order."""
    sold = GOODS[good]
    return Item(sold.code, sold.name, sold.options, pieces, Money(sold.price * 100, "THB"))
