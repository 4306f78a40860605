"""The command that shows what is there: shops, channels, staff, quarantine, deliveries.

It shows no secret and no customer's words.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from handlers.cli import frame
from handlers.cli.frame import Command

if TYPE_CHECKING:
    from bot.runtime import Runtime

COLUMNS = {
    "shops": ("slug", "name", "currency", "timezone", "locale", "managed"),
    "channels": ("key", "kind", "shop", "account_id", "state", "reason", "last_webhook_at"),
    "staff": ("email", "name", "role", "shop", "managed", "disabled_at"),
    "quarantine": ("id", "webhook", "channel", "state", "reason", "received_at"),
    "deliveries": (
        *("id", "shop", "channel", "order_number", "kind", "state", "lane", "attempts"),
        *("reason", "created_at"),
    ),
}
PAGE = 500
UNSEEN = "\N{REPLACEMENT CHARACTER}"


@click.command("list", cls=Command, epilog="Example: openbill list channels --json")
@click.argument("what", type=click.Choice(list(COLUMNS)))
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a row.")
@click.option("--state", help="Deliveries: only those in this state.")
def list_(what: str, as_json: bool, state: str | None) -> None:
    """Show WHAT is there, newest first where it has a time."""
    rows = frame.with_runtime(lambda runtime: _rows(runtime, what, state))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for line in _table(COLUMNS[what], rows):
        click.echo(line)


def _rows(runtime: Runtime, what: str, state: str | None) -> list[dict[str, Any]]:
    from bot.store import events, outbox, people, shops

    with runtime.store.read() as connection:
        slugs = {row.id: row.slug for row in shops.list_shops(connection)}
        keys = {row.id: row.key for row in shops.list_channels(connection)}
        found: list[Any]
        if what == "shops":
            found = shops.list_shops(connection)
        elif what == "channels":
            found = shops.list_channels(connection)
        elif what == "staff":
            found = people.list_staff(connection)
        elif what == "quarantine":
            found = events.list_raw(connection, events.ODD, PAGE)
        else:
            found = outbox.list_deliveries(connection, state=state, limit=PAGE)
    return [_row(row, COLUMNS[what], slugs, keys) for row in found]


def _row(
    row: Any, columns: tuple[str, ...], slugs: dict[int, str], keys: dict[int, str]
) -> dict[str, Any]:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    values["shop"] = slugs.get(values.get("shop_id", 0))
    values["channel"] = keys.get(values.get("channel_id") or 0)
    return {name: _plain(values[name]) for name in columns}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value


def _table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> list[str]:
    """Lay rows out under their names, each column as wide as its widest value."""
    shown = [columns, *(tuple(_word(row[name]) for name in columns) for row in rows)]
    widths = [max(len(line[place]) for line in shown) for place in range(len(columns))]
    return [
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip()
        for line in shown
    ]


def _word(value: Any) -> str:
    """Word a value for a terminal: nothing as a dash, and no sign that could steer it."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "".join(
        sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(value)
    )
