"""What the album says of a product as plain JSON, for audit rows and imports that are kept."""

from __future__ import annotations

from typing import Any

from orders.album import Entry
from orders.money import Money
from orders.product import Condition, Variant


def write_entry(entry: Entry) -> dict[str, Any]:
    """Give an entry as JSON; ``read_back`` gives the same entry again."""
    return {
        "code": entry.code,
        "name": entry.name,
        "price": entry.price.minor,
        "names": dict(sorted(entry.names.items())),
        "options": [list(group) for group in entry.options],
        "variants": [
            {
                "options": list(one.options),
                "price": None if one.price is None else one.price.minor,
                "active": one.active,
            }
            for one in entry.variants
        ],
        "condition": str(entry.condition),
        "category": entry.category,
        "description": entry.description,
        "weight": entry.weight,
        "active": entry.active,
    }


def read_back(plain: dict[str, Any], currency: str) -> Entry:
    """Make the entry again that ``write_entry`` wrote."""
    values = {**plain}
    values["price"] = Money(plain["price"], currency)
    values["options"] = tuple(tuple(group) for group in plain["options"])
    values["condition"] = Condition(plain["condition"])
    values["variants"] = tuple(
        Variant(
            options=tuple(one["options"]),
            price=None if one["price"] is None else Money(one["price"], currency),
            active=one["active"],
        )
        for one in plain["variants"]
    )
    return Entry(**values)
