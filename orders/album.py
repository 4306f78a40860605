"""The album's rules: what may be said of a product, and which role may say it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from orders.errors import AmountError, ItemError, MoveError
from orders.item import LONGEST_CODE, LONGEST_NAME, LONGEST_OPTION, check_length
from orders.money import Money
from orders.product import Condition, Product, Variant
from orders.shipping import MOST_GRAMS
from orders.states import Role

LONGEST_CATEGORY: Final = 100
LONGEST_DESCRIPTION: Final = 1_000
MOST_GROUPS: Final = 5
MOST_CHOICES: Final = 50
MOST_VARIANTS: Final = 500
MOST_STOCK: Final = 1_000_000_000
CODE_SIGNS: Final = '[]/@;,"'
"""Signs that commands read as something else than a part of a code."""
OPTION_SIGNS: Final = "/,;"
"""Signs that part options and items where they are written."""

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_NO_TEXT: Final = frozenset({"Cc", "Cs"})
_NO_CHARACTERS: Final = frozenset("\ufffe\uffff")


class AlbumRight(StrEnum):
    """What can be done to the album, each grantable per shop."""

    CHANGE = "products.change"  # create, change, archive, import; prices and pictures
    STOCK = "products.stock"  # count what is there
    KEEP = "products.keep"  # keep a one-off item of an order


ROLES: Final[Mapping[AlbumRight, frozenset[Role]]] = {
    AlbumRight.CHANGE: frozenset({Role.MANAGER, Role.OWNER, Role.SYSTEM}),
    # Who stands before the shelf counts it; each count has its reason and its ledger row.
    AlbumRight.STOCK: frozenset({Role.SALES, Role.PACKER, Role.MANAGER, Role.OWNER, Role.SYSTEM}),
    # Who may sell a one-off at a price of their own may give it a code at that price.
    AlbumRight.KEEP: frozenset({Role.SALES, Role.MANAGER, Role.OWNER, Role.SYSTEM}),
}


def check_right(
    role: Role,
    right: AlbumRight,
    *,
    granted: Collection[str] = (),
    taken: Collection[str] = (),
) -> None:
    """Raise MoveError, naming the roles to ask, where ``role`` has not that right.

    ``granted`` and ``taken`` are what the shop gave the role beyond the table or took from it;
    nothing makes a customer keep the album, and the house keeps its own rights.
    """
    if role is Role.SYSTEM:
        return
    may = role in ROLES[right] or right in granted
    if role.rank == 0 or not may or right in taken:
        able = sorted(ROLES[right] - {Role.SYSTEM}, key=lambda one: (one.rank, one))
        raise MoveError("album_forbidden", role=role, roles=able)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the album says of a product; what there is of it is counted elsewhere.

    ``name`` is what orders and bills call it; ``names`` are its names in other
    languages, by their codes. ``variants`` bear no stock here. ``weight`` is in
    grams, None where unknown. Texts are kept trimmed, a code in capitals.
    """

    code: str
    name: str
    price: Money
    names: Mapping[str, str] = field(default_factory=dict)
    options: tuple[tuple[str, ...], ...] = ()
    variants: tuple[Variant, ...] = ()
    condition: Condition = Condition.UNLIMITED
    category: str = ""
    description: str = ""
    weight: int | None = None
    active: bool = True

    def __post_init__(self) -> None:
        self._trim()
        for what, text, limit in self._texts():
            check_text(what, text, limit)
        if not self.name:
            raise ItemError("product_unnamed", code=self.code)
        if self.weight is not None and not 0 <= self.weight <= MOST_GRAMS:
            raise AmountError("weight_out_of_range", limit=f"{MOST_GRAMS:,}")
        check_options(self.code, self.options)
        if len(self.variants) > MOST_VARIANTS:
            raise ItemError("variants_too_many", code=self.code, limit=MOST_VARIANTS)
        seen = [tuple(option.casefold() for option in one.options) for one in self.variants]
        if len(set(seen)) != len(seen):
            raise ItemError("variant_twice", code=self.code)
        if any(one.stock is not None for one in self.variants):
            raise ValueError("an entry counts nothing")
        self.product()

    def product(self) -> Product:
        """The rulebook's product, with nothing in stock."""
        return Product(
            code=self.code,
            name=self.name,
            price=self.price,
            options=self.options,
            stock=0 if self.condition is Condition.STOCK else None,
            condition=self.condition,
            active=self.active,
            variants=self.variants,
        )

    def sought(self) -> str:
        """Code, names and category as a search compares them."""
        parts = (self.code, self.name, *self.names.values(), self.category)
        return "\n".join(part for part in map(fold_words, parts) if part)

    def _trim(self) -> None:
        names = {language: name.strip() for language, name in sorted(self.names.items())}
        wrong = next((one for one in names if not _LANGUAGE.fullmatch(one)), None)
        if wrong is not None:
            raise ItemError("language_code", language=wrong)
        for attribute, value in (
            ("code", check_code(self.code)),
            ("name", self.name.strip()),
            ("names", {language: name for language, name in names.items() if name}),
            ("category", self.category.strip()),
            ("description", "\n".join(self.description.splitlines()).strip()),
        ):
            object.__setattr__(self, attribute, value)

    def _texts(self) -> list[tuple[str, str, int]]:
        names = [("name", name, LONGEST_NAME) for name in (self.name, *self.names.values())]
        return [
            *names,
            ("category", self.category, LONGEST_CATEGORY),
            ("description", self.description, LONGEST_DESCRIPTION),
        ]


def check_code(code: str) -> str:
    """A code as the album keeps it, trimmed and in capitals. ItemError for one of other signs."""
    own = code.strip().upper()
    if not own or any(sign in own for sign in CODE_SIGNS) or _has_no_text(own, ""):
        raise ItemError("code_signs", code=code, signs=" ".join(CODE_SIGNS))
    check_length("code", own, LONGEST_CODE)
    return own


def check_text(what: str, text: str, limit: int) -> None:
    """Raise ItemError for a text that is too long or holds signs that nobody can see or store."""
    check_length(what, text, limit)
    if _has_no_text(text, "\n" if what == "description" else ""):
        raise ItemError("text_controls", what=what)


def check_options(code: str, options: tuple[tuple[str, ...], ...]) -> None:
    """Raise ItemError for groups of choices that could not be told apart or typed."""
    words = [word for group in options for word in group]
    if len(options) > MOST_GROUPS or any(len(group) > MOST_CHOICES for group in options):
        raise ItemError("options_too_many", code=code, groups=MOST_GROUPS, choices=MOST_CHOICES)
    if not all(options) or not all(word and word == word.strip() for word in words):
        raise ItemError("options_empty", code=code)
    for word in words:
        check_text("option", word, LONGEST_OPTION)
        if any(sign in word for sign in OPTION_SIGNS):
            raise ItemError("option_signs", option=word, signs=" ".join(OPTION_SIGNS))
    folded = [fold_words(word) for word in words]
    twice = next((word for word in words if folded.count(fold_words(word)) > 1), None)
    if twice is not None:
        raise ItemError("options_twice", code=code, option=twice)


def fold_words(text: str) -> str:
    """A text as it is searched for: compatible forms joined, small, blanks single.

    NFKC tears Thai SARA AM apart; it is put together again.
    """
    whole = unicodedata.normalize("NFKC", text).replace("\u0e4d\u0e32", "\u0e33")
    return " ".join(whole.casefold().split())


def _has_no_text(text: str, allowed: str) -> bool:
    return any(
        unicodedata.category(sign) in _NO_TEXT or sign in _NO_CHARACTERS
        for sign in text
        if sign not in allowed
    )
