"""The card that answers a command: the order as it stands, and what can be typed next."""

from __future__ import annotations

from typing import Any

from bot import catalogue, ordering
from bot.channels import CHANNELS
from bot.commands.context import Answer, Context
from bot.commands.next import is_ahead, next_buttons, next_commands
from bot.messages import Card, Row
from bot.ordering import OrderView
from bot.words.formats import format_money, format_percent
from orders.money import Money, exponent
from orders.shipping import Basis
from orders.totals import TaxMode


def answer(context: Context, row: Any, *notes: str) -> Answer:
    """Answer with an order's card; ``notes`` come before what the order itself has to say."""
    view = ordering.view(context.runtime, context.work.connection, row)
    card = Card(
        title=context.say(
            "card.title", number=row.number, status=context.say(f"status.{row.status}")
        ),
        subtitle=_customer(context, row),
        rows=(*_items(context, view), *_totals(context, view)),
        notes=tuple(
            note
            for note in (
                *notes,
                *_revision(context, view),
                *next_commands(context, view),
                *_stock(context, view),
                *_weight(context, view),
            )
        ),
        buttons=next_buttons(context, view),
    )
    return Answer(card, row.id)


def show(context: Context, amount: Money) -> str:
    """Word an amount as staff read it."""
    return format_money(amount.minor, amount.currency, exponent(amount.currency), context.language)


def _customer(context: Context, row: Any) -> str:
    if row.customer_code is None:
        return ""
    name = f"@C{row.customer_code} {row.customer_name or ''}".strip()
    if row.channel is None:
        return name
    return context.say("card.customer", customer=name, channel=CHANNELS[row.channel].name)


def _items(context: Context, view: OrderView) -> list[Row]:
    lines = []
    for item, total in zip(view.order.items, view.totals.items, strict=True):
        name = " ".join(part for part in (item.code, item.name, *item.options) if part)
        label = context.say("card.item", item=name, quantity=item.quantity)
        lines.append(Row(label, show(context, total)))
    return lines


def _totals(context: Context, view: OrderView) -> list[Row]:
    sums = view.totals
    rows = []
    if sums.discount.minor:
        rows.append(Row(context.say("total.discount"), f"-{show(context, sums.discount)}"))
    if view.order.shipping is not None:
        name = view.order.shipping_name
        label = (
            context.say("total.shipping_by", name=name) if name else context.say("total.shipping")
        )
        rows.append(Row(label, show(context, sums.shipping)))
    if sums.tax.minor:
        rate = format_percent(view.order.tax_rate_bp, context.language)
        on_top = view.order.tax_mode is TaxMode.EXCLUDED
        key = "total.tax" if on_top else "total.tax_included"
        rows.append(Row(context.say(key, rate=rate), show(context, sums.tax)))
    rows.append(Row(context.say("total.total"), show(context, sums.total), strong=True))
    if sums.deposit.minor:
        rows.append(Row(context.say("total.deposit"), show(context, sums.deposit)))
    if sums.paid.minor:
        rows.append(Row(context.say("total.paid"), show(context, sums.paid)))
        rows.append(Row(context.say("total.balance"), show(context, sums.balance)))
    return rows


def _stock(context: Context, view: OrderView) -> list[str]:
    """Tell what is left of each counted product in the order, by variant where those count."""
    left: dict[str, int] = {}
    for item in view.order.items:
        found = (
            catalogue.find_product(context.work.connection, context.shop, item.code)
            if item.code
            else None
        )
        if found is not None and found[1].reserves:
            own = any(
                one.options == item.options and one.stock is not None for one in found[1].variants
            )
            name = str(item) if own else found[1].code
            left[name] = found[1].stock_of(item.options) or 0
    return [context.say("card.stock_left", code=name, left=pieces) for name, pieces in left.items()]


def _weight(context: Context, view: OrderView) -> list[str]:
    """Tell which items a fee by weight counted as nothing."""
    if not view.order.shipping_code:
        return []
    way = catalogue.find_way(context.shop, view.order.shipping_code)
    if way is None or way.basis is not Basis.WEIGHT:
        return []
    weight = catalogue.weigh_order(context.work.connection, context.shop.id, view.order)
    codes = ", ".join(weight.unknown)
    return [context.say("card.no_weight", codes=codes)] if codes else []


def _revision(context: Context, view: OrderView) -> list[str]:
    """Say when the customer's bill is older than what stands here."""
    if is_ahead(view):
        return [context.say("card.undelivered_edit", revision=view.row.revision)]
    return []
