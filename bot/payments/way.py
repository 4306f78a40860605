"""What a payment provider is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.words import say
from orders.invoice import Bank
from orders.money import Money


@dataclass(frozen=True, slots=True)
class PaymentAccounts:
    """Where a shop takes money: its PromptPay id ("" for none) and its bank accounts."""

    promptpay_id: str = ""
    banks: tuple[Bank, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentWay:
    """One way to pay one amount, ready to be shown.

    ``qr_payload`` is what the QR holds, None where there is no QR. ``lines``
    are the words beside it, each useful alone.
    """

    kind: str
    label: str
    qr_payload: str | None
    lines: tuple[str, ...]


class PaymentError(Exception):
    """A shop's account cannot be used; ``str`` is the sentence in English."""

    def __init__(self, key: str, **facts: object) -> None:
        self.key = key
        self.facts = facts
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """Say what is wrong and what to do, in ``language``."""
        return say(f"payment_error.{self.key}", language, **self.facts)


class Provider(Protocol):
    """A way to be paid, as `bot.payments` describes it."""

    @property
    def kind(self) -> str:
        """The provider's key in the table, and in ``method.<kind>`` of the words."""

    def way(self, accounts: PaymentAccounts, amount: Money, language: str) -> PaymentWay | None:
        """Return the way to pay ``amount`` into ``accounts``, None where there is none."""
