"""The machine's rules around a bill: from open, edit and send to cancel, copy and merge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bot import ordering
from bot.ordering import Asker, Desk, Made
from orders.order import Order
from orders.states import Role, Status
from tests.support import order_rules
from tests.support.order_book import GOODS, Book, Known
from tests.support.order_steps import Steps
from tests.support.order_world import make_item

ANY = tuple(str(status) for status in Status)
goods = st.integers(0, len(GOODS) - 1)


class Bills(Steps):
    """What is done to a bill before its money comes."""

    @initialize(data=st.data())
    def begin(self, data: Any) -> None:
        for _ in range(2):
            self.open(data)
            self.send(data)

    @rule(data=st.data())
    @precondition(lambda self: len(self.book.orders) < 7)
    def open(self, data: Any) -> None:
        shop, place = data.draw(st.sampled_from((0, 0, 1))), data.draw(st.integers(0, 1))
        lines = data.draw(st.dictionaries(goods, st.integers(1, 3), max_size=3))
        online, known = data.draw(st.booleans()), data.draw(st.integers(0, 5)) > 0
        talk = self.world.talks[shop][place]
        contact = talk.contact_id if online or known else None

        def change(order: Order) -> Order:
            for good, pieces in lines.items():
                order = order.add(make_item(good, pieces))
            return order

        def call(desk: Desk, asker: Asker) -> Made:
            where = {"conversation": talk} if online else {"contact_id": contact}
            return ordering.open_order(desk, asker, change=change, **where)

        def predict(book: Book) -> None:
            book.orders.append(Known(shop, 0, contact, lines=dict(lines)))

        self.ask(data, shop, Role.OWNER, predict, call)

    @rule(data=st.data(), good=goods, pieces=st.integers(0, 2))
    def edit(self, data: Any, good: int, pieces: int) -> None:
        item = make_item(good, pieces or 1)

        def change(order: Order) -> Order:
            return order.add(item) if pieces else order.remove(item.code or item.name, item.options)

        self.move(
            data,
            ("draft", "unpaid"),
            order_rules.edit,
            lambda desk, row, asker: ordering.edit(desk, row, asker, change),
            good,
            pieces,
        )

    @rule(data=st.data())
    def send(self, data: Any) -> None:
        self.move(data, ("draft", "unpaid"), order_rules.send, ordering.send)

    @rule(data=st.data(), minutes=st.sampled_from((None, 30, 300)))
    def renew(self, data: Any, minutes: int | None) -> None:
        at = None if minutes is None else self.world.shop.clock() + timedelta(minutes=minutes)
        self.move(
            data,
            ("expired", "unpaid"),
            order_rules.renew,
            lambda desk, row, asker: ordering.renew(desk, row, asker, at),
            minutes,
        )

    @rule(data=st.data(), name=st.sampled_from(("draft", "delete", "tag", "copy", "complete")))
    def move_plainly(self, data: Any, name: str) -> None:
        statuses = {
            "draft": ("unpaid",),
            "delete": ("draft",),
            "tag": ANY,
            "copy": ("cancelled",),
            "complete": ("shipped",),
        }
        case = getattr(ordering, name)
        call = (
            (lambda desk, row, asker: case(desk, row, asker, ("seen",))) if name == "tag" else case
        )
        self.move(data, statuses[name], getattr(order_rules, name), call)

    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        self.move(
            data,
            ("unpaid", "checking", "paid", "expired"),
            order_rules.cancel,
            lambda desk, row, asker: ordering.cancel(desk, row, asker, "sorry"),
        )

    @rule(data=st.data())
    @precondition(lambda self: len(self.book.orders) > 1)
    def merge(self, data: Any) -> None:
        kept, other = self.pick(data, "draft", "unpaid"), self.pick(data, "draft", "unpaid")
        if kept.shop != other.shop:
            return
        place, joining = self.book.orders.index(other), self.row(other)

        def predict(book: Book, order: Known) -> None:
            order_rules.merge(book, order, book.orders[place])

        self.move(
            data,
            (),
            predict,
            lambda desk, row, asker: ordering.merge(desk, row, joining, asker),
            on=kept,
        )
