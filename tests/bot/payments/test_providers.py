"""What every payment provider keeps to, and which ways a shop's accounts give."""

from __future__ import annotations

import pytest

from bot.payments import PROVIDERS, PaymentAccounts, PaymentError, find_ways
from bot.words import LANGUAGES, say
from orders.invoice import Bank
from orders.money import Money

_BANK = Bank("KBANK", "123-4-56789-0", "Siam Tea Co., Ltd.")
_ALL = PaymentAccounts("0812345678", (_BANK, Bank("SCB", "987-6-54321-0", "")))


@pytest.mark.parametrize("kind", PROVIDERS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_provider_gives_a_way_that_can_be_shown(kind: str, language: str) -> None:
    provider = PROVIDERS[kind]
    way = provider.way(_ALL, Money(30000, "THB"), language)
    assert way is not None
    assert way.kind == provider.kind == kind
    assert way.label == say(f"method.{kind}", language)
    assert way.lines
    assert all(way.lines)


@pytest.mark.parametrize("kind", PROVIDERS)
def test_a_provider_without_an_account_gives_no_way(kind: str) -> None:
    assert PROVIDERS[kind].way(PaymentAccounts(), Money(30000, "THB"), "th") is None


def test_a_bill_offers_the_qr_first_and_then_the_accounts() -> None:
    promptpay, transfer = find_ways(_ALL, Money(30000, "THB"), "en")
    assert promptpay.qr_payload is not None
    assert "5406300.00" in promptpay.qr_payload
    assert promptpay.lines == ("PromptPay 0812345678",)
    assert transfer.qr_payload is None
    assert transfer.lines == (
        "KBANK 123-4-56789-0",
        "Account name Siam Tea Co., Ltd.",
        "SCB 987-6-54321-0",
    )


def test_promptpay_takes_baht_only() -> None:
    assert [way.kind for way in find_ways(_ALL, Money(30000, "USD"), "en")] == ["transfer"]


def test_nothing_due_needs_no_way_to_pay() -> None:
    assert find_ways(_ALL, Money(0, "THB"), "th") == ()


def test_an_id_that_cannot_be_used_is_told_and_not_left_out() -> None:
    with pytest.raises(PaymentError):
        find_ways(PaymentAccounts("12345"), Money(30000, "THB"), "th")
