"""Tries out the place where files are kept, as an operator asks whether it works."""

from __future__ import annotations

import secrets
from io import BytesIO

import requests

from bot.media.keeping import files_of
from bot.runtime import Runtime

PATIENCE = 5.0
_WORDS = b"OpenBill tries out where it keeps files."


def probe(runtime: Runtime) -> str | None:
    """Keep a file, read it back and remove it. Raises ``OSError`` where one of that fails.

    Gives the address at which a stranger could have read it, None where nobody
    can, as it must be.
    """
    files, name = files_of(runtime), secrets.token_urlsafe(24)
    files.put(name, BytesIO(_WORDS))
    try:
        with files.open(name) as body:
            if body.read() != _WORDS:
                raise OSError("what was kept came back as something else")
        address = files.address(name)
        return address if address is not None and _is_public(address) else None
    finally:
        files.remove(name)


def _is_public(address: str) -> bool:
    try:
        answer = requests.get(address, timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException:
        return False
    return answer.ok and answer.content == _WORDS
