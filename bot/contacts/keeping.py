"""Creates and changes customers: name, language, phones, tags.

Each use case runs in its caller's transaction and writes its audit row there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.contacts.errors import CustomerError
from bot.contacts.fields import Phone, read_name, read_phones, read_tags
from bot.contacts.writing import check_may, hold, record, settle
from bot.runtime import Work
from bot.staff import Actor
from bot.store import contacts as rows
from bot.store import customers, shops
from bot.store.customer_terms import index_contact
from bot.words import LANGUAGES


@dataclass(frozen=True, slots=True)
class Draft:
    """A customer to be created, as typed. Only the name must be there."""

    name: str
    phones: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be changed, as typed; None leaves a field as it is, ``()`` empties it."""

    name: str | None = None
    phones: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The customer's code and version now, and the codes of others with one of the same phones."""

    code: int
    version: int
    same_phone: tuple[int, ...]


def create(work: Work, actor: Actor, draft: Draft) -> Kept:
    """Create a customer of the actor's shop, who needs no address on any channel.

    Who has the same phone is told, not forbidden: families share one.
    Raises ``CustomerError``, ``CustomerForbidden``.
    """
    check_may(actor)
    phones = _read_phones(work, actor, draft.phones)
    tags = read_tags(draft.tags)
    row = customers.insert_contact(
        work.connection,
        actor.shop_id,
        name=read_name(draft.name),
        name_given=True,
        language=_read_language(draft.language),
        created_at=work.now,
        changed_by=actor.staff_id,
        changed_at=work.now,
    )
    _set_phones(work, row, phones)
    _set_tags(work, row, tags)
    index_contact(work.connection, row.id)
    record(work, actor, "customer created", row.id, code=row.code)
    return Kept(row.code, row.version, _find_same(work, row, phones))


def change(work: Work, actor: Actor, code: int, version: int, wanted: Changes) -> Kept:
    """Change a customer who is still at ``version``; what is so already is no change.

    Name and language that staff give stay: no platform's profile takes their place.
    Raises ``CustomerError``, ``CustomerForbidden``, ``CustomerUnknown``, ``CustomerChanged``.
    """
    row = hold(work, actor, code, version)
    values: dict[str, Any] = {}
    if wanted.name is not None and (name := read_name(wanted.name)) != row.name:
        values["name"] = name
    if wanted.language is not None and (told := _read_language(wanted.language)) != row.language:
        values["language"] = told
    changed = list(values)
    phones = None if wanted.phones is None else _read_phones(work, actor, wanted.phones)
    if phones is not None and _set_phones(work, row, phones):
        changed.append("phones")
    if wanted.tags is not None and _set_tags(work, row, read_tags(wanted.tags)):
        changed.append("tags")
    if values:
        rows.update_contact(work.connection, row.id, **values, name_given=True)
    if changed:
        index_contact(work.connection, row.id)
        settle(work, actor, row, "customer changed", fields=changed)
    return Kept(row.code, row.version + bool(changed), _find_same(work, row, phones or ()))


def _read_phones(work: Work, actor: Actor, typed: Iterable[str]) -> tuple[Phone, ...]:
    return read_phones(typed, shops.find_shop(work.connection, actor.shop_id).currency)


def _read_language(language: str | None) -> str | None:
    if language and language not in LANGUAGES:
        raise CustomerError("language_unknown", known=", ".join(LANGUAGES))
    return language or None


def _set_phones(work: Work, row: Any, phones: tuple[Phone, ...]) -> bool:
    """Make these the customer's phones; say whether they were others before.

    Two contacts of one person may each have brought the same number: it stays with both.
    """
    held: dict[str, set[str]] = {}
    for phone in customers.list_phones(work.connection, (row.id,)).get(row.id, []):
        held.setdefault(phone.digits, set()).add(phone.typed)
    fresh = [phone for phone in phones if phone.typed not in held.get(phone.digits, ())]
    gone = held.keys() - {phone.digits for phone in phones}
    customers.delete_phones(work.connection, row.id, gone | {phone.digits for phone in fresh})
    customers.insert_phones(
        work.connection,
        [{**_owner(row), "typed": phone.typed, "digits": phone.digits} for phone in fresh],
    )
    return bool(gone or fresh)


def _set_tags(work: Work, row: Any, tags: dict[str, str]) -> bool:
    """Make these the customer's tags; say whether they were others before."""
    held = {tag.key for tag in customers.list_tags(work.connection, (row.id,)).get(row.id, [])}
    customers.delete_tags(work.connection, row.id, held - tags.keys())
    fresh = [
        {**_owner(row), "tag": tag, "key": key} for key, tag in tags.items() if key not in held
    ]
    customers.insert_tags(work.connection, fresh)
    return held != tags.keys()


def _owner(row: Any) -> dict[str, int]:
    return {"shop_id": row.shop_id, "contact_id": row.id}


def _find_same(work: Work, row: Any, phones: tuple[Phone, ...]) -> tuple[int, ...]:
    digits = [phone.digits for phone in phones]
    if not digits:
        return ()
    return tuple(customers.list_with_phones(work.connection, row.shop_id, digits, but=row.id))
