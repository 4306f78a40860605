"""The machine's rules around money: slips, confirmed and verified payments, delivery, refunds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bot import ordering
from bot.ordering import Asker, Desk, Incoming, Made, Notice, Outgoing
from orders.payment import PayMethod
from orders.states import Role
from tests.support import order_rules
from tests.support.order_bills import Bills
from tests.support.order_book import Known
from tests.support.order_steps import baht


class Payments(Bills):
    """What is done about an order's money."""

    @rule(data=st.data(), slip=st.sampled_from(("K1", "K2", "K3", "")), staff=st.booleans())
    def notify_transfer(self, data: Any, slip: str, staff: bool) -> None:
        self.move(
            data,
            ("unpaid", "expired", "checking", "cancelled"),
            order_rules.notify_transfer,
            lambda desk, row, asker: ordering.notify_transfer(
                desk, row, asker, Notice(reference=slip)
            ),
            slip,
            role=Role.OWNER if staff else Role.CUSTOMER,
            staff=staff,
        )

    @rule(data=st.data())
    def reject_slip(self, data: Any) -> None:
        self.move(
            data,
            ("checking",),
            order_rules.reject_slip,
            lambda desk, row, asker: ordering.reject_slip(desk, row, asker, "blurred"),
        )

    @rule(data=st.data(), reference=st.sampled_from(("", "", "R1", "K1")))
    def confirm_payment(self, data: Any, reference: str) -> None:
        known = self.pick(data, "checking", "unpaid", "expired", "cancelled")
        amount = self.amount(data, known)
        told = reference or (known.pending[-1] if known.pending else "")
        self.move(
            data,
            (),
            order_rules.take,
            lambda desk, row, asker: ordering.confirm_payment(
                desk, row, asker, baht(amount), reference=reference
            ),
            "bank",
            told,
            amount,
            on=known,
        )

    @rule(data=st.data(), reference=st.sampled_from(("G1", "G2", "A0", "A1", "")))
    def take_payment(self, data: Any, reference: str) -> None:
        known = self.pick(data, "unpaid", "checking", "expired", "cancelled", "draft")
        amount = self.amount(data, known)
        coming = Incoming(baht(amount), PayMethod.CARD, "gateway", reference)
        self.move(
            data,
            (),
            order_rules.take,
            lambda desk, row, asker: ordering.take_payment(desk, row, asker, coming),
            "gateway",
            reference,
            amount,
            on=known,
            role=Role.SYSTEM,
        )

    def pay_all(self, data: Any, known: Known) -> None:
        """All that is open is seen in the bank's book."""
        amount = max(known.asked - known.net, 1)
        told = known.pending[-1] if known.pending else ""

        def call(desk: Desk, row: Any, asker: Asker) -> Made:
            return ordering.confirm_payment(desk, row, asker, baht(amount))

        self.move(data, (), order_rules.take, call, "bank", told, amount, on=known)

    def amount(self, data: Any, known: Known) -> int:
        """All of what is open, a part of it, or more."""
        open_now = max(known.asked - known.net, 1)
        amount: int = data.draw(
            st.sampled_from((open_now, open_now, max(open_now - 1, 1), 10, open_now + 7))
        )
        return amount

    @rule(data=st.data())
    def choose_cod(self, data: Any) -> None:
        self.move(
            data,
            ("unpaid",),
            order_rules.choose_cod,
            lambda desk, row, asker: ordering.choose_cod(
                desk, row, asker, recipient="A", address="Bangkok", phone="0812345678"
            ),
        )

    @rule(data=st.data(), share=st.sampled_from((0, 1, 5)))
    def refund(self, data: Any, share: int) -> None:
        known = self.pick(data, "cancelled", "paid", "returned", "unpaid")
        amount = max(known.net + 1 - share, 1)
        self.move(
            data,
            (),
            order_rules.refund,
            lambda desk, row, asker: ordering.refund(desk, row, asker, Outgoing(baht(amount))),
            amount,
            on=known,
        )
