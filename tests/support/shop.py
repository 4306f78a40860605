"""A shop at work without its doors: signed deliveries in, HTTP calls out, a clock to move.

What the webhook handler and the workers do is one call each here: `hear_line` and `hear_meta`
take a delivery in, `handle` lets stored events have their effects, `deliver` sends what is due.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Table, select

from bot import conversation, inbox, invoicing, outbox
from bot.ordering import Desk
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import changes, people, products, shops, stock, tables
from orders.states import Role
from tests.support.platforms import Platforms

T = TypeVar("T")

CUSTOMER = "Ucustomer"
STAFF_PHONE = "Ustaff"
PAGE = "1234567890"
INSTAGRAM = "17840000000000000"
ACCOUNTS = {"messenger": PAGE, "instagram": INSTAGRAM}
OBJECTS = {"messenger": "page", "instagram": "instagram"}


class Clock:
    """The time of one shop: the machine's, moved by the test."""

    def __init__(self) -> None:
        self._moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._moved

    def move(self, **by: float) -> None:
        """Let time pass, as ``move(minutes=10)``."""
        self._moved += timedelta(**by)


@dataclass
class Shop:
    """The demo's shop, Siam Tea, with its platforms and its clock."""

    runtime: Runtime
    platforms: Platforms
    clock: Clock
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # What platforms tell us ------------------------------------------------------

    def line_event(
        self,
        text: str,
        *,
        user: str = CUSTOMER,
        event_id: str | None = None,
        at: datetime | None = None,
        token: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """One text message as LINE tells of it; ``quoted``, ``message_id``, ``source`` are free."""
        number = next(self._numbers)
        message_id = more.pop("message_id", f"5{number:08}")
        message = {"id": message_id, "type": "text", "text": text, "quoteToken": "q"}
        if "quoted" in more:
            message["quotedMessageId"] = more.pop("quoted")
        event = {
            "type": "message",
            "mode": "active",
            "webhookEventId": event_id or f"E{number:08}",
            "deliveryContext": {"isRedelivery": False},
            "timestamp": _milliseconds(at or self.clock()),
            "source": {"type": "user", "userId": user},
            "message": message,
        }
        return event | ({"replyToken": token} if token else {}) | more

    def line_body(self, *events: Any, destination: str = "Ubot") -> bytes:
        """The body that LINE posts."""
        return json.dumps({"destination": destination, "events": events}).encode()

    def post_line(self, body: bytes, *, key: str = "siam-line", secret: str | None = None) -> int:
        """Take a LINE delivery in, signed with the channel's own secret unless told otherwise."""
        held = secret or self.secrets(key)["channel_secret"]
        signed = base64.b64encode(hmac.digest(held.encode(), body, hashlib.sha256)).decode()
        return inbox.receive(self.runtime, "line", key, {"X-Line-Signature": signed}, body)

    def hear_line(self, text: str, **more: Any) -> int:
        """Hear one text from LINE."""
        return self.post_line(self.line_body(self.line_event(text, **more)))

    def meta_item(
        self,
        text: str,
        *,
        kind: str = "messenger",
        user: str = "1001",
        mid: str | None = None,
        at: datetime | None = None,
        account: str | None = None,
    ) -> dict[str, Any]:
        """One text message as Meta tells of it."""
        return {
            "sender": {"id": user},
            "recipient": {"id": account or ACCOUNTS[kind]},
            "timestamp": _milliseconds(at or self.clock()),
            "message": {"mid": mid or f"m_in_{next(self._numbers)}", "text": text},
        }

    def meta_body(self, kind: str, *entries: tuple[str, list[dict[str, Any]]]) -> bytes:
        """The body that Meta posts: account ids, each with its items."""
        held = [
            {"id": account, "time": _milliseconds(self.clock()), "messaging": items}
            for account, items in entries
        ]
        return json.dumps({"object": OBJECTS[kind], "entry": held}).encode()

    def post_meta(self, body: bytes, *, secret: str | None = None) -> int:
        """Take a Meta delivery in, signed with the app's secret unless told otherwise."""
        held = secret or self.runtime.settings.meta.app_secrets[0].get_secret_value()
        signed = "sha256=" + hmac.digest(held.encode(), body, hashlib.sha256).hex()
        return inbox.receive(self.runtime, "meta", None, {"X-Hub-Signature-256": signed}, body)

    def hear_meta(self, text: str, *, kind: str = "messenger", **more: Any) -> int:
        """Hear one text from Messenger or Instagram."""
        item = self.meta_item(text, kind=kind, **more)
        return self.post_meta(self.meta_body(kind, (item["recipient"]["id"], [item])))

    def hear_echo(self, delivery_id: str, *, kind: str = "messenger", user: str = "1001") -> int:
        """Hear Meta's echo of what we sent."""
        item = {
            "sender": {"id": ACCOUNTS[kind]},
            "recipient": {"id": user},
            "timestamp": _milliseconds(self.clock()),
            "message": {
                "mid": f"m_echo_{next(self._numbers)}",
                "is_echo": True,
                "metadata": delivery_id,
            },
        }
        return self.post_meta(self.meta_body(kind, (ACCOUNTS[kind], [item])))

    # What the workers do ---------------------------------------------------------

    def handle(self) -> int:
        """Let stored events have their effects."""
        return conversation.drain(self.runtime)

    def deliver(self) -> int:
        """Send what is due."""
        return invoicing.drain(self.runtime)

    # What staff do ---------------------------------------------------------------

    @property
    def owner(self) -> Actor:
        """Nok, who owns the shop."""
        with self.runtime.store.read() as connection:
            row = people.find_staff_by_email(connection, "nok@example.com")
        assert row is not None
        return Actor(row.id, row.shop_id, row.name, Role(row.role))

    def say(
        self, text: str, *, to: int = 1, actor: Actor | None = None, key: str | None = None
    ) -> conversation.Said:
        """Say something in the web inbox."""
        return conversation.say(self.runtime, actor or self.owner, to, text, surface="web", key=key)

    def answer(self, text: str, *, to: int = 1) -> str:
        """Run a command that must succeed, and give its answer's words."""
        said = self.say(text, to=to)
        assert said.answer is not None, f"{text} is no command"
        words = outbox.plain(said.answer)
        assert not said.is_error, words
        return words

    def refusal(self, text: str, *, to: int = 1) -> str:
        """Run a command that must be refused, and give the words of the refusal."""
        said = self.say(text, to=to)
        assert said.answer is not None, f"{text} is no command"
        words = outbox.plain(said.answer)
        assert said.is_error, words
        return words

    def link_staff(self, user: str = STAFF_PHONE, email: str = "nok@example.com") -> None:
        """Make a LINE account a member of staff's, as configuration can."""
        with self.runtime.store.read() as connection:
            channel = shops.find_channel_by_key(connection, "siam-line")
            person = people.find_staff_by_email(connection, email)
        assert channel is not None
        assert person is not None
        self.runtime.transact(
            lambda work: people.link_staff(
                work.connection,
                shop_id=channel.shop_id,
                staff_id=person.id,
                channel_id=channel.id,
                platform_user_id=user,
                linked_at=work.now,
            )
        )

    def at_desk(self, body: Callable[[Desk], T]) -> T:
        """Make moves of orders in one transaction of this shop."""

        def run(work: Work) -> T:
            shop = shops.find_shop(work.connection, self.owner.shop_id)
            return body(Desk(self.runtime, work, shop))

        return self.runtime.transact(run)

    def set_stock(self, code: str, available: int) -> None:
        """Count a product's stock anew, as an adjustment."""

        def adjust(work: Work) -> None:
            shelf = self.shelf(code)
            assert stock.adjust(work.connection, shelf, available - shelf.available, work.now)

        self.runtime.transact(adjust)

    def shelf(self, code: str, *options: str) -> Any:
        """Where a choice of a product is counted; None where it is not."""
        with self.runtime.store.read() as connection:
            row = products.find_product(connection, self.owner.shop_id, code)
            assert row is not None
            return stock.find_shelf(connection, row, options)

    # What is kept ----------------------------------------------------------------

    def rows(self, name: str, /, **where: Any) -> list[Any]:
        """Every row of a table, oldest first, whose columns equal ``where``."""
        table: Table = getattr(tables, name)
        query = select(table).order_by(*table.primary_key.columns)
        for column, value in where.items():
            query = query.where(table.c[column] == value)
        with self.runtime.store.read() as connection:
            return list(connection.execute(query))

    def row(self, name: str, /, **where: Any) -> Any:
        """The only such row."""
        found = self.rows(name, **where)
        assert len(found) == 1, found
        return found[0]

    def texts(self, **where: Any) -> list[str]:
        """The words of messages, oldest first."""
        return [row.text for row in self.rows("messages", **where)]

    def counts(self) -> dict[str, int]:
        """How many rows each table has that an effect would add to."""
        names = ("events", "messages", "orders", "order_events", "invoices", "outbox", "contacts")
        return {name: len(self.rows(name)) for name in names}

    def secrets(self, key: str) -> dict[str, str]:
        """A channel's secrets, opened."""
        with self.runtime.store.read() as connection:
            row = shops.find_channel_by_key(connection, key)
        assert row is not None
        return self.runtime.vault.open(row.sealed)

    def audit(self) -> list[str]:
        """What was done, in order."""
        return [row.action for row in self.rows("audit")]

    def last_change(self) -> int:
        """Where the feed of changes stands."""
        with self.runtime.store.read() as connection:
            return changes.last_change(connection, self.owner.shop_id)

    def with_settings(self, **changed: Any) -> Shop:
        """The same shop, told something else at its start."""
        settings = replace(self.runtime.settings, **changed)
        return replace(self, runtime=replace(self.runtime, settings=settings))


def at_once(number: int, body: Callable[[int], T]) -> list[T]:
    """Run ``body`` in so many threads that begin together; give what each returned, or raise."""
    gate = threading.Barrier(number)
    results: dict[int, T] = {}
    errors: list[BaseException] = []

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = body(place)
        except BaseException as error:  # noqa: BLE001 raised again, below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [results[place] for place in range(number)]


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
