"""Search for programs: messages by their words, and conversations by people and words."""

from __future__ import annotations

from bot import contacts, search
from bot.channels import CHANNELS
from bot.search import Found
from bot.store import shops
from bot.store.conversations import Among
from bot.store.database import Connection
from handlers.api.asking import (
    read_cursor,
    read_customer,
    read_moment,
    read_search,
    read_word,
)
from handlers.context import runtime


def find_messages(shop_id: int, limit: int) -> tuple[Found, tuple[str, ...]]:
    """Find a page of what the request asks for; give it with the words that were looked for."""
    text, channel, customer = read_search(), read_word("channel", CHANNELS), read_customer()
    before = read_cursor(int)
    with runtime().store.read() as connection:
        timezone = shops.find_shop(connection, shop_id).timezone
        query = search.ask(
            connection,
            shop_id,
            text or "",
            channel=channel,
            since=read_moment("from", timezone),
            until=read_moment("to", timezone, days=1),
            customer=customer,
            before=before[0] if before else None,
        )
        found = search.find(connection, query, limit)
    return found, query.terms if query else ()


def find_talks(connection: Connection, shop_id: int, text: str, channel: str | None) -> Among:
    """Find whose conversations a list is of: people, and the newest hits."""
    shop = shops.find_shop(connection, shop_id)
    query = search.ask(connection, shop_id, text, channel=channel)
    return Among(
        [row.id for row in contacts.search(connection, shop, text)],
        search.find_conversation_ids(connection, query),
    )
