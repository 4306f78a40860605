"""What a command runs in: who typed it, where, and which conversation and order are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import ordering
from bot.commands.grammar import Target, mend
from bot.messages import Button, Card, Text
from bot.ordering import Asker, Desk
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import conversations, people
from bot.store import orders as order_rows
from bot.words import say

SHOWN_CUSTOMERS = 3


class CommandError(Exception):
    """A command that cannot be done; the text is the sentence for who typed it.

    ``buttons`` type what may have been meant instead.
    """

    def __init__(self, sentence: str, buttons: tuple[Button, ...] = ()) -> None:
        super().__init__(sentence)
        self.buttons = buttons


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says to who typed it; ``order_id`` is the order it is about.

    ``about_id`` is the customer's conversation it is about. ``awaits`` is a
    message that was sent to them: in chat a receipt of it stands for ``content``.
    """

    content: Card | Text
    order_id: int | None = None
    is_error: bool = False
    about_id: int | None = None
    awaits: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One command under way, inside its transaction.

    ``subject`` is the customer's conversation that is meant, None where none
    is. ``order_row`` is set when the command named an order. ``link`` is the
    typist's linked chat account, None on the web. ``is_named`` says whether the
    text itself names whom it is about, behind its verb that ends at ``verb_end``.
    """

    runtime: Runtime
    work: Work
    shop: Any
    asker: Asker
    text: str
    subject: Any | None
    order_row: Any | None = None
    link: Any | None = None
    is_named: bool = False
    verb_end: int = 0

    @property
    def language(self) -> str:
        """Give the language that staff of this shop read."""
        return str(self.shop.locale)

    @property
    def desk(self) -> Desk:
        """Give where the command's moves are made."""
        return Desk(self.runtime, self.work, self.shop)

    @property
    def actor(self) -> Actor:
        """Give the member of staff who typed the command."""
        if self.asker.actor is None:
            raise AssertionError("only staff type commands")
        return self.asker.actor

    def say(self, key: str, **facts: object) -> str:
        """Word a sentence in the staff's language."""
        return say(key, self.language, **facts)

    def conversation(self) -> Any:
        """Give the conversation that is meant. Raises ``CommandError`` where none is."""
        if self.subject is None:
            raise CommandError(self.say("answer.no_conversation", recent=self._recent()))
        return self.subject

    def order(self) -> Any:
        """Give the order that is meant: the one named, else the one in use."""
        if self.order_row is not None:
            return self.order_row
        row = ordering.order_in_use(self.work.connection, self.conversation())
        if row is None:
            raise CommandError(self.say("answer.no_order", example="/o A1 2"))
        return row

    def mended(self, span: tuple[int, int], words: str) -> str:
        """Give the command as typed with other words in one place, ready to be sent anew.

        A button's text quotes nothing, so in chat it names the customer that was meant.
        """
        text = mend(self.text, span, words)
        if self.link is None or self.subject is None or self.is_named:
            return text
        return mend(text, (self.verb_end, self.verb_end), f" @C{self.subject.code}")

    def _recent(self) -> str:
        """Name the customers who wrote last, as codes to paste."""
        rows = conversations.list_conversations(self.work.connection, self.shop.id, limit=20)
        codes = [name_customer(row) for row in rows if row.linked_staff_id is None]
        if not codes:
            return ""
        return self.say("answer.recent", customers=", ".join(codes[:SHOWN_CUSTOMERS]))


def name_customer(conversation: Any) -> str:
    """Name a customer so that a command can: ``@C123 Nok``."""
    name = conversation.contact_name
    return f"@C{conversation.code} {name}" if name else f"@C{conversation.code}"


@dataclass(frozen=True, slots=True)
class Meant:
    """What a target names: a conversation, and the order where one was named."""

    conversation: Any | None
    order_row: Any | None = None


def find_target(work: Work, shop: Any, target: Target) -> Meant:
    """Find what ``@C123`` or ``!1042`` names in a shop. Raises ``CommandError``."""
    if target.kind == "customer":
        digits = target.code.removeprefix("C")
        conversation = (
            conversations.find_conversation_by_code(work.connection, shop.id, int(digits))
            if digits.isascii() and digits.isdecimal() and len(digits) <= 15
            else None
        )
        if conversation is None:
            raise CommandError(say("answer.no_such_customer", shop.locale, code=f"@{target.code}"))
        return Meant(_locked(work, conversation.id))
    row = find_order(work, shop, target.code)
    return lock_meant(work, shop.id, row.conversation_id, row.id)


def find_order(work: Work, shop: Any, written: str) -> Any:
    """Find a shop's order by its number as written. Raises ``CommandError``."""
    is_number = written.isascii() and written.isdecimal() and len(written) <= 15
    row = order_rows.find_order(work.connection, shop.id, number=int(written) if is_number else 0)
    if row is None:
        raise CommandError(say("answer.no_such_order", shop.locale, number=written))
    return row


def find_in_use(work: Work, shop: Any, link: Any) -> Meant:
    """Give what a linked account has in use."""
    if link.conversation_id is None:
        return Meant(None)
    return lock_meant(work, shop.id, link.conversation_id, link.order_id)


def lock_meant(
    work: Work, shop_id: int, conversation_id: int | None, order_id: int | None
) -> Meant:
    """Lock a conversation and then its order, in the one sequence in which all commands do."""
    found = _locked(work, conversation_id) if conversation_id else None
    row = (
        order_rows.find_order(work.connection, shop_id, order_id=order_id, lock=True)
        if order_id
        else None
    )
    return Meant(found, row)


def put_in_use(context: Context, conversation: Any, order_id: int | None) -> None:
    """Make a conversation, and an order if one is given, what the next command is about."""
    if context.link is not None:
        people.update_link(
            context.work.connection,
            context.link.id,
            conversation_id=conversation.id,
            order_id=order_id,
        )
    elif order_id is not None:
        conversations.update_conversation(
            context.work.connection, conversation.id, order_id=order_id
        )


def _locked(work: Work, conversation_id: int) -> Any:
    return conversations.lock_conversation(work.connection, conversation_id)
