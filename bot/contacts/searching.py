"""Finds customers by part of the name, phone, code or tag, with typing errors forgiven.

The store narrows a shop's customers down to a few hundred by its index of
terms; ``ranking`` judges those. A shop of a hundred thousand customers costs
what one of a thousand does: every question to the index has a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.contacts.ranking import Wanted, rank, read_wanted
from bot.store import contacts as rows
from bot.store import customer_terms as terms
from bot.store import customers
from bot.store.database import Connection
from bot.words.spelling import LONGEST_PART, list_typos, write_plain

MOST_FOUND = 50
"""Customers that a search gives at most; who looks for another types more of the name."""

MOST_JUDGED = 400
"""Candidates that are judged in one search, at most."""

MOST_LOOKED = 2_000
"""Terms that one question reads: beyond it, a search of several words that all are so common
looks among these alone."""

_CODE = re.compile(r"@?[cC]([0-9]{1,15})")
_TAG = re.compile(r"(?:^|\s)#(\S+)")


@dataclass(frozen=True, slots=True)
class _Question:
    connection: Connection
    shop: Any
    tag: str | None


def read_code(text: str) -> int | None:
    """Read a customer code as it is written, ``C123`` or ``@c123``; None for anything else."""
    code = _CODE.fullmatch(text.strip())
    return int(code[1]) if code else None


def search(
    connection: Connection, shop: Any, text: str, *, tag: str | None = None, limit: int = MOST_FOUND
) -> list[Any]:
    """List the rows of a shop's customers that answer ``text``, the best first.

    ``text`` is words, a phone or part of it, a code, and ``#tag`` among them; ``tag``
    is a tag as typed. Customers who were merged are found under the names they
    had, and the kept one is given. A text without any letter or digit finds nobody.
    """
    code = read_code(text)
    found = rows.find_by_code(connection, shop.id, code) if code is not None else None
    if found is not None and tag is None:
        return [found]
    named = _TAG.search(text)
    if named is not None and tag is None:
        tag, text = named[1], text[: named.start()] + text[named.end() :]
    question = _Question(connection, shop, write_plain(tag) if tag is not None else None)
    if not text.strip() and question.tag is not None:
        return customers.list_contacts(connection, shop.id, tag=question.tag, limit=limit)
    ranked: dict[int, tuple[tuple[int, bool, float], Any]] = {}
    for way in read_wanted(text, shop.currency):
        _judge(question, way, ranked)
    return _give(question, ranked, limit)


def _judge(question: _Question, way: list[Wanted], ranked: dict[int, Any]) -> None:
    seen: set[int] = set()
    for row in _narrow(question, way):
        if row.id in seen:
            continue
        if len(seen) >= MOST_JUDGED:
            break
        seen.add(row.id)
        score = rank(row, way)
        if score is not None and (row.id not in ranked or ranked[row.id][0] < score):
            ranked[row.id] = score, row


def _give(question: _Question, ranked: dict[int, Any], limit: int) -> list[Any]:
    """Give the rows that stand for who was found, each once, the best first, then by code."""
    ordered = sorted(ranked.values(), key=lambda each: (*(-mark for mark in each[0]), each[1].code))
    standing = rows.find_standing(question.connection, [row for _, row in ordered])
    ids = list(dict.fromkeys(standing[row.id] for _, row in ordered))[:limit]
    read = customers.read_contacts(question.connection, question.shop.id, ids)
    by_id = {row.id: row for row in read}
    return [by_id[each] for each in ids]


def _narrow(question: _Question, way: list[Wanted]) -> Iterator[Any]:
    """Give candidates, the likeliest first, with repeats."""
    yield from _hold_all(question, way)
    for at, wanted in enumerate(way):
        others = [word.texts for word in (*way[:at], *way[at + 1 :])]
        ids = _find_typos(question, wanted)
        yield from _read(question, ids, others)
        if len(way) > 1:  # two words may each have an error
            yield from _read(question, ids[: terms.CHUNK], [])
    for wanted in way:
        yield from _read(question, _find_halves(question, wanted), [])


def _hold_all(question: _Question, way: list[Wanted]) -> Iterator[Any]:
    """Give those who have every word, found by the one that the fewest have."""
    enough = MOST_LOOKED if len(way) > 1 or question.tag is not None else MOST_JUDGED
    found = [_find_word(question, wanted, enough) for wanted in way]
    rarest = min(range(len(way)), key=lambda at: len(found[at]))
    holding = [wanted.texts for at, wanted in enumerate(way) if at != rarest]
    if len(way[rarest].bare) > LONGEST_PART:  # its term holds the begin alone
        holding.append(way[rarest].texts)
    yield from _read(question, found[rarest], holding)


def _find_word(question: _Question, wanted: Wanted, limit: int) -> list[int]:
    """Give who has a word, or a phone with these digits: first where a word begins so."""
    ids: list[int] = []
    kinds = [("w", wanted.bare), ("n", wanted.bare), *(("p", part) for part in wanted.digits)]
    for kind, text in kinds:
        begin = text[:LONGEST_PART] if kind != "p" else text
        ids += _find(question, kind, begin, limit)
    return list(dict.fromkeys(ids))


def _find_typos(question: _Question, wanted: Wanted) -> list[int]:
    words = list_typos(wanted.bare) | {wanted.bare}
    return terms.find_typos(question.connection, question.shop.id, words, MOST_LOOKED)


def _find_halves(question: _Question, wanted: Wanted) -> list[int]:
    """Give who has one half of a long word: an error is in the other one."""
    half = len(wanted.bare) // 2
    if half < LONGEST_PART // 3:
        return []
    halves = (wanted.bare[:half], wanted.bare[half:])
    found = (
        _find(question, kind, each[:LONGEST_PART], terms.CHUNK // 3)
        for each in halves
        for kind in ("w", "n")
    )
    return [each for ids in found for each in ids]


def _find(question: _Question, kind: str, begin: str, limit: int) -> list[int]:
    return terms.find_beginning(question.connection, question.shop.id, kind, begin, limit)


def _read(
    question: _Question, ids: Sequence[int], holding: Sequence[Sequence[str]]
) -> Iterator[Any]:
    for start in range(0, len(ids), terms.CHUNK):
        yield from terms.read_found(
            question.connection,
            question.shop.id,
            ids[start : start + terms.CHUNK],
            holding,
            tag=question.tag,
        )
