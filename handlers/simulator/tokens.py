"""The tokens that end: an Instagram account's own lives sixty days and can be exchanged.

Source: https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from handlers.simulator.config import SimAccount
from handlers.simulator.ledger import Ledger

LIFE = 60 * 24 * 60 * 60
YOUNGEST = 24 * 60 * 60


class Tokens:
    """When each token was issued, and whose those are that were issued here.

    A token that the accounts were set up with counts from its first use. The
    ledger holds digests, as it is no place for a token.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def owner_of(self, token: str, accounts: Mapping[str, SimAccount]) -> SimAccount | None:
        """The account that this token was issued for, None for a token from elsewhere."""
        key = self._ledger.fact(f"token_of:{_digest(token)}")
        return accounts.get(key) if key is not None else None

    def is_over(self, token: str) -> bool:
        """Whether the token's sixty days are over."""
        return self._ledger.now() >= self._issued_at(token) + LIFE

    def is_young(self, token: str) -> bool:
        """Whether it is less than a day old, and so cannot be exchanged yet."""
        return self._ledger.now() < self._issued_at(token) + YOUNGEST

    def issue(self, account: SimAccount) -> str:
        """Make a token that opens this account for sixty days."""
        token = "IGAA" + secrets.token_urlsafe(48).replace("-", "x").replace("_", "y")
        self._ledger.remember(f"token_of:{_digest(token)}", account.key)
        self._issued_at(token)
        return token

    def _issued_at(self, token: str) -> float:
        key = f"issued:{_digest(token)}"
        with self._ledger.transaction():
            at = self._ledger.fact(key)
            if at is None:
                at = self._ledger.now()
                self._ledger.remember(key, at)
        return float(at)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
