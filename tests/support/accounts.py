"""What a pretend LINE and Meta tell of an account: whose token, the quota, a fresh token."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.support.platforms import GRAPH, LINE

DAYS_60 = 60 * 86_400


class Accounts:
    """The quiet half of both platforms; a test says which tokens are dead, or that none answers."""

    def __init__(self, server: HTTPServer) -> None:
        self.dead: set[str] = set()
        self.fault: tuple[int, Mapping[str, Any], Mapping[str, str]] | None = None
        self.quota: tuple[int | None, int] = (200, 0)
        self.renewals: list[str] = []
        self.fresh: dict[str, Any] = {"token_type": "bearer", "expires_in": DAYS_60}
        self.asked: Counter[str] = Counter()
        self.tokens: list[str] = []
        for path, answer in {
            f"{LINE}/v2/bot/info": lambda _: {"displayName": "Siam Tea", "userId": "Ubot"},
            f"{LINE}/v2/bot/message/quota": lambda _: self._limit(),
            f"{LINE}/v2/bot/message/quota/consumption": lambda _: {"totalUsage": self.quota[1]},
            f"{GRAPH}/v26.0/me": lambda _: {"id": "1234567890", "name": "Siam Tea"},
            f"{GRAPH}/refresh_access_token": self._renew,
        }.items():
            server.expect_request(path).respond_with_handler(self._answering(answer))

    def _answering(self, answer: Any) -> Any:
        def handle(request: Request) -> Response:
            self.asked[request.path.rpartition("/")[2]] += 1
            header = request.headers.get("Authorization", "").removeprefix("Bearer ")
            token = request.args.get("access_token", header)
            self.tokens.append(token)
            if self.fault is not None:
                status, body, headers = self.fault
                return _json(status, body, headers)
            if token in self.dead:
                if request.path.startswith(LINE):
                    return _json(401, {"message": "Authentication failed"})
                return _json(400, {"error": {"code": 190, "message": "no"}})
            told = answer(request)
            return told if isinstance(told, Response) else _json(200, told)

        return handle

    def _limit(self) -> dict[str, Any]:
        limit = self.quota[0]
        return {"type": "none"} if limit is None else {"type": "limited", "value": limit}

    def _renew(self, request: Request) -> Any:
        assert request.args["grant_type"] == "ig_refresh_token"
        token = f"fresh-{len(self.renewals) + 1}-{'x' * 20}"
        self.renewals.append(token)
        return {"access_token": token, **self.fresh}


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")
