"""One conversation as staff see it: bubbles, the way an answer would go, the order beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import media, ordering, outbox
from bot.channels import CHANNELS
from bot.media import MediaView
from bot.messages import AddressKind, Author, Lane
from bot.ordering import OrderView
from bot.replies import expand
from bot.runtime import Runtime
from bot.staff import Actor
from bot.store import (
    changes,
    conversations,
    keywords,
    members,
    messages,
    orders,
    people,
    products,
    replies,
    shops,
    versions,
    watches,
)
from handlers.chips import Chip, show_chip
from handlers.display import show_day, show_span, show_time
from handlers.leaves import NEWEST, Leaf, mark_of, read_leaf
from handlers.pieces import Piece, read_pieces
from handlers.tellings import Quote, read_author, read_notice, read_occasion, read_quote
from handlers.words import has_phrase, phrase

MOST_PRODUCTS = 60
TROUBLED = ("held", "needs_review", "dead")


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as the thread shows it; ``day`` is set on the first one of its day."""

    id: int
    row: Any
    is_ours: bool
    author: str
    time: str
    day: str
    state: str
    state_word: str
    lane_word: str
    bill_url: str | None
    notice: str
    what: str
    occasion: str
    post: bool
    quote: Quote | None
    pieces: tuple[Piece, ...]
    versions: tuple[Any, ...]
    reactions: str
    chip: Chip | None
    is_found: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside a page of messages: files, earlier words, what they answer, names.

    ``names`` are staff by our id, and a group's members by the platform's.
    """

    files: dict[int, list[MediaView]]
    versions: dict[int, list[Any]]
    quoted: dict[str, Any]
    names: dict[Any, str]
    hits: dict[int, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """How an answer would go now: its lane, what that costs in words, and until when (UTC)."""

    lane: str
    words: str
    until: datetime | None
    span: str

    @property
    def is_open(self) -> bool:
        """Say whether anything may be sent at all."""
        return self.lane != Lane.NONE


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything beside and in a conversation, read at one moment."""

    shop: Any
    conversation: Any
    channel_name: str
    bubbles: tuple[Bubble, ...]
    older: str | None
    newer: str | None
    is_past: bool
    way: Way
    order: OrderView | None
    has_changes: bool
    products: tuple[Any, ...]
    names: dict[int, str]
    since: int
    saved: tuple[tuple[str, str], ...]


def read_desk(
    runtime: Runtime,
    actor: Actor,
    conversation_id: int,
    language: str,
    *,
    leaf: Leaf = NEWEST,
) -> Desk | None:
    """Read a conversation of the actor's shop; None where the shop has no such conversation."""
    with runtime.store.read() as connection:
        since = changes.last_change(connection, actor.shop_id)
        conversation = conversations.find_conversation(connection, actor.shop_id, conversation_id)
        if conversation is None:
            return None
        shop = shops.find_shop(connection, actor.shop_id)
        now = runtime.store.now(connection)
        names = {one.id: one.name for one in people.list_staff(connection, shop.id)}
        rows, older, newer = read_leaf(connection, conversation_id, leaf)
        view = _read_order(runtime, connection, conversation)
        goods = (
            products.list_products(connection, shop.id, limit=MOST_PRODUCTS)
            if view is None or not view.order.items
            else []
        )
        bills = _bill_urls(runtime, connection, shop.id, rows)
        beside = _read_beside(connection, conversation, rows, names)
        way = _read_way(connection, conversation, now, language)
        saved = replies.list_saved(connection, shop.id)
    return Desk(
        shop=shop,
        conversation=conversation,
        channel_name=CHANNELS[conversation.channel].name,
        bubbles=tuple(
            _bubbles(
                rows,
                conversation,
                found=leaf.at,
                shop=shop,
                bills=bills,
                beside=beside,
                language=language,
            )
        ),
        older=mark_of(rows[0]) if older else None,
        newer=mark_of(rows[-1]) if newer else None,
        is_past=newer or leaf.before is not None,
        way=way,
        order=view,
        has_changes=_has_changes(view),
        products=tuple(one for one in goods if one.active),
        names=names,
        since=since,
        saved=tuple((row.name, expand(row.text, shop, conversation, view)) for row in saved),
    )


def _read_order(runtime: Runtime, connection: Any, conversation: Any) -> OrderView | None:
    if conversation.order_id is None:
        return None
    row = orders.find_order(connection, conversation.shop_id, order_id=conversation.order_id)
    return ordering.view(runtime, connection, row) if row else None


