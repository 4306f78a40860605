"""The commands that run OpenBill: all of it in one terminal, or one process of it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from handlers.cli import frame
from handlers.cli.frame import Command, Failure
from handlers.lifeline import PARENT, tie_to_supervisor

if TYPE_CHECKING:
    from bot.runtime import Runtime

QUEUES = ("inbound", "deliver", "render", "media", "upkeep")

HOST = click.option("--host", help="The address to listen on [127.0.0.1].")
PORT = click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on [8000].")


@click.command(
    cls=Command,
    epilog="Example: openbill up --port 9000",
)
@HOST
@PORT
@click.option("--no-demo", is_flag=True, help="Do without the demo shop and the simulator.")
def up(host: str | None, port: int | None, no_demo: bool) -> None:
    """Run everything in this terminal; Ctrl-C stops it.

    Migrates the database, then starts Redis (where none is configured), the web
    server, the workers and the relay, and restarts what dies. Where no shop is
    configured there is a demo shop, with a simulator for its platforms.
    """
    from handlers.cli import stack

    stack.run(_listening(host, port), demo=False if no_demo else None)


@click.command(cls=Command, epilog="Example: openbill web --host 0.0.0.0 --port 8000")
@HOST
@PORT
def web(host: str | None, port: int | None) -> None:
    """Run the web server alone."""
    from setproctitle import setproctitle

    tie_to_supervisor(os.environ)
    setproctitle("openbill web")
    told = frame.settings(demo=_in_demo(), environ=_listening(host, port))
    from bot import logs
    from bot.runtime import build
    from bot.shops import bring_up_to_date, channel_secrets
    from handlers.app import create_app
    from handlers.port import refusal
    from handlers.server import serve

    # Under the supervisor the port may still be closing after a fall; gunicorn waits for it.
    refused = refusal(told.web.host, told.web.port) if PARENT not in os.environ else None
    if refused:
        raise Failure(refused)
    frame.with_runtime(bring_up_to_date, told)
    secrets = frame.with_runtime(lambda runtime: channel_secrets(runtime, told), told)
    logs.configure(told.log.level, secrets)
    serve(told, lambda: create_app(build(told)))


@click.command(cls=Command, epilog="Example: openbill worker deliver")
@click.argument("queues", nargs=-1, required=True, type=click.Choice(QUEUES))
def worker(queues: tuple[str, ...]) -> None:
    """Run a worker for each QUEUE, each in a process of its own."""
    if len(queues) == 1:
        _become(*queues)
    from handlers.cli import stack

    stack.run_workers(tuple(dict.fromkeys(queues)), environment())


@click.command(cls=Command, epilog="Example: openbill relay")
def relay() -> None:
    """Run the relay, which finds what is due in the database and wakes the workers."""
    _become("relay")


@click.command(cls=Command, epilog="Example: openbill migrate")
@click.option(
    "--slugs", is_flag=True, hidden=True, help="Say nothing but the shops' slugs, as JSON."
)
def migrate(slugs: bool) -> None:
    """Bring the database's schema up to date, and the shops of the configuration with it."""
    from bot.shops import bring_up_to_date
    from bot.store.database import Store, StoreUnavailable

    told = frame.settings(demo=_in_demo())
    store = Store(told.database.url)
    try:
        store.migrate()
    except StoreUnavailable as wrong:
        raise Failure(frame.sentence(wrong)) from None
    finally:
        store.close()
    frame.with_runtime(bring_up_to_date, told)
    if slugs:
        click.echo(json.dumps(frame.with_runtime(_slugs, told)))
    else:
        click.echo("The database is up to date.")


@click.command(cls=Command, hidden=True, epilog="Example: openbill redis")
def redis() -> None:
    """Become the embedded Redis server."""
    from handlers.embedded_redis import run

    tie_to_supervisor(os.environ)
    told = frame.settings(demo=_in_demo())
    if not told.redis.embedded:
        raise Failure("The settings name a Redis of their own; there is none to start.")
    run(told.redis.url, told.data_dir)


def _slugs(runtime: Runtime) -> list[str]:
    from bot.store import shops

    with runtime.store.read() as connection:
        return [row.slug for row in shops.list_shops(connection)]


def environment() -> dict[str, str]:
    """Return the environment by which a child finds the settings that we were told of."""
    config, data = frame.places()
    environ = dict(os.environ)
    if config:
        environ["OPENBILL_CONFIG"] = str(Path(config).absolute())
    if data:
        environ["OPENBILL_DATA"] = str(Path(data).absolute())
    return environ


def _listening(host: str | None, port: int | None) -> dict[str, str]:
    """Lay ``--host`` and ``--port`` over the environment, as its variables."""
    environ = environment()
    if host:
        environ["OPENBILL_WEB__HOST"] = host
    if port:
        environ["OPENBILL_WEB__PORT"] = str(port)
    return environ


def _in_demo() -> bool:
    """Say whether this process is one of the demo's: only ``up`` decides that, by OPENBILL_DEMO.

    A data folder that once ran the demo must not open the simulator by itself.
    """
    return os.environ.get("OPENBILL_DEMO") == "1"


def _become(*arguments: str) -> NoReturn:
    """Become ``python -m workers``, after the settings were found to be right."""
    tie_to_supervisor(os.environ)
    frame.settings(demo=_in_demo())
    command = [sys.executable, "-m", "workers", *arguments]
    os.execve(sys.executable, command, environment())  # noqa: S606 - our own program, no shell
