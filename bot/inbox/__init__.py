"""The inbox: takes a platform's delivery in, once, whatever it holds.

The raw body is written before anything is answered; where its events parse
they become messages in the same transaction. What an event *does* comes
later, in ``bot.conversation``.

A raw delivery is ``read``, or else shown to the operator: a ``parse_error`` (no
part of the body could be read), in ``quarantine`` (nobody here has the account),
or in ``conflict`` (it tells a known event with other words).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog

from bot.channels import CHANNELS, Channel
from bot.inbox.keeping import keep, keep_carefully
from bot.messages import Entry
from bot.runtime import Runtime, Work
from bot.store import events, shops
from bot.store.database import StoreUnavailable

log = structlog.get_logger(__name__)

HEARD = timedelta(seconds=10)
"""How exactly a channel's last webhook is kept: its row is not for every webhook to lock."""

PATIENCE = 1.0
"""Seconds a webhook waits for the database; then the platform had better come again."""

MALFORMED = "The body is no JSON that can be read."
STRANGE = "No channel here reads such a body; it is kept as it came."
CONFLICT = "It repeats an event that was heard before, with other words; the first ones count."


class Refused(Exception):
    """The delivery's signature is missing or wrong, or nobody here has that address."""


def receive(
    runtime: Runtime, webhook: str, key: str | None, headers: Mapping[str, str], body: bytes
) -> int:
    """Take one raw delivery in and give its id; it is on disk when this returns.

    ``webhook`` is ``line`` (with the channel's ``key``) or ``meta``. Raises
    ``Refused`` and ``StoreUnavailable``.
    """
    channel_row = _verify(runtime, webhook, key, headers, body)

    def store(work: Work) -> int:
        return _take_in(work, webhook, channel_row, body, careful=False)

    try:
        return runtime.transact(store, patience=PATIENCE)
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 whatever it is, it must not cost the delivery
        # Something in it did not fit a table. Find out what, event by event: it must
        # not cost its neighbours, and never the raw row.
        log.warning("delivery needs care", webhook=webhook, error=type(error).__name__)
        return runtime.transact(
            lambda work: _take_in(work, webhook, channel_row, body, careful=True),
            patience=PATIENCE,
        )


def accepts_handshake(runtime: Runtime, mode: str, token: str) -> bool:
    """Say whether Meta's verification request knows our verify token."""
    wanted = runtime.settings.meta.verify_token.get_secret_value()
    right = hmac.compare_digest(token.encode(), wanted.encode())
    return bool(wanted) and mode == "subscribe" and right


def replay(runtime: Runtime, delivery_id: int) -> str:
    """Run a stored raw delivery again; nothing that had its effect has it twice.

    Gives the delivery's state afterwards. Raises ``LookupError``.
    """

    def again(work: Work) -> str:
        raw = events.find_raw(work.connection, delivery_id)
        if raw is None:
            raise LookupError(f"there is no delivery {delivery_id}")
        channel_row = (
            shops.find_channel(work.connection, raw.channel_id) if raw.channel_id else None
        )
        state, reason = _read(
            work,
            raw.webhook,
            channel_row,
            raw.body,
            delivery_id,
            received_at=raw.received_at,
            careful=True,
        )
        events.update_raw(work.connection, delivery_id, state=state, reason=reason)
        return state

    return runtime.transact(again)


def _verify(
    runtime: Runtime, webhook: str, key: str | None, headers: Mapping[str, str], body: bytes
) -> Any | None:
    """Give the channel row of a keyed webhook, None for Meta's shared one. Raises ``Refused``."""
    channel = next(c for c in CHANNELS.values() if c.webhook == webhook)
    if key is None:
        secrets = tuple(s.get_secret_value() for s in runtime.settings.meta.app_secrets)
        channel_row = None
    else:
        with runtime.store.read() as connection:
            channel_row = shops.find_channel_by_key(connection, key)
        if channel_row is None or CHANNELS[channel_row.kind].webhook != webhook:
            raise Refused
        secrets = (runtime.vault.open(channel_row.sealed)["channel_secret"],)
    if not channel.verify(headers, body, secrets):
        raise Refused
    return channel_row


def _take_in(
    work: Work, webhook: str, channel_row: Any | None, body: bytes, *, careful: bool
) -> int:
    raw_id = events.insert_raw(
        work.connection,
        shop_id=channel_row.shop_id if channel_row else None,
        channel_id=channel_row.id if channel_row else None,
        webhook=webhook,
        received_at=work.now,
        body=body,
        state="read",
    )
    state, reason = _read(
        work, webhook, channel_row, body, raw_id, received_at=work.now, careful=careful
    )
    if state != "read":
        events.update_raw(work.connection, raw_id, state=state, reason=reason)
    return raw_id


def _read(
    work: Work,
    webhook: str,
    channel_row: Any | None,
    body: bytes,
    raw_id: int,
    *,
    received_at: datetime,
    careful: bool,
) -> tuple[str, str | None]:
    """Write a body's events down; give the raw delivery's state and, if it is odd, why."""
    decoded = _decode(body)
    if decoded is None:
        return "parse_error", MALFORMED
    channels = _channels(webhook, decoded)
    if not channels:
        return "parse_error", STRANGE
    state: tuple[str, str | None] = ("read", None)
    for channel in channels:
        for entry in channel.parse(decoded, received_at):
            owner = channel_row or _find_owner(work, channel, entry)
            if owner is None or _is_foreign(owner, entry):
                account = entry.account_id or "of no name"
                state = ("quarantine", f"No {channel.name} account {account} is connected.")
            elif _keep_entry(work, owner, raw_id, entry, careful=careful) and state[0] == "read":
                state = ("conflict", CONFLICT)
    return state


def _keep_entry(work: Work, owner: Any, raw_id: int, entry: Entry, *, careful: bool) -> bool:
    """Keep an entry's events; say whether one of them contradicts what was heard before."""
    if owner.last_webhook_at is None or work.now - owner.last_webhook_at > HEARD:
        shops.note_webhook(work.connection, owner.id, work.now)
    write = keep_carefully if careful else keep
    conflicts = [write(work, owner, raw_id, event) for event in entry.events]  # each is kept
    return any(conflicts)


def _decode(body: bytes) -> Any:
    """Read JSON strictly and, where one odd value refuses, leniently; None for neither."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            return None


def _channels(webhook: str, decoded: Any) -> list[Channel]:
    """Name the channels that read a body: mostly one, but a list of bodies may be of two."""
    return [one for one in CHANNELS.values() if one.webhook == webhook and one.owns(decoded)]


def _find_owner(work: Work, channel: Channel, entry: Entry) -> Any | None:
    if entry.account_id is None:
        return None
    return shops.find_channel_by_account(work.connection, channel.kind, entry.account_id)


def _is_foreign(owner: Any, entry: Entry) -> bool:
    """Say whether a keyed delivery names an account that is not the channel's own."""
    known = owner.account_id
    return bool(known and entry.account_id and entry.account_id != known)
