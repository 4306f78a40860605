"""The tables that carry the promises: one row is one fact, and every fact has its shop.

Times are UTC, money is an integer of minor units in the row's or the shop's
currency. The rows of ``events``, ``outbox``, ``invoices`` and
``order_events`` are the installation's memory of what it promised; none of
them is ever deleted.
"""

from __future__ import annotations

from bot.store.tables.album import product_imports, product_pictures
from bot.store.tables.base import metadata
from bot.store.tables.changes import audit, feed, heartbeats, idempotency_keys
from bot.store.tables.customers import (
    contact_bans,
    contact_notes,
    contact_phones,
    contact_tags,
    contact_terms,
    postal_addresses,
)
from bot.store.tables.inbox import (
    addresses,
    contact_merges,
    contacts,
    conversations,
    events,
    members,
    message_changes,
    message_versions,
    messages,
    raw_deliveries,
    reply_tokens,
)
from bot.store.tables.keywords import commenters, keyword_hits, keyword_rules, posts
from bot.store.tables.media import media
from bot.store.tables.money import payment_attempts, payments, refunds, slips
from bot.store.tables.orders import (
    invoices,
    order_events,
    order_items,
    orders,
    products,
)
from bot.store.tables.outbox import outbox
from bot.store.tables.parcels import parcel_items, parcels
from bot.store.tables.people import (
    api_tokens,
    channels,
    counters,
    link_codes,
    sessions,
    shops,
    sign_ins,
    staff,
    staff_links,
)
from bot.store.tables.replies import auto_answers, saved_replies, status_templates
from bot.store.tables.search import message_words, search_marks
from bot.store.tables.snapshots import order_snapshots
from bot.store.tables.stock import shelves, stock_moves, variants
from bot.store.tables.surfaces import staff_cards, staff_groups
from bot.store.tables.watch import heard_hours, watches

__all__ = [
    "addresses",
    "api_tokens",
    "audit",
    "auto_answers",
    "channels",
    "commenters",
    "contact_bans",
    "contact_merges",
    "contact_notes",
    "contact_phones",
    "contact_tags",
    "contact_terms",
    "contacts",
    "conversations",
    "counters",
    "events",
    "feed",
    "heard_hours",
    "heartbeats",
    "idempotency_keys",
    "invoices",
    "keyword_hits",
    "keyword_rules",
    "link_codes",
    "media",
    "members",
    "message_changes",
    "message_versions",
    "message_words",
    "messages",
    "metadata",
    "order_events",
    "order_items",
    "order_snapshots",
    "orders",
    "outbox",
    "parcel_items",
    "parcels",
    "payment_attempts",
    "payments",
    "postal_addresses",
    "posts",
    "product_imports",
    "product_pictures",
    "products",
    "raw_deliveries",
    "refunds",
    "reply_tokens",
    "saved_replies",
    "search_marks",
    "sessions",
    "shelves",
    "shops",
    "sign_ins",
    "slips",
    "staff",
    "staff_cards",
    "staff_groups",
    "staff_links",
    "status_templates",
    "stock_moves",
    "variants",
    "watches",
]
