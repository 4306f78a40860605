"""Keyword orders: customers order by writing ``CF A1 2`` in chat or under a post.

Off until the shop switches it on, for its chats, for comments, or for one
post. ``terms`` is what a shop chooses, ``reading`` turns words into what could
be ordered, ``deciding`` says what of it may be, ``drafting`` puts it into the
customer's draft, ``answering`` words the answer, ``hearing`` does all of that
for a message once, and ``trying`` does none of it and shows why.
"""

from bot.keywords.answering import explain_reason
from bot.keywords.errors import KeywordError
from bot.keywords.hearing import hear
from bot.keywords.ruling import MAY_RULE, end_post, name_post, read_rule, save_rule
from bot.keywords.terms import PLACEHOLDERS, TEXTS, Terms, check_terms
from bot.keywords.trying import MOST_TEXTS, Trial, count, explain, rerun

__all__ = [
    "MAY_RULE",
    "MOST_TEXTS",
    "PLACEHOLDERS",
    "TEXTS",
    "KeywordError",
    "Terms",
    "Trial",
    "check_terms",
    "count",
    "end_post",
    "explain",
    "explain_reason",
    "hear",
    "name_post",
    "read_rule",
    "rerun",
    "save_rule",
]
