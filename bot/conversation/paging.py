"""The Page's own inbox: words that a person typed there, which the customer has already read.

Only what is made to be read by a customer is taken for an order, and only
where the shop switched it on; see ``bot.commands.presented``. What became of
it stands in the thread, where only staff look.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import outbox
from bot.commands import presented
from bot.commands.context import CommandError, Context
from bot.commands.grammar import GrammarError
from bot.options import read_options
from bot.ordering import Asker
from bot.runtime import Runtime, Work
from bot.store import messages, shops
from bot.words import say
from orders.errors import OrderError

OURS = timedelta(minutes=10)
"""How long our own words may take to come back to us without their mark."""


def hear(runtime: Runtime, work: Work, conversation: Any, message: Any) -> None:
    """Hear an echo that is not ours: a draft may be opened, extended, and its bill sent."""
    shop = shops.find_shop(work.connection, conversation.shop_id)
    if not read_options(shop.options).page_orders or not message.text:
        return
    if _is_ours(runtime, work, conversation, message):
        return
    written = presented.find(message.text)
    if written is None:
        return
    context = Context(
        runtime=runtime,
        work=work,
        shop=shop,
        asker=Asker(None, "page", f"message:{message.id}"),
        text=presented.command_text(written),
        subject=conversation,
    )
    try:
        with work.connection.begin_nested():
            reply = presented.run(context, written)
        told = say("page.done", shop.locale, answer=outbox.plain(reply.content))
    except GrammarError as error:
        why = f"{error.sentence(shop.locale)}\n{error.caret(context.text)}"
        told = say("page.refused", shop.locale, reason=why)
    except CommandError as error:
        told = say("page.refused", shop.locale, reason=str(error))
    except OrderError as error:
        told = say("page.refused", shop.locale, reason=error.sentence(shop.locale))
    outbox.note(work, conversation, kind="note", text=told)


def _is_ours(runtime: Runtime, work: Work, conversation: Any, message: Any) -> bool:
    """Say whether our own app sent these words, or they are ours though their mark was lost."""
    app_id = runtime.settings.meta.app_id
    if app_id and str(message.facts.get("app_id", "")) == app_id:
        return True
    since = work.now - OURS
    return messages.has_said(work.connection, conversation.id, message.text, since)
