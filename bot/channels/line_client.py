"""LINE's calls, through line-bot-sdk, each ending as a receipt or a typed error.

Importing this module loads the SDK (1.2 s, 70 MB), so only a process that sends
should. The SDK's request models would drop fields they do not know and add
others; the frozen payload therefore goes through ``ApiClient.call_api`` as it is.
"""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import urllib3
from linebot.v3.messaging.api_client import ApiClient
from linebot.v3.messaging.configuration import Configuration
from linebot.v3.messaging.exceptions import ApiException

from bot.channels.failures import TIMEOUT, retry_after, transport_failure, unusable
from bot.channels.fields import identifier, label, listing, mapping, words
from bot.messages import (
    Account,
    Address,
    AddressKind,
    BadMessage,
    ChannelDown,
    Lane,
    PersonGone,
    Profile,
    QuotaUsedUp,
    Receipt,
    Retry,
    SendError,
    SendRequest,
    TokenSpent,
    Unknown,
)

_HOST = "https://api.line.me"
_QUOTA_WORDS = "You have reached your monthly limit"
_TOKEN_WORDS = "Invalid reply token"
_PROPERTY = re.compile(r"[A-Za-z0-9_.\[\]/]{1,80}")


def send(account: Account, request: SendRequest) -> Receipt:
    """Push with the retry key, or reply with the token. Raises a ``SendError``."""
    headers = {}
    if request.lane is Lane.REPLY:
        if request.reply_token is None:
            raise TokenSpent("There is no reply token for this answer.")
        path, target = "reply", {"replyToken": request.reply_token}
    else:
        path, target = "push", {"to": request.address.id}
        # A reply with this header is refused.
        headers["X-Line-Retry-Key"] = request.delivery_id
    body = {**target, **request.payload}
    status, answer = _call(account, "POST", f"/v2/bot/message/{path}", body, headers)
    sent = listing(mapping(answer).get("sentMessages"))
    ids = (identifier(mapping(message).get("id")) for message in sent)
    return Receipt(tuple(found for found in ids if found), repeated=status == 409)


def check(account: Account) -> str:
    """Ask whose token this is; gives the account's name. Raises a ``SendError``."""
    bot = mapping(ask(account, "/v2/bot/info"))
    if account.account_id and bot.get("userId") != account.account_id:
        raise ChannelDown(
            f"The access token of channel {account.key} belongs to another LINE account than "
            f"its account_id names; put in the token and the id of one account.",
            by_token=True,
        )
    return label(bot.get("displayName")) or "LINE"


def profile(account: Account, address: Address, member_id: str | None = None) -> Profile:
    """Ask who a person, a member or which group it is; LINE tells nothing of a room itself.

    A person who is no friend of the account is ``PersonGone``, as the
    reference says of "Get profile" (404). Raises a ``SendError``.
    """
    target, name = quote(address.id, safe=""), "displayName"
    match address.kind:
        case AddressKind.GROUP | AddressKind.ROOM if member_id is not None:
            path = f"/v2/bot/{address.kind}/{target}/member/{quote(member_id, safe='')}"
        case AddressKind.USER:
            path = f"/v2/bot/profile/{target}"
        case AddressKind.GROUP:
            path, name = f"/v2/bot/group/{target}/summary", "groupName"
        case _:
            return Profile()
    try:
        told = mapping(ask(account, path))
    except BadMessage as error:  # an id that LINE cannot read is nobody's
        raise PersonGone("LINE does not know this person.", code=error.code) from None
    if not told:
        raise Retry("LINE gave no usable answer just now; ask again.", code="200")
    return Profile(
        words(told.get(name)), words(told.get("pictureUrl")), label(told.get("language"))
    )


def ask(account: Account, path: str, *, method: str = "GET", body: Any = None) -> Any:
    """Ask for what changes nothing; gives the decoded answer. Raises a ``SendError``."""
    try:
        return _call(account, method, path, body, {})[1]
    except Unknown as error:
        raise Retry("LINE gave no usable answer just now; ask again.", code=error.code) from None


@lru_cache(maxsize=64)
def _client(access_token: str, host: str | None, _process: int) -> Any:
    """Keep one pooled client per account; a forked process makes its own connections."""
    configuration = Configuration(  # type: ignore[no-untyped-call]
        access_token=access_token, host=host
    )
    # No repeats and no redirects: a repeat is the outbox's to decide.
    configuration.retries = False
    return ApiClient(configuration)  # type: ignore[no-untyped-call]


def _call(
    account: Account, method: str, path: str, body: Any, headers: dict[str, str]
) -> tuple[int, Any]:
    """Make one call; gives the status (200 or 409) and the decoded answer, None if unreadable."""
    host = account.api_url.rstrip("/") or None
    client = _client(account.access_token, host, os.getpid())
    try:
        answer = client.call_api(
            path,
            method,
            header_params={"Content-Type": "application/json", **headers},
            body=body,
            # As bytes: the SDK's own decoding raises on an odd answer to an accepted send.
            response_types_map={"200": "bytearray"},
            _request_timeout=TIMEOUT,
            _host=_HOST,
        )
        return 200, _decoded(answer.raw_data)
    except UnicodeDecodeError as error:
        # The SDK decodes an error's body while it handles the error itself.
        refusal: Any = error.__context__
    except ApiException as error:
        refusal = error
    except ValueError:
        raise unusable("LINE") from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise transport_failure("LINE", error) from None
    if refusal is None or not refusal.status:  # TLS failures come without a status
        cause = refusal.__context__ if refusal is not None else None
        raise transport_failure("LINE", cause or OSError()) from None
    details = _decoded(refusal.body)
    if refusal.status == 409:
        return 409, details
    after = (refusal.headers or {}).get("Retry-After")
    raise _refusal(refusal.status, details, retry_after(after)) from None


def _decoded(body: Any) -> Any:
    try:
        return json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return None


def _refusal(status: int, answer: Any, after: float | None) -> SendError:
    """Say what LINE's refusal means (reference, "Status codes" and "Error responses")."""
    told = mapping(answer).get("message")
    told = told if isinstance(told, str) else ""
    code = str(status)
    match status:
        case 400:
            return _bad_request(told, answer)
        case 401 | 403:
            return ChannelDown(
                "LINE refuses this account's access token or plan; put in a new token.",
                code=code,
                by_token=status == 401,
            )
        case 404:
            return PersonGone("LINE does not know this person, or they have left.", code=code)
        case 429 if told.startswith(_QUOTA_WORDS):
            return QuotaUsedUp("This month's LINE messages are used up.", code=code)
        case 429:
            return Retry("LINE asks for a pause; it is tried again.", code=code, after=after)
        case 408 | 425:
            return Unknown("LINE gave up on the request; it may have been sent.", code=code)
        case _ if 400 <= status < 500:
            return BadMessage("LINE refused the message; this is our mistake.", code=code)
    return Unknown("LINE had a fault of its own; the message may have been sent.", code=code)


def _bad_request(told: str, answer: Any) -> SendError:
    if told.startswith(_TOKEN_WORDS):
        return TokenSpent("LINE's free reply is used or too old.", code="400")
    # Only the names of fields are told on: LINE's sentences could quote the message.
    fields = [mapping(detail).get("property") for detail in listing(mapping(answer).get("details"))]
    named = [field for field in fields if isinstance(field, str) and _PROPERTY.fullmatch(field)]
    if named == ["to"] or "'to'" in told:
        return PersonGone("LINE does not know this person for this account.", code="400")
    where = f" ({', '.join(named[:5])})" if named else ""
    return BadMessage(
        f"LINE refused the message's content{where}; this is our mistake.", code="400"
    )
