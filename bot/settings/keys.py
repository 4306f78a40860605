"""The installation's secret key, and the writing of small secret files in the data folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bot.settings.errors import SettingsError

KEY_FILE = "secret_key"
SHORTEST_KEY = 32
FEWEST_SIGNS = 10


def judge_key(key: str) -> None:
    """Refuse a key that could be guessed: too short, or of too few different signs."""
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS:
        raise SettingsError(
            "secret_key",
            f"is too weak; use {SHORTEST_KEY} or more random characters, as "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` prints them",
        )


def stored_key(folder: Path) -> str:
    """Return the data folder's own key; the first call makes it, for its owner's eyes only."""
    return keep_once(folder / KEY_FILE, secrets.token_urlsafe(48)).strip()


def keep_once(path: Path, text: str) -> str:
    """Write ``text`` to ``path`` unless it is there; return what stands there.

    Several processes may start at once: the file appears whole or not at all,
    and all of them read the first one's text. Raises ``SettingsError`` when the
    folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            _write(draft, text)
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # Another process was quicker: its text is the one.
            finally:
                draft.unlink()
        return path.read_text(encoding="utf-8")
    except OSError as wrong:
        raise SettingsError(
            "data folder",
            f"{wrong.filename or path} cannot be written ({wrong.strerror}); "
            "choose another with --data or OPENBILL_DATA",
        ) from None


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
