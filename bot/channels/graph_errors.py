"""What each error of the Graph API means for a send.

https://developers.facebook.com/docs/messenger-platform/error-codes and public
reports. A subcode says more than its code, so it is asked first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.messages import (
    BadMessage,
    ChannelDown,
    PersonGone,
    Retry,
    SendError,
    ThreadTaken,
    Unknown,
    WindowClosed,
)

_CLOSED = "The 24 hours after the person's last message are over."
_NOBODY = "Meta does not know this person for this account."
_AWAY = "This person cannot be reached: they blocked the account or left."
_TAKEN = "Another app holds this conversation; it must hand it back first."
_UNFETCHED = "Meta could not fetch the picture, or refused its type or size."
_TOKEN = "Meta refuses this account's access token; put in a new one."
_PERMISSION = "The app may not write for this account any more; grant it access again."
_BUSY = "Meta asks for a pause; it is tried again."
_RESTRICTED = "Meta has restricted this account for a while; it is tried again later."
_MISTAKE = "Meta refused the message's content; this is our mistake."
_MAYBE = "Meta had a fault of its own; the message may have been sent."
_RESTRICTED_SECONDS = 1800.0

_Meaning = tuple[type[SendError], str]

_BY_SUBCODE: Mapping[int, _Meaning] = {
    2018278: (WindowClosed, _CLOSED),
    2534022: (WindowClosed, _CLOSED),
    2018065: (WindowClosed, _CLOSED),
    2018001: (PersonGone, _NOBODY),
    2534014: (PersonGone, _NOBODY),
    1545041: (PersonGone, _AWAY),
    2018108: (PersonGone, _AWAY),
    2018300: (ThreadTaken, _TAKEN),
    2534037: (ThreadTaken, _TAKEN),
    2018008: (BadMessage, _UNFETCHED),
    2018047: (BadMessage, _UNFETCHED),
    2018109: (BadMessage, _UNFETCHED),
    2018294: (BadMessage, _UNFETCHED),
    1893061: (BadMessage, _MISTAKE),
    1893063: (Retry, _RESTRICTED),
    2534041: (ChannelDown, _PERMISSION),
    2534040: (Retry, _BUSY),
}

_BY_CODE: Mapping[int, _Meaning] = {
    1: (Unknown, _MAYBE),
    2: (Unknown, _MAYBE),
    3: (ChannelDown, _PERMISSION),
    4: (Retry, _BUSY),
    10: (ChannelDown, _PERMISSION),
    17: (Retry, _BUSY),
    32: (Retry, _BUSY),
    100: (BadMessage, _MISTAKE),
    102: (ChannelDown, _TOKEN),
    190: (ChannelDown, _TOKEN),
    200: (ChannelDown, _PERMISSION),
    551: (PersonGone, _AWAY),
    613: (Retry, _BUSY),
    80006: (Retry, _BUSY),
    2018300: (ThreadTaken, _TAKEN),
}


def meaning(status: int, error: Mapping[str, Any], after: float | None) -> SendError:
    """Turn an HTTP status and the body's ``error`` (empty if unreadable) into a typed error.

    ``after`` is what ``Retry-After`` said, in seconds. Meta's own sentence is
    left out: it can quote tokens and people.
    """
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    told = f"{code}/{subcode}" if subcode else str(code or status)
    kind, reason = _BY_SUBCODE.get(subcode) or _BY_CODE.get(code) or _by_status(status, code)
    if kind is Retry:
        pause = _RESTRICTED_SECONDS if reason is _RESTRICTED else None
        return Retry(reason, code=told, after=after if after is not None else pause)
    if kind is ChannelDown:
        return ChannelDown(reason, code=told, by_token=reason is _TOKEN)
    return kind(reason, code=told)


def _by_status(status: int, code: int) -> _Meaning:
    """Judge an error that no table knows; one without a readable code proves nothing."""
    if status == 429:
        return Retry, _BUSY
    if status == 401:
        return ChannelDown, _TOKEN
    if code and 400 <= status < 500 and status != 408:
        return BadMessage, _MISTAKE
    return Unknown, _MAYBE


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
