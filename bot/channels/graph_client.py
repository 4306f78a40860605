"""Meta's Graph API, through pymessenger, each call ending as a receipt or a typed error.

pymessenger's own ``send_raw`` has no timeout, opens a connection a call, puts
the token into the address, and drops the status; ``Sender`` replaces it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import requests
from pymessenger.bot import Bot

from bot.channels.failures import TIMEOUT, retry_after, transport_failure, unusable
from bot.channels.fields import identifier, label, link, mapping, words
from bot.channels.graph_errors import meaning
from bot.messages import (
    Account,
    Address,
    BadMessage,
    ChannelDown,
    Lane,
    NewToken,
    PersonGone,
    Profile,
    Receipt,
    Retry,
    SendRequest,
    Unknown,
    WindowClosed,
)

_HOST = "https://graph.facebook.com"
# Where an Instagram account's own token is good; a Page's token goes to the other host.
_INSTAGRAM_HOST = "https://graph.instagram.com"
_VERSION = "26.0"
_COMMENT_CLOSED = (
    "Meta takes no private reply to this comment any more: it was answered, is over seven days "
    "old, was removed, or its broadcast has ended."
)
_PUBLIC = re.compile(r"https://(?:[a-z]+\.)*(?:instagram|facebook)\.com/")
_LONGEST_LIFE = 366 * 86_400


class Sender(Bot):
    """pymessenger's bot with a pooled session, a timeout, and errors that say what to do."""

    def __init__(self, access_token: str, app_secret: str, host: str, version: str) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            access_token, api_version=version, app_secret=app_secret or None
        )
        self.host = host
        self.graph_url = f"{host}/v{version}"
        self.session = requests.Session()

    def send_raw(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Post one message; gives Meta's answer. Raises a ``SendError``."""
        return self.call("POST", "/me/messages", json=payload)

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Make one call, repeated and redirected by nobody. Raises a ``SendError``."""
        return self._request(method, self.graph_url + path, auth=self._authorize, **content)

    def renew(self) -> dict[str, Any]:
        """Ask for the token's successor: no version, no proof, and the token in the query.

        https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
        Raises a ``SendError``.
        """
        query = {"grant_type": "ig_refresh_token", "access_token": self.access_token}
        # An ``auth`` that adds nothing keeps a .netrc from adding something.
        return self._request(
            "GET", f"{self.host}/refresh_access_token", auth=lambda request: request, params=query
        )

    def _request(self, method: str, url: str, **content: Any) -> dict[str, Any]:
        try:
            response = self.session.request(
                method, url, timeout=TIMEOUT, allow_redirects=False, **content
            )
        except ValueError:
            raise unusable("Meta") from None
        except requests.RequestException as error:
            raise transport_failure("Meta", error) from None
        return _answer(response)

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request. As ``auth``, because requests lets a .netrc override a plain header."""
        request.headers["Authorization"] = f"Bearer {self.access_token}"
        if self.app_secret:
            proof = hmac.digest(
                self.app_secret.encode(), self.access_token.encode(), hashlib.sha256
            )
            request.prepare_url(request.url, {"appsecret_proof": proof.hex()})
        return request


def send(account: Account, request: SendRequest) -> Receipt:
    """Answer within the window, our delivery id in the metadata. Raises a ``SendError``.

    On lane PRIVATE_REPLY a comment is answered: whom that reached is in the receipt.
    """
    message = {**mapping(request.payload.get("message")), "metadata": request.delivery_id}
    if request.lane is Lane.PRIVATE_REPLY and request.comment_id:
        return _reply_in_private(account, request.comment_id, message)
    if request.lane is not Lane.RESPONSE:
        raise WindowClosed("The 24 hours after the person's last message are over.")
    answer = _sender(account).send_raw(
        {
            "recipient": {"id": request.address.id},
            "messaging_type": "RESPONSE",
            "message": message,
        }
    )
    return _receipt(answer)


def _reply_in_private(account: Account, comment_id: str, message: dict[str, Any]) -> Receipt:
    """Answer a comment; a refusal concerns this comment and not the channel."""
    payload = {"recipient": {"comment_id": comment_id}, "message": message}
    try:
        answer = _sender(account).send_raw(payload)
        person_id = identifier(answer.get("recipient_id"))
        return replace(_receipt(answer), person_id=person_id)
    except ChannelDown as error:
        if error.code.partition("/")[0] != "10":
            raise
        raise WindowClosed(_COMMENT_CLOSED, code=error.code) from None
    except (BadMessage, WindowClosed) as error:
        raise WindowClosed(_COMMENT_CLOSED, code=error.code) from None


def _receipt(answer: dict[str, Any]) -> Receipt:
    message_id = identifier(answer.get("message_id"))
    if message_id is None:
        raise Unknown("Meta's answer names no message; it may have been sent.", code="200")
    return Receipt((message_id,))


def check(account: Account, *, same_id: bool) -> str:
    """Ask whose token this is; gives the account's name. Raises a ``SendError``."""
    answer = ask(account, "/me", fields="id,name")
    if same_id and account.account_id and identifier(answer.get("id")) != account.account_id:
        raise ChannelDown(
            f"The access token of channel {account.key} belongs to another Page than its "
            f"account_id names; put in the token and the id of one Page.",
            by_token=True,
        )
    return label(answer.get("name")) or account.kind


def profile(account: Account, address: Address, fields: str) -> Profile:
    """Ask who a person is, by ``fields``; Meta tells no language. Raises a ``SendError``."""
    path = f"/{quote(address.id, safe='')}"
    try:
        answer = ask(account, path, fields=fields)
    except BadMessage as error:  # code 100: no such person, or none who agreed to be known
        raise PersonGone("Meta does not tell who this person is.", code=error.code) from None
    parts = [words(answer.get(name)) for name in ("first_name", "last_name")]
    name = " ".join(part for part in parts if part) or words(answer.get("name"))
    return Profile(name or words(answer.get("username")), words(answer.get("profile_pic")))


def post_url(account: Account, post_id: str) -> str | None:
    """Ask for a post's public address; None where it is gone. Raises a ``SendError``.

    https://developers.facebook.com/docs/instagram-platform/reference/instagram-media
    """
    path = f"/{quote(post_id, safe='')}"
    try:
        answer = ask(account, path, fields="permalink")
    except (BadMessage, PersonGone):  # code 100: no such post, or it is gone
        return None
    url = link(answer.get("permalink"))
    return url if url is not None and _PUBLIC.match(url) else None


def ask(account: Account, path: str, **query: str) -> dict[str, Any]:
    """Read something of the graph. Raises a ``SendError``, but no ``Unknown``."""
    return _asked(lambda: _sender(account).call("GET", path, params=query))


def renew(account: Account) -> NewToken:
    """Exchange an Instagram account's own token for one that lives 60 days again.

    Meta gives none for a token younger than 24 hours, or one that has ended.
    Raises a ``SendError``.
    """
    answer = _asked(_sender(account).renew)
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    lives = seconds if isinstance(seconds, int) and not isinstance(seconds, bool) else 0
    if not isinstance(token, str) or not token.isascii() or not 0 < lives <= _LONGEST_LIFE:
        raise Retry("Meta gave no new token just now; ask again.", code="200")
    return NewToken(token, timedelta(seconds=lives))


def _asked(question: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return question()
    except Unknown as error:
        raise Retry("Meta gave no usable answer just now; ask again.", code=error.code) from None


def _sender(account: Account) -> Sender:
    own = _INSTAGRAM_HOST if account.login == "instagram" else _HOST
    host = account.api_url.rstrip("/") or own
    version = account.api_version.lstrip("v") or _VERSION
    return _pooled(account.access_token, account.app_secret, host, version, os.getpid())


@lru_cache(maxsize=64)
def _pooled(access_token: str, app_secret: str, host: str, version: str, _process: int) -> Sender:
    """Keep one sender per token; a forked process makes its own connections."""
    return Sender(access_token, app_secret, host, version)


def _answer(response: requests.Response) -> dict[str, Any]:
    """Read Meta's answer; Meta tells an error in the body, now and then under status 200."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    error = mapping(answer).get("error")
    if response.status_code == 200 and isinstance(answer, dict) and not isinstance(error, dict):
        return answer
    after = retry_after(response.headers.get("Retry-After"))
    raise meaning(response.status_code, mapping(error), after) from None
