"""The commands that read and write sheets: products in, products and orders out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handlers.cli import frame
from handlers.cli.frame import Failure, Group

if TYPE_CHECKING:
    from bot.catalogue import Applied, Change, Fault, Preview
    from bot.runtime import Runtime
    from bot.store.database import Connection

SHOP = click.option("--shop", "slug", help="The shop's slug [the only shop].")
FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("import", cls=Group, epilog="Example: openbill import products album.xlsx --yes")
def import_() -> None:
    """Read sheets: CSV or XLSX."""


@click.group(cls=Group, epilog="Example: openbill export orders november.csv --from 2026-11-01")
def export() -> None:
    """Write sheets: CSV, or XLSX where the file's name ends so."""


@import_.command("products", epilog="Example: openbill import products album.xlsx --shop siam")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@SHOP
@click.option("--yes", is_flag=True, help="Import without asking, once the file has no fault.")
def import_products(file: Path, slug: str | None, *, yes: bool) -> None:
    """Show what FILE would change in the album, and change it on a yes.

    Nothing is changed while one cell is wrong, and the same file twice changes nothing.
    """
    frame.with_runtime(lambda runtime: _import(runtime, file, slug, yes=yes))


@export.command("products", epilog="Example: openbill export products album.xlsx")
@FILE
@SHOP
def export_products(file: Path, slug: str | None) -> None:
    """Write the album to FILE, in the shape that `openbill import products` reads."""
    from bot import catalogue

    frame.with_runtime(lambda runtime: _export(runtime, file, slug, catalogue.export_products))


@export.command(
    "orders", epilog="Example: openbill export orders november.csv --from 2026-11-01 --status paid"
)
@FILE
@SHOP
@click.option("--from", "since", type=DAY, help="The first day, by the shop's calendar.")
@click.option("--to", "until", type=DAY, help="The last day.")
@click.option("--status", help="Only orders in this state, as paid.")
def export_orders(
    file: Path,
    slug: str | None,
    since: datetime | None,
    until: datetime | None,
    status: str | None,
) -> None:
    """Write orders to FILE: one row an item, amounts plain, times by the shop's clock."""
    from bot.ordering import sheet
    from orders.states import Status

    if status is not None and status not in list(Status):
        raise click.BadParameter(f"write one of: {', '.join(Status)}", param_hint="--status")

    def rows(connection: Connection, shop: Any) -> Iterator[list[Any]]:
        return sheet.export_orders(
            connection,
            shop,
            since=since.date() if since else None,
            until=until.date() if until else None,
            status=status,
        )

    frame.with_runtime(lambda runtime: _export(runtime, file, slug, rows))


def _import(runtime: Runtime, file: Path, slug: str | None, *, yes: bool) -> None:
    from bot import catalogue, sheets
    from bot.catalogue import Keeper, ProductError
    from bot.sheets import SheetError
    from orders.errors import OrderError

    shop = _find_shop(runtime, slug)
    language = str(shop.locale)
    try:
        sheet = sheets.read(file.read_bytes())
        seen = runtime.transact(lambda work: catalogue.preview(Keeper(work, shop, None), sheet))
        _show(seen, language)
        if seen.digest is None:
            return
        if not yes:
            click.confirm("Import?", abort=True)
        digest = seen.digest
        done = runtime.transact(lambda work: catalogue.apply(Keeper(work, shop, None), digest))
    except (SheetError, ProductError, OrderError) as wrong:
        raise Failure(wrong.sentence(language)) from None
    _tell(done, language)


def _show(seen: Preview, language: str) -> None:
    """Print what an import would do; with faults, those, and end with 1."""
    from bot.words import say

    if seen.encoding:
        click.echo(say("import.encoding", language, encoding=seen.encoding))
    for line in seen.lines:
        if line.kind == "same":
            continue
        kind = say(f"import.{line.kind}", language)
        click.echo(_plain(say("import.line", language, row=line.row, code=line.code, kind=kind)))
        for change in line.changes if line.kind == "changed" else ():
            click.echo("  " + _plain(_word_change(change, language)))
    for fault in seen.faults:
        click.echo(_plain(_word_fault(fault, language)))
    counts = {kind: seen.count(kind) for kind in ("new", "changed", "same")}
    click.echo(say("import.counts", language, **counts, faults=len(seen.faults)))
    if seen.faults:
        raise Failure(say("album.import_faulty", language))
    if seen.digest is None:
        click.echo(say("import.nothing", language))


def _word_change(change: Change, language: str) -> str:
    from bot.catalogue.errors import name_column
    from bot.words import say

    column = " ".join(
        part for part in (change.variant, name_column(change.column, language)) if part
    )
    shown = ["-" if value in (None, "") else value for value in (change.was, change.now)]
    return say("import.change", language, column=column, was=shown[0], now=shown[1])


def _word_fault(fault: Fault, language: str) -> str:
    from bot.catalogue.errors import name_column
    from bot.words import say

    return say(
        "import.fault",
        language,
        row=fault.row,
        column=name_column(fault.column, language),
        sentence=fault.error.sentence(language),
    )


def _tell(done: Applied, language: str) -> None:
    from bot.words import say

    if done.again:
        click.echo(say("import.again", language))
        return
    for one in done.moved:
        click.echo(
            say("import.moved", language, code=one.name, seen=one.seen, was=one.was, now=one.now)
        )
    click.echo(say("import.done", language, new=done.new, changed=done.changed))


def _export(
    runtime: Runtime,
    file: Path,
    slug: str | None,
    rows: Callable[[Connection, Any], Iterator[list[Any]]],
) -> None:
    """Write rows beside the file and put them in its place, so that there is never half of one."""
    from bot.sheets import writing

    shop = _find_shop(runtime, slug)
    draft = file.with_name(f".{file.name}.part")
    try:
        with runtime.store.read() as connection, draft.open("wb") as target:
            writing.write(target, rows(connection, shop), xlsx=file.suffix.lower() == ".xlsx")
        draft.replace(file)
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"{file} is written.")


def _find_shop(runtime: Runtime, slug: str | None) -> Any:
    """Give the shop that is meant; without a slug the only one."""
    from bot.store import shops

    with runtime.store.read() as connection:
        every = shops.list_shops(connection)
    named = [shop for shop in every if slug in (None, shop.slug)]
    if len(named) != 1:
        known = ", ".join(shop.slug for shop in every) or "none"
        raise Failure(
            f"There is no shop {slug!r}; there are: {known}."
            if slug
            else f"Name the shop with --shop; there are: {known}."
        )
    return named[0]


def _plain(text: str) -> str:
    """Keep a terminal from obeying what stands in a sheet."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
