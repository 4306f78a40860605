"""The form of a keyword rule: read into terms, and terms shown in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from bot.keywords import TEXTS, KeywordError, Terms
from bot.keywords.terms import Keyword
from bot.words import LANGUAGES
from orders.keywords import Effect, Mode

_PARTED = re.compile(r"[,\s]+")


def read_form(form: Mapping[str, str]) -> tuple[bool, Terms]:
    """Read whether a rule is on, and its terms. Raises ``KeywordError`` for what is unreadable."""
    texts = {
        name: {
            tongue: form.get(f"text_{name}_{tongue}", "").replace("\r\n", "\n").strip()
            for tongue in LANGUAGES
        }
        for name in TEXTS
    }
    terms = Terms(
        mode=_choice(Mode, form.get("mode", "")) or Mode.QUANTITY,
        effect=_choice(Effect, form.get("effect", "")) or Effect.SET,
        prefixes=tuple(dict.fromkeys(filter(None, _PARTED.split(form.get("prefixes", ""))))),
        needs_prefix="needs_prefix" in form,
        own_codes="own_codes" in form,
        keywords=tuple(_read_keyword(line) for line in _lines(form.get("keywords", ""))),
        cap_item=_number(form.get("cap_item", "")),
        cap_customer=_number(form.get("cap_customer", "")),
        late_minutes=_number(form.get("late_minutes", "")) or 0,
        answers=tuple(name for name in TEXTS if f"answer_{name}" in form),
        texts={name: {k: v for k, v in said.items() if v} for name, said in texts.items()},
        send_at_once="send_at_once" in form,
    )
    return "enabled" in form, terms


def show_form(terms: Terms, *, enabled: bool) -> MultiDict[str, str]:
    """Give the fields in which ``read_form`` reads the same terms."""
    fields: dict[str, Any] = {
        "mode": terms.mode,
        "effect": terms.effect,
        "prefixes": " ".join(terms.prefixes),
        "keywords": "\n".join(_write_keyword(one) for one in terms.keywords),
        "cap_item": "" if terms.cap_item is None else str(terms.cap_item),
        "cap_customer": "" if terms.cap_customer is None else str(terms.cap_customer),
        "late_minutes": str(terms.late_minutes),
    }
    ticks = {
        "enabled": enabled,
        "needs_prefix": terms.needs_prefix,
        "own_codes": terms.own_codes,
        "send_at_once": terms.send_at_once,
        **{f"answer_{name}": name in terms.answers for name in TEXTS},
    }
    fields |= {name: "on" for name, ticked in ticks.items() if ticked}
    for name, said in terms.texts.items():
        fields |= {f"text_{name}_{tongue}": text for tongue, text in said.items()}
    return MultiDict(fields)


def _choice(kind: Any, text: str) -> Any:
    return kind(text) if text in set(kind) else None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _read_keyword(line: str) -> Keyword:
    word, sign, target = line.rpartition("=")
    code, *options = (part.strip() for part in target.split("/"))
    if not sign or not word.strip() or not code or not all(options):
        raise KeywordError("keyword_line", line=line[:40])
    return Keyword(word.strip(), code, tuple(options))


def _write_keyword(keyword: Keyword) -> str:
    return f"{keyword.keyword} = {'/'.join((keyword.code, *keyword.options))}"


def _number(text: str) -> int | None:
    digits = text.strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise KeywordError("number", text=digits[:20])
    return int(digits)
