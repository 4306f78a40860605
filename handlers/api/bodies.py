"""Bodies of writing requests: read key by key, strictly; what nobody knows is refused by name.

A body that cannot be read is a ``Refusal`` with 400 that points at the key. What
can be read and is against the rules is the rulebook's to refuse.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NoReturn

import orjson
from flask import request

from bot.store.vault import digest
from handlers.api.access import Refusal
from handlers.api.asking import LONGEST_TEXT, is_storable, parse_moment
from orders.item import Discount
from orders.money import Money

MOST_PARTS = 200
MOST_COUNT = 1_000_000_000


def read_body() -> Body:
    """Read the request's JSON object; an empty body is an empty object. Raises ``Refusal``.

    JSON under another type is refused: a form on a stranger's page can send it.
    """
    raw = request.get_data()
    if not raw:
        return Body({}, "")
    if request.mimetype != "application/json":
        raise Refusal(400, "Send JSON, with the header Content-Type: application/json.")
    try:
        held = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, f"The body is no JSON: {error.msg}.") from None
    return Body.of(held, "")


class Body:
    """An object of a request. Each key is taken once; ``close`` refuses what is left.

    ``path`` tells where in the request it stands, "" for the request itself.
    """

    def __init__(self, held: dict[str, Any], path: str) -> None:
        self._held = dict(held)
        self._path = path

    @classmethod
    def of(cls, held: Any, path: str) -> Body:
        """Take a value as an object. Raises ``Refusal``."""
        if not isinstance(held, dict):
            _refuse(path, "is a JSON object")
        return cls(held, path)

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def digest(self) -> str:
        """Give the digest of all that it holds, however its keys are ordered."""
        return digest(json.dumps(self._held, sort_keys=True))

    def close(self) -> None:
        """Raise ``Refusal``, naming them, where there are keys that nobody took."""
        if self._held:
            unknown = ", ".join(self._name(name)[:60] for name in sorted(self._held)[:5])
            raise Refusal(400, f"Nobody knows these keys: {unknown}. Take them out.")

    def take(self, name: str) -> Any:
        """Take a value, whatever it is; None where it is not there."""
        return self._held.pop(name, None)

    def is_null(self, name: str) -> bool:
        """Say whether a key is there and null, and take it then."""
        if name in self._held and self._held[name] is None:
            del self._held[name]
            return True
        return False

    def text(self, name: str, default: str | None = None) -> str:
        """Take a text; ``default`` where it is not there, None: it must be."""
        value = self._must(name, default)
        if not isinstance(value, str):
            _refuse(self._name(name), "is a text")
        if len(value) > LONGEST_TEXT:
            _refuse(self._name(name), f"has at most {LONGEST_TEXT:,} characters")
        if not is_storable(value):
            _refuse(self._name(name), "holds no U+0000, which is no text")
        return value

    def word(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """Take one of some words."""
        value = self.text(name, default)
        if value not in allowed:
            _refuse(self._name(name), f"is one of: {', '.join(sorted(allowed))}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Take a list of texts; none where it is not there."""
        parts = self._list(name)
        return tuple(Body({"": part}, self._name(name)).text("") for part in parts)

    def number(self, name: str, default: int | None = None, *, signed: bool = False) -> int:
        """Take a whole number."""
        value = self._must(name, default)
        if type(value) is not int or not (-MOST_COUNT if signed else 0) <= value <= MOST_COUNT:
            _refuse(self._name(name), f"is a whole number up to {MOST_COUNT:,}")
        return value

    def groups(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Take a list of lists of texts."""
        where = self._name(name)
        return tuple(
            Body({"": part}, f"{where}[{place}]").texts("")
            for place, part in enumerate(self._list(name))
        )

    def names(self) -> list[str]:
        """Give the keys that nobody took yet."""
        return sorted(self._held)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Take true or false."""
        value = self._held.pop(name, default)
        if not isinstance(value, bool):
            _refuse(self._name(name), "is true or false")
        return value

    def objects(self, name: str) -> list[Body]:
        """Take a list of objects; none where it is not there."""
        return [
            Body.of(part, f"{self._name(name)}[{place}]")
            for place, part in enumerate(self._list(name))
        ]

    def child(self, name: str) -> Body:
        """Take an object, which must be there."""
        return Body.of(self._must(name, None), self._name(name))

    def money(self, name: str, currency: str) -> Money:
        """Take an amount: "120.00" or {"amount": "120.00", "currency": "THB"}, never a number.

        Raises ``Refusal``, ``AmountError``.
        """
        return Money.parse(self._amount(name, currency), currency)

    def discount(self, name: str, currency: str) -> Discount:
        """Take a discount: an amount, or a share as "10%". Raises ``Refusal``, ``AmountError``."""
        return Discount.parse(self._amount(name, currency), currency)

    def moment(self, name: str) -> datetime:
        """Take a time (RFC 3339, with its zone) and give it in UTC."""
        text = self.text(name)
        try:
            return parse_moment(text)
        except ValueError:
            _refuse(self._name(name), "is a time with its zone, like 2026-11-26T18:00:00Z")

    def _amount(self, name: str, currency: str) -> str:
        value = self._must(name, None)
        if isinstance(value, dict):
            inner = Body(value, self._name(name))
            text, said = inner.text("amount"), inner.text("currency", currency)
            inner.close()
            # A foreign currency stays beside its amount, for the rulebook to refuse.
            return text if said == currency else f"{text} {said}"
        if isinstance(value, int | float):
            _refuse(self._name(name), 'is text, like "120.00": a JSON number may lose satang')
        if not isinstance(value, str):
            _refuse(self._name(name), 'is an amount, like "120.00"')
        return Body({"": value}, self._name(name)).text("")

    def _must(self, name: str, default: Any) -> Any:
        if name not in self._held and default is None:
            _refuse(self._name(name), "is missing", mend="Give it.")
        return self._held.pop(name, default)

    def _list(self, name: str) -> list[Any]:
        value = self._held.pop(name, [])
        if not isinstance(value, list) or len(value) > MOST_PARTS:
            _refuse(self._name(name), f"is a list of at most {MOST_PARTS}")
        return value

    def _name(self, name: str) -> str:
        return f"{self._path}.{name}".strip(".")


def _refuse(name: str, is_what: str, *, mend: str = "Change it.") -> NoReturn:
    raise Refusal(400, f"{name or 'The body'} {is_what}. {mend}")
