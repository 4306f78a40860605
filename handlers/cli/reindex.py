"""The command that reads every message into the search again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from handlers.cli import frame
from handlers.cli.frame import Command

if TYPE_CHECKING:
    from bot.runtime import Runtime


@click.command(cls=Command, epilog="Example: openbill reindex")
def reindex() -> None:
    """Empty the search and read all messages into it again, while everything else runs.

    Workers do so by themselves for what is new or missing; this is for an index
    that finds what it should not, or misses what it should find.
    """
    frame.with_runtime(_reindex)


def _reindex(runtime: Runtime) -> None:
    from bot import search

    search.rebuild(runtime)
    count = 0
    while read := search.catch_up(runtime, seconds=2):
        count += read
        click.echo(f"{count} messages are read.")
    click.echo("Everything is read.")
