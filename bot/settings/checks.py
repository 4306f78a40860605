"""What one section alone cannot judge: values against each other and against the world's tables.

Each check raises ``SettingsError`` for the first thing it finds.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from importlib.util import find_spec
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import SecretStr

from bot.settings.album import check_product, check_way
from bot.settings.errors import SettingsError
from bot.settings.sections import ChannelSettings, Sections, ShopSettings
from orders.errors import OrderError
from orders.money import exponent

DATABASES = ("sqlite:///", "postgresql+psycopg://")
REDISES = ("redis://", "rediss://", "unix://")
# One address serves all of Meta, so its signatures are Meta's app's; LINE signs per channel.
NEEDS = {
    "line": ("channel_secret", "access_token"),
    "messenger": ("account_id", "access_token"),
    "instagram": ("account_id", "access_token"),
}
PASSWORD_LENGTHS = range(8, 1025)
# A Thai phone (also with its country's code), a tax id, an e-wallet.
PROMPTPAY = re.compile(r"0\d{9}|(?:\+|00)?66\d{9}|\d{13}|\d{15}")


def check(given: Sections) -> None:
    """Judge everything that can be judged without touching disk or network."""
    _url("base_url", given.base_url)
    _url("line.api_url", given.line.api_url)
    _url("meta.graph_url", given.meta.graph_url)
    _stores(given)
    _bucket(given)
    _operator(given)
    _unique("shops[].slug", (shop.slug for shop in given.shops))
    _unique("shops[].channels[].key", (c.key for shop in given.shops for c in shop.channels))
    _unique(
        "shops[].channels[].account_id",
        (f"{c.kind} {c.account_id}" for s in given.shops for c in s.channels if c.account_id),
    )
    for number, shop in enumerate(given.shops):
        check_shop(f"shops[{number}]", shop)
    _meta(given)


def is_loopback(url: str) -> bool:
    """Say whether only this machine can reach ``url``."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _url(setting: str, value: str) -> None:
    if not value:
        return
    try:
        parts = urlsplit(value)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    else:
        right = right and not (parts.username or parts.query or parts.fragment)
    if not right:
        raise SettingsError(
            setting, 'is not an address; write it like "https://shop.example.com", without a query'
        )


def _stores(given: Sections) -> None:
    if given.database.url and not given.database.url.startswith(DATABASES):
        raise SettingsError(
            "database.url",
            'begin it with "sqlite:///" or "postgresql+psycopg://", or leave it out',
        )
    if given.redis.url != "embedded" and not given.redis.url.startswith(REDISES):
        raise SettingsError(
            "redis.url", 'write "embedded", or begin it with "redis://", "rediss://" or "unix://"'
        )


def _bucket(given: Sections) -> None:
    told = given.media.s3
    _url("media.s3.endpoint", told.endpoint)
    if not told.bucket:
        return
    for name in ("access_key", "secret_key"):
        if not getattr(told, name).get_secret_value():
            raise SettingsError(f"media.s3.{name}", f"is missing; bucket {told.bucket} needs it")
    if (
        told.endpoint
        and not told.endpoint.startswith("https://")
        and not is_loopback(told.endpoint)
    ):
        raise SettingsError(
            "media.s3.endpoint", "is not https, so anybody on the way could read customers' files"
        )
    if find_spec("boto3") is None:
        raise SettingsError(
            "media.s3.bucket",
            "needs boto3, an extra: pip install --require-hashes -r requirements-s3.lock",
        )


def _operator(given: Sections) -> None:
    email, password = given.operator.email, given.operator.password
    if bool(email) != bool(password.get_secret_value()):
        missing, other = ("password", "email") if email else ("email", "password")
        raise SettingsError(
            f"operator.{missing}", f"is missing; give it, or leave operator.{other} empty too"
        )
    check_password("operator.password", password)


def check_shop(at: str, shop: ShopSettings) -> None:
    """Judge one shop, whose settings begin with ``at``."""
    _currency(f"{at}.currency", shop.currency)
    _timezone(f"{at}.timezone", shop.timezone)
    _locale(f"{at}.locale", shop.locale)
    for number, channel in enumerate(shop.channels):
        check_channel(f"{at}.channels[{number}]", channel)
    _unique(f"{at}.staff[].email", (person.email.lower() for person in shop.staff))
    _unique(f"{at}.staff[].line_user_id", (p.line_user_id for p in shop.staff if p.line_user_id))
    for number, person in enumerate(shop.staff):
        check_password(f"{at}.staff[{number}].password", person.password)
    _unique(f"{at}.shipping[].code", (way.code for way in shop.shipping))
    for number, way in enumerate(shop.shipping):
        check_way(f"{at}.shipping[{number}]", way, shop.currency)
    promptpay = shop.payment.promptpay_id.replace("-", "").replace(" ", "")
    if promptpay and not PROMPTPAY.fullmatch(promptpay):
        raise SettingsError(
            f"{at}.payment.promptpay_id",
            "is no phone (10 digits), tax id (13) or e-wallet (15); mend it or leave it empty",
        )
    _products(at, shop)


def _products(at: str, shop: ShopSettings) -> None:
    # Codes are told apart without regard to case, as the commands read them.
    _unique(f"{at}.products[].code", (product.code.casefold() for product in shop.products))
    for number, product in enumerate(shop.products):
        check_product(f"{at}.products[{number}]", product, shop.currency)


def check_channel(at: str, channel: ChannelSettings) -> None:
    """Judge one channel, whose settings begin with ``at``."""
    for name in NEEDS[channel.kind]:
        value = getattr(channel, name)
        if not (value if isinstance(value, str) else value.get_secret_value()):
            raise SettingsError(
                f"{at}.{name}", f"is missing; the {channel.kind} channel {channel.key} needs it"
            )


def _meta(given: Sections) -> None:
    served = [c.key for s in given.shops for c in s.channels if c.kind != "line"]
    if not served:
        return
    if not any(secret.get_secret_value() for secret in given.meta.app_secrets):
        raise SettingsError(
            "meta.app_secrets",
            f"is missing; channel {served[0]} needs the Meta app's secret to know its webhooks",
        )
    if not all(secret.get_secret_value() for secret in given.meta.app_secrets):
        raise SettingsError("meta.app_secrets", "holds an empty secret; take it out")
    if not given.meta.verify_token.get_secret_value():
        raise SettingsError(
            "meta.verify_token",
            f"is missing; channel {served[0]} needs the word that you gave Meta for the webhook",
        )


def _unique(setting: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise SettingsError(setting, f'"{value}" is there twice; keep one')
        seen.add(value)


def check_password(setting: str, secret: SecretStr) -> None:
    """Judge a password, where one is given, as the sign-in does."""
    password = secret.get_secret_value()
    if password and len(password) not in PASSWORD_LENGTHS:
        least, most = PASSWORD_LENGTHS.start, PASSWORD_LENGTHS.stop - 1
        raise SettingsError(setting, f"must have {least} to {most} characters; choose another")


def _currency(setting: str, currency: str) -> None:
    try:
        exponent(currency)
    except OrderError:
        raise SettingsError(
            setting, f'"{currency}" is not a currency we know; write its code, like "THB"'
        ) from None


def _timezone(setting: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise SettingsError(
            setting, f'"{name}" is not a time zone; write one like "Asia/Bangkok"'
        ) from None


def _locale(setting: str, name: str) -> None:
    try:
        Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        raise SettingsError(setting, f'"{name}" is not a language; write "th" or "en"') from None
