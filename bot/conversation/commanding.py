"""Commands typed in chat: whose the account is, whether the words are a command, its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import outbox
from bot.commands.grammar import Command, GrammarError, Unknown
from bot.conversation.answering import answer, read
from bot.messages import Author, Button, Text
from bot.ordering import Asker
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import conversations, messages, people, shops
from bot.words import say
from orders.states import Role

LONGEST_BUTTON = 300


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that is being heard, and ``link``, the linked account that wrote it, if one did."""

    runtime: Runtime
    work: Work
    shop: Any
    conversation: Any
    message: Any
    link: Any | None

    @property
    def text(self) -> str | None:
        """Give what it says now."""
        return self.message.text if self.message.text is None else str(self.message.text)

    def say(self, key: str, **facts: object) -> Text:
        """Word a sentence in the shop's language."""
        return Text(say(key, self.shop.locale, **facts))

    def answer(self, content: Text) -> None:
        """Owe a sentence to who wrote the message, where they wrote it."""
        outbox.plan_answer(self.work, self.conversation, content, None)


def hear(runtime: Runtime, work: Work, conversation: Any, message: Any) -> Heard:
    """Give a message with whose shop it came to and, by its account id alone, who wrote it."""
    shop = shops.find_shop(work.connection, conversation.shop_id)
    link = (
        people.find_link(work.connection, conversation.channel_id, message.sender_id)
        if message.sender_id
        else None
    )
    return Heard(runtime, work, shop, conversation, message, link)


def note_staff(heard: Heard, staff_id: int) -> None:
    """Note that a message is a member of staff's: nobody has to answer it."""
    connection = heard.work.connection
    messages.update_message(connection, heard.message.id, author=Author.STAFF, staff_id=staff_id)
    conversations.update_conversation(connection, heard.conversation.id, unread=0)


def is_command(shop: Any, text: str | None) -> bool:
    """Say whether a text would be taken for a command, a wrong one too."""
    try:
        found = read(shop, text) if text else None
    except GrammarError:
        return True
    # A word after "#" that is near no command is a hashtag.
    return isinstance(found, Command | Unknown)


def link_code(shop: Any, text: str | None) -> str | None:
    """Give the code of ``/link 482913``; None for any other text."""
    try:
        found = read(shop, text) if text else None
    except GrammarError:
        return None
    if not isinstance(found, Command) or found.verb != "link":
        return None
    return found.body.number or None


def read_actor(shop: Any, link: Any) -> Actor:
    """Give the member of staff that a linked account belongs to, as of now."""
    return Actor(link.staff_id, shop.id, link.name, Role(link.role))


def answer_staff(heard: Heard) -> bool:
    """Run what a linked account typed, and owe its answer; False for plain words.

    A command that was edited before it could run is not run: the person is asked.
    """
    work, shop, conversation, message = heard.work, heard.shop, heard.conversation, heard.message
    if message.edited_at is not None and is_command(shop, message.text):
        ask_again(work, shop, conversation, message.text)
        return True
    asker = Asker(read_actor(shop, heard.link), conversation.channel, f"message:{message.id}")
    reply = answer(
        heard.runtime,
        work,
        shop,
        asker,
        message.text,
        link=heard.link,
        spoken=(conversation, message),
    )
    if reply is None:
        return False
    if reply.awaits is not None and reply.about_id is not None:
        outbox.plan_receipt(work, conversation, message_id=reply.awaits, about_id=reply.about_id)
    else:
        outbox.plan_answer(
            work, conversation, reply.content, reply.order_id, about_id=reply.about_id
        )
    return True


def ask_again(work: Work, shop: Any, conversation: Any, text: str | None) -> None:
    """Say that an edit runs nothing, and offer the new words as a message of their own."""
    runs = text is not None and len(text) <= LONGEST_BUTTON and is_command(shop, text)
    button = Button(say("button.run", shop.locale), text=text)
    told = Text(say("answer.edited", shop.locale), (button,) if runs else ())
    outbox.plan_automatic(work, conversation, told)
