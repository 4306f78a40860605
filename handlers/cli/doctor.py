"""The command that looks for what is wrong, one line each, with the mend."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any

import click

from handlers.cli import frame
from handlers.cli.frame import Command, Failure

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Settings

SOUND_SQLITE = (3, 51, 3)
"""From here on SQLite's WAL-reset bug is mended (sqlite.org/wal.html)."""

FREE_SHARE = 0.10
CLOCK_TOLERANCE = 60.0
CLOCKS = {"line": "api.line.me", "meta": "graph.facebook.com"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is (ok, warn, FAIL), what was found and the mend."""

    subject: str
    state: str
    words: str


@click.command(cls=Command, epilog="Example: openbill doctor")
def doctor() -> None:
    """Check settings, database, Redis, fonts, channels and clock; say how to mend what is wrong."""
    told = frame.settings()
    failed = 0
    for finding in examine(told):
        click.echo(f"{finding.state:<4}  {finding.subject:<26}  {finding.words}")
        failed += finding.state == "FAIL"
    if failed:
        raise Failure(f"{failed} of these must be mended.")


def examine(told: Settings) -> Iterator[Finding]:
    """Look at one thing after the other."""
    from bot.runtime import build

    yield _settings(told)
    yield _privacy(told)
    yield _disk(told)
    yield _address(told)
    runtime = build(told)
    try:
        database = _database(runtime)
        yield database
        yield _redis(runtime)
        yield _rendering(runtime)
        yield _media(runtime)
        if database.state != "FAIL":
            yield from _channels(runtime)
    finally:
        runtime.close()


def _settings(told: Settings) -> Finding:
    where = str(told.config_path) if told.config_path else "no file: the defaults"
    return Finding("settings", "ok", where + (", with the demo" if told.demo else ""))


def _privacy(told: Settings) -> Finding:
    """Others on this machine shall not read the tokens."""
    for path in (told.config_path, told.data_dir / "secret_key", told.data_dir / "demo.json"):
        if path and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            return Finding(
                "privacy", "warn", f"others may read {path}, which holds secrets: chmod 600 {path}"
            )
    return Finding("privacy", "ok", "the files with secrets are their owner's alone")


def _disk(told: Settings) -> Finding:
    usage = shutil.disk_usage(told.data_dir)
    free = f"{usage.free / 2**30:.1f} GiB free at {told.data_dir}"
    if not os.access(told.data_dir, os.W_OK):
        return Finding("disk", "FAIL", f"{told.data_dir} cannot be written: mend its owner")
    if usage.free < FREE_SHARE * usage.total:
        return Finding("disk", "warn", f"only {free}: make room")
    return Finding("disk", "ok", free)


def _address(told: Settings) -> Finding:
    if told.demo or told.base_url.startswith("https://"):
        return Finding("base_url", "ok", told.base_url)
    return Finding(
        "base_url",
        "warn",
        f"{told.base_url} is not https: LINE and Meta reach no webhook there, and LINE shows no "
        "picture from it; bills go as text and link",
    )


def _database(runtime: Runtime) -> Finding:
    from bot.store.database import SchemaMismatch, StoreUnavailable

    name = "SQLite" if runtime.store.is_sqlite else "PostgreSQL"
    try:
        version = runtime.store.version()
        runtime.store.check_schema()
    except (SchemaMismatch, StoreUnavailable) as wrong:
        return Finding("database", "FAIL", str(wrong))
    words = f"{name} {'.'.join(map(str, version))}, schema up to date"
    if runtime.store.is_sqlite and version < SOUND_SQLITE:
        return Finding(
            "database",
            "warn",
            f"{words}; SQLite before {'.'.join(map(str, SOUND_SQLITE))} has the rare WAL-reset "
            "bug: use a newer Python or PostgreSQL when you can",
        )
    return Finding("database", "ok", words)


def _redis(runtime: Runtime) -> Finding:
    embedded = runtime.settings.redis.embedded
    if runtime.bell.answers():
        return Finding("redis", "ok", "embedded, answers" if embedded else "answers")
    if embedded:
        return Finding("redis", "warn", "the embedded one is not running: `openbill up` starts it")
    return Finding(
        "redis",
        "FAIL",
        "does not answer at redis.url: start it or mend the setting; nothing is lost meanwhile",
    )


def _rendering(runtime: Runtime) -> Finding:
    from bot.rendering.errors import RenderError

    try:
        fonts = runtime.renderer.check()
    except RenderError as wrong:
        return Finding(
            "rendering", "FAIL", f"{wrong}: install OpenBill again; bills go as text meanwhile"
        )
    return Finding("rendering", "ok", f"typst, with {fonts}")


def _media(runtime: Runtime) -> Finding:
    """Keep a file, read it, see that strangers cannot, and remove it."""
    from bot import media

    told = runtime.settings.media.s3
    where = f"bucket {told.bucket}" if told.bucket else f"folder {runtime.settings.media_folder}"
    mend = "mend [media.s3]" if told.bucket else "mend its owner or make room"
    try:
        address = media.probe(runtime)
    except OSError as wrong:
        return Finding("media", "FAIL", f"{where}: {wrong.strerror or wrong}: {mend}")
    if address is not None:
        return Finding(
            "media", "FAIL", f"{where} shows files to anybody, as at {address}: make it private"
        )
    return Finding("media", "ok", f"{where} keeps, gives and forgets")


def _channels(runtime: Runtime) -> Iterator[Finding]:
    from bot.channels import CHANNELS
    from bot.store import shops

    with runtime.store.read() as connection:
        rows = shops.list_channels(connection)
    for row in rows:
        found = _channel(runtime, row)
        yield found
        if found.state != "FAIL":
            yield from _set_up(runtime, row)
    real = {CHANNELS[row.kind].webhook for row in rows} if not runtime.settings.demo else set()
    for webhook in sorted(real):
        yield _clock(CLOCKS[webhook], _date_of)


def _channel(runtime: Runtime, row: Any) -> Finding:
    from bot.channels import CHANNELS
    from bot.messages import ChannelDown, SendError
    from bot.store.vault import WrongKey

    subject = f"channel {row.key}"
    try:
        name = CHANNELS[row.kind].check(runtime.account(row))
    except WrongKey:
        return Finding(
            subject, "FAIL", "its token was encrypted with another secret_key: set the old key back"
        )
    except ChannelDown as wrong:
        return Finding(subject, "FAIL", wrong.reason)
    except SendError as wrong:
        return Finding(subject, "FAIL", f"cannot be asked: {wrong.reason}")
    heard = f"{row.last_webhook_at:%Y-%m-%d %H:%M} UTC" if row.last_webhook_at else "never"
    return Finding(subject, "ok", f"speaks as {name}; last webhook: {heard}")


def _set_up(runtime: Runtime, row: Any) -> Iterator[Finding]:
    """Look at the platform's side: does it post to us, and everything that we read."""
    from bot.channels import CHANNELS
    from bot.messages import SendError
    from bot.store.keywords import takes_comments
    from handlers.channel_health import webhook_address

    address = webhook_address(runtime, row)
    with runtime.store.read() as connection:
        comments = takes_comments(connection, row.shop_id)
    try:
        checks = CHANNELS[row.kind].examine(runtime.account(row), address, comments=comments)
    except SendError as wrong:
        words = f"its webhook cannot be looked at: {wrong.reason}"
        yield Finding(f"channel {row.key}", "warn", words)
        return
    for check in checks:
        yield Finding(f"{row.key} {check.subject}", check.state, check.words)


def _clock(host: str, date_of: Callable[[str], datetime | None]) -> Finding:
    """Compare this machine's clock with a platform's."""
    theirs = date_of(host)
    if theirs is None:
        return Finding("clock", "warn", f"{host} could not be asked for its time")
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    if skew > CLOCK_TOLERANCE:
        return Finding(
            "clock", "FAIL", f"{skew:.0f} s away from {host}'s: switch time synchronisation on"
        )
    return Finding("clock", "ok", f"agrees with {host}'s")


def _date_of(host: str) -> datetime | None:
    connection = HTTPSConnection(host, timeout=5)
    try:
        connection.request("HEAD", "/")
        return parsedate_to_datetime(connection.getresponse().headers["Date"])
    except (OSError, HTTPException, TypeError, ValueError):
        return None
    finally:
        connection.close()
