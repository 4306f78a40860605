"""The logs: one JSON object a line on standard output, without secrets and without tricks.

``configure`` is called once when a process starts. What the standard library's
loggers say (gunicorn's, RQ's) takes the same way out, so nothing passes by the
redaction. Signs beyond ASCII are escaped: no text can forge a line, colour a
terminal or turn the reading direction.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

LONGEST_VALUE = 2_000
LONGEST_TRACEBACK = 8_000
DEEPEST = 6
HIDDEN = "[hidden]"
# Below this a "secret" is a word, and hiding it would make the logs unreadable.
SHORTEST_SECRET = 6

# Libraries that tell every request and its address while all goes well.
TALKATIVE = ("urllib3", "rq", "rq.worker", "linebot", "PIL", "alembic", "asyncio")

_SECRET_NAMES = re.compile(
    r"(?i)^(.*(password|secret|token|authorization|cookie|api[_-]?key|signature|proof).*)$"
)
_SECRET_TEXT = (
    # access_token=…, "access_token": "…", appsecret_proof=… in addresses, bodies and reprs.
    re.compile(
        r"""(?ix) ( \b (?: \w*token | \w*secret | \w*password | appsecret_proof | api[_-]?key )
        ["']? \s* [=:] \s* ["']? ) (?! \[hidden\] ) [^\s"'&,;)\]}]+ """
    ),
    re.compile(r"(?i)(\b(?:authorization|cookie|set-cookie)[\"']?\s*[=:]\s*[\"']?)[^\r\n\"']+"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)(?!\[hidden\])[A-Za-z0-9._~+/=-]{6,}"),
    # redis://user:password@host and the like.
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"),
)


class Redaction:
    """What may not be said: the secrets we know, and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Hide these too from now on (a channel's token read from the database)."""
        self._known.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)

    def text(self, text: str) -> str:
        """Return ``text`` with every secret hidden; the longest known ones go first."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        for pattern in _SECRET_TEXT:
            text = pattern.sub(rf"\1{HIDDEN}", text)
        return text

    def value(self, value: Any, depth: int = 0) -> Any:
        """Return ``value`` as JSON may show it: hidden, shortened, and not endlessly deep."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth >= DEEPEST:
            return "…"
        if isinstance(value, Mapping):
            return {
                str(name): HIDDEN if _is_secret(str(name), part) else self.value(part, depth + 1)
                for name, part in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(part, depth + 1) for part in value]
        return _shortened(self.text(value if isinstance(value, str) else repr(value)))

    def __call__(
        self, logger: Any, name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Redact a whole line; structlog's processor."""
        # A traceback's end says what happened: it is cut at its beginning.
        trace = event.pop("exception", None)
        redacted: dict[str, Any] = self.value(event)
        if isinstance(trace, str):
            redacted["exception"] = self.text(trace)[-LONGEST_TRACEBACK:]
        return redacted


def configure(level: str, secrets: Iterable[str], stream: TextIO | None = None) -> Redaction:
    """Send all logs of this process as JSON lines to ``stream`` (standard output).

    ``level`` is ``debug``, ``info``, ``warning`` or ``error``. Returns the
    redaction, so that secrets learnt later can be added.
    """
    redaction = Redaction(secrets)
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redaction,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _tell_uncaught
    threading.excepthook = _tell_uncaught_of_thread
    return redaction


def place(error: BaseException) -> str:
    """Say where an error rose, as ``module:line``: its message may hold a customer's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _tell_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Log what nobody caught: the interpreter's own way would print it as it is."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger("openbill").critical("uncaught", exc_info=(kind, error, trace))


def _tell_uncaught_of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _tell_uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _is_secret(name: str, value: object) -> bool:
    """Say whether a field's name tells that its value is secret; numbers and ids are not."""
    return isinstance(value, str | bytes) and bool(_SECRET_NAMES.match(name))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]}… ({len(text)} characters)"
