"""Bank transfer: the shop's accounts, to be typed into a bank's app."""

from __future__ import annotations

from bot.payments.way import PaymentAccounts, PaymentWay
from bot.words import say
from orders.money import Money


class Transfer:
    """The shop's bank accounts, in any currency; no QR."""

    kind = "transfer"

    def way(self, accounts: PaymentAccounts, amount: Money, language: str) -> PaymentWay | None:
        """Return the accounts to send ``amount`` to, None where the shop gave none."""
        del amount  # the same account takes any
        if not accounts.banks:
            return None
        lines = []
        for bank in accounts.banks:
            lines.append(say("bill.bank", language, bank=bank.bank, account=bank.account))
            if bank.holder:
                lines.append(say("bill.holder", language, holder=bank.holder))
        return PaymentWay(
            kind=self.kind,
            label=say("method.transfer", language),
            qr_payload=None,
            lines=tuple(lines),
        )
