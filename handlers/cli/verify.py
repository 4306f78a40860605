"""The command that proves the chain of issued invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from handlers.cli import frame
from handlers.cli.frame import Command, Failure

if TYPE_CHECKING:
    from bot.runtime import Runtime

BROKEN = {
    "gap": "this number is missing",
    "link": "it does not follow the one before it",
    "digest": "its snapshot is not the one that was issued",
    "unreadable": "its snapshot cannot be read",
    "columns": "its row says something else than its snapshot",
    "sums": "its amounts do not add up",
}


@click.command(cls=Command, epilog="Example: openbill verify --shop siam")
@click.option("--shop", "slug", help="Only this shop; without it, every one.")
def verify(slug: str | None) -> None:
    """Prove that no issued invoice was changed, removed or put in between.

    Each shop's invoices are read by number: every digest is reckoned anew, and
    so are the amounts. Ends with 1 where a chain does not hold.
    """
    broken = frame.with_runtime(lambda runtime: _verify(runtime, slug))
    if broken:
        raise Failure(f"The chain does not hold in: {', '.join(broken)}.")


def _verify(runtime: Runtime, slug: str | None) -> list[str]:
    """Verify each shop, with a line for each; return those whose chain is broken."""
    from bot import invoicing
    from bot.shops import ShopError
    from bot.store import shops

    with runtime.store.read() as connection:
        found = [shop for shop in shops.list_shops(connection) if slug in {None, shop.slug}]
    if slug is not None and not found:
        raise ShopError(f"there is no shop {slug!r}: see `openbill list shops`")
    broken = []
    for shop in found:
        count, wrong = invoicing.verify(runtime, shop)
        if wrong is None:
            click.echo(f"{shop.slug}: {count} invoices, the chain holds")
        else:
            click.echo(f"{shop.slug}: invoice {wrong.number} breaks it: {BROKEN[wrong.kind]}")
            broken.append(shop.slug)
    return broken
