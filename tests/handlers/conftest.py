"""The front door on a real store: an application, its visitors, and signed deliveries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from werkzeug.test import TestResponse

from bot import conversation, settings, shops, staff
from bot.runtime import Runtime, build
from bot.shops import bring_up_to_date
from bot.staff import Actor
from bot.store import contacts, conversations, customer_terms, people
from bot.store.database import Connection
from bot.store.tables import metadata
from handlers.app import create_app
from orders.states import Role
from tests.handlers.door import Door

PASSWORD = "rice-noodle-river-42"
OPERATOR_PASSWORD = "night-watch-lamp-77"
_numbers = itertools.count(1)


class Visitor:
    """A browser: it keeps its cookies and sends the forms that it was shown."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def token(self, path: str = "/login") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def post(self, path: str, form_on: str = "/login", **fields: str) -> TestResponse:
        """Post a form as it stands on the page ``form_on``."""
        return self.client.post(path, data={"csrf_token": self.token(form_on), **fields})

    def sign_in(self, email: str = "nok@example.com", password: str = PASSWORD) -> TestResponse:
        return self.post("/login", email=email, password=password)


class Front:
    """The application with its runtime, and short ways to use both."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.app: Flask = create_app(runtime)
        self.shop = runtime.settings.shops[0]

    def visitor(self) -> Visitor:
        return Visitor(self.app.test_client())

    def staff(self, **credentials: str) -> Visitor:
        visitor = self.visitor()
        assert visitor.sign_in(**credentials).status_code == 303
        return visitor

    def actor(self, email: str = "nok@example.com") -> Actor:
        with self.runtime.store.read() as connection:
            row = people.find_staff_by_email(connection, email)
        assert row
        return Actor(row.id, row.shop_id, row.name, Role(row.role))

    def line_body(self, words: str, user: str = "U" + "a" * 32) -> bytes:
        """One text message as LINE delivers it."""
        number = next(_numbers)
        event = {
            "type": "message",
            "mode": "active",
            "webhookEventId": f"01H{number:023}",
            "deliveryContext": {"isRedelivery": False},
            "timestamp": int(time.time() * 1000),
            "source": {"type": "user", "userId": user},
            "replyToken": f"reply-{number}",
            "message": {"type": "text", "id": str(10**12 + number), "text": words},
        }
        return json.dumps({"destination": "U" + "0" * 32, "events": [event]}).encode()

    def line_headers(self, body: bytes) -> dict[str, str]:
        secret = self.shop.channels[0].channel_secret.get_secret_value().encode()
        mark = base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
        return {"X-Line-Signature": mark, "Content-Type": "application/json"}

    def hear(self, words: str, user: str = "U" + "a" * 32) -> int:
        """Let a customer write on LINE, and give their conversation."""
        body = self.line_body(words, user)
        answer = self.app.test_client().post(
            "/webhooks/line/siam-line", data=body, headers=self.line_headers(body)
        )
        assert answer.status_code == 200
        conversation.drain(self.runtime)
        with self.runtime.store.read() as connection:
            rows = conversations.list_conversations(connection, self.actor().shop_id)
        return next(int(row.id) for row in rows if row.address == user)

    def name(self, conversation_id: int, name: str) -> None:
        """Give a customer a display name, as a platform would."""
        with self.runtime.store.read() as connection:
            row = conversations.find_conversation(connection, self.actor().shop_id, conversation_id)
        assert row

        def keep(connection: Connection) -> None:
            contacts.update_contact(connection, row.contact_id, name=name)
            customer_terms.index_contact(connection, row.contact_id)

        self.runtime.store.write(keep)

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table, those behind the search index too."""
        with self.runtime.store.read() as connection:
            names = inspect(connection).get_table_names()
            return {
                name: list(connection.execute(text(f'SELECT * FROM "{name}"')))
                for name in names
                if name != "message_fts"  # it keeps no rows, only what its own tables hold
            }

    def count(self, table: str) -> int:
        with self.runtime.store.read() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    def state(self) -> dict[str, int]:
        """Count every table's rows: what a request changed shows here."""
        return {name: self.count(name) for name in metadata.tables}

    def hire(self, email: str, role: str, shop_id: int | None = None) -> None:
        where = shop_id or self.actor().shop_id
        self.runtime.transact(
            lambda work: staff.add_staff(work, where, email=email, role=role, password=PASSWORD)
        )

    def open_shop(self, slug: str) -> int:
        return self.runtime.transact(
            lambda work: shops.add_shop(
                work,
                slug=slug,
                name=slug.title(),
                currency="THB",
                timezone="Asia/Bangkok",
                locale="th",
            )
        )

    def say(self, conversation_id: int, words: str) -> conversation.Said:
        return conversation.say(
            self.runtime, self.actor(), conversation_id, words, surface="web", key=None
        )

    def bill_path(self, conversation_id: int) -> str:
        """Open and send an order of two teas, and give its bill's path."""
        assert not self.say(conversation_id, "/o A1 2").is_error
        assert not self.say(conversation_id, "/send").is_error
        page = self.staff().get(f"/inbox/{conversation_id}").text
        found = re.search(r"/b/[A-Za-z0-9_-]{32}", page)
        assert found
        return found[0]


@pytest.fixture
def open_front(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., Front]]:
    """Open front doors with settings of the test's own; each has its own data folder."""
    opened: list[Front] = []

    def make(demo: bool = True, config: str = "", **environ: str) -> Front:
        folder = tmp_path / f"front-{len(opened)}"
        folder.mkdir()
        shutil.copyfile(sqlite_template, folder / "openbill.db")
        path = None
        if config:
            path = folder / "config.toml"
            path.write_text(config, encoding="utf-8")
        told = settings.load(
            path,
            folder,
            {
                "OPENBILL_STAFF_PASSWORD": PASSWORD,
                "OPENBILL_OPERATOR__EMAIL": "ops@example.com",
                "OPENBILL_OPERATOR__PASSWORD": OPERATOR_PASSWORD,
                "OPENBILL_REDIS__URL": f"unix://{folder / 'no-redis.sock'}",
                **environ,
            },
            demo=demo,
        )
        runtime = build(told)
        bring_up_to_date(runtime)
        opened.append(Front(runtime))
        return opened[-1]

    yield make
    for front in opened:
        if "simulator" in front.app.extensions:
            front.app.extensions["simulator"].close()
        front.runtime.close()


@pytest.fixture
def front(open_front: Callable[..., Front]) -> Front:
    """The demo's front door, on loopback http."""
    return open_front()


@pytest.fixture
def https_front(open_front: Callable[..., Front]) -> Front:
    """The same under a public https address."""
    return open_front(
        OPENBILL_BASE_URL="https://shop.example",
        OPENBILL_SECRET_KEY=secrets.token_urlsafe(48),
    )


@pytest.fixture
def door(open_front: Callable[..., Front], migrated_url: str) -> Door:
    """The doors of a shop, on both databases."""
    return Door(open_front(OPENBILL_DATABASE__URL=migrated_url))
