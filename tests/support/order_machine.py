"""A machine that moves orders of two shops by the real use cases, beside a model of them.

Each step is one request: made as it should be, by somebody who saw an older
version, told again, or with the process dying at one of its statements and
asking anew. What is refused, or dies, must leave every row as it was; what is
made must come to what ``order_rules`` says; and the laws of ``order_laws`` hold
after each. This is the whole machine: its last rules are parcels, time, stock,
repeats, and people who come too late or from another shop.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bot import ordering
from bot.ordering import Asker, Desk, Made, Outgoing
from orders.states import Role
from tests.support import order_rules
from tests.support.order_book import STOCK, Known
from tests.support.order_money import Payments
from tests.support.order_steps import baht, seldom
from tests.support.order_world import make_item

SHELVES = [(shop, key) for shop in (0, 1) for key in STOCK]

LATE: dict[str, tuple[Any, ...]] = {
    "edit": (lambda order: order.add(make_item(0, 1)),),
    "send": (),
    "renew": (),
    "draft": (),
    "cancel": ("too late",),
    "delete": (),
    "tag": (("late",),),
    "reject_slip": ("too late",),
    "confirm_payment": (baht(10),),
    "choose_cod": (),
    "refund": (Outgoing(baht(1)),),
    "undo_ship": ("too late",),
    "complete": (),
    "return_order": ("too late",),
}
"""Use cases that ask which version was seen, each with what it is asked with."""


class OrdersMachine(Payments):
    """Everything that is done to orders."""

    @rule(data=st.data())
    def go_on(self, data: Any) -> None:
        """An order takes its next step as most orders do, so that the far states are reached."""
        steps = {
            "draft": lambda known: self.move(data, (), order_rules.send, ordering.send, on=known),
            "unpaid": lambda known: self.pay_all(data, known),
            "checking": lambda known: self.pay_all(data, known),
            "expired": lambda known: self.pay_all(data, known),
            "paid": lambda known: self.ship_some(data, known, None),
        }
        fit = [one for one in self.book.orders if one.status in steps]
        if fit:
            known = data.draw(st.sampled_from(fit), label="order")
            steps[known.status](known)

    # Parcels -------------------------------------------------------------------------

    @rule(data=st.data(), whole=st.booleans())
    def ship(self, data: Any, whole: bool) -> None:
        known = self.pick(data, "paid")
        left = known.left
        inside = None
        if not whole and left:
            line = data.draw(st.sampled_from(sorted(left)), label="line")
            inside = {line: data.draw(st.integers(1, left[line] + 1), label="pieces")}
        self.ship_some(data, known, inside)

    def ship_some(self, data: Any, known: Known, inside: dict[int, int] | None) -> None:
        def call(desk: Desk, row: Any, asker: Asker) -> Made:
            return ordering.ship(desk, row, asker, tracking="TH1", inside=inside)

        self.move(data, (), order_rules.ship, call, inside, on=known)

    @rule(data=st.data())
    def undo_ship(self, data: Any) -> None:
        def call(desk: Desk, row: Any, asker: Asker) -> Made:
            return ordering.undo_ship(desk, row, asker, "wrong")

        sent = [one for one in self.book.orders if one.parcels]
        on = data.draw(st.sampled_from(sent)) if sent else None
        self.move(data, ("shipped", "paid"), order_rules.undo_ship, call, on=on)

    @rule(data=st.data(), restock=st.sampled_from((True, False, {1: 1}, {2: 1})))
    def return_order(self, data: Any, restock: Any) -> None:
        def call(desk: Desk, row: Any, asker: Asker) -> Made:
            return ordering.return_order(desk, row, asker, "broken", restock=restock)

        self.move(data, ("shipped", "completed"), order_rules.return_order, call, restock)

    # Time and stock ------------------------------------------------------------------

    @rule(minutes=st.sampled_from((20, 60, 130, 1500)))
    def pass_time(self, minutes: int) -> None:
        self.live_on(minutes)

    def live_on(self, minutes: int) -> None:
        """Time passes, and the house lets bills expire."""
        self.world.pass_minutes(minutes)
        self.book.now += minutes
        order_rules.expire_due(self.book)
        ordering.expire_due(self.world.shop.runtime, seconds=60)
        self.look()

    @rule(data=st.data(), minutes=st.sampled_from((40, 200)), ends=seldom)
    def begin_payment(self, data: Any, minutes: int, ends: bool) -> None:
        """A payment is under way, or no longer."""
        known = self.pick(data, "unpaid")
        index = self.book.orders.index(known)
        row, name = self.row(known), f"A{index}"
        until = self.world.shop.clock() + timedelta(minutes=minutes)

        def body(desk: Desk) -> None:
            if ends:
                ordering.end_attempt(desk, provider="gateway", reference=name)
            else:
                ordering.note_attempt(desk, row, provider="gateway", reference=name, until=until)

        self.world.at_desk(known.shop, body)
        self.book.attempts.pop((known.shop, name), None)
        if not ends:
            self.book.attempts[known.shop, name] = (index, self.book.now + minutes)
        self.look()

    @rule(data=st.data(), anywhere=seldom, by=st.sampled_from((-3, -1, None, 2, 4)))
    def adjust_stock(self, data: Any, anywhere: bool, by: int | None) -> None:
        """Pieces are counted anew, mostly of what orders wait for; None leaves one piece."""
        asked = {
            (one.shop, shelf)
            for one in self.book.orders
            if one.status == "expired" or one.missing
            for shelf in one.wanted()
        }
        places = SHELVES if anywhere or not asked else sorted(asked)
        shop, key = data.draw(st.sampled_from(places), label="shelf")
        more = 1 - self.book.stock[shop, key] if by is None else by
        self.count(shop, key, more)

    def count(self, shop: int, key: str, more: int) -> None:
        there = self.book.stock[shop, key] + more >= 0
        assert self.world.adjust(shop, key, more) is there
        if there:
            self.book.stock[shop, key] += more
        self.look()

    @rule(data=st.data())
    def pay_too_late(self, data: Any) -> None:
        """A bill expires, others get all but one of its pieces, and only then its money comes."""
        waiting = [one for one in self.book.orders if one.status == "unpaid" and one.wanted()]
        if not waiting:
            return
        known = data.draw(st.sampled_from(waiting), label="order")
        self.live_on(1500)
        if known.status == "expired":
            for shelf in known.wanted():
                self.count(known.shop, shelf, 1 - self.book.stock[known.shop, shelf])
            self.pay_all(data, known)

    @rule()
    def fill_missing(self) -> None:
        order_rules.fill_missing(self.book)
        ordering.fill_missing(self.world.shop.runtime, seconds=60)
        self.look()

    # Who comes again, too late, or from elsewhere --------------------------------------

    @rule(data=st.data())
    @precondition(lambda self: self.requests)
    def ask_again(self, data: Any) -> None:
        """The same key with the same words does nothing and gives the first answer."""
        known = data.draw(st.sampled_from(self.requests), label="request")
        made, refusal = self.run_once(known.shop, known.asker, known.call)
        assert made is not None, f"a repeat is refused by {refusal}"
        assert made.repeated
        assert made.row.number == known.number
        assert _plain(made.told) == _plain(known.told)
        self.see_nothing_changed()

    @rule(data=st.data())
    @precondition(lambda self: self.requests)
    def ask_something_else(self, data: Any) -> None:
        """The same key with other words is refused."""
        known = data.draw(st.sampled_from(self.requests), label="request")
        other = replace(known.asker, body="something else")
        self.see_refusal(known.shop, lambda desk: known.call(desk, other), "key_reused")

    @rule(data=st.data(), name=st.sampled_from(sorted(LATE)))
    def come_too_late(self, data: Any, name: str) -> None:
        """Who saw an older version is told so, whatever is asked."""
        known = self.pick(data, "draft", "unpaid", "checking", "paid", "shipped")
        key = "order_missing" if known.status == "deleted" else "order_changed"
        self._refuse(known.shop, known, name, key, version=known.version - 1)

    @rule(data=st.data(), name=st.sampled_from(sorted(LATE)))
    def come_from_elsewhere(self, data: Any, name: str) -> None:
        """Another shop's staff find no such order."""
        known = self.pick(data, "draft", "unpaid", "checking", "paid", "shipped")
        self._refuse(1 - known.shop, known, name, "order_missing")

    def _refuse(self, shop: int, known: Known, name: str, key: str, **named: Any) -> None:
        row, case = self.row(known), getattr(ordering, name)
        asker = self.world.by(shop, Role.OWNER, None, None, "")

        def ask(desk: Desk) -> Made:
            made: Made = case(desk, row, asker, *LATE[name], **named)
            return made

        self.see_refusal(shop, ask, key)


def _plain(told: Any) -> Any:
    """What was told, as it is stored."""
    return json.loads(json.dumps(told))
