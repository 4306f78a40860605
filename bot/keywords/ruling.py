"""Ruling: the use cases of a shop's keyword rules and posts; who may, and what is written down."""

from __future__ import annotations

from typing import Any

from bot import catalogue
from bot.keywords.errors import KeywordError
from bot.keywords.terms import Terms, check_terms, read_terms
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import changes, shops
from bot.store import keywords as rows
from bot.store.database import Connection
from orders.errors import OrderError
from orders.states import Role

MAY_RULE = frozenset({Role.OWNER, Role.MANAGER})
LONGEST_TITLE = 120


def read_rule(connection: Connection, shop_id: int, scope: str) -> tuple[bool, Terms, int]:
    """Give whether a scope is on, its terms and its version; off and 0 where it has no rule."""
    row = rows.find_rule(connection, shop_id, scope)
    if row is None:
        return False, Terms(), 0
    return row.enabled, read_terms(row.terms), row.version


def save_rule(
    runtime: Runtime, actor: Actor, scope: str, terms: Terms, *, enabled: bool, version: int
) -> None:
    """Write a rule for ``chat``, ``comments`` or ``post:12``.

    Raises ``KeywordError`` for terms that cannot be, or when somebody was
    faster, ``LookupError`` for a post that the shop has not, ``PermissionError``.
    """
    _check(actor)
    check_terms(terms)

    def body(work: Work) -> None:
        _find_scope(work.connection, actor.shop_id, scope)
        _check_products(work, actor.shop_id, terms)
        known = rows.find_rule(work.connection, actor.shop_id, scope)
        stored = terms.to_json()
        saved = rows.save_rule(
            work.connection,
            actor.shop_id,
            scope,
            version,
            enabled=enabled,
            terms=stored,
            updated_at=work.now,
        )
        if not saved:
            raise KeywordError("changed")
        was = known.terms if known is not None else {}
        changed = sorted(name for name in stored if _plain(stored[name]) != was.get(name))
        _record(work, actor, "keyword rule saved", scope, enabled=enabled, changed=changed)

    runtime.transact(body)


def end_post(runtime: Runtime, actor: Actor, post_id: int, *, ended: bool) -> None:
    """Say that a post's sale or broadcast is over, or that it goes on.

    Raises ``LookupError``, ``PermissionError``.
    """
    _check(actor)

    def body(work: Work) -> None:
        _find_scope(work.connection, actor.shop_id, f"post:{post_id}")
        rows.update_post(work.connection, post_id, ended_at=work.now if ended else None)
        _record(work, actor, "post ended" if ended else "post goes on", f"post:{post_id}")

    runtime.transact(body)


def name_post(runtime: Runtime, actor: Actor, post_id: int, title: str) -> None:
    """Call a post something. Raises ``LookupError``, ``PermissionError``."""
    _check(actor)
    name = " ".join(title.split())[:LONGEST_TITLE]

    def body(work: Work) -> None:
        _find_scope(work.connection, actor.shop_id, f"post:{post_id}")
        rows.update_post(work.connection, post_id, title=name)
        _record(work, actor, "post named", f"post:{post_id}")

    runtime.transact(body)


def _check(actor: Actor) -> None:
    if actor.role not in MAY_RULE:
        raise PermissionError(actor.role)


def _find_scope(connection: Connection, shop_id: int, scope: str) -> None:
    kind, _, number = scope.partition(":")
    if kind == "post" and number.isascii() and number.isdecimal() and len(number) < 16:
        if rows.find_post(connection, shop_id, int(number)) is None:
            raise LookupError(f"there is no {scope}")
    elif scope not in ("chat", "comments"):
        raise LookupError(f"there is no scope {scope}")


def _check_products(work: Work, shop_id: int, terms: Terms) -> None:
    """Refuse a keyword for a product that there is not, or for options that it has not."""
    shop = shops.find_shop(work.connection, shop_id)
    for keyword in terms.keywords:
        found = catalogue.find_product(work.connection, shop, keyword.code)
        if found is None:
            raise KeywordError("no_product", word=keyword.keyword[:20], code=keyword.code[:32])
        if keyword.options:
            try:
                found[1].choose(keyword.options)
            except OrderError as error:
                reason = error.sentence(shop.locale)
                raise KeywordError("options", word=keyword.keyword[:20], reason=reason) from None


def _plain(value: Any) -> Any:
    """A value as JSON gives it back."""
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _record(work: Work, actor: Actor, action: str, scope: str, **data: Any) -> None:
    subject, by = f"keywords:{scope}", f"staff:{actor.staff_id}"
    changes.record(work.connection, work.now, by, action, subject, shop_id=actor.shop_id, **data)
