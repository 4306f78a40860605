"""Where settings come from: the TOML file, with the environment laid over it.

A variable is named ``OPENBILL_SECTION__KEY``; lists are JSON
(``OPENBILL_SHOPS='[…]'``). Both are read once and never watched.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError as UnreadableVariable

from bot.settings.errors import SettingsError
from bot.settings.sections import Section, Sections

S = TypeVar("S", bound=Section)

PREFIX = "OPENBILL_"
NESTED = "__"

# Our own sentences for the mistakes people make most; the rest speak pydantic's.
SENTENCES = {
    "extra_forbidden": "is not a setting; take it out or mend its name "
    "(config.example.toml lists them all)",
    "missing": "is missing; add it",
    "tuple_type": "should be a list",
    "string_type": "should be text in quotes",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
}


class _Given(BaseSettings, Sections):
    """The sections, filled from the two sources."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=NESTED,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )


class _Environment(EnvSettingsSource):
    """The environment as it was handed to us, not the process's own."""

    def __init__(self, given: type[BaseSettings], environ: Mapping[str, str]) -> None:
        super().__init__(given)
        self.env_vars = {name.lower(): value for name, value in environ.items()}


def read(path: Path | None, environ: Mapping[str, str]) -> Sections:
    """Read the file at ``path`` (None: no file) and the environment over it.

    Raises ``SettingsError`` for a file that cannot be read, an unknown key or a
    value of the wrong shape.
    """
    _refuse_unknown_variables(environ)
    written = _toml(path) if path else {}

    class Given(_Given):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (_Environment(settings_cls, environ), init_settings)

    try:
        return Given(**written)
    except ValidationError as wrong:
        raise _worded(wrong.errors(include_url=False, include_input=False)[0], path) from None
    except UnreadableVariable as wrong:
        name = _named(str(wrong), environ)
        raise SettingsError(
            name,
            "is not JSON; write lists as JSON, for example " + f'{name}=\'["a", "b"]\'',
            "the environment",
        ) from None


def shaped(section: type[S], values: Mapping[str, object], at: str) -> S:
    """Make one section out of values given elsewhere, as ``at``. Raises ``SettingsError``."""
    try:
        return section(**values)
    except ValidationError as wrong:
        error = wrong.errors(include_url=False, include_input=False)[0]
        raise SettingsError(f"{at}.{_dotted(error['loc'])}", _problem(error)) from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            str(path), "there is no such file; mend --config or OPENBILL_CONFIG"
        ) from None
    except OSError as wrong:
        raise SettingsError(str(path), f"cannot be read: {wrong.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(str(path), "is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(str(path), f"is not TOML: {wrong}") from None


def _refuse_unknown_variables(environ: Mapping[str, str]) -> None:
    """Refuse ``OPENBILL_REDISS__URL``: a misspelt section would be passed over in silence."""
    for name in environ:
        section, nested, _ = name.removeprefix(PREFIX).partition(NESTED)
        if name.startswith(PREFIX) and nested and section.lower() not in Sections.model_fields:
            raise SettingsError(name, f"there is no section [{section.lower()}]; mend its name")


def _worded(error: ErrorDetails, path: Path | None) -> SettingsError:
    source = str(path) if path else "the environment"
    return SettingsError(_dotted(error["loc"]), _problem(error), source)


def _problem(error: ErrorDetails) -> str:
    return SENTENCES.get(error["type"]) or error["msg"].removeprefix("Value error, ")


def _dotted(location: tuple[int | str, ...]) -> str:
    """Write ``("shops", 0, "name")`` as ``shops[0].name``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".") or "config"


def _named(message: str, environ: Mapping[str, str]) -> str:
    """Find the variable in pydantic-settings' words: ``error parsing value for field "shops"``."""
    field = message.split('"')[1] if message.count('"') >= 2 else ""
    whole = f"{PREFIX}{field.upper()}"
    parts = [name for name in environ if name.upper().startswith(whole + NESTED)]
    return whole if whole in environ or not parts else " or ".join(sorted(parts))
