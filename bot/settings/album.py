"""Judges a shop's products and ways of sending, and makes of them what the rulebook knows.

A refusal names the setting; what the rulebook refuses is told in its own words.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.settings.errors import SettingsError
from bot.settings.sections import ProductSettings, ShippingSettings, VariantSettings
from orders.album import Entry, check_code, check_options
from orders.errors import OrderError
from orders.money import Money
from orders.product import Condition, Variant
from orders.shipping import Basis, ShippingWay, Tier


def make_way(way: ShippingSettings, currency: str) -> ShippingWay:
    """Make the rulebook's way of sending. Raises ``OrderError``."""
    basis = Basis.FLAT
    tiers: tuple[Tier, ...] = ()
    if way.weight:
        basis = Basis.WEIGHT
        tiers = tuple(Tier(grams, Money.parse(fee, currency)) for grams, fee in way.weight)
    elif way.amount:
        basis = Basis.AMOUNT
        tiers = tuple(
            Tier(Money.parse(limit, currency).minor, Money.parse(fee, currency))
            for limit, fee in way.amount
        )
    return ShippingWay(
        code=way.code,
        name=way.name,
        currency=currency,
        fee=Money.parse(way.fee, currency) if way.fee else None,
        basis=basis,
        tiers=tiers,
        free_above=Money.parse(way.free_above, currency) if way.free_above else None,
    )


def make_entry(product: ProductSettings, currency: str) -> Entry:
    """Make what the album says of a product. Raises ``OrderError``."""
    names = {code: name for code, name in product.names.model_dump().items() if name}
    return Entry(
        code=check_code(product.code),
        name=product.name,
        price=Money.parse(product.price, currency),
        names=names,
        options=product.options,
        variants=tuple(_make_variant(variant, currency) for variant in product.variants),
        condition=_condition(product),
        category=product.category,
        description=product.description,
        weight=product.weight,
    )


def check_way(at: str, way: ShippingSettings, currency: str) -> None:
    """Judge a way of sending, whose settings begin with ``at``."""
    if way.weight and way.amount:
        raise SettingsError(f"{at}.amount", "stands beside weight; a way goes by one of them")
    if not way.fee and not way.weight:
        raise SettingsError(
            f"{at}.fee", 'is missing; write what it asks, as "60.00": above the last step of amount'
        )
    for name in ("fee", "free_above"):
        if getattr(way, name):
            check_amount(f"{at}.{name}", getattr(way, name), currency)
    for grams, fee in way.weight:
        check_amount(f"{at}.weight", fee, currency)
        if grams <= 0:
            raise SettingsError(f"{at}.weight", "has a step of no grams; steps begin above zero")
    for step in way.amount:
        for amount in step:
            check_amount(f"{at}.amount", amount, currency)
    _judge(at, lambda: make_way(way, currency))


def check_product(at: str, product: ProductSettings, currency: str) -> None:
    """Judge a product, whose settings begin with ``at``."""
    _judge(f"{at}.code", lambda: check_code(product.code))
    check_amount(f"{at}.price", product.price, currency)
    for number, variant in enumerate(product.variants):
        if variant.price:
            check_amount(f"{at}.variants[{number}].price", variant.price, currency)
    if not all(product.options):
        raise SettingsError(f"{at}.options", 'holds an empty group; write groups like [["S", "M"]]')
    _judge(f"{at}.options", lambda: check_options(product.code, product.options))
    if product.preorder and _counts(product):
        raise SettingsError(f"{at}.stock", "is counted, but preorder sells without; keep one")
    _judge(at, lambda: make_entry(product, currency))


def check_amount(setting: str, amount: str, currency: str) -> None:
    """Judge an amount of money."""
    _judge(setting, lambda: Money.parse(amount, currency))


def counts_of(product: ProductSettings) -> dict[tuple[str, ...], int | None]:
    """Give the counts that are given: of the whole product under ``()``, then of its variants."""
    return {(): product.stock, **{one.options: one.stock for one in product.variants}}


def _judge(setting: str, rule: Callable[[], object]) -> None:
    """Let the rulebook judge a setting, and tell its refusal as the setting's."""
    try:
        rule()
    except OrderError as wrong:
        raise SettingsError(setting, wrong.sentence("en")) from None


def _counts(product: ProductSettings) -> bool:
    return any(count is not None for count in counts_of(product).values())


def _condition(product: ProductSettings) -> Condition:
    if product.preorder:
        return Condition.PREORDER
    return Condition.STOCK if _counts(product) else Condition.UNLIMITED


def _make_variant(variant: VariantSettings, currency: str) -> Variant:
    price = Money.parse(variant.price, currency) if variant.price else None
    return Variant(options=variant.options, price=price)
