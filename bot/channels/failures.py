"""What a failed HTTP call means: surely not sent, or nobody knows.

Only a failure before the request could be written proves that nothing was
sent; everything later may have been accepted.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import urllib3

from bot.messages import ChannelDown, Retry, SendError, Unknown

CONNECT_SECONDS = 3.05
READ_SECONDS = 10.0
TIMEOUT = (CONNECT_SECONDS, READ_SECONDS)

_NEVER_CONNECTED = (
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,  # refused, unreachable, and names not found
    ssl.SSLCertVerificationError,
)


def transport_failure(platform: str, error: BaseException) -> SendError:
    """Say what ``error``, raised by urllib3 or requests, means for a send to ``platform``."""
    if any(isinstance(cause, _NEVER_CONNECTED) for cause in _causes(error)):
        return Retry(
            f"{platform} could not be reached, so nothing was sent; it is tried again soon.",
            code="unreachable",
        )
    return Unknown(
        f"The connection to {platform} broke before its answer; the message may have been sent.",
        code="no answer",
    )


def unusable(platform: str) -> SendError:
    """Say that no request could even be made: a token or an address that HTTP cannot carry."""
    return ChannelDown(
        f"The access token or the address set for {platform} holds characters that cannot be "
        "sent; put in a new one.",
        code="unusable",
        by_token=True,
    )


def retry_after(value: str | None) -> float | None:
    """Read a ``Retry-After`` header in seconds; None for a date, nonsense or more than a day."""
    if value is None or not (value.isascii() and value.isdigit() and len(value) < 6):
        return None
    seconds = float(value)
    return seconds if seconds <= 86_400 else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk the errors that ``error`` wraps.

    Not ``__context__``: that one also holds whatever the caller was handling,
    and a foreign "refused" there would turn "unknown" into "surely not sent".
    """
    found: BaseException | None = error
    for _ in range(8):
        if found is None:
            return
        yield found
        inner = getattr(found, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in found.args if isinstance(arg, BaseException)), None)
        found = inner
