"""The whole stack in one terminal: what ``openbill up`` starts, waits for and says."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import TextIO
from urllib.parse import urlsplit

import click
from setproctitle import setproctitle

from bot.settings import Settings, SettingsError, has_demo
from handlers import embedded_redis
from handlers.cli import frame
from handlers.cli.frame import Failure
from handlers.port import refusal
from handlers.supervisor import Program, Supervisor

DEMO_SLUG = "siam"
WORKERS = ("inbound", "deliver", "render", "media", "upkeep")
WEB_STAGE, WORKER_STAGE, RELAY_STAGE, REDIS_STAGE = range(4)

HEALTH_PATIENCE = 60.0
PROBE_PAUSE = 0.1


def run(environ: Mapping[str, str], *, demo: bool | None) -> None:
    """Run everything until it is told to stop. ``demo``: False is never, None is when none is.

    Raises ``SettingsError`` and ``Failure``.
    """
    setproctitle("openbill up")
    told = frame.settings(demo=False, environ=environ)
    with _alone_in(told):
        refused = refusal(told.web.host, told.web.port)
        if refused:
            raise Failure(refused)
        environ = {**environ, "OPENBILL_DATA": str(told.data_dir)}
        slugs = _migrate(environ)
        wanted = demo is None and not told.shops and slugs <= _demo_slugs(told)
        environ["OPENBILL_DEMO"] = "1" if wanted else "0"
        told = frame.settings(demo=wanted, environ=environ)
        frame.keep_address(told)
        announcement = Announcement(told)
        supervisor = Supervisor(programs(told), environ, say=say, watch=announcement.watch)
        code = supervisor.run()
    say("OpenBill has stopped.")
    sys.exit(code)


def run_workers(queues: tuple[str, ...], environ: Mapping[str, str]) -> None:
    """Run one worker process for each of ``queues`` until told to stop."""
    setproctitle(f"openbill worker {' '.join(queues)}")
    frame.settings()
    supervisor = Supervisor(tuple(_worker(queue) for queue in queues), environ, say=say)
    sys.exit(supervisor.run())


def programs(told: Settings) -> tuple[Program, ...]:
    """List what runs, in the order of starting."""
    url = told.redis.url
    redis = Program(
        "redis", _openbill("redis"), REDIS_STAGE, ready=lambda: embedded_redis.accepts(url)
    )
    return (
        *((redis,) if told.redis.embedded else ()),
        Program("web", _openbill("web"), WEB_STAGE),
        *(_worker(queue) for queue in WORKERS),
        Program("relay", _openbill("relay"), RELAY_STAGE),
    )


class Announcement:
    """Waits for the web server's first good answer and then says where everything is."""

    def __init__(self, told: Settings) -> None:
        self._told = told
        self._began = time.monotonic()
        self._next = 0.0
        self._made = False

    def watch(self) -> int | None:
        """Probe, once in a while; an exit code when the web server never answers."""
        now = time.monotonic()
        if self._made or now < self._next:
            return None
        status = _health(self._told)
        late = now - self._began > HEALTH_PATIENCE
        if status == 200 or (late and status is not None):
            self._made = True
            say("\n".join(_welcome(self._told)))
            if status != 200:
                say("Not all of it is well yet: see /health.")
        elif late:
            say(f"The web server did not answer within {HEALTH_PATIENCE:.0f} s; giving up.")
            return 1
        self._next = time.monotonic() + PROBE_PAUSE
        return None


def say(line: str) -> None:
    """Print a line at once; a reader that has gone away is no reason to fall."""
    try:
        click.echo(line)
    except BrokenPipeError:
        sys.stdout = _nowhere()


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - open to the end


def _openbill(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "handlers.cli", *arguments)


def _worker(queue: str) -> Program:
    return Program(queue, _openbill("worker", queue), WORKER_STAGE)


def _migrate(environ: Mapping[str, str]) -> set[str]:
    """Migrate the database and return its shops' slugs.

    In a process of its own: what it takes to speak to a database would stay in
    the supervisor's memory for good. Its refusal is on the terminal already.
    """
    migration = subprocess.run(  # noqa: S603 - our own program
        _openbill("migrate", "--slugs"),
        env={**environ, "OPENBILL_DEMO": "0"},
        stdout=subprocess.PIPE,
        check=False,
    )
    if migration.returncode != 0:
        sys.exit(migration.returncode)
    return set(json.loads(migration.stdout))


def _demo_slugs(told: Settings) -> set[str]:
    return {DEMO_SLUG} if has_demo(told.data_dir) else set()


@contextmanager
def _alone_in(told: Settings) -> Iterator[None]:
    """Hold the data folder, so that a second ``openbill up`` on it is refused."""
    path = told.data_dir / "up.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w", encoding="utf-8")
    except OSError as wrong:
        raise SettingsError(
            "data folder",
            f"{path} cannot be written ({wrong.strerror}); choose another with --data",
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"Another `openbill up` runs on the data folder {told.data_dir}. "
                "Stop it, or choose another folder with --data."
            ) from None
        yield


def _health(told: Settings) -> int | None:
    """Ask /health; None while nobody answers."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(  # noqa: S104
        told.web.host, told.web.host
    )
    connection = HTTPConnection(host, told.web.port, timeout=2)
    try:
        # The address that people use: a server that minds its host's name must know it.
        connection.request("GET", "/health", headers={"Host": urlsplit(told.base_url).netloc})
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _welcome(told: Settings) -> list[str]:
    """Word the block that a person reads first."""
    lines = ["", "OpenBill is running.", "", f"  Inbox      {told.base_url}/inbox"]
    if told.demo:
        owner = told.shops[0].staff[0]
        lines += [
            f"             sign in as {owner.email}",
            f"             password   {owner.password.get_secret_value()}",
            f"  Simulator  {told.base_url}/simulator",
        ]
    if told.operator.email:
        lines.append(f"  Operators  {told.base_url}/ops")
        if told.demo:
            lines += [
                f"             sign in as {told.operator.email}",
                f"             password   {told.operator.password.get_secret_value()}",
            ]
    if not told.demo:
        lines += [
            f"  Webhooks   {told.base_url}/webhooks/line/<channel key>",
            f"             {told.base_url}/webhooks/meta",
        ]
    return [*lines, f"  Data       {told.data_dir}", "", "Ctrl-C stops all of it.", ""]
