"""``/stock``: what is left of products and of their variants."""

from __future__ import annotations

from bot import catalogue
from bot.commands.card import show
from bot.commands.context import Answer, Context
from bot.commands.grammar import Command, ItemSpec
from bot.commands.items import choose_reading, unknown_code
from bot.messages import Text
from orders.product import Product


def count(context: Context, command: Command) -> Answer:
    """Tell what is left of each product that is named, by variant where those are counted."""
    lines: list[str] = []
    for spec in command.body.items:
        lines += _count_one(context, spec)
    return Answer(Text("\n".join(lines)))


def _count_one(context: Context, spec: ItemSpec) -> list[str]:
    spec = choose_reading(context, spec)
    found = catalogue.find_product(context.work.connection, context.shop, spec.code or "")
    if found is None:
        raise unknown_code(context, spec)
    product = found[1]
    head = f"{product.code} {product.name}"
    if spec.options:
        options = product.choose(spec.options)
        return [_line(context, product, "/".join((product.code, *options)), options)]
    lines = [_line(context, product, head, ())]
    lines += [
        _line(context, product, "/".join((product.code, *one.options)), one.options)
        for one in product.variants
        if one.stock is not None
    ]
    return lines


def _line(context: Context, product: Product, name: str, options: tuple[str, ...]) -> str:
    left = product.stock_of(options) if product.reserves else None
    price = show(context, product.price_of(options))
    if left is None:
        return context.say("answer.stock_uncounted", name=name, price=price)
    return context.say("answer.stock", name=name, price=price, left=left)
