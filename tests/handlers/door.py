"""Both doors of a shop, and what stands behind them: for tests that post whole deliveries."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask.testing import FlaskClient
from sqlalchemy import text

from bot import media, staff
from bot.channels import CHANNELS
from bot.store import media as media_rows

if TYPE_CHECKING:
    from tests.handlers.conftest import Front

LINE = "/webhooks/line/siam-line"
META = "/webhooks/meta"
_numbers = itertools.count(1)
ACCOUNTS = {"messenger": "1234567890", "instagram": "17840000000000000"}


@dataclass
class Door:
    """Posts what is correctly signed, and reads back what came of it."""

    front: Front

    def __post_init__(self) -> None:
        self.client: FlaskClient = self.front.app.test_client()

    def post(self, kind: str, body: bytes) -> int:
        """Post a body as its platform does; give the status of the answer."""
        if CHANNELS[kind].webhook == "line":
            headers = self.front.line_headers(body)
            return self.client.post(LINE, data=body, headers=headers).status_code
        secret = self.front.runtime.settings.meta.app_secrets[0].get_secret_value().encode()
        mark = hmac.new(secret, body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={mark}"}
        return self.client.post(META, data=body, headers=headers).status_code

    def raw(self) -> Any:
        """The newest raw delivery."""
        return self.row("SELECT * FROM raw_deliveries ORDER BY id DESC LIMIT 1")

    def row(self, query: str, **facts: Any) -> Any:
        with self.front.runtime.store.read() as connection:
            return connection.execute(text(query), facts).one_or_none()

    def events_of(self, raw_id: int) -> int:
        """How many rows of events a delivery made."""
        query = "SELECT count(*) AS n FROM events WHERE delivery_id = :id"
        return int(self.row(query, id=raw_id).n)

    def api(self, path: str) -> list[dict[str, Any]]:
        """Every item of a list of the API, page after page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            more = f"cursor={cursor}" if cursor else ""
            answer = self.client.get(f"/api/v1/{path}?{more}", headers=self.bearer())
            assert answer.status_code == 200, answer.text
            page: Any = answer.json
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    def messages(self) -> list[dict[str, Any]]:
        """Every message of every conversation, by the API."""
        return [
            message
            for conversation in self.api("conversations")
            for message in self.api(f"conversations/{conversation['id']}/messages")
        ]

    def hear_line(self, **message: Any) -> None:
        """Hear a message of LINE's from a customer, with fields of the event as ``event_…``."""
        number = next(_numbers)
        event = {
            "type": "message",
            "mode": "active",
            "webhookEventId": f"01D{number:023}",
            "timestamp": int(time.time() * 1000),
            "source": {"type": "user", "userId": "U" + "b" * 32},
        }
        told = {name: message.pop(name) for name in list(message) if name.startswith("event_")}
        event |= {name.removeprefix("event_"): value for name, value in told.items()}
        if message:
            event["message"] = {"id": str(7 * 10**11 + number), **message}
        assert (
            self.post("line", json.dumps({"destination": "U", "events": [event]}).encode()) == 200
        )

    def hear_meta(self, kind: str, **item: Any) -> None:
        """Hear an item of Messenger's or Instagram's from a customer."""
        ends = {"sender": {"id": "5005"}, "recipient": {"id": ACCOUNTS[kind]}}
        whole = {**ends, "timestamp": int(time.time() * 1000), **item}
        name = "page" if kind == "messenger" else "instagram"
        body = {"object": name, "entry": [{"id": ACCOUNTS[kind], "messaging": [whole]}]}
        assert self.post(kind, json.dumps(body).encode()) == 200

    def fill(self, body: bytes, mime: str, *, thumb: bytes = b"") -> str:
        """Let the newest attachment that waits be fetched; give its token."""
        query = "SELECT id, token FROM media WHERE state = 'fetching' ORDER BY id DESC LIMIT 1"
        row, runtime = self.row(query), self.front.runtime
        values: dict[str, Any] = {
            "state": "stored",
            "mime": mime,
            "size": len(body),
            "has_thumb": bool(thumb),
        }
        runtime.transact(
            lambda work: media_rows.update_media(work.connection, row.id, on_disk=True, **values)
        )
        media.files_of(runtime).put(row.token, BytesIO(body))
        if thumb:
            media.files_of(runtime).put(row.token + media.THUMB, BytesIO(thumb))
        return str(row.token)

    def bearer(self) -> dict[str, str]:
        if not hasattr(self, "_token"):
            slug = self.front.shop.slug
            self._token = self.front.runtime.transact(
                lambda work: staff.add_token(work, slug, "read", None)
            )
        return {"Authorization": f"Bearer {self._token}"}
