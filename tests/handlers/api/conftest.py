"""The API on a real store, on both databases: programs with tokens, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import staff
from handlers.api.openapi_writing import REQUESTS
from handlers.api.schemas import SCHEMAS
from tests.handlers.conftest import Front

BASE = "/api/v1"


def judge(name: str, value: object) -> None:
    """Judge an answer by our own description."""
    components = {"schemas": SCHEMAS | REQUESTS}
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    jsonschema.Draft202012Validator(schema).validate(value)


@dataclass
class Program:
    """A program with its token, or without one."""

    front: Front
    client: FlaskClient
    token: str | None

    def ask(
        self, method: str, path: str, body: Any = None, key: str | None = None, **more: Any
    ) -> TestResponse:
        """Send one request; ``body`` as JSON where it is given."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        if body is not None:
            more["json"] = body
        return self.client.open(BASE + path, method=method, headers=headers, **more)

    def post(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        """POST, and give the JSON of an answer of that status."""
        return self._told(self.ask("POST", path, body, **more), status)

    def patch(self, path: str, body: Any, status: int = 200, **more: Any) -> Any:
        """PATCH, and give the JSON of an answer of that status."""
        return self._told(self.ask("PATCH", path, body, **more), status)

    def get(self, path: str, status: int = 200) -> Any:
        """GET, and give the JSON of an answer of that status."""
        return self._told(self.ask("GET", path), status)

    def refused(self, answer: TestResponse, status: int, code: str | None = None) -> str:
        """Check that this is a problem (RFC 9457) of that status and code; give its sentence."""
        assert answer.status_code == status, answer.text
        assert answer.content_type == "application/problem+json"
        told = answer.get_json()
        judge("Problem", told)
        assert told["status"] == status
        if code is not None:
            assert told["code"] == code
        return str(told["detail"])

    def draft(self, **more: Any) -> Any:
        """Open an offline order of two teas for a new customer."""
        wanted = {
            "customer": {"name": "คุณมะลิ", "phone": "081-234-5678"},
            "items": [{"code": "A1", "quantity": 2}],
        }
        return self.post("/orders", wanted | more, 201)

    def move(self, order: int, name: str, status: int = 200, **said: Any) -> Any:
        """Make a move of an order."""
        return self.post(f"/orders/{order}/{name}", said, status)

    def _told(self, answer: TestResponse, status: int) -> Any:
        assert answer.status_code == status, answer.text
        return answer.get_json()


Make = Callable[..., Program]


@pytest.fixture
def both(open_front: Callable[..., Front], migrated_url: str) -> Front:
    """The demo's front door on either database."""
    return open_front(OPENBILL_DATABASE__URL=migrated_url)


@pytest.fixture
def make(both: Front) -> Make:
    """Make a program: its token may write as the owner unless told otherwise."""

    def program(
        scope: str = "write", email: str | None = "nok@example.com", shop: str = "siam"
    ) -> Program:
        token = both.runtime.transact(lambda work: staff.add_token(work, shop, scope, email))
        return Program(both, both.app.test_client(), token)

    return program


@pytest.fixture
def owner(make: Make) -> Program:
    """A program that acts as the owner."""
    return make()


@pytest.fixture
def seller(both: Front, make: Make) -> Program:
    """A program that acts as somebody of sales."""
    both.hire("ploy@example.com", "sales")
    return make(email="ploy@example.com")
