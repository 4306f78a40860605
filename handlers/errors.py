"""Refusals: what a visitor, a program or a platform reads when a request fails.

Never a traceback, and nothing of what was sent: the log gets the error's class
and the places in our code.
"""

from __future__ import annotations

import traceback

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from bot.store.database import StoreUnavailable
from handlers.context import language
from handlers.security import SIGNED
from handlers.words import has_phrase, phrase

log = structlog.get_logger(__name__)

RETRY_AFTER = "2"


def explain_errors(app: Flask) -> None:
    """Give every failure of ``app`` its sentence."""
    app.register_error_handler(CSRFError, lambda _: answer(400, "csrf"))
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(PermissionError, lambda _: answer(403))
    app.register_error_handler(StoreUnavailable, _wait)
    app.register_error_handler(Exception, _fail)


def answer(status: int, key: str = "", *, detail: str = "", code: str = "") -> Response:
    """Say why, in the form that the asker reads: nothing, problem JSON, a line, or a page.

    ``code`` names the rule that refused, for a program.
    """
    if request.path.startswith(SIGNED):
        return Response(status=status)
    key = key or str(status)
    if not has_phrase(f"error.title_{key}", "en"):
        key = "400" if status < 500 else "500"
    tongue = "en" if request.path.startswith("/api/") else language()
    title = phrase(f"error.title_{key}", tongue)
    text = detail or phrase(f"error.text_{key}", tongue)
    if request.path.startswith("/api/"):
        named = {"code": code} if code else {}
        response = jsonify(type="about:blank", title=title, status=status, detail=text, **named)
        response.content_type = "application/problem+json"
        response.status_code = status
        return response
    if request.headers.get("HX-Request"):
        return Response(text, status, content_type="text/plain; charset=utf-8")
    page = render_template("error.html", title=title, text=text, language=tongue)
    return make_response(page, status)


def _refuse(error: HTTPException) -> Response:
    if error.response is not None:  # somebody made the answer themselves
        return make_response(error.response)
    status = error.code or 500
    if 300 <= status < 400:  # a redirect to the address as it is written
        return make_response(error.get_response(request.environ))
    response = answer(status)
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After", "Content-Range"):
            response.headers[name] = value
    return response


def _wait(error: StoreUnavailable) -> Response:
    log.warning("store unavailable", endpoint=request.endpoint, error=str(error))
    response = answer(503)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _fail(error: Exception) -> Response:
    # The message of an error may hold what a customer wrote; where it arose does not.
    log.error(
        "request failed",
        endpoint=request.endpoint,
        error=type(error).__name__,
        where=[f"{at.filename}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)],
    )
    return answer(500)
