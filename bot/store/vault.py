"""The vault: what is kept at rest under the installation's secret key.

Channel tokens are encrypted (Fernet: AES-128-CBC with HMAC-SHA256) with a key
derived from ``secret_key``, which never lies in the database. A bill's token
is computed, not stored: an HMAC over its order and generation.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MOST_OPENED = 1000
"""Channels whose secrets are kept open in this process's memory."""


class WrongKey(Exception):
    """What lies in the database was sealed under another secret key."""


class Vault:
    """Seals, opens and signs under one secret key. Its repr shows nothing of it."""

    def __init__(self, secret_key: str) -> None:
        """``secret_key`` is the installation's; each use derives a key of its own."""
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret_key, b"at rest")))
        self._bills = _derive(secret_key, b"bill links")
        self._marks = _derive(secret_key, b"marks of secrets")
        self._opened: dict[bytes, dict[str, str]] = {}

    def seal(self, secrets: dict[str, str]) -> bytes:
        """Encrypt a small mapping of secrets."""
        return self._fernet.encrypt(json.dumps(secrets).encode())

    def open(self, sealed: bytes) -> dict[str, str]:
        """Decrypt what ``seal`` made. Raises ``WrongKey``."""
        sealed = bytes(sealed)
        known = self._opened.get(sealed)
        if known is not None:
            return known
        try:
            opened: dict[str, str] = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise WrongKey(
                "the stored channel secrets were sealed under another secret_key: "
                "set secret_key back to the one that this database was made with"
            ) from None
        if len(self._opened) >= MOST_OPENED:
            self._opened.clear()
        self._opened[sealed] = opened
        return opened

    def seal_text(self, text: str) -> str:
        """Encrypt what may be read again for a while, as an answer with somebody's name in it."""
        return self._fernet.encrypt(text.encode()).decode()

    def open_text(self, sealed: str) -> str:
        """Decrypt what ``seal_text`` made, and keep nothing of it. Raises ``WrongKey``."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise WrongKey("this text was sealed under another secret_key") from None

    def mark(self, secret: str) -> str:
        """Give a mark by which a secret is known again, and from which nobody can tell it."""
        return hmac.new(self._marks, secret.encode(), hashlib.sha256).hexdigest()

    def bill_token(self, order_id: int, generation: int) -> str:
        """Compute the token of an order's bill address: 192 bits, URL-safe, 32 characters."""
        mac = hmac.new(self._bills, f"{order_id}:{generation}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(mac.digest()[:24]).decode()


def digest(token: str) -> str:
    """Hash a random token for storage: SHA-256 hex is enough for 128 bits and more."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"openbill " + purpose).derive(
        secret_key.encode()
    )
