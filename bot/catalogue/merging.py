"""What a product becomes when a sheet's lines are laid over it; judged before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from bot.catalogue import columns
from bot.catalogue.errors import ProductError
from bot.catalogue.lines import Line, Reading
from bot.catalogue.writing import check_counted, check_given
from bot.sheets.sheet import SheetError
from orders.album import Entry
from orders.errors import OrderError
from orders.money import Money
from orders.product import Condition, Product, Variant

_PLAIN = ("name", "price", "category", "description", "weight", "options")
_FILLED = {"name": "name_empty", "price": "price_empty"}


@dataclass(slots=True)
class Target:
    """A product under an import: what it is, and what it would be.

    ``counts`` are the counts that would be others, by options.
    """

    code: str
    currency: str
    row: Any = None
    current: Entry | None = None
    shelves: dict[str, Any] = field(default_factory=dict)
    entry: Entry | None = None
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Say whether anything of it would be another."""
        return self.entry != self.current or bool(self.counts)


def merge(target: Target, lines: Sequence[Line], reading: Reading) -> bool:
    """Lay a product's lines over it; False, with the faults noted, where that cannot be."""
    before = len(reading.faults)
    head = next((line for line in lines if not line.choice), None)
    if target.row is not None and target.row.archived_at is not None:
        reading.fault(lines[0].row, "code", ProductError("code_archived", code=target.code))
    elif head is None and target.current is None:
        for line in lines:
            reading.fault(line.row, "variant", SheetError("product_first", code=target.code))
    else:
        _merge(target, head, [line for line in lines if line.choice], reading)
    return len(reading.faults) == before and target.entry is not None


def _merge(target: Target, head: Line | None, others: list[Line], reading: Reading) -> None:
    base = _lay_head(target, head, reading)
    if base is None:
        return
    counts: dict[tuple[str, ...], int] = {}
    if head is not None and head.told.get("stock") is not None:
        counts[()] = head.told["stock"]
    variants = _lay_variants(base, target, others, counts, reading)
    condition = _choose_condition(target, head, base, counts=bool(counts))
    place = (head or others[0]).row
    if counts and condition is not Condition.STOCK:
        word = columns.word("stock", "en") + " / " + columns.word("stock", "th")
        rows = [line.row for line in (head, *others) if line and line.told.get("stock") is not None]
        for row in rows:
            error = SheetError("stock_uncounted", code=target.code, word=word)
            reading.fault(row, "stock", error)
        return
    try:
        entry = replace(base, variants=variants, condition=condition)
        if target.current is not None:
            check_given(target.row, target.current, entry)
            check_counted(target.code, target.shelves.values(), entry)
    except ProductError as error:
        column = str(error.facts.get("column", "options"))
        reading.fault(others[0].row if column == "variants" and others else place, column, error)
        return
    except OrderError as error:
        reading.fault(place, "code", error)
        return
    target.entry = entry
    target.counts = {
        options: count for options, count in counts.items() if _differs(target, options, count)
    }


def _lay_head(target: Target, head: Line | None, reading: Reading) -> Entry | None:
    """Lay a product's own line over what it is; its variants wait."""
    current = target.current
    if head is None:
        return None if current is None else replace(current, variants=())
    told = {column: head.told[column] for column in _PLAIN if column in head.told}
    for column, key in _FILLED.items():
        missing = column in told or (current is None and not _faulty(reading, head.row, column))
        if missing and told.get(column) is None:
            reading.fault(head.row, column, SheetError(key))
            return None
        if current is None and column not in told:
            return None
    names = dict(current.names) if current else {}
    names |= {
        column.removeprefix("name_"): text
        for column, text in head.told.items()
        if columns.is_name(column)
    }
    if head.told.get("active") is not None:
        told["active"] = head.told["active"]
    try:
        if current is not None:
            return replace(current, **told, names=names, variants=())
        return Entry(code=target.code, **told, names=names)
    except OrderError as error:
        reading.fault(head.row, "code", error)
        return None


def _lay_variants(
    base: Entry,
    target: Target,
    others: list[Line],
    counts: dict[tuple[str, ...], int],
    reading: Reading,
) -> tuple[Variant, ...]:
    product = base.product()
    known = target.current.variants if target.current else ()
    laid = {one.options: one for one in known if _fits(product, one)}
    for line in others:
        try:
            options = product.choose(line.choice)
        except OrderError as error:
            reading.fault(line.row, "variant", error)
            continue
        one = laid.get(options, Variant(options))
        if "price" in line.told:
            price: Money | None = line.told["price"]
            one = replace(one, price=price)
        if line.told.get("active") is not None:
            one = replace(one, active=line.told["active"])
        laid[options] = one
        if line.told.get("stock") is not None:
            counts[options] = line.told["stock"]
    return tuple(laid.values())


def _choose_condition(target: Target, head: Line | None, base: Entry, *, counts: bool) -> Condition:
    """Give the condition that is written, else what a count implies, else what it was."""
    written: Condition | None = head.told.get("condition") if head else None
    if written is not None:
        return written
    implied = counts and base.condition is Condition.UNLIMITED
    return Condition.STOCK if implied else base.condition


def _differs(target: Target, options: tuple[str, ...], count: int) -> bool:
    shelf = target.shelves.get("/".join(option.casefold() for option in options))
    return shelf is None or shelf.available != count


def _fits(product: Product, variant: Variant) -> bool:
    with suppress(OrderError):
        return product.choose(variant.options) == variant.options
    return False


def _faulty(reading: Reading, row: int, column: str) -> bool:
    return any(fault.row == row and fault.column == column for fault in reading.faults)
