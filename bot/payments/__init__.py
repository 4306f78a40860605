"""Ways to pay a bill: the table of providers, one file each.

To add a provider
-----------------
1. Write ``bot/payments/<kind>.py`` with a class that has a ``kind`` and a
   ``way(accounts, amount, language)`` (see `Provider`): the way to pay
   ``amount`` into the shop's ``accounts``, or None where the shop has no such
   account or the provider does not take the currency. No I/O. A provider's SDK
   is imported in that file and nowhere else.
2. Add one line to `PROVIDERS`, in the order in which customers see them.
3. Add its name as ``method.<kind>`` to ``bot/words/*.toml``.

The contract tests in ``tests/bot/payments`` then run over it.
"""

from __future__ import annotations

from types import MappingProxyType

from bot.payments.promptpay import PromptPay
from bot.payments.transfer import Transfer
from bot.payments.way import PaymentAccounts, PaymentError, PaymentWay, Provider
from orders.money import Money

__all__ = [
    "PROVIDERS",
    "PaymentAccounts",
    "PaymentError",
    "PaymentWay",
    "Provider",
    "find_ways",
]

PROVIDERS: MappingProxyType[str, Provider] = MappingProxyType(
    {
        "promptpay": PromptPay(),
        "transfer": Transfer(),
    }
)


def find_ways(accounts: PaymentAccounts, amount: Money, language: str) -> tuple[PaymentWay, ...]:
    """Return every way to pay ``amount`` into ``accounts``; none where nothing is due.

    PaymentError: an account is one that the provider cannot use.
    """
    if amount.minor <= 0:
        return ()
    found = (provider.way(accounts, amount, language) for provider in PROVIDERS.values())
    return tuple(way for way in found if way is not None)
