"""The command that reads stored raw deliveries again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from handlers.cli import frame
from handlers.cli.frame import Command, Failure

if TYPE_CHECKING:
    from bot.runtime import Runtime


@click.command(cls=Command, epilog="Example: openbill replay 17 18")
@click.argument("deliveries", nargs=-1, required=True, type=click.IntRange(1))
def replay(deliveries: tuple[int, ...]) -> None:
    """Read the stored raw DELIVERIES again, by their ids (see `openbill list quarantine`).

    What had its effect before has none now.
    """
    missing = frame.with_runtime(lambda runtime: _replay(runtime, deliveries))
    if missing:
        raise Failure(f"There is no delivery {', '.join(map(str, missing))}.")


def _replay(runtime: Runtime, deliveries: tuple[int, ...]) -> list[int]:
    """Replay each; return those that are not there."""
    from bot import inbox

    missing = []
    for delivery in deliveries:
        try:
            click.echo(f"{delivery}: {inbox.replay(runtime, delivery)}")
        except LookupError:
            missing.append(delivery)
    return missing
