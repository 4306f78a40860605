"""What an import would do: a preview that names every fault, and a plan to be applied as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.catalogue.exporting import Cell, write_cells
from bot.catalogue.keeper import Keeper
from bot.catalogue.lines import Fault, read_lines
from bot.catalogue.merging import Target, merge
from bot.catalogue.plain import write_entry
from bot.catalogue.reading import make_entry
from bot.sheets.sheet import Sheet
from bot.store import album, products, stock
from orders.album import AlbumRight

MOST_PRODUCTS = 100_000


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that would be another: its variant ("" for the product's own row), column, values."""

    variant: str
    column: str
    was: Cell
    now: Cell


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of a product: ``new``, ``changed`` or ``same``; ``row`` names it first."""

    row: int
    code: str
    kind: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, and every fault of its file.

    ``digest`` names this very preview; None where there is nothing to apply,
    because of faults or because all of it is there already.
    """

    digest: str | None
    lines: tuple[Planned, ...]
    faults: tuple[Fault, ...]
    encoding: str

    def count(self, kind: str) -> int:
        """Count the products that are ``new``, ``changed`` or ``same``."""
        return sum(line.kind == kind for line in self.lines)


def preview(keeper: Keeper, sheet: Sheet) -> Preview:
    """Read a sheet against the album; nothing of the album changes.

    A preview without faults is kept, and applied by its digest. Raises
    ``OrderError`` where the actor may not, ``SheetError`` for a header that
    cannot be read.
    """
    keeper.check_may(AlbumRight.CHANGE)
    reading = read_lines(sheet, keeper.shop.currency)
    targets = _find_targets(keeper, set(reading.lines))
    planned, plan = [], []
    for code, lines in reading.lines.items():
        target = targets.get(code) or Target(code, keeper.shop.currency)
        if not merge(target, lines, reading):
            continue
        line = _plan(target, lines[0].row, str(keeper.shop.locale))
        planned.append(line)
        if line.kind != "same":
            plan.append(_write(target))
    digest = _keep(keeper, plan) if plan and not reading.faults else None
    return Preview(
        digest,
        tuple(planned),
        tuple(sorted(reading.faults, key=lambda fault: fault.row)),
        sheet.encoding,
    )


def _find_targets(keeper: Keeper, codes: set[str]) -> dict[str, Target]:
    """Give the products that these codes name, as they are now."""
    connection, shop = keeper.work.connection, keeper.shop
    rows = products.list_products(connection, shop.id, archived=None, limit=MOST_PRODUCTS)
    variants, shelves = stock.list_album(connection, shop.id)
    return {
        row.code: Target(
            row.code,
            shop.currency,
            row=row,
            current=make_entry(row, shop.currency, variants.get(row.id, [])),
            shelves={shelf.key: shelf for shelf in shelves.get(row.id, [])},
        )
        for row in rows
        if row.code in codes
    }


def _plan(target: Target, row: int, language: str) -> Planned:
    before = {key: shelf.available for key, shelf in target.shelves.items()}
    after = {**before, **{stock.make_key(options): n for options, n in target.counts.items()}}
    assert target.entry is not None
    now = write_cells(target.entry, after, language)
    was = write_cells(target.current, before, language) if target.current else {}
    changes = [
        Change(str(cells.get("variant") or ""), column, was.get(choice, {}).get(column), value)
        for choice, cells in now.items()
        for column, value in cells.items()
        if column not in {"code", "variant"} and was.get(choice, {}).get(column) != value
    ]
    gone = [
        Change(str(cells["variant"]), "variant", cells["variant"], None)
        for choice, cells in was.items()
        if choice not in now
    ]
    kind = "new" if target.current is None else "changed" if target.changes else "same"
    return Planned(row, target.code, kind, (*changes, *gone) if kind != "same" else ())


def _write(target: Target) -> dict[str, Any]:
    """Give a product's part of the plan as JSON, with what was seen when it was made."""
    assert target.entry is not None
    counts = []
    for options, count in sorted(target.counts.items()):
        shelf = target.shelves.get(stock.make_key(options))
        seen = None if shelf is None else [shelf.id, shelf.available, shelf.newest_move]
        counts.append({"options": list(options), "count": count, "seen": seen})
    return {
        "code": target.code,
        "version": None if target.row is None else target.row.version,
        "entry": write_entry(target.entry),
        "counts": counts,
    }


def _keep(keeper: Keeper, plan: Sequence[dict[str, Any]]) -> str:
    ordered = sorted(plan, key=lambda part: str(part["code"]))
    text = json.dumps(ordered, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    album.keep_import(
        keeper.work.connection,
        shop_id=keeper.shop.id,
        digest=digest,
        plan=ordered,
        actor=keeper.name,
        created_at=keeper.work.now,
    )
    return digest
