"""Edits and unsends of commands: what a command did stays, and its new words run nothing."""

from __future__ import annotations

from typing import Any

from bot.conversation.commanding import ask_again, is_command
from bot.messages import Author
from bot.runtime import Work
from bot.store import changes, events, messages, orders, shops, versions

CHANGES = frozenset({"edit", "unsend"})


def hear(work: Work, conversation: Any, event: Any) -> None:
    """Hear that a message was edited or withdrawn after it had its effect."""
    platform_id = event.data.get("platform_id")
    message = (
        messages.find_message_by_platform_id(work.connection, conversation.id, platform_id)
        if platform_id
        else None
    )
    if message is None or message.author != Author.STAFF:
        return
    if event.kind == "unsend":
        _note_unsent(work, conversation, message)
    elif not message.redacted and message.edited_at is not None:
        _ask(work, conversation, message, event)


def _note_unsent(work: Work, conversation: Any, message: Any) -> None:
    """Note beside the orders that a withdrawn message changed that their source is gone."""
    source = f"message:{message.id}"
    for number in orders.list_numbers_by_source(work.connection, conversation.shop_id, source):
        changes.record(
            work.connection,
            work.now,
            f"staff:{message.staff_id}" if message.staff_id else "system",
            "source unsent",
            f"order:{number}",
            shop_id=conversation.shop_id,
            source=source,
        )


def _ask(work: Work, conversation: Any, message: Any, event: Any) -> None:
    """Ask who edited a command; where the command itself was heard edited, they were asked."""
    if message.direction == "out":
        return
    heard_at = events.find_processed_at(work.connection, message.id)
    if heard_at is None or heard_at >= event.received_at:
        return
    shop = shops.find_shop(work.connection, conversation.shop_id)
    earlier = versions.list_versions(work.connection, [message.id]).get(message.id, [])
    if any(is_command(shop, text) for text in (message.text, *(one.text for one in earlier))):
        ask_again(work, shop, conversation, message.text)
