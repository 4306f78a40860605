"""What Messenger and Instagram share: Meta's signature, its envelope, its window, its calls.

Both come by one webhook of one app and leave by the Graph API. Facts are from
https://developers.facebook.com/docs/messenger-platform unless a comment says
otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.channels.attachments import Fetched, Source
from bot.channels.fields import (
    digest,
    header,
    identifier,
    kept,
    label,
    listing,
    mapping,
    moment,
    readable,
)
from bot.messages import (
    Account,
    Address,
    Author,
    Entry,
    Event,
    Guarantee,
    InboundMessage,
    Lane,
    OtherEvent,
    Receipt,
    Route,
    SendRequest,
    StatusUpdate,
    Window,
)

WINDOW = timedelta(hours=24)
# A send that is decided now arrives a little later.
WINDOW_MARGIN = timedelta(seconds=60)
# Marks the payload of a quick reply of ours, whose rest is what the person says by it.
SAY = "say:"
_ENVELOPE = frozenset({"sender", "recipient", "timestamp"})


class Graph:
    """The part of a channel that Messenger and Instagram have in common."""

    kind: str
    name: str
    webhook = "meta"
    object: str
    """The body's ``object``, which tells the two apart."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> bool:
        """Check ``X-Hub-Signature-256``: ``sha256=`` and hexadecimal HMAC-SHA256 of the raw body.

        Either the Facebook app's or the Instagram app's secret may have signed.
        """
        given = (header(headers, "x-hub-signature-256") or "").encode("utf-8", "surrogatepass")
        genuine = False
        for secret in filter(None, secrets):  # an empty secret would let anybody sign
            signed = hmac.digest(secret.encode(), body, hashlib.sha256)
            genuine |= hmac.compare_digest(b"sha256=" + signed.hex().encode(), given)
        return genuine

    def owns(self, body: Any) -> bool:
        """Say whether ``body``, or one of a list of bodies, is of this platform."""
        return any(mapping(one).get("object") == self.object for one in _bodies(body))

    def parse(self, body: Any) -> list[Entry]:
        """Read ``{"object", "entry": [...]}``, also inside a list as some test sends are."""
        entries: list[Entry] = []
        for one in _bodies(body):
            if mapping(one).get("object") != self.object and len(_bodies(body)) > 1:
                continue
            held = mapping(one).get("entry")
            if isinstance(held, list):
                entries += [_entry(entry) for entry in held]
            else:
                entries.append(Entry(None, (_malformed(one, "The delivery has no entries."),)))
        return entries

    def route(self, window: Window, now: datetime, *, billing: bool) -> Route:
        """Answer within 24 hours of the person's last message; after that nothing is legal."""
        if window.last_inbound_at is None:
            return Route(Lane.NONE)
        until = window.last_inbound_at + WINDOW
        return Route(Lane.RESPONSE, until) if now < until - WINDOW_MARGIN else Route(Lane.NONE)

    def guarantee(self, lane: Lane) -> Guarantee:
        """Meta has no idempotency key: only the echo tells."""
        return Guarantee.ECHO

    def send(self, account: Account, request: SendRequest) -> Receipt:
        """Post one message; pymessenger is loaded by senders only."""
        from bot.channels import graph_client  # noqa: PLC0415 - loads pymessenger

        return graph_client.send(account, request)

    def fetch(
        self, account: Account, source: Source, limit: int, write: Callable[[bytes], None]
    ) -> Fetched:
        """Download what lies at Meta's address, without a token. Raises a ``FetchError``."""
        from bot.channels.download import download  # noqa: PLC0415 - loads requests

        return download(source.url or "", trusted=account.api_url, limit=limit, write=write)

    def check(self, account: Account) -> str:
        """Ask Meta whose token this is: the account's name. Raises a ``SendError``."""
        from bot.channels import graph_client  # noqa: PLC0415 - loads pymessenger

        # An Instagram account behind a Page's token answers with the Page's id.
        return graph_client.check(account, same_id=self.object == "page")


def _bodies(body: Any) -> list[Any]:
    return body if isinstance(body, list) and body else [body]


def _entry(entry: Any) -> Entry:
    if not isinstance(entry, dict):
        return Entry(None, (_malformed(entry, "The entry is not an object."),))
    account_id = identifier(entry.get("id"))
    if account_id == "0":  # the console's test button names no account
        account_id = None
    events = tuple(_events(entry, account_id))
    return Entry(account_id, events or (_malformed(entry, "The entry holds no events."),))


def _events(entry: dict[str, Any], account_id: str | None) -> Iterator[Event]:
    """Walk an entry's lists; comments and the like come as ``changes`` or flat as ``field``."""
    for name in ("messaging", "standby"):
        for item in listing(entry.get(name)):
            yield from _item(item, account_id, entry.get("time"), standby=name == "standby")
    changes = listing(entry.get("changes"))
    if "field" in entry:
        changes = [*changes, {name: entry.get(name) for name in ("field", "value")}]
    for change in changes:
        kind = label(mapping(change).get("field"))
        if kind is None:
            yield _malformed(change, "The change does not name its field.")
            continue
        key = "change:" + digest(account_id, entry.get("time"), change)
        yield OtherEvent(key, kind, moment(entry.get("time")), raw=change)


