"""Posts cards: customers who wait are shown in the staff's groups, together, and mostly for free.

A push costs the shop one message of its quota for each member of the group.
So a customer's words wait a while for company, ride on a free reply when
somebody writes in the group meanwhile, and near the end of the month's quota
only ride.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bot import outbox
from bot.options import read_options
from bot.runtime import Runtime, Work
from bot.store import conversations, groups, messages, shops, watches


def wake(work: Work, shop: Any) -> None:
    """Have a customer's words shown in the shop's groups after its pause."""
    groups.wake(work.connection, shop.id, work.now + read_options(shop.options).pause)


def ride(work: Work, conversation: Any) -> None:
    """Post a group's cards at once: somebody wrote there, and a reply is free."""
    group = groups.find_group(work.connection, conversation.id)
    if group is not None and group.claimed_at is not None and group.due_at is not None:
        groups.update_group(work.connection, group.id, due_at=work.now)


def post_due(runtime: Runtime) -> int:
    """Owe each group whose pause is over the cards of who waits; give how many groups."""
    with runtime.store.read() as connection:
        due = groups.due_groups(connection, runtime.store.now(connection))
    posts = [partial(_post, conversation_id=row.conversation_id) for row in due]
    return sum(runtime.transact(post) for post in posts)


def _post(work: Work, conversation_id: int) -> bool:
    """Owe one group its cards; False when there are none to owe now."""
    # The group's conversation first and its row after it, as all who hear something do.
    conversation = conversations.lock_conversation(
        work.connection, conversation_id, skip_locked=True
    )
    group = groups.find_group(work.connection, conversation_id, lock=True)
    if conversation is None or group is None or group.due_at is None or group.due_at > work.now:
        return False
    options = read_options(shops.find_shop(work.connection, group.shop_id).options)
    waiting = groups.list_uncarded(work.connection, group, work.now, outbox.MOST_CARDS + 1)
    if not waiting or conversation.gone_reason or conversation.channel_state == "down":
        groups.update_group(work.connection, group.id, due_at=None)
        return False
    is_free = messages.reply_until(work.connection, conversation_id, work.now) is not None
    used = watches.quota_share(watches.find_watch(work.connection, group.channel_id))
    saving = used is not None and used * 100 >= options.card_quota
    more = len(waiting) > outbox.MOST_CARDS or saving
    due_at = work.now + options.pause if more else None
    groups.update_group(work.connection, group.id, due_at=due_at)
    if saving and not is_free:
        return False
    outbox.plan_cards(work, group, conversation, waiting, free_only=saving)
    return True