def _has_changes(view: OrderView | None) -> bool:
    """Say whether an issued order was changed and the customer has not been told."""
    if view is None or not view.row.revision or view.row.status != "unpaid":
        return False
    moves = [event.move for event in view.events if event.move in ("send", "edit")]
    return bool(moves) and moves[-1] == "edit"


def _read_beside(
    connection: Any, conversation: Any, rows: list[Any], staff: dict[int, str]
) -> Beside:
    shown = [row.id for row in rows if not row.redacted]
    answered = {row.quoted_id for row in rows if row.quoted_id}
    people = (
        members.names_in(connection, conversation.id)
        if conversation.address_kind != AddressKind.USER
        else {}
    )
    return Beside(
        files=media.list_for(connection, shown),
        versions=versions.list_versions(connection, shown),
        quoted=messages.find_quoted(connection, conversation.id, answered),
        names={**staff, **people},
        hits=keywords.hits_of(connection, [row.id for row in rows]),
    )


def _bill_urls(
    runtime: Runtime, connection: Any, shop_id: int, rows: Iterable[Any]
) -> dict[int, str]:
    """Give the bill page of every invoice that the thread tells of."""
    wanted = {row.invoice_id for row in rows if row.invoice_id}
    issued = orders.list_issued(connection, shop_id, wanted) if wanted else {}
    return {
        row.id: runtime.bill_url(row.order_id, row.link_generation)
        for row in issued.values()
        if row.link_generation
    }


def _read_way(connection: Any, conversation: Any, now: datetime, language: str) -> Way:
    route = outbox.route_now(connection, conversation, now, billing=False)
    words = word_way(connection, conversation, route, language)
    span = show_span((route.until - now).total_seconds(), language) if route.until else ""
    return Way(str(route.lane), words, route.until, span)


def word_way(connection: Any, conversation: Any, route: Any, language: str) -> str:
    """Say which way a message would go and what that costs, or why there is none."""
    if conversation.standby:
        return phrase("reply.lane_none_standby", language)
    if route.lane == Lane.NONE and conversation.gone_reason:
        return phrase("reply.lane_none_because", language, reason=conversation.gone_reason)
    if route.lane == Lane.PUSH:
        told = _push_words(connection, conversation.channel_id, language)
        return told or phrase("reply.lane_push", language)
    return phrase(f"reply.lane_{route.lane}", language)


def _push_words(connection: Any, channel_id: int, language: str) -> str:
    """Say what a push costs: how much of the month's quota is used; "" where nobody knows."""
    watch = watches.find_watch(connection, channel_id)
    if watch.quota_used is None or watch.quota_limit is None:
        return ""
    facts = {"used": watch.quota_used, "limit": watch.quota_limit}
    return phrase("reply.lane_push_of", language, **facts)


def _bubbles(
    rows: Iterable[Any],
    conversation: Any,
    *,
    found: int | None,
    shop: Any,
    bills: dict[int, str],
    beside: Beside,
    language: str,
) -> Iterable[Bubble]:
    shown = ""
    for row in rows:
        day = show_day(row.sent_at, shop.timezone, language)
        state, word = _state(row, conversation, language)
        lane = f"state.lane_{row.lane}"
        yield Bubble(
            id=row.id,
            row=row,
            is_ours=row.direction == "out" or row.author == Author.STAFF,
            author=read_author(row, beside.names, language, place=conversation.address_kind),
            time=show_time(row.sent_at, shop.timezone),
            day=day if day != shown else "",
            state=state,
            state_word=word,
            lane_word=phrase(lane, language) if row.lane and has_phrase(lane, language) else "",
            bill_url=bills.get(row.invoice_id),
            notice=read_notice(row, language),
            what=str(row.reason or row.facts.get("type") or ""),
            occasion=read_occasion(row, language),
            post=row.kind == "comment" and bool(row.facts.get("media_id")),
            quote=read_quote(row, beside.quoted, beside.names, language),
            pieces=read_pieces(row, beside.files.get(row.id, ()), language),
            versions=tuple(beside.versions.get(row.id, ())),
            chip=show_chip(beside.hits.get(row.id), language),
            reactions=" ".join(one["emoji"] for one in row.reactions.values()),
            is_found=row.id == found,
        )
        shown = day


def _state(row: Any, conversation: Any, language: str) -> tuple[str, str]:
    """Give where a message of ours stands, and the word for it; nothing for the customer's own."""
    if row.direction == "in":
        return "", ""
    state = row.state
    if state == "pending" and row.delivery_state in ("sending", "ambiguous"):
        state = row.delivery_state
    name = CHANNELS[conversation.channel].name
    return state, phrase(f"state.{state}", language, channel=name)
