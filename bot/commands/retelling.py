"""Retells an order as the commands that would make it: to edit, to write anew, to compare.

What is told here parses: each part is one that the grammar reads as what the
order holds.
"""

from __future__ import annotations

from bot.commands.grammar import ItemSpec, Modifier, write_goods, write_item, write_modifier
from orders.item import Discount, Item
from orders.order import Order
from orders.totals import TaxMode

NOWHERE = (0, 0)
PARTED = "; "


def tell_quantities(order: Order) -> str:
    """Tell what ``/set`` would be given to leave an order as it is: ``A1 2; B2/black 1``."""
    parts = []
    for item in order.items:
        price = f" @{item.unit_price.plain()}" if item.code is None else ""
        parts.append(f"{write_goods(item.code, item.name, item.options)} {item.quantity}{price}")
    return PARTED.join(parts)


def tell_parts(order: Order) -> tuple[str, ...]:
    """Tell an order's items, with their prices, and its terms, each as a part of ``/o``."""
    return (*(write_item(_spec(item)) for item in order.items), *map(write_modifier, _terms(order)))


def tell_changes(before: Order, after: Order) -> tuple[str, ...]:
    """Tell what went (``− A1 3 @120.00``) and what came (``+ A1 2 @120.00``) between two."""
    had, has = tell_parts(before), tell_parts(after)
    gone = tuple(f"− {part}" for part in had if part not in has)
    return (*gone, *(f"+ {part}" for part in has if part not in had))


def _spec(item: Item) -> ItemSpec:
    amount, percent = _write_discount(item.discount)
    return ItemSpec(
        code=item.code,
        name=item.name if item.code is None else None,
        options=item.options,
        quantity=item.quantity,
        counted=True,
        sign=None,
        price=item.unit_price.plain(),
        discount=amount,
        discount_percent=percent,
        span=NOWHERE,
        code_span=NOWHERE,
    )


def _terms(order: Order) -> list[Modifier]:
    """Tell an order's terms; the due time is told nowhere, it is its own bill's."""
    found: list[Modifier] = []
    if order.shipping is not None:
        fee = order.shipping.plain() if not order.shipping_code else None
        found.append(Modifier("ship", NOWHERE, amount=fee, text=order.shipping_name or None))
    amount, percent = _write_discount(order.discount)
    if amount is not None:
        found.append(Modifier("disc", NOWHERE, amount=amount, percent=percent))
    if order.deposit is not None:
        found.append(Modifier("dep", NOWHERE, amount=order.deposit.plain()))
    if order.pay_method is not None:
        found.append(Modifier("pay", NOWHERE, text=str(order.pay_method)))
    if order.phone:
        found.append(Modifier("tel", NOWHERE, text=order.phone))
    if order.tax_mode is not TaxMode.INCLUDED:
        kind = "vat" if order.tax_mode is TaxMode.EXCLUDED else "novat"
        found.append(Modifier(kind, NOWHERE))
    if order.note:
        found.append(Modifier("note", NOWHERE, text=order.note))
    return found


def _write_discount(discount: Discount | None) -> tuple[str | None, bool]:
    if discount is None:
        return None, False
    if discount.amount is not None:
        return discount.amount.plain(), False
    return str(discount).removesuffix("%"), True
