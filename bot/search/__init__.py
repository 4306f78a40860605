"""Search: what people said and who they are, found in any script, at once and at any size.

The worker reads messages into the index in batches, so that taking a webhook
in costs nothing more; what it has not read yet is compared on the spot. What
was taken back or edited leaves the index in the same transaction.
"""

from bot.search.finding import Found, Query, ask, find, find_conversation_ids
from bot.search.indexing import catch_up, rebuild

__all__ = [
    "Found",
    "Query",
    "ask",
    "catch_up",
    "find",
    "find_conversation_ids",
    "rebuild",
]
