"""A LINE group as the shop's tests see it: who writes there, what they quote, what they are shown.

``Group(shop)`` posts its events as LINE does, signed; ``show`` is what a relay, the inbound worker
and the sender do until nothing is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot import staff, surfaces
from bot.store import people
from tests.support.shop import STAFF_PHONE, Shop


@dataclass
class Group:
    """A group of the shop's LINE channel, whether or not it is the staff's."""

    shop: Shop
    id: str = "Gstaff"
    channel: str = "siam-line"

    def source(self, user: str | None) -> dict[str, str]:
        """Where an event comes from; LINE on a computer does not say who wrote."""
        return {"type": "group", "groupId": self.id} | ({"userId": user} if user else {})

    def notice(self, kind: str, token: str | None = None, **more: Any) -> None:
        """The bot is invited (``join``) or taken out (``leave``)."""
        event = self.shop.line_event("", source=self.source(None), token=token, **more)
        del event["message"]
        self._post(event | {"type": kind})

    def say(self, text: str, user: str | None = STAFF_PHONE, **more: Any) -> dict[str, Any]:
        """Somebody writes in the group; gives the event, to be delivered again."""
        event = self.shop.line_event(text, source=self.source(user), **more)
        self._post(event)
        return event

    def change(self, kind: str, message_id: str, text: str | None = None) -> None:
        """A message of the group is edited or taken back."""
        event = self.shop.line_event(text or "", source=self.source(STAFF_PHONE))
        del event["message"]
        told = (
            {"message": {"id": message_id, "type": "text", "text": text}}
            if kind == "messageEdited"
            else {"unsend": {"messageId": message_id}}
        )
        self._post(event | {"type": kind} | told)

    def claim(self, email: str = "nok@example.com", user: str = STAFF_PHONE) -> None:
        """Let a member of staff link their phone and claim the group."""
        self.shop.link_staff(user, email)
        self.say(f"/link {make_code(self.shop, email)}", user)
        self.work()
        assert self.row.claimed_at is not None

    def work(self) -> None:
        """Let what was said have its effects, post what is due, and send it."""
        self.shop.handle()
        surfaces.post_due(self.shop.runtime)
        self.shop.deliver()

    def pass_pause(self) -> None:
        """Let the shop's pause go by, and what is due then be shown."""
        self.shop.handle()
        self.shop.clock.move(minutes=2, seconds=1)
        self.work()

    @property
    def row(self) -> Any:
        """What is kept of the group."""
        return self.shop.row("staff_groups")

    @property
    def calls(self) -> list[Any]:
        """The calls by which the group was shown something, whichever way it went."""
        return [call for call in self.shop.platforms.calls if call.body.get("to") == self.id]

    def cards(self) -> list[dict[str, Any]]:
        """Every card that was pushed into the group, in order."""
        return [message for call in self.calls for message in call.body["messages"]]

    def last_words(self) -> str:
        """What the bot said last in the group, in plain words."""
        own = self.row.conversation_id
        said = self.shop.rows("messages", conversation_id=own, author="bot")
        return str(said[-1].text)

    def card_ids(self) -> list[str]:
        """The ids under which LINE knows the cards."""
        rows = self.shop.rows("outbox", kind="cards", state="sent")
        return [one for row in rows for one in row.platform_ids]

    def receipts(self) -> list[str]:
        """The words of the receipts, in order."""
        return [
            row.payload["messages"][0]["text"]
            for row in self.shop.rows("outbox", kind="receipt")
            if row.payload
        ]

    def _post(self, *events: dict[str, Any]) -> None:
        self.shop.post_line(self.shop.line_body(*events), key=self.channel)


def make_code(shop: Shop, email: str = "nok@example.com") -> str:
    """A one-time code, as the account page makes it."""

    def body(work: Any) -> str:
        person = people.find_staff_by_email(work.connection, email)
        assert person is not None
        return staff.make_link_code(work, person.id)

    return shop.runtime.transact(body)


def hire(shop: Shop, email: str, role: str) -> None:
    """Add a colleague."""
    shop.runtime.transact(
        lambda work: staff.add_staff(
            work, shop.owner.shop_id, email=email, role=role, password="rice-noodle-river-42"
        )
    )


def flex_words(message: dict[str, Any]) -> list[str]:
    """Every text of a Flex bubble, in reading order."""

    def walk(part: Any) -> Sequence[str]:
        if isinstance(part, list):
            return [word for one in part for word in walk(one)]
        if not isinstance(part, dict):
            return []
        own = [part["text"]] if part.get("type") == "text" else []
        inner = [part.get(name) for name in ("header", "body", "contents", "footer")]
        return [*own, *(word for one in inner for word in walk(one))]

    return list(walk(message["contents"]))
