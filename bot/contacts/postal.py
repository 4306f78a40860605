"""The postal addresses of a customer: where parcels go. One of them is the default."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.contacts.errors import CustomerError, CustomerUnknown
from bot.contacts.fields import LONGEST_PHONE, read_line, read_lines, read_phones
from bot.contacts.writing import hold, settle
from bot.runtime import Work
from bot.staff import Actor
from bot.store import contacts as rows
from bot.store import customers, shops

MOST_ADDRESSES = 20

_COUNTRY = re.compile(r"[A-Z]{2}")  # ISO 3166-1, as the parcel services take it
_HOME = {
    "THB": "TH",
    "PHP": "PH",
    "VND": "VN",
    "IDR": "ID",
    "TWD": "TW",
    "SGD": "SG",
    "MYR": "MY",
    "USD": "US",
    "JPY": "JP",
    "KRW": "KR",
    "CNY": "CN",
    "HKD": "HK",
}


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address as typed. ``country`` is two letters, the shop's own where it is empty."""

    lines: str
    label: str = ""
    recipient: str = ""
    phone: str = ""
    postcode: str = ""
    country: str = ""


def add_address(
    work: Work,
    actor: Actor,
    code: int,
    address: PostalAddress,
    *,
    default: bool = False,
    version: int | None = None,
) -> int:
    """Add an address to a customer and give its id; the first one is the default by itself.

    Raises ``CustomerError``, ``CustomerForbidden``, ``CustomerUnknown``, ``CustomerChanged``.
    """
    row = hold(work, actor, code, version)
    if len(customers.list_addresses(work.connection, (row.id,)).get(row.id, ())) >= MOST_ADDRESSES:
        raise CustomerError("too_many", field="addresses", limit=MOST_ADDRESSES)
    address_id = customers.insert_address(
        work.connection, shop_id=row.shop_id, contact_id=row.id, **_read(work, row, address)
    )
    _settle(work, actor, row, "address added", address_id, default=default)
    return address_id


def change_address(
    work: Work,
    actor: Actor,
    code: int,
    address_id: int,
    address: PostalAddress,
    *,
    default: bool = False,
    version: int | None = None,
) -> None:
    """Write an address anew; ``default`` makes it the default, and False leaves that as it is.

    Raises as ``add_address`` does.
    """
    row = hold(work, actor, code, version)
    values = _read(work, row, address)
    if not customers.update_address(work.connection, row.id, address_id, **values):
        raise CustomerUnknown("address_unknown")
    _settle(work, actor, row, "address changed", address_id, default=default)


def remove_address(
    work: Work, actor: Actor, code: int, address_id: int, *, version: int | None = None
) -> None:
    """Take an address out of the book. Raises as ``add_address`` does."""
    row = hold(work, actor, code, version)
    if not customers.delete_address(work.connection, row.id, address_id):
        raise CustomerUnknown("address_unknown")
    _settle(work, actor, row, "address removed", address_id, default=False)


def choose_default(row: Any, addresses: list[Any]) -> int | None:
    """Give the id of a contact's default address: the one chosen, else the oldest."""
    held = [address.id for address in addresses]
    if row.default_address_id in held:
        return int(row.default_address_id)
    return held[0] if held else None


def _read(work: Work, row: Any, address: PostalAddress) -> dict[str, str]:
    currency = shops.find_shop(work.connection, row.shop_id).currency
    country = read_line(address.country, "country", 60).upper() or _HOME.get(currency, "")
    if country and not _COUNTRY.fullmatch(country):
        raise CustomerError("country_unreadable")
    phone = read_line(address.phone, "phone", LONGEST_PHONE)
    read_phones([phone] if phone else [], currency)
    return {
        "lines": read_lines(address.lines, "address", 500),
        "label": read_line(address.label, "label", 60),
        "recipient": read_line(address.recipient, "recipient", 200),
        "phone": phone,
        "postcode": read_line(address.postcode, "postcode", 16),
        "country": country,
    }


def _settle(
    work: Work, actor: Actor, row: Any, action: str, address_id: int, *, default: bool
) -> None:
    if default:
        rows.update_contact(work.connection, row.id, default_address_id=address_id)
    settle(work, actor, row, action, address=address_id)
