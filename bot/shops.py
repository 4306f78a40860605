"""Shops: set up by command, or brought up to date with the configuration at each start.

What configuration gives is created, or changed where it differs from last
time; what it does not name is left alone.
"""

from __future__ import annotations

from typing import Any

import structlog

from bot import outbox, staff
from bot.catalogue import Keeper, ProductError, bring_products, write_way
from bot.runtime import Runtime, Work
from bot.settings import (
    ChannelSettings,
    Settings,
    SettingsError,
    ShopSettings,
    StaffSettings,
)
from bot.settings.album import make_way
from bot.store import changes, people, watches
from bot.store import shops as rows

log = structlog.get_logger(__name__)

FIRST_ORDER = 1000
"""Order numbers begin after this: the first customer need not know that they are the first."""


class ShopError(Exception):
    """A shop or channel that cannot be made; the text is for a person."""


def bring_up_to_date(runtime: Runtime) -> None:
    """Make the database agree with the shops that the configuration gives."""

    def body(work: Work) -> None:
        for shop in runtime.settings.shops:
            _bring_shop(runtime, work, shop)

    runtime.transact(body)


def add_shop(work: Work, *, slug: str, name: str, currency: str, timezone: str, locale: str) -> int:
    """Add a shop and give its id. Raises ``ShopError``."""
    if rows.find_shop_by_slug(work.connection, slug):
        raise ShopError(f"there is a shop {slug!r} already: choose another slug")
    return _insert_shop(
        work,
        slug,
        name=name,
        currency=currency,
        timezone=timezone,
        locale=locale,
        payment={"promptpay_id": "", "banks": []},
        shipping=[],
        managed=False,
    )


def add_channel(
    runtime: Runtime,
    work: Work,
    shop_slug: str,
    *,
    kind: str,
    key: str,
    account_id: str = "",
    channel_secret: str = "",
    access_token: str,
    login: str = "page",
) -> int:
    """Connect a channel to a shop and give its id. Raises ``ShopError``."""
    shop = rows.find_shop_by_slug(work.connection, shop_slug)
    if shop is None:
        raise ShopError(f"there is no shop {shop_slug!r}: see `openbill list shops`")
    if rows.find_channel_by_key(work.connection, key):
        raise ShopError(f"the key {key!r} is taken: choose another")
    if account_id and rows.find_channel_by_account(work.connection, kind, account_id):
        raise ShopError(f"the {kind} account {account_id} is connected already")
    channel_id = rows.insert_channel(
        work.connection,
        shop_id=shop.id,
        kind=kind,
        key=key,
        account_id=account_id or None,
        login=login,
        sealed=runtime.vault.seal({"channel_secret": channel_secret, "access_token": access_token}),
        state="up",
        managed=False,
        created_at=work.now,
    )
    changes.record(
        work.connection,
        work.now,
        "system",
        "channel added",
        f"channel:{channel_id}",
        shop_id=shop.id,
    )
    return channel_id


def _insert_shop(work: Work, slug: str, **values: Any) -> int:
    shop_id = rows.insert_shop(
        work.connection,
        slug=slug,
        options={"prefixes": ["/", "#"]},
        created_at=work.now,
        **values,
    )
    rows.start_numbers(work.connection, shop_id, "order", FIRST_ORDER)
    return shop_id


def _bring_shop(runtime: Runtime, work: Work, given: ShopSettings) -> None:
    values = {
        "name": given.name,
        "currency": given.currency,
        "timezone": given.timezone,
        "locale": given.locale,
        "payment": given.payment.model_dump(),
        "shipping": [write_way(make_way(way, given.currency)) for way in given.shipping],
        "managed": True,
    }
    known = rows.find_shop_by_slug(work.connection, given.slug)
    if known is None:
        shop_id = _insert_shop(work, given.slug, **values)
    else:
        shop_id = known.id
        rows.update_shop(work.connection, shop_id, **values)
    for channel in given.channels:
        _bring_channel(runtime, work, shop_id, channel)
    for person in given.staff:
        _bring_person(work, shop_id, person)
    try:
        bring_products(Keeper(work, rows.find_shop(work.connection, shop_id), None), given.products)
    except ProductError as wrong:
        raise ShopError(wrong.sentence("en").rstrip(".")) from None


