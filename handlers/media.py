"""Files: what customers sent, for staff and programs of the shop alone, and pictures of products.

A product's picture is for whoever has its address: bills show it. All are harmless to open.

Only a picture that we wrote anew is shown in a page. Everything else is handed
over as a download, of a type that a browser runs nothing of.
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import BinaryIO

import structlog
from flask import Blueprint, Response, abort, request
from werkzeug.wsgi import FileWrapper

from bot import catalogue, media
from bot.media import MediaFile, MediaView
from handlers.api.access import find_bearer
from handlers.context import runtime, visitor
from handlers.pieces import PLAYED

blueprint = Blueprint("media", __name__)
log = structlog.get_logger(__name__)

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
CHUNK = 64 * 1024
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
ANYTHING = "application/octet-stream"
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}


@blueprint.get("/media/<token>")
def show_file(token: str) -> Response:
    """Give a picture to look at, or another file to save."""
    return _answer(token, thumb=False)


@blueprint.get("/media/<token>/thumb")
def show_thumb(token: str) -> Response:
    """Give a picture's thumbnail."""
    return _answer(token, thumb=True)


def _answer(token: str, *, thumb: bool) -> Response:
    """Give a product's picture, or a file of the asker's own shop; else there is none."""
    if not TOKEN.fullmatch(token):
        abort(404)
    try:
        kept = catalogue.open_picture(runtime(), token, thumb=thumb)
        shop_id = _shop_id() if kept is None else None
        if shop_id is not None:
            kept = media.open_file(runtime(), shop_id, token, thumb=thumb)
    except OSError as error:  # the store that keeps it is away
        log.warning("file not given", error=type(error).__name__)
        abort(503)
    if kept is None:
        abort(404)
    try:
        response = _respond(kept, f"{token}{'-thumb' if thumb else ''}")
    except BaseException:  # a part was asked for that there is none of
        kept.body.close()
        raise
    if response.status_code == 304 or request.method == "HEAD":
        kept.body.close()  # nobody reads it, so nobody else would
    return response


def _shop_id() -> int | None:
    """Give the shop of the signed-in member of staff, or of the API's token."""
    who = visitor()
    if who is not None and who.actor is not None:
        return who.actor.shop_id
    held = find_bearer()
    return held.shop_id if held is not None else None


def _respond(kept: MediaFile, mark: str) -> Response:
    """Put a file into an answer that keeps it from being anything but a file."""
    response = Response(
        FileWrapper(kept.body, CHUNK), content_type=_type(kept.view), direct_passthrough=True
    )
    size = _size(kept.body)
    response.content_length = size
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # Asked for anew each time: what was taken back must not come from a cache.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers.set(
        "Content-Disposition",
        "inline" if kept.view.is_picture else "attachment",
        filename=_name(kept.view),
    )
    response.set_etag(mark)
    # A part that cannot be understood is to be ignored (RFC 9110, 14.2), and is no error.
    asked = request.range is not None and request.range.units == "bytes"
    response.make_conditional(request, accept_ranges=asked, complete_length=size)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _type(view: MediaView) -> str:
    """Name a type: a picture's as we wrote it, a sound's or film's, else just bytes."""
    if view.is_picture or view.mime in PLAYED:
        return view.mime or ANYTHING
    return ANYTHING


def _name(view: MediaView) -> str:
    """Give a name to save under: the sender's, without signs that mislead, or one of ours."""
    if view.is_picture:
        return f"{view.kind}-{view.token[:8]}{ENDINGS.get(view.mime or '', '')}"
    given = "".join(
        "_" if sign in '\\/:*?"<>|' else sign
        for sign in view.name or ""
        if unicodedata.category(sign)[0] not in "CZ" or sign == " "
    )
    return given.strip(" .") or f"{view.kind}-{view.token[:8]}"


def _size(body: BinaryIO) -> int:
    size = body.seek(0, os.SEEK_END)
    body.seek(0)
    return size
