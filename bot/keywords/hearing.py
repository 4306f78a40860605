"""Hearing: lets a customer's message order something, once, and answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import ordering, outbox
from bot.contacts.profiles import clean_name
from bot.keywords.answering import word_answer
from bot.keywords.deciding import Decision, Refusal, decide, is_over
from bot.keywords.drafting import find_taken, put, send
from bot.keywords.reading import Words
from bot.keywords.terms import Terms, read_terms
from bot.messages import AddressKind, Author, Text
from bot.ordering import Desk
from bot.runtime import Runtime, Work
from bot.store import changes, contacts
from bot.store import keywords as rows
from bot.store import orders as order_rows
from bot.store.customers import is_banned
from orders.errors import OrderError
from orders.keywords import Reason

COMMENT = "comment"
OFF = "off"
SILENT = frozenset({Reason.EMPTY, Reason.NO_KEYWORD, Reason.UNKNOWN_CODE, Reason.TOO_LONG, OFF})
"""Reasons that concern plain talk: nobody is told of them."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A customer's message with the shop and conversation it came in, and the post it is under."""

    runtime: Runtime
    work: Work
    shop: Any
    conversation: Any
    message: Any
    post: Any | None

    @property
    def is_comment(self) -> bool:
        """Whether it was said in public."""
        return bool(self.message.kind == COMMENT)

    @property
    def source(self) -> str:
        """Name the message as orders' events do."""
        return f"message:{self.message.id}"


def hear(runtime: Runtime, work: Work, shop: Any, conversation: Any, message: Any) -> bool:
    """Let a message have its effect as a keyword order; True when it ordered something.

    Only a customer's own words count, in a chat of one person or under a post,
    and the same message only once.
    """
    if message.author != Author.CUSTOMER or message.text is None or message.redacted:
        return False
    if conversation.address_kind != AddressKind.USER or conversation.internal:
        return False
    if message.kind not in ("text", COMMENT):
        return False
    if rows.find_hit(work.connection, message.id) is not None:
        return False
    post = _open_post(work, conversation, message) if message.kind == COMMENT else None
    heard = Heard(runtime, work, shop, conversation, message, post)
    if heard.is_comment:
        _name_writer(heard)
    terms = find_terms(work.connection, shop.id, post, comment=heard.is_comment)
    if terms is None:
        if heard.is_comment:  # kept, so that a rule can be tried on it later
            _note(heard, Decision(refusals=(Refusal(OFF),)), None)
        return False
    return _take(heard, terms)


def find_terms(connection: Any, shop_id: int, post: Any | None, *, comment: bool) -> Terms | None:
    """Find the terms that count: the post's own, else all comments'; else the chats'. None: off."""
    rule = rows.find_rule(connection, shop_id, f"post:{post.id}") if post is not None else None
    if rule is None:
        rule = rows.find_rule(connection, shop_id, "comments" if comment else "chat")
    return read_terms(rule.terms) if rule is not None and rule.enabled else None


def _take(heard: Heard, terms: Terms) -> bool:
    decision, row = _order(heard, terms)
    silent = not decision.wishes and all(one.reason in SILENT for one in decision.refusals)
    told = silent or _answer(heard, terms, decision, row)
    if heard.is_comment or not silent:
        _note(heard, decision, row, told=told)
    return bool(decision.wishes)


def _order(heard: Heard, terms: Terms) -> tuple[Decision, Any | None]:
    """Decide, and put what may be ordered into the draft; gives the order's row, if any."""
    work, shop, conversation, post = heard.work, heard.shop, heard.conversation, heard.post
    words = Words(work.connection, shop.id, terms)
    row, taken = find_taken(work.connection, conversation, post.id if post else None)
    decision = decide(work.connection, shop, words, heard.message.text, taken)
    if not decision.wishes:
        return decision, None
    if is_banned(work.connection, conversation.contact_id):
        return Decision(refusals=(Refusal("banned"),)), None
    if is_over(terms, post, heard.message.sent_at):
        return Decision(refusals=(Refusal("too_late"),)), None
    try:
        with work.connection.begin_nested():
            desk = Desk(heard.runtime, work, shop)
            row = put(desk, conversation, row, wishes=decision.wishes, source=heard.source)
            if terms.send_at_once:
                row = send(desk, row, heard.source)
    except OrderError as error:
        facts = {name: str(fact) for name, fact in error.facts.items()}
        known = error.key if error.key in ("stock_short", "product_inactive") else "not_possible"
        refusal = Refusal(known, facts | {"reason": error.sentence(shop.locale)})
        return Decision(refusals=(*decision.refusals, refusal)), None
    return decision, row


def _note(heard: Heard, decision: Decision, row: Any | None, *, told: bool = True) -> None:
    """Write down what a text did, for the chip beside it and for the page that explains."""
    refused = [{"reason": one.reason, "facts": dict(one.facts)} for one in decision.refusals]
    facts: dict[str, Any] = {"refused": refused} if refused else {}
    if not told:  # the platform takes no answer any more, or the loop breaker held it back
        facts["untold"] = True
    if row is not None:
        facts["number"] = row.number
        facts["picks"] = [
            {
                "code": wish.item.code,
                "options": list(wish.item.options),
                "quantity": wish.item.quantity,
                "effect": wish.effect,
            }
            for wish in decision.wishes
        ]
    work, shop_id = heard.work, heard.shop.id
    rows.insert_hit(
        work.connection,
        shop_id=shop_id,
        message_id=heard.message.id,
        post_id=heard.post.id if heard.post is not None else None,
        order_id=row.id if row is not None else None,
        outcome=rows.ORDERED if row is not None else decision.refusals[0].reason,
        facts=facts,
        at=work.now,
    )
    changes.announce(work.connection, shop_id, work.now, conversation_id=heard.conversation.id)


def _answer(heard: Heard, terms: Terms, decision: Decision, row: Any | None) -> bool:
    """Answer, or not, as the shop chose; False where an answer was due and could not be given."""
    work, view = heard.work, None
    if row is not None:
        after = order_rows.find_order(work.connection, heard.shop.id, order_id=row.id)
        view = ordering.view(heard.runtime, work.connection, after)
    text = word_answer(terms, heard.shop, heard.conversation, decision, view)
    if not text.strip() or any(one.reason == "banned" for one in decision.refusals):
        return True
    if not heard.is_comment:
        return outbox.plan_automatic(work, heard.conversation, Text(text)) is not None
    return outbox.plan_private_reply(
        work,
        heard.conversation,
        text,
        comment=heard.message,
        ended_at=heard.post.ended_at if heard.post is not None else None,
        order_id=row.id if row is not None else None,
    )


def _open_post(work: Work, conversation: Any, message: Any) -> Any | None:
    platform_id = message.facts.get("media_id")
    if not platform_id:
        return None
    return rows.open_post(
        work.connection,
        shop_id=conversation.shop_id,
        channel_id=conversation.channel_id,
        platform_id=platform_id,
        live=bool(message.facts.get("live")),
        at=message.sent_at,
    )


def _name_writer(heard: Heard) -> None:
    """Call who wrote a comment by the name that came with it, until a profile tells a better."""
    name = clean_name(heard.message.facts.get("username"))
    if name and heard.conversation.contact_name is None:
        contacts.name_contact(
            heard.work.connection,
            heard.conversation.address_id,
            name=name,
            picture_url=None,
            language=heard.conversation.language,
        )
