"""What all commands share: where the settings are, and how a command fails.

``--config`` and ``--data`` may stand before or after the sub-command. A command
ends with 0, with 2 for bad usage or settings, and with 1 for everything else;
the last two with a sentence and no traceback.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bot.runtime import Runtime
    from bot.settings import Settings

T = TypeVar("T")

CONFIG, DATA = "openbill.config", "openbill.data"
ADDRESS_FILE = "up.json"


class BadSettings(click.ClickException):
    """A setting is wrong or missing."""

    exit_code = 2


class Failure(click.ClickException):
    """A command could not do its work."""

    exit_code = 1


def _keep(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    """Note an option wherever it stood; the last one counts."""
    if value is not None:
        ctx.meta[CONFIG if param.name == "config" else DATA] = value


def _places() -> list[click.Parameter]:
    return [
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path),
            callback=_keep,
            expose_value=False,
            help="The settings' file [OPENBILL_CONFIG, else ./config.toml if it is there].",
        ),
        click.Option(
            ["--data"],
            type=click.Path(path_type=Path, file_okay=False),
            callback=_keep,
            expose_value=False,
            help="The data folder [OPENBILL_DATA, else ./var].",
        ),
    ]


class Command(click.Command):
    """A command that knows ``--config`` and ``--data`` and fails in sentences."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _places()

    def invoke(self, ctx: click.Context) -> Any:
        """Run; turn what the house refuses into a sentence and an exit code."""
        from bot.settings import SettingsError

        try:
            return super().invoke(ctx)
        except SettingsError as wrong:
            raise BadSettings(str(wrong)) from None


class Group(click.Group):
    """A group whose commands are all ``Command``."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _places()


def places() -> tuple[Path | None, Path | None]:
    """Return what ``--config`` and ``--data`` said."""
    meta = click.get_current_context().meta
    return meta.get(CONFIG), meta.get(DATA)


def settings(*, demo: bool | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Load the settings that this command line means. Raises ``SettingsError``.

    A command beside a running demo finds the simulator where `openbill up` put it.
    """
    from bot.settings import load

    config, data = places()
    environ = os.environ if environ is None else environ
    told = load(config, data, environ, demo=demo)
    if demo is None and told.demo:
        told = load(config, data, {**_last_address(told.data_dir), **environ})
    return told


def keep_address(told: Settings) -> None:
    """Write down where the web server listens, for the commands beside it."""
    address = {"OPENBILL_WEB__HOST": told.web.host, "OPENBILL_WEB__PORT": str(told.web.port)}
    (told.data_dir / ADDRESS_FILE).write_text(json.dumps(address), encoding="utf-8")


def _last_address(folder: Path) -> dict[str, str]:
    try:
        kept = json.loads((folder / ADDRESS_FILE).read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in kept.items()}
    except (OSError, ValueError, AttributeError):
        return {}  # Never written, or half: the defaults are as good a guess.


def with_runtime(work: Callable[[Runtime], T], told: Settings | None = None) -> T:
    """Build the runtime for one command, refuse a foreign schema, and clear up after it.

    What the house refuses becomes a sentence.
    """
    from bot import logs
    from bot.options import OptionError
    from bot.runtime import build
    from bot.shops import ShopError
    from bot.staff import StaffError
    from bot.store.database import SchemaMismatch, StoreUnavailable
    from bot.store.vault import WrongKey

    told = told or settings()
    logs.configure("error", told.secrets(), sys.stderr)
    runtime = build(told)
    try:
        runtime.store.check_schema()
        return work(runtime)
    except (SchemaMismatch, StoreUnavailable, OptionError, ShopError, StaffError) as wrong:
        raise Failure(sentence(wrong)) from None
    except WrongKey:
        raise BadSettings(
            "secret_key: is not the one that the stored tokens were encrypted with; set it back"
        ) from None
    finally:
        runtime.close()


def sentence(error: Exception) -> str:
    """Make a whole sentence of an error's words."""
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}."
