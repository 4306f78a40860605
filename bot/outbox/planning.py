"""Plans deliveries: what we owe a person becomes rows, in the transaction that made us owe it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.channels import CHANNELS
from bot.messages import Author, Button, Card, Lane, Route, Text, Window
from bot.runtime import Work
from bot.store import changes, messages
from bot.store import outbox as rows

PATIENCE = {
    "bill": timedelta(hours=23),
    "text": timedelta(hours=23),
    "private": timedelta(days=7) - timedelta(minutes=10),  # after the comment; then nobody takes it
    "card": timedelta(minutes=20),  # an answer to a command is stale news after that
    "cards": timedelta(minutes=20),
    "receipt": timedelta(minutes=20),
}
"""How long each kind is worth trying."""


def plan_text(
    work: Work,
    conversation: Any,
    text: str,
    *,
    author: Author,
    staff_id: int | None = None,
    buttons: tuple[Button, ...] = (),
    automatic: bool = False,
    free_only: bool = False,
) -> int:
    """Owe a person some words; give the message's id.

    Words too long for one message go out as several, in order; the message is
    shown as one and takes its state from the last. ``automatic`` is what nobody
    asked for; ``free_only`` is dropped where saying it would cost.
    """
    channel = CHANNELS[conversation.channel]
    payloads = channel.compose(Text(text, buttons))
    delivery_ids = [str(uuid.uuid4()) for _ in payloads]
    message_id = show(
        work,
        conversation,
        delivery_ids[-1],
        kind="text",
        text=text,
        author=author,
        staff_id=staff_id,
        automatic=automatic,
    )
    for delivery_id, payload in zip(delivery_ids, payloads, strict=True):
        insert(
            work,
            conversation,
            delivery_id,
            kind="text",
            part="text",
            payload=payload,
            message_id=message_id,
            free_only=free_only,
        )
    return message_id


def plan_answer(
    work: Work,
    conversation: Any,
    content: Card | Text,
    order_id: int | None,
    *,
    about_id: int | None = None,
) -> None:
    """Owe a member of staff the answer to a command, in their own conversation.

    ``order_id`` and ``about_id``, a customer's conversation, are what a quote
    of the answer means later.
    """
    channel = CHANNELS[conversation.channel]
    for payload in channel.compose(content):
        delivery_id = str(uuid.uuid4())
        message_id = show(
            work,
            conversation,
            delivery_id,
            kind="card" if isinstance(content, Card) else "text",
            text=plain(content),
            author=Author.BOT,
        )
        insert(
            work,
            conversation,
            delivery_id,
            kind="card",
            part="card",
            payload=payload,
            message_id=message_id,
            order_id=order_id,
            about_id=about_id,
        )


def plan_bill(
    work: Work,
    conversation: Any,
    *,
    order_id: int,
    invoice_id: int,
    title: str,
    picture: bool,
    staff_id: int | None,
) -> None:
    """Owe a customer an invoice: one row for each request that it takes on this channel."""
    parts = CHANNELS[conversation.channel].bill_parts(picture=picture)
    delivery_ids = {part: str(uuid.uuid4()) for part in parts}
    message_id = show(
        work,
        conversation,
        delivery_ids.get("bill", delivery_ids[parts[-1]]),
        kind="bill",
        text=title,
        author=Author.STAFF if staff_id else Author.BOT,
        staff_id=staff_id,
        invoice_id=invoice_id,
    )
    for part in parts:
        insert(
            work,
            conversation,
            delivery_ids[part],
            kind="bill",
            part=part,
            message_id=message_id,
            order_id=order_id,
            invoice_id=invoice_id,
        )


def plain(content: Card | Text) -> str:
    """Say a card or a text in plain words."""
    if isinstance(content, Text):
        return content.text
    lines = [content.title, content.subtitle]
    lines += [f"{row.label}  {row.value}" for row in content.rows]
    return "\n".join([line for line in [*lines, *content.notes] if line])


def route_now(connection: Any, conversation: Any, now: datetime, *, billing: bool) -> Route:
    """Tell which way a message to this conversation would go now, and until when."""
    return routes_now(connection, [conversation], now, billing=billing)[conversation.id]


def routes_now(
    connection: Any, conversations: Sequence[Any], now: datetime, *, billing: bool
) -> dict[int, Route]:
    """Tell the same of many conversations, by their ids, at the price of one."""
    open_ones = [one for one in conversations if not (one.gone_reason or one.standby)]
    until = messages.list_reply_until(connection, [one.id for one in open_ones], now)
    routes = {one.id: Route(Lane.NONE) for one in conversations}
    for one in open_ones:
        window = Window(last_inbound_at=one.last_inbound_at, reply_until=until.get(one.id))
        routes[one.id] = CHANNELS[one.channel].route(window, now, billing=billing)
    return routes


def show(
    work: Work, conversation: Any, delivery_id: str, *, text: str, author: Author, **values: Any
) -> int:
    """Put what we owe into the thread, so that staff see it before it is sent; give its id."""
    message_id = messages.insert_message(
        work.connection,
        shop_id=conversation.shop_id,
        conversation_id=conversation.id,
        direction="out",
        author=author,
        text=text,
        sent_at=work.now,
        received_at=work.now,
        state=_first_state(conversation),
        reason=conversation.channel_reason if conversation.channel_state == "down" else None,
        delivery_id=delivery_id,
        **values,
    )
    messages.touch_conversation(
        work.connection,
        conversation.id,
        at=work.now,
        text=text,
        author=author,
        customer_wrote=False,
    )
    changes.announce(
        work.connection, conversation.shop_id, work.now, conversation_id=conversation.id
    )
    return message_id


def insert(work: Work, conversation: Any, delivery_id: str, *, kind: str, **values: Any) -> None:
    """Write a delivery; ``values`` are its other columns."""
    rows.insert_delivery(
        work.connection,
        id=delivery_id,
        shop_id=conversation.shop_id,
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        kind=kind,
        state=_first_state(conversation),
        created_at=work.now,
        **{"due_at": work.now, "deadline": work.now + PATIENCE[kind], **values},
    )
    work.ring("deliver")


def _first_state(conversation: Any) -> str:
    """A channel that is down gets nothing to try until its token is mended."""
    return "held" if conversation.channel_state == "down" else "pending"