def _bring_channel(runtime: Runtime, work: Work, shop_id: int, given: ChannelSettings) -> None:
    secrets = {
        "channel_secret": given.channel_secret.get_secret_value(),
        "access_token": given.access_token.get_secret_value(),
    }
    marks = {name: runtime.vault.mark(secret) for name, secret in secrets.items()}
    values = {
        "shop_id": shop_id,
        "kind": given.kind,
        "account_id": given.account_id or None,
        "login": given.login,
        "managed": True,
    }
    known = rows.find_channel_by_key(work.connection, given.key)
    if known is None:
        rows.insert_channel(
            work.connection,
            key=given.key,
            sealed=runtime.vault.seal(secrets),
            state="up",
            given=marks,
            created_at=work.now,
            **values,
        )
        return
    if known.shop_id != shop_id:
        raise ShopError(f"the channel {given.key!r} belongs to another shop: choose another key")
    rows.update_channel(work.connection, known.id, given=marks, **values)
    held = runtime.vault.open(known.sealed)
    # A secret that configuration gives as it did last may have been renewed since: it stays.
    old = known.given or {}
    wanted = {
        name: held.get(name, secret) if old.get(name) == marks[name] else secret
        for name, secret in secrets.items()
    }
    if wanted != held:
        rows.update_channel(work.connection, known.id, sealed=runtime.vault.seal(wanted))
        # A new token is what a channel that is down has been waiting for.
        outbox.resume_channel(work, known.id)
        watches.forget_token(work.connection, known.id)


def _bring_person(work: Work, shop_id: int, given: StaffSettings) -> None:
    password = given.password.get_secret_value()
    known = people.find_staff_by_email(work.connection, given.email)
    if known is None and not password:
        raise SettingsError(
            "shops[].staff[].password",
            f"is missing for {given.email}, who is new here; write one there, or for an owner set "
            "OPENBILL_STAFF_PASSWORD for the first start",
        )
    if known is None:
        staff_id = staff.add_staff(
            work, shop_id, email=given.email, role=given.role, password=password, name=given.name
        )
        person = people.find_staff(work.connection, staff_id)
        given_hash = person.password_hash if person else None
        people.update_staff(work.connection, staff_id, managed=True, given_hash=given_hash)
    else:
        if known.shop_id != shop_id:
            raise ShopError(f"{given.email} works in another shop: give another address")
        staff_id = known.id
        people.update_staff(
            work.connection,
            staff_id,
            role=given.role,
            managed=True,
            **({"name": given.name} if given.name else {}),
        )
        _bring_password(work, known, password)
    if given.line_user_id:
        for channel in rows.list_channels(work.connection, shop_id):
            if channel.kind == "line":
                _bring_link(work, channel, staff_id, given.line_user_id)


def _bring_password(work: Work, known: Any, password: str) -> None:
    """Set a password that configuration changed; one that the person changed since then stays."""
    if not password or (known.given_hash and staff.is_password(password, known.given_hash)):
        return
    password_hash = staff.hash_password(password)
    people.update_staff(
        work.connection, known.id, password_hash=password_hash, given_hash=password_hash
    )
    people.delete_sessions_of(work.connection, known.id)


def _bring_link(work: Work, channel: Any, staff_id: int, user_id: str) -> None:
    link = people.find_link(work.connection, channel.id, user_id)
    if link is None or link.staff_id != staff_id:
        people.link_staff(
            work.connection,
            shop_id=channel.shop_id,
            staff_id=staff_id,
            channel_id=channel.id,
            platform_user_id=user_id,
            linked_at=work.now,
        )


def channel_secrets(runtime: Runtime, settings: Settings) -> tuple[str, ...]:
    """Give every secret that this installation knows, for whoever keeps them out of logs."""
    with runtime.store.read() as connection:
        sealed = [channel.sealed for channel in rows.list_channels(connection)]
    opened = [value for one in sealed for value in runtime.vault.open(one).values() if value]
    return (*settings.secrets(), *opened)
