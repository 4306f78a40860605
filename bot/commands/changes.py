"""Changes of an order as typed: modifiers such as ``ship EMS 60`` or ``disc 5%`` on the order."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import catalogue
from bot.commands.context import Context
from bot.commands.grammar import DueSpec, Modifier
from bot.commands.items import read_discount
from orders.money import Money
from orders.order import Order
from orders.payment import PayMethod
from orders.totals import TaxMode


def apply(context: Context, order: Order, modifier: Modifier) -> Order:
    """Apply one modifier. Raises ``OrderError`` where the rulebook refuses it."""
    currency = context.shop.currency
    written = None if modifier.percent else modifier.amount
    amount = None if written is None else Money.parse(written, currency)
    match modifier.kind:
        case "ship":
            return _ship(context, order, modifier, amount)
        case "freeship":
            return order.with_shipping(Money.zero(currency), order.shipping_name)
        case "disc":
            return order.with_discount(
                read_discount(modifier.amount, currency, percent=modifier.percent)
            )
        case "dep":
            return order.with_deposit(amount)
        case "pay":
            return order.with_pay_method(PayMethod(modifier.text or ""))
        case "due" if modifier.due is not None:
            return order.with_due(find_due(modifier.due, context.work.now, context.shop.timezone))
        case "tel":
            return order.with_phone(modifier.text or "")
        case "vat":
            return order.with_tax(TaxMode.EXCLUDED)
        case "novat":
            return order.with_tax(TaxMode.NONE)
        case "note":
            return order.with_note(modifier.text or "")
        case _:
            raise AssertionError(f"the grammar knows a modifier that nobody applies: {modifier}")


def find_due(due: DueSpec, now: datetime, timezone: str) -> datetime:
    """Set a due time as typed against the shop's clock; give it in UTC.

    A clock time or a date that is over today, or this year, is the next one. A
    date without a time means the end of that day.
    """
    if due.kind == "after":
        return now + timedelta(minutes=due.minutes)
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone)
    hour, minute = due.hour or 0, due.minute or 0
    if due.kind == "clock":
        at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return (at if at > local else at + timedelta(days=1)).astimezone(now.tzinfo)
    if due.hour is None:
        hour, minute = 23, 59
    year = local.year
    while True:
        try:
            at = datetime(year, due.month or 1, due.day or 1, hour, minute, tzinfo=zone)
        except ValueError:  # 29 February waits for its year
            year += 1
            continue
        if at > local:
            return at.astimezone(now.tzinfo)
        year += 1


def _ship(context: Context, order: Order, modifier: Modifier, fee: Money | None) -> Order:
    """Choose a way of sending by its name, at its rule's fee, unless one is written."""
    name = (modifier.text or "").strip()
    way = catalogue.find_way(context.shop, name)
    if way is not None and fee is None:
        asked = catalogue.quote_way(context.work.connection, context.shop.id, way, order)
        return order.with_way(way, asked)
    if way is not None:
        name = way.name
    return order.with_shipping(order.shipping if fee is None else fee, name or order.shipping_name)