def _item(item: Any, account_id: str | None, time: Any, *, standby: bool) -> Iterator[Event]:
    """Read one element of ``messaging``; a receipt for several messages is several events."""
    if not isinstance(item, dict):
        yield _malformed(item, "The event is not an object.")
        return
    sent_at = moment(item.get("timestamp")) or moment(time)
    sender = identifier(mapping(item.get("sender")).get("id"))
    kind = next((name for name in item if name not in _ENVELOPE), None)
    if isinstance(item.get("message"), dict):
        yield _message(item, account_id, sent_at, standby=standby)
    elif sender and sent_at and isinstance(item.get("delivery"), dict):
        yield from _deliveries(item, Address(sender), account_id, sent_at)
    elif sender and sent_at and isinstance(item.get("read"), dict):
        yield _reading(item, Address(sender), account_id, sent_at)
    elif kind is None or kind in ("message", "delivery", "read"):
        yield _malformed(item, "The event lacks its sender, its time or its content.")
    else:
        body = mapping(item[kind])
        subject = identifier(body.get("mid"))
        if kind == "postback" and subject:
            key = _mid_key("postback", subject)
        else:
            key = "event:" + digest(account_id, item)
        address = Address(sender) if sender else None
        yield OtherEvent(key, label(kind) or "event", sent_at, address, subject, raw=item)


def _message(
    item: dict[str, Any], account_id: str | None, sent_at: datetime | None, *, standby: bool
) -> Event:
    message: dict[str, Any] = item["message"]
    mid = identifier(message.get("mid"))
    echo = message.get("is_echo") is True
    # An echo has sender and recipient swapped: the customer is always the other side.
    person = identifier(mapping(item.get("recipient" if echo else "sender")).get("id"))
    sender = identifier(mapping(item.get("sender")).get("id"))
    if person is None or sent_at is None:
        return _malformed(item, "The message lacks its person or a likely time.")
    address = Address(person)
    if message.get("is_deleted") is True:
        return OtherEvent(_key("unsend", mid, item), "unsend", sent_at, address, mid, raw=item)
    if message.get("is_self") is True:  # an account that writes to itself has no customer
        return OtherEvent(_key("self", mid, item), "self", sent_at, None, mid, raw=item)
    ours = _delivery_id(message.get("metadata")) if echo else None
    if ours is not None:
        key = _key("echo", mid, item)
        return StatusUpdate(key, address, "echo", sent_at, ours, mid, raw=item)
    text = _said(message)
    return InboundMessage(
        event_key=_key("mid", mid, item),
        address=address,
        author=Author.STAFF if echo else Author.CUSTOMER,
        kind="unsupported" if text is None else "text",
        text=text,
        platform_id=mid,
        sent_at=sent_at,
        sender_id=sender,
        quoted_id=identifier(mapping(message.get("reply_to")).get("mid")),
        standby=standby,
        raw=item,
    )


def _said(message: dict[str, Any]) -> str | None:
    """The words of a message; a tap on a quick reply of ours says what the button promised."""
    payload = mapping(message.get("quick_reply")).get("payload")
    if isinstance(payload, str) and payload.startswith(SAY):
        return readable(payload[len(SAY) :])
    text = message.get("text")
    return readable(text) if isinstance(text, str) else None


def _deliveries(
    item: dict[str, Any], address: Address, account_id: str | None, sent_at: datetime
) -> Iterator[Event]:
    delivery = mapping(item["delivery"])
    mids = [mid for one in listing(delivery.get("mids")) if (mid := identifier(one))]
    for mid in mids:
        key = _mid_key("delivered", mid)
        yield StatusUpdate(key, address, "delivered", sent_at, platform_id=mid, raw=item)
    if not mids:  # then the watermark alone says: everything up to that time
        until = moment(delivery.get("watermark")) or sent_at
        key = "delivered:" + digest(account_id, address.id, delivery.get("watermark"))
        yield StatusUpdate(key, address, "delivered", until, raw=item)


def _reading(
    item: dict[str, Any], address: Address, account_id: str | None, sent_at: datetime
) -> Event:
    """Messenger names the time up to which everything was read, Instagram the message."""
    read = mapping(item["read"])
    mid, watermark = identifier(read.get("mid")), read.get("watermark")
    until = moment(watermark) or sent_at
    key = "read:" + digest(account_id, address.id, mid, watermark)
    return StatusUpdate(key, address, "read", until, platform_id=mid, raw=item)


def _delivery_id(metadata: Any) -> str | None:
    """Read our delivery id out of an echo; another app's metadata is none."""
    if not isinstance(metadata, str) or len(metadata) != 36:
        return None
    try:
        return str(uuid.UUID(metadata))
    except ValueError:
        return None


def _key(prefix: str, mid: str | None, item: dict[str, Any]) -> str:
    return _mid_key(prefix, mid) if mid else f"{prefix}:digest:{digest(item)}"


def _mid_key(prefix: str, mid: str) -> str:
    return f"{prefix}:{mid}"


def _malformed(value: Any, error: str) -> OtherEvent:
    raw = kept(value)
    sent_at = moment(raw.get("timestamp"))
    return OtherEvent("malformed:" + digest(raw), "malformed", sent_at, error=error, raw=raw)
