"""How strangers' words look on our pages: as text, in bounds, and turning nothing around.

Jinja escapes; here are the things that escaping does not do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from bot.channels.graphemes import graphemes
from bot.words import format_when
from bot.words.folding import fold, mark
from handlers.words import phrase

LONGEST_NAME = 40
LONGEST_CLUSTER = 8
BOX = "\u25a1"
SPEAKS_AS_NOTHING = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
LONGEST_SNIPPET = 90
BEFORE_A_HIT = 24
PIECE, OVERLAP = 1_200, 400
LINK = re.compile(r"https?://[^\s<>\"'`\\\u200b]+", re.IGNORECASE)
AFTER_A_LINK = ".,;:!?)]}»”’…"


def show_name(name: str | None, otherwise: str = "") -> str:
    """Give a name as it may be shown: hidden signs as boxes, few marks on a letter, not long."""
    clusters = graphemes(_boxed((name or "")[: LONGEST_NAME * 20]).strip())
    shown = [cluster[:LONGEST_CLUSTER] for cluster in islice(clusters, LONGEST_NAME + 1)]
    if len(shown) > LONGEST_NAME:
        shown[LONGEST_NAME - 1 :] = ["…"]
    text = "".join(shown)
    return text if text.strip(BOX + " ") else otherwise


def show_text(text: str | None) -> Markup:
    """Give a message's body with its http addresses as links; line ends and U+200B stay."""
    body = "".join(
        "\ufffd" if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" else sign
        for sign in (text or "").replace("\r\n", "\n").replace("\r", "\n")
    )
    parts: list[Markup] = []
    end = 0
    for found in LINK.finditer(body):
        address = found[0].rstrip(AFTER_A_LINK)
        parts.append(escape(body[end : found.start()]))
        parts.append(
            Markup(
                '<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>'
            ).format(address)
        )
        end = found.start() + len(address)
    parts.append(escape(body[end:]))
    return Markup("").join(parts)


def show_line(text: str | None, limit: int = 120) -> str:
    """Give a body as one line of a list."""
    line = re.sub(r"\s+", " ", _boxed((text or "")[: limit * 2], keep="\u200b\n\t\r")).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def cut_snippet(text: str | None, terms: Sequence[str]) -> list[tuple[str, bool]]:
    """Cut a line of a body around the first of the terms in it; say which parts are one.

    Cut between letters as readers see them, so that no mark is torn off its own.
    """
    body, skipped = _near(text or "", terms)
    clusters = list(graphemes(re.sub(r"\s+", " ", _boxed(body, keep="\u200b\u200d\n\t\r")).strip()))
    marked = mark(clusters, terms)
    at = marked.index(True) if True in marked and len(clusters) > LONGEST_SNIPPET else 0
    first = max(0, at - BEFORE_A_HIT)
    last = first + LONGEST_SNIPPET
    parts = [
        ("".join(cluster for cluster, _ in run), is_hit)
        for is_hit, run in groupby(
            zip(clusters[first:last], marked[first:last], strict=True), key=itemgetter(1)
        )
    ]
    before = [("…", False)] if first or skipped else []
    after = [("…", False)] if last < len(clusters) or skipped + len(body) < len(text or "") else []
    return [*before, *parts, *after]


def show_snippet(text: str | None, terms: Sequence[str]) -> Markup:
    """Give the same as HTML, the terms marked."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if is_hit else escape(part)
        for part, is_hit in cut_snippet(text, terms)
    )


def _near(text: str, terms: Sequence[str]) -> tuple[str, int]:
    """Give the piece of a long text that holds a term, and how much lies before it."""
    for start in range(0, len(text), PIECE - OVERLAP):
        piece = text[start : start + PIECE]
        folded = fold(piece)
        if any(term in folded for term in terms):
            return piece, start
    return text[:PIECE], 0


def show_day(when: datetime, timezone: str, language: str) -> str:
    """Give a moment's day in the shop's zone, as ``5 Jul 2024`` or ``5 ก.ค. 2567``."""
    return format_when(when, timezone, language).rpartition(" ")[0]


def show_time(when: datetime, timezone: str) -> str:
    """Give a moment's hour and minute in the shop's zone."""
    return f"{when.astimezone(ZoneInfo(timezone)):%H:%M}"


def show_recent(when: datetime, now: datetime, timezone: str, language: str) -> str:
    """Give the time for today, "yesterday", else the day."""
    zone = ZoneInfo(timezone)
    days = (now.astimezone(zone).date() - when.astimezone(zone).date()).days
    if days <= 0:
        return show_time(when, timezone)
    if days == 1:
        return phrase("inbox.yesterday", language)
    return show_day(when, timezone, language)


def show_span(seconds: float, language: str) -> str:
    """Give how long something still lasts, in its largest whole unit."""
    for unit, length in (("days", 172_800), ("hours", 3_600), ("minutes", 60)):
        if seconds >= length:
            size = 86_400 if unit == "days" else length
            return phrase(f"unit.{unit}", language, n=int(seconds // size))
    return phrase("unit.seconds", language, n=max(int(seconds), 0))


def _boxed(text: str, keep: str = "") -> str:
    return "".join(
        BOX if sign not in keep and unicodedata.category(sign) in SPEAKS_AS_NOTHING else sign
        for sign in text
    )
