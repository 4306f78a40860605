"""Items as typed become items as sold: codes found, options chosen, prices and discounts read."""

from __future__ import annotations

from bot import catalogue
from bot.commands.context import CommandError, Context
from bot.commands.grammar import GrammarError, ItemSpec, write_code, write_goods
from bot.commands.offers import offer
from bot.commands.suggest import nearest
from orders.errors import OrderError
from orders.item import Discount, Item
from orders.money import Money
from orders.product import Product


def resolve(context: Context, spec: ItemSpec) -> tuple[Item, Product | None]:
    """Make the item that ``spec`` means, with its product, None for a one-off.

    Raises ``CommandError`` for a code that is unknown or can be read two ways,
    ``OrderError`` for options or amounts that the rulebook refuses.
    """
    spec = choose_reading(context, spec)
    currency = context.shop.currency
    price = Money.parse(spec.price, currency) if spec.price is not None else None
    discount = read_discount(spec.discount, currency, percent=spec.discount_percent)
    if spec.code is None:
        return _one_off(context, spec, price, discount), None
    found = catalogue.find_product(context.work.connection, context.shop, spec.code)
    if found is None:
        raise unknown_code(context, spec)
    product = found[1]
    item = product.item(spec.quantity, spec.options, price=price, discount=discount)
    product.check_sale(item.quantity, item.options)
    return item, product


def choose_reading(context: Context, spec: ItemSpec) -> ItemSpec:
    """Choose between ``A1X2`` and two of ``A1`` by what is in the catalogue."""
    readings = [one for one in (spec, *spec.alternatives) if _is_sold(context, one)]
    if len(readings) > 1:
        first, second = (
            f"{write_goods(one.code, None, one.options)} {one.quantity}" for one in readings[:2]
        )
        sentence = context.say(
            "answer.code_ambiguous",
            written=context.text[slice(*spec.code_span)],
            first=first,
            second=second,
        )
        texts = [context.mended(spec.code_span, words) for words in (first, second)]
        raise CommandError(sentence, offer(*texts))
    return readings[0] if readings else spec


def _is_sold(context: Context, spec: ItemSpec) -> bool:
    """Whether the catalogue has the product, and the options where a text has two readings."""
    found = (
        catalogue.find_product(context.work.connection, context.shop, spec.code)
        if spec.code
        else None
    )
    if found is None or not spec.options:
        return found is not None
    try:
        found[1].choose(spec.options)
    except OrderError:
        return False
    return True


def read_discount(amount: str | None, currency: str, *, percent: bool) -> Discount | None:
    """Read a discount as the grammar gives it. Raises ``OrderError``."""
    if amount is None:
        return None
    return Discount.parse(f"{amount}%" if percent else amount, currency)


def _one_off(
    context: Context, spec: ItemSpec, price: Money | None, discount: Discount | None
) -> Item:
    if price is None:
        raise CommandError(context.say("answer.one_off_price", name=spec.name or ""))
    return Item(
        code=None,
        name=spec.name or "",
        options=(),
        quantity=spec.quantity,
        unit_price=price,
        discount=discount,
    )


def unknown_code(context: Context, spec: ItemSpec) -> CommandError:
    """Say which code is unknown, where it stands, and which one is near."""
    near = nearest(spec.code or "", catalogue.list_codes(context.work.connection, context.shop.id))
    sentence = context.say(
        "answer.code_unknown",
        code=spec.code or spec.name,
        near=context.say("answer.near", code=near) if near else "",
    )
    pointed = GrammarError("code_unreadable", *spec.code_span).caret(context.text)
    texts = [context.mended(_code_alone(context, spec), write_code(near))] if near else []
    return CommandError(f"{sentence}\n{pointed}", offer(*texts))


def _code_alone(context: Context, spec: ItemSpec) -> tuple[int, int]:
    """Give the place of a code without its options, as typed."""
    start, end = spec.code_span
    slash = context.text.find("/", start, end)
    return start, slash if spec.options and slash > start else end
