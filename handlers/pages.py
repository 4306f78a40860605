"""What all templates share: words, filters, and the addresses of the files beside them."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, g, request, session
from flask_wtf.csrf import generate_csrf

from bot.rendering.wording import show_money
from bot.words import LANGUAGES, format_when, say
from handlers import display
from handlers.context import LANGUAGE_COOKIE, is_https, language, visitor
from handlers.words import has_phrase, phrase
from orders.money import Money

HTMX = "htmx.js"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
STAFF_PAGES = ("auth", "surfaces", "inbox", "keywords", "answers", "operators")
A_YEAR = 365 * 24 * 3600
NAMED_KIND = re.compile(r"\[(\w+)\]")


def prepare(app: Flask) -> None:
    """Give the templates their words and files, and keep the language that was asked for."""
    files_of = _read_assets()
    marks = {name: hashlib.sha256(body).hexdigest()[:12] for name, body in files_of.items()}

    def asset(name: str) -> str:
        return f"/static/{name}?v={marks[name]}"

    @app.get("/static/<filename>", endpoint="static")
    def serve_file(filename: str) -> Response:
        if filename not in files_of:
            abort(404)
        response = Response(files_of[filename], content_type=TYPES[Path(filename).suffix])
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return response

    @app.after_request
    def keep_language(response: Response) -> Response:
        if request.args.get("lang") in LANGUAGES and request.blueprint in STAFF_PAGES:
            response.set_cookie(
                LANGUAGE_COOKIE,
                request.args["lang"],
                max_age=A_YEAR,
                secure=is_https(),
                httponly=True,
                samesite="Lax",
            )
        return response

    app.context_processor(_words)
    app.jinja_env.globals.update(asset=asset)
    app.jinja_env.filters.update(
        name=display.show_name,
        linked=display.show_text,
        line=display.show_line,
        snippet=display.show_snippet,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _words() -> dict[str, Any]:
    tongue = g.get("page_language") or language()
    return {
        "language": tongue,
        "languages": LANGUAGES,
        "t": partial(_phrase, tongue),
        "has_words": partial(_has_words, tongue),
        "said": partial(_say, tongue),
        "money": partial(_money, tongue),
        "minor": partial(_minor, tongue),
        "when": partial(_when, tongue),
        "preview": partial(_preview, tongue),
        "visitor": visitor,
        "csrf_token": _form_token,
    }


def _preview(tongue: str, text: str | None) -> str:
    """Give the list's line of what was said last; what has no words is kept as ``[its kind]``."""
    named = NAMED_KIND.fullmatch(text or "")
    if named and has_phrase(f"kind.{named[1]}", tongue):
        return phrase(f"kind.{named[1]}", tongue)
    return display.show_line(text)


def _form_token() -> str:
    """Give the form's token; who never sees a form never gets its cookie."""
    session.permanent = True
    generate: Any = generate_csrf  # published without types
    return str(generate())


def _phrase(tongue: str, key: str, **facts: object) -> str:
    return phrase(key, tongue, **facts)


def _has_words(tongue: str, key: str) -> bool:
    return has_phrase(key, tongue)


def _say(tongue: str, key: str, **facts: object) -> str:
    return say(key, tongue, **facts)


def _money(tongue: str, amount: Any, *, sign: bool = True) -> str:
    return show_money(amount, tongue, sign=sign)


def _minor(tongue: str, amount: int, currency: str) -> str:
    return show_money(Money(amount, currency), tongue)


def _when(tongue: str, moment: Any, timezone: str) -> str:
    return format_when(moment, timezone, tongue)


def _read_assets() -> dict[str, bytes]:
    """Read what the pages load, once: its marks make new files new addresses."""
    folder = files("handlers") / "static"
    found = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    found[HTMX] = (files("js_lib_htmx") / "static" / "htmx" / "htmx.min.js").read_bytes()
    return found
