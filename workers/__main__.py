"""The entry point of the back door: ``python -m workers QUEUE`` or ``python -m workers relay``.

Ends with 0 after a signal, with 2 for bad usage or settings, and with 1 where
it cannot start for another reason; the last two with a sentence.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

import structlog
from setproctitle import setproctitle

from bot import logs, shops
from bot.jobs import QUEUES
from bot.runtime import Runtime, build
from bot.settings import SettingsError, load
from bot.store.database import SchemaMismatch, StoreUnavailable
from bot.store.vault import WrongKey
from workers import deliver, relay, worker
from workers.heart import Heart
from workers.stop import Stop, StopRequested

RELAY = "relay"
DATABASE_PAUSE = 2.0

log = structlog.get_logger(__name__)


def main(arguments: list[str], environ: Mapping[str, str]) -> int:
    """Run one worker or the relay until a signal; give the exit code."""
    if len(arguments) != 1 or arguments[0] not in (RELAY, *QUEUES):
        return _refuse(f"usage: python -m workers ({'|'.join(QUEUES)}|{RELAY})", 2)
    name = arguments[0]
    setproctitle("openbill relay" if name == RELAY else f"openbill worker {name}")
    stop = Stop()
    stop.listen()
    try:
        settings = load(None, None, environ, demo=environ.get("OPENBILL_DEMO") == "1")
        logs.configure(settings.log.level, settings.secrets())
        runtime = build(settings)
        try:
            _wait_for_database(runtime)
            logs.configure(settings.log.level, shops.channel_secrets(runtime, settings))
            _serve(runtime, name, stop)
        finally:
            runtime.close()
    except SettingsError as wrong:
        return _refuse(str(wrong), 2)
    except (SchemaMismatch, WrongKey) as wrong:
        return _refuse(str(wrong), 1)
    except StopRequested:
        pass
    return 0


def _wait_for_database(runtime: Runtime) -> None:
    """Return when the database answers and has our schema. Raises ``SchemaMismatch``."""
    while True:
        try:
            runtime.store.check_schema()
        except StoreUnavailable as away:
            log.warning("waiting for the database", why=str(away))
            time.sleep(DATABASE_PAUSE)
        else:
            return


def _serve(runtime: Runtime, name: str, stop: Stop) -> None:
    log.info("started", process=name)
    if name == RELAY:
        relay.serve(runtime, stop)
        return
    if name == "deliver":
        deliver.warm_up()
    heart = Heart(runtime, f"worker {name}")
    heart.start()
    try:
        worker.serve(runtime, name, stop)
    finally:
        heart.end()


def _refuse(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:], os.environ))
