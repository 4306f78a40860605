"""What came with a message, as the thread shows it: each file, place, card or shared post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.media import KINDS, MediaView
from handlers.words import has_phrase, phrase

MAP = "https://www.google.com/maps/search/?"
# What browsers play; nothing of these types can run as a document or a script.
PLAYED = frozenset(
    {
        *("audio/aac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm"),
        *("audio/x-m4a", "video/3gpp", "video/mp4", "video/quicktime", "video/webm"),
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that came with a message.

    ``words`` say what it is. ``player`` is ``video`` or ``audio`` where a page
    may play it, else "". ``link`` is an address of the web that shows it, and
    ``link_words`` what that address is.
    """

    words: str
    media: MediaView | None = None
    player: str = ""
    link: str | None = None
    link_words: str = ""


def read_pieces(row: Any, files: Sequence[MediaView], language: str) -> tuple[Piece, ...]:
    """Give what came with a message, in order; nothing of one that was taken back."""
    if row.redacted:
        return ()
    told = row.facts.get("attachments", [])
    kept = {one.position: one for one in files}
    pieces = [
        _piece(thing, kept.get(place), row.facts, language) for place, thing in enumerate(told)
    ]
    pieces += [Piece(_kind(one.kind, language), one) for one in files if one.position >= len(told)]
    if not pieces and row.kind in KINDS:  # kept before its details were
        pieces.append(Piece(_kind(row.kind, language)))
    return tuple(pieces)


def player_of(view: MediaView) -> str:
    """Say which player shows a kept file: ``video``, ``audio`` or none ("")."""
    if view.state != "stored" or view.is_picture or view.mime not in PLAYED:
        return ""
    return view.mime.partition("/")[0]


def _piece(thing: Any, view: MediaView | None, facts: Any, language: str) -> Piece:
    place = _map(thing)
    link = place or thing.get("link")
    return Piece(
        words=_words(thing, facts, language),
        media=view,
        player=player_of(view) if view else "",
        link=link,
        link_words=phrase("piece.map" if place else "piece.page", language) if link else "",
    )


def _words(thing: Any, facts: Any, language: str) -> str:
    """Say what it is: its kind, then its name or what it says, then where it is."""
    if thing.get("kind") == "unsupported":
        return phrase("thread.unsupported_kind", language, kind=thing.get("type") or "?")
    kind = _kind(thing.get("kind"), language)
    among = facts.get("image_set") or {}
    if among.get("index") and among.get("total"):
        kind = f"{kind} {among['index']}/{among['total']}"
    keywords = thing.get("keywords") or []
    said = next((str(thing[n]) for n in ("name", "title", "text") if thing.get(n)), "")
    said = said or next((str(one["title"]) for one in _elements(thing) if one.get("title")), "")
    said = said or ", ".join(str(word) for word in keywords[:3])
    words = ": ".join(part for part in (kind, said) if part)
    return f"{words} ({thing['address']})" if thing.get("address") else words


def _elements(thing: Any) -> list[Any]:
    return list(thing.get("elements") or [])


def _kind(kind: Any, language: str) -> str:
    return phrase(f"kind.{kind}", language) if has_phrase(f"kind.{kind}", language) else ""


def _map(thing: Any) -> str | None:
    """Give an address that shows a place on a map; None without coordinates."""
    latitude, longitude = thing.get("latitude"), thing.get("longitude")
    if latitude is None or longitude is None:
        return None
    return MAP + urlencode({"api": 1, "query": f"{latitude},{longitude}"})
