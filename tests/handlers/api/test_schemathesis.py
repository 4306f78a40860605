"""The description against the real application: whatever is asked, the answer is as described."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok

from tests.handlers.api.conftest import BASE, Program

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
EXAMPLES = int(os.environ.get("OPENBILL_FUZZ", "4"))
"""For a night: OPENBILL_FUZZ=500 pytest tests/handlers/api/test_schemathesis.py"""


@pytest.fixture
def story(owner: Program) -> dict[str, Any]:
    """Something of everything, so that not all that is asked is unknown; how to name it."""
    drafted = owner.draft()
    code = drafted["customer"]["code"]
    told = owner.post(f"/customers/{code}/addresses", {"lines": "1 Road"}, 201)
    told = owner.post(f"/customers/{code}/notes", {"text": "kind"}, 201)
    return {
        "number": drafted["number"],
        "conversation_id": str(owner.front.hear("hello")),
        "address_id": told["addresses"][0]["id"],
        "note_id": told["notes"][0]["id"],
        "customer": code,
    }


def test_every_operation_answers_as_described(owner: Program, story: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", owner.front.app)
    asked: Counter[int] = Counter()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        for mode in GenerationMode:
            _ask(found.ok(), mode, owner, story, asked)
    assert asked.total() > 40 * EXAMPLES
    # Neither does all of it fail for one reason before it is looked at, nor is all of it taken.
    assert min(asked[status] for status in (200, 400, 404)) > EXAMPLES


def test_an_address_takes_no_method_that_is_not_described(owner: Program) -> None:
    paths = owner.get("/openapi.json")["paths"]
    for path, held in paths.items():
        for method in set(METHODS) - {name.upper() for name in held}:
            answer = owner.ask(method, path.replace("{", "").replace("}", ""))
            owner.refused(answer, 405)
            assert set(held) <= {
                name.strip().lower() for name in answer.headers["Allow"].split(",")
            }


def _ask(
    operation: Any,
    mode: GenerationMode,
    owner: Program,
    story: dict[str, Any],
    asked: Counter[int],
) -> None:
    """Ask one operation some examples, half of the time of things that are there."""

    def check(case: Any) -> None:
        if asked.total() % 2 and mode is GenerationMode.POSITIVE:
            _name(case, story)
        response = case.call(headers={"Authorization": f"Bearer {owner.token}"})
        asked[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    bounded: Any = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    test: Any = given(operation.as_strategy(generation_mode=mode))
    bounded(test(check))()


def _name(case: Any, story: dict[str, Any]) -> None:
    """Let the address name what is there."""
    for name in case.path_parameters:
        of_product = case.operation.path.startswith("/products")
        known = "A1" if of_product else story["customer"]
        case.path_parameters[name] = known if name == "code" else story[name]
