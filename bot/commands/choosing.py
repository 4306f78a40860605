"""Choosing: what completion can offer, each kind from its one source, bounded and read only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot import catalogue, contacts
from bot.channels import CHANNELS
from bot.channels.graphemes import cut
from bot.commands.grammar import write_code, write_method, write_option
from bot.commands.lexicon import FALLBACK, Entry, languages, spellings
from bot.commands.suggest import nearest
from bot.store import contacts as contact_rows
from bot.store import conversations
from bot.store import orders as order_rows
from bot.store.conversations import Among
from bot.store.database import Connection
from bot.words import say
from bot.words.formats import format_money
from orders.errors import OrderError
from orders.folding import fold_key
from orders.money import exponent

MOST_ASKED = 20
"""Rows that one question to the store reads at most."""
LONGEST_DETAIL = 80

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a word may become: ``text`` is put in its place, ``label`` and ``detail`` are shown."""

    text: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the choices of one shop are taken from, in the language of who types."""

    connection: Connection
    shop: Any
    language: str

    def verbs(self, begun: str) -> Iterator[Choice]:
        """Give verbs that begin so, those of the own language first; else the nearest one."""
        yield from self._entries("verbs", begun, near=True)

    def modifiers(self, begun: str) -> Iterator[Choice]:
        """Give changes of an order that begin so."""
        yield from self._entries("modifiers", begun, near=False)

    def words(self, kind: str, begun: str) -> Iterator[Choice]:
        """Give ways to pay (``payments``) or answers, in the language of who types."""
        key = fold_key(begun)
        for name, forms in spellings(kind, self.language).items():
            if any(fold_key(form).startswith(key) for form in (*forms, name)):
                yield Choice(f"{forms[0]} ", forms[0], name if name != forms[0] else "")

    def products(self, begun: str) -> Iterator[Choice]:
        """Give products for sale whose code, name or category says so, with what is left."""
        words = begun.lstrip("[")
        for row in catalogue.pick(self.connection, self.shop.id, words, MOST_ASKED):
            code = write_code(row.code)
            after = "/" if row.options else " "
            detail = [self._money(row.price_minor), self._left(row.available)]
            told = " · ".join(filter(None, (row.name, *detail)))
            yield Choice(code + after, row.code, cut(told, LONGEST_DETAIL))

    def options(self, code: str, chosen: Sequence[str], begun: str) -> Iterator[Choice]:
        """Give the next choices of a product, with what is left where one is the last."""
        found = catalogue.find_product(self.connection, self.shop, code)
        if found is None:
            return
        product, key = found[1], fold_key(begun)
        taken = {fold_key(word) for word in chosen}
        open_groups = [
            group for group in product.options if not taken & {fold_key(one) for one in group}
        ]
        if not open_groups:
            return
        after = "/" if len(open_groups) > 1 else " "
        for option in open_groups[0]:
            if fold_key(option).startswith(key):
                detail = self._variant(product, [*chosen, option]) if after == " " else ""
                yield Choice(write_option(option) + after, option, detail)

    def ways(self, begun: str) -> Iterator[Choice]:
        """Give the shop's ways of sending, with their fee."""
        key = fold_key(begun)
        for kept in self.shop.shipping:
            way = catalogue.read_way(kept, self.shop.currency)
            if any(fold_key(word).startswith(key) for word in (way.code, way.name)):
                fee = self._money(way.fee.minor) if way.fee is not None else ""
                yield Choice(f"{write_method(way.name)} ", way.name, fee)

    def customers(self, begun: str) -> Iterator[Choice]:
        """Give customers by the beginning of their code or words of their name, newest first."""
        digits = begun[1:] if begun[:1] in ("c", "C") else begun
        if begun and not (digits.isascii() and digits.isdecimal()) and digits:
            found = contacts.search(self.connection, self.shop, begun, limit=MOST_ASKED)
            people = [row.id for row in found]
        elif digits:
            people = contact_rows.list_beginning(self.connection, self.shop.id, digits, MOST_ASKED)
        else:
            people = None
        among = Among(people, ()) if people is not None else None
        for row in conversations.list_conversations(
            self.connection, self.shop.id, among=among, limit=MOST_ASKED
        ):
            if row.linked_staff_id is None:
                told = f"{row.contact_name or ''} · {CHANNELS[row.channel].name}".strip(" ·")
                yield Choice(f"@C{row.code} ", f"@C{row.code}", cut(told, LONGEST_DETAIL))

    def orders(self, begun: str) -> Iterator[Choice]:
        """Give orders whose number begins so, newest first."""
        if begun and not (begun.isascii() and begun.isdecimal()):
            return
        for row in order_rows.list_beginning(self.connection, self.shop.id, begun, MOST_ASKED):
            status = say(f"status.{row.status}", self.language)
            who = f"@C{row.customer_code} {row.customer_name or ''}" if row.customer_code else ""
            told = " · ".join(filter(None, (status, self._money(row.total_minor), who.strip())))
            yield Choice(f"!{row.number} ", f"!{row.number}", cut(told, LONGEST_DETAIL))

    def _entries(self, kind: str, begun: str, *, near: bool) -> Iterator[Choice]:
        """Give one form of each entry that begins so: the own language's, else English."""
        key = fold_key(begun)
        shown: set[str] = set()
        for entry in self._known(kind):
            form = next((one for one in entry.forms if fold_key(one).startswith(key)), None)
            if form is not None and entry.name not in shown:
                shown.add(entry.name)
                told = " – ".join(filter(None, (entry.syntax, entry.meaning)))
                yield Choice(f"{form} ", form, cut(told, LONGEST_DETAIL))
        if near and not shown and begun:
            yield from self._nearest(kind, begun)

    def _nearest(self, kind: str, begun: str) -> Iterator[Choice]:
        forms = {form: entry for entry in self._known(kind) for form in entry.forms}
        form = nearest(begun, forms)
        if form is not None:
            yield Choice(f"{form} ", form, cut(forms[form].meaning, LONGEST_DETAIL))

    def _known(self, kind: str) -> Iterator[Entry]:
        for code in dict.fromkeys((self.language, FALLBACK, *languages())):
            known = languages().get(code)
            if known is not None:
                yield from (known.verbs if kind == "verbs" else known.modifiers).values()

    def _variant(self, product: Any, words: Sequence[str]) -> str:
        try:
            options = product.choose(words)
        except OrderError:
            return ""
        left = product.stock_of(options) if product.reserves else None
        price = self._money(product.price_of(options).minor)
        return " · ".join(filter(None, (price, self._left(left))))

    def _money(self, minor: int) -> str:
        currency = self.shop.currency
        return format_money(minor, currency, exponent(currency), self.language)

    def _left(self, left: int | None) -> str:
        return "" if left is None else say("answer.left", self.language, left=left)
