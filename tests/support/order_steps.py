"""The steps of the machine that moves orders of two shops, each beside a model of what it does.

Each step is one request: made as it should be, by somebody who saw an older
version, or with the process dying at one of its statements and asking again.
What is refused, or dies, must leave every row as it was; what is made must come
to what ``order_rules`` says; and the laws of ``order_laws`` hold after each.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bot.ordering import Asker, Desk, Made
from bot.store import orders as order_rows
from orders.errors import OrderError
from orders.money import Money
from orders.states import Role
from tests.support import order_laws
from tests.support.order_book import STOCK, Book, Known, Refused
from tests.support.order_world import Crash, World

Call = Callable[[Desk, Asker], Made]

crashes = st.one_of(st.none(), st.none(), st.integers(1, 40))
seldom = st.integers(0, 7).map(lambda number: number == 7)


@dataclass(frozen=True)
class Request:
    """Something that was asked for with an idempotency key, and answered."""

    shop: int
    asker: Asker
    call: Call
    number: int
    told: dict[str, Any]


def baht(amount: int) -> Money:
    return Money(amount * 100, "THB")


class Steps(RuleBasedStateMachine):
    """Two shops at work. ``world`` is given by a subclass, one for each test."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.begin_anew()
        self.book = Book(stock={(shop, key): n for shop in (0, 1) for key, n in STOCK.items()})
        self.requests: list[Request] = []
        self.keys = 0
        self.seen = self.world.read()
        ids = {row.id: row.code for row in self.seen["products"]}
        numbers = [row.id for row in self.world.shops]
        self.shelves = {
            (
                numbers.index(row.shop_id),
                "/".join(filter(None, (ids[row.product_id], row.key))),
            ): row.id
            for row in self.seen["shelves"]
        }

    # What a step is ------------------------------------------------------------------

    def ask(  # noqa: PLR0917  what a request is made of
        self,
        data: Any,
        shop: int,
        role: Role,
        predict: Callable[[Book], None],
        call: Call,
        contact: int | None = None,
    ) -> Made | None:
        """Make a request that may die and is asked again; give its answer, None for a refusal."""
        expected = self._predict(predict)
        self.keys += 1
        key = f"key:{self.keys}" if data.draw(st.booleans(), label="with a key") else None
        asker = self.world.by(shop, role, contact, key, "")
        crash = data.draw(crashes, label="dies at")
        made, refusal = self._run(shop, asker, call, crash)
        if made is None:
            assert expected is None, f"refused by {refusal}"
            self.see_nothing_changed()
            return None
        assert expected is not None, f"made, though the rules forbid it: {made.told}"
        self.book = expected
        if key:
            self.requests.append(Request(shop, asker, call, made.row.number, dict(made.told)))
        if self.book.orders[-1].number == 0:
            self.book.orders[-1].number = made.row.number
        self.look()
        return made

    def _predict(self, predict: Callable[[Book], None]) -> Book | None:
        """What the book comes to; None where the rules forbid it."""
        expected = deepcopy(self.book)
        try:
            predict(expected)
        except Refused:
            return None
        return expected

    def _run(
        self, shop: int, asker: Asker, call: Call, crash: int | None
    ) -> tuple[Made | None, str]:
        """Ask, and where the process died over it, once more; give the answer or the refusal."""
        try:
            with self.world.crashing(crash):
                return self.run_once(shop, asker, call)
        except Crash:
            self.see_nothing_changed()
        return self.run_once(shop, asker, call)

    def run_once(self, shop: int, asker: Asker, call: Call) -> tuple[Made | None, str]:
        """Ask once; give the answer, or what refused it."""
        try:
            return self.world.at_desk(shop, lambda desk: call(desk, asker)), ""
        except OrderError as refused:
            return None, refused.key

    def look(self) -> None:
        """See that everything is as the laws and the model say."""
        now = self.world.read()
        order_laws.check(now, self.seen)
        ids = [row.id for row in self.world.shops]
        order_laws.compare(now, self.book, ids, self.shelves)
        self.seen = now

    def see_refusal(self, shop: int, body: Callable[[Desk], Made], key: str) -> None:
        """See that a request is refused with this key, and that nothing comes of it."""
        try:
            self.world.at_desk(shop, body)
        except OrderError as refused:
            found = refused.key
        else:
            found = "made"
        assert found == key, f"{found}, not {key}"
        self.see_nothing_changed()

    def see_nothing_changed(self) -> None:
        now = self.world.read()
        changed = [name for name, rows in now.items() if rows != self.seen[name]]
        assert not changed, f"rows were left in {changed}"

    def move(
        self,
        data: Any,
        statuses: tuple[str, ...],
        predict: Callable[..., None],
        call: Callable[[Desk, Any, Asker], Made],
        *said: Any,
        role: Role = Role.OWNER,
        on: Known | None = None,
        **named: Any,
    ) -> None:
        """Move one order. It counts one version up, beyond what ``predict`` counts."""
        index = self.book.orders.index(on or self.pick(data, *statuses))
        known = self.book.orders[index]
        row = self.row(known)

        def predicted(book: Book) -> None:
            predict(book, book.orders[index], *said, **named)
            book.orders[index].version += 1

        before = self.others(known.shop)
        self.ask(
            data,
            known.shop,
            role,
            predicted,
            lambda desk, asker: call(desk, row, asker),
            known.contact,
        )
        assert self.others(known.shop) == before, "another shop's rows were changed"

    def others(self, shop: int) -> list[list[Any]]:
        """Every row of the other shop."""
        mine = self.world.shops[shop].id
        return [
            [row for row in rows if getattr(row, "shop_id", mine) != mine]
            for rows in self.seen.values()
        ]

    def pick(self, data: Any, *statuses: str) -> Known:
        """An order in one of these states where there is one; seldom any at all."""
        anyway = data.draw(seldom, label="in whatever state")
        fit = [one for one in self.book.orders if anyway or one.status in statuses]
        found: Known = data.draw(st.sampled_from(fit or self.book.orders), label="order")
        return found

    def row(self, known: Known) -> Any:
        """An order's row as a page has it in hand, deleted ones as they were last."""
        shop_id = self.world.shops[known.shop].id
        with self.world.shop.runtime.store.read() as connection:
            found = order_rows.find_order(connection, shop_id, number=known.number)
        if found is not None:
            return found
        return next(
            row
            for row in self.seen["orders"]
            if (row.shop_id, row.number) == (shop_id, known.number)
        )
