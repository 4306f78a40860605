"""The RQ dashboard at ``/rq/``: the library's own pages, behind the operator's sign-in, disarmed.

As it comes it has no sign-in, unpickles what lies in Redis, runs what a job
says of itself as a script in the reader's browser, and re-runs failed jobs on
a GET. Here it reads JSON only, escapes everything, and changes something only
by a POST with our form token.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, request
from flask_wtf.csrf import generate_csrf
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.serializers import DefaultSerializer, JSONSerializer
from rq_dashboard import web
from werkzeug.wrappers import Response as AnyResponse

from bot.settings import Settings
from handlers.auth import require_operator
from handlers.context import is_https, runtime
from handlers.errors import answer

PREFIX = "/rq"
NAME = "rq_dashboard"

READS = frozenset(
    f"{NAME}.{view}"
    for view in (
        *("static", "favicon", "queues_overview", "workers_overview", "jobs_overview"),
        *("job_view", "list_queues", "list_jobs", "job_info", "list_workers"),
    )
)
CHANGES = frozenset(
    f"{NAME}.{view}"
    for view in (
        *("delete_job_view", "requeue_job_view", "requeue_all"),
        *("empty_queue", "compact_queue"),
    )
)
REGISTRIES = ("queued", "failed", "deferred", "started", "finished", "scheduled", "canceled")

# Its templates compile themselves in the browser and its scripts stand in the page.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class EscapingLoader(BaseLoader):
    """The dashboard's own templates, in which every value of a job is shown as text."""

    def __init__(self) -> None:
        self._original = PackageLoader(NAME)

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Give a template of the dashboard's with underscore's raw ``<%=`` made ``<%-``."""
        source, path, fresh = self._original.get_source(environment, template)
        source = re.sub(r"\$\('<div/>'\)\.text\((.*?)\)\.html\(\)", r"\1", source)
        return source.replace("<%=", "<%-"), path, fresh


def mount(app: Flask, settings: Settings) -> None:
    """Put the dashboard into ``app``. No connection is made before its first page."""
    _read_json_only()
    app.config["RQ_DASHBOARD_REDIS_URL"] = settings.redis.url
    web.setup_rq_connection(app)  # type: ignore[no-untyped-call]
    app.jinja_loader = ChoiceLoader([each for each in (app.jinja_loader, EscapingLoader()) if each])
    app.before_request(_guard)
    app.after_request(_equip)
    app.register_error_handler(NoSuchJobError, lambda _: answer(404))
    app.register_error_handler(DeserializationError, lambda _: answer(404))
    app.register_blueprint(web.blueprint, url_prefix=PREFIX)


def _read_json_only() -> None:
    """Let nothing in this process unpickle a job.

    The dashboard leaves the serializer out in half of its calls, and RQ then
    takes pickle, which runs whatever somebody wrote into Redis.
    """
    web.config.serializer = JSONSerializer  # type: ignore[assignment]
    for name in ("dumps", "loads"):
        setattr(DefaultSerializer, name, staticmethod(getattr(JSONSerializer, name)))


@require_operator
def _admit() -> None:
    """Let the operator in."""


def _guard() -> AnyResponse | None:
    if request.blueprint != NAME:
        return None
    refused: AnyResponse | None = _admit()
    if refused is not None:
        return refused
    wanted = ("POST",) if request.endpoint in CHANGES else ("GET", "HEAD")
    if request.endpoint not in READS | CHANGES:
        abort(404)
    if request.method not in wanted:
        abort(405, valid_methods=list(wanted))
    if not _exists(request.view_args or {}):
        abort(404)
    if not runtime().bell.answers():
        return answer(503, detail="Redis does not answer: there are no queues to show just now.")
    return None


def _exists(parts: dict[str, Any]) -> bool:
    """Say whether an address names a Redis and a registry that there are."""
    numbers = (str(parts.get(name, 1)) for name in ("page", "per_page"))
    return (
        parts.get("instance_number", 0) == 0
        and (parts.get("registry_name") or "queued") in REGISTRIES
        and all(
            number.isascii() and number.isdecimal() and 0 < int(number) < 10_000
            for number in numbers
        )
    )


def _equip(response: Response) -> Response:
    """Give its pages the policy they can live with, and the form token where they look for it."""
    if request.blueprint != NAME:
        return response
    response.headers["Content-Security-Policy"] = POLICY
    if response.status_code == 200 and response.mimetype == "text/html":
        token = generate_csrf()  # type: ignore[no-untyped-call]
        response.set_cookie(
            "_csrf_token", token, path=f"{PREFIX}/", secure=is_https(), samesite="Lax"
        )
    return response
