"""The sections of ``config.toml``, as the reader may write them: names, types, defaults.

Each class is one table of the file and is frozen once read. A key that is not
here is refused. What needs more than one section to judge stands in ``checks``.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def _slug(value: object) -> object:
    """Accept what may stand in an address: a-z, 0-9 and inner hyphens, at most 64."""
    if isinstance(value, str) and not SLUG.fullmatch(value):
        raise ValueError("use 1 to 64 of a-z, 0-9 and '-', beginning and ending with no '-'")
    return value


def _quoted(value: object) -> object:
    """Accept an amount only as text, so that no float ever touches money."""
    if not isinstance(value, str):
        # A ValueError, because pydantic passes a TypeError through as a fault of ours.
        raise ValueError('write the amount in quotes, for example "120.00"')  # noqa: TRY004
    return value


def _quoted_id(value: object) -> object:
    """Take a platform's long id also as a bare number, as people paste it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Slug = Annotated[str, BeforeValidator(_slug)]
Amount = Annotated[str, BeforeValidator(_quoted)]
PlatformId = Annotated[str, BeforeValidator(_quoted_id)]
Word = Annotated[str, Field(min_length=1, max_length=200)]

EMPTY = SecretStr("")


class Section(BaseModel):
    """One table of the file: frozen, and closed to unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True
    )


class LineSettings(Section):
    """``[line]``: what all LINE channels share."""

    api_url: str = ""


class MetaSettings(Section):
    """``[meta]``: the one Meta app whose webhook serves all Pages and accounts."""

    app_id: PlatformId = ""
    app_secrets: tuple[SecretStr, ...] = ()
    verify_token: SecretStr = EMPTY
    graph_url: str = ""
    graph_version: Annotated[str, Field(pattern=r"^\d{1,3}\.\d{1,2}$")] = "26.0"


class ChannelSettings(Section):
    """``[[shops.channels]]``: one LINE account, Page or Instagram account."""

    kind: Literal["line", "messenger", "instagram"]
    key: Slug
    account_id: PlatformId = ""
    channel_secret: SecretStr = EMPTY
    access_token: SecretStr = EMPTY
    login: Literal["page", "instagram"] = "page"


class StaffSettings(Section):
    """``[[shops.staff]]``: one person who works in the shop."""

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
    name: str = ""
    role: Literal["viewer", "packer", "finance", "sales", "manager", "owner"] = "owner"
    password: SecretStr = EMPTY
    line_user_id: str = ""


class BankSettings(Section):
    """``[[shops.payment.banks]]``: an account customers may pay into."""

    bank: Word
    account: Word
    holder: Word


class PaymentSettings(Section):
    """``[shops.payment]``: how customers pay. An empty ``promptpay_id`` means no QR."""

    promptpay_id: PlatformId = ""
    banks: tuple[BankSettings, ...] = ()


class ShippingSettings(Section):
    """``[[shops.shipping]]``: a way of sending and its fee in the shop's currency.

    ``weight`` are steps of grams and fees, ``amount`` steps of what the goods
    come to and fees; ``fee`` then is what is asked above the last step.
    """

    code: Slug
    name: Word
    fee: Amount = ""
    weight: tuple[tuple[Annotated[int, Field(strict=True)], Amount], ...] = ()
    amount: tuple[tuple[Amount, Amount], ...] = ()
    free_above: Amount = ""


class NamesSettings(Section):
    """A product's names in the languages of its readers."""

    th: str = ""
    en: str = ""


class VariantSettings(Section):
    """``[[shops.products.variants]]``: a choice of options with its own price or stock."""

    options: tuple[Word, ...]
    price: Amount = ""
    stock: Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)] | None = None


class ProductSettings(Section):
    """``[[shops.products]]``: what is sold, its price in the shop's currency."""

    code: Annotated[str, Field(min_length=1, max_length=32)]
    name: Word
    price: Amount
    stock: Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)] | None = None
    preorder: bool = False
    options: tuple[tuple[Word, ...], ...] = ()
    variants: tuple[VariantSettings, ...] = ()
    names: NamesSettings = NamesSettings()
    category: str = ""
    description: str = ""
    weight: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None = None


class ShopSettings(Section):
    """``[[shops]]``: one shop with its channels, staff, payment, shipping and products."""

    slug: Slug
    name: Word
    currency: str = "THB"
    timezone: str = "Asia/Bangkok"
    locale: str = "th"
    channels: tuple[ChannelSettings, ...] = ()
    staff: tuple[StaffSettings, ...] = ()
    payment: PaymentSettings = PaymentSettings()
    shipping: tuple[ShippingSettings, ...] = ()
    products: tuple[ProductSettings, ...] = ()


class OperatorSettings(Section):
    """``[operator]``: who may sign in to ``/ops`` and ``/rq/``; no e-mail means nobody."""

    email: str = ""
    password: SecretStr = EMPTY


class WebSettings(Section):
    """``[web]``: where the web server listens and how wide it is.

    ``workers`` and ``threads`` of 0 mean: what suits the database. ``proxies``
    is how many reverse proxies of ours stand before it.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(ge=0, le=64)] = 0
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    proxies: Annotated[int, Field(ge=0, le=10)] = 0


class LogSettings(Section):
    """``[log]``: how much is said."""

    level: Literal["debug", "info", "warning", "error"] = "info"


Days = Annotated[int, Field(ge=0, le=36_500, strict=True)]


class KeepDaysSettings(Section):
    """``[media.keep_days]``: days that files of each kind of channel are kept; 0 is for ever."""

    line: Days = 0
    messenger: Days = 0
    instagram: Days = 30

    def of(self, kind: str) -> int:
        """Give the days for a channel's kind; a kind without a setting keeps for ever."""
        return int(getattr(self, kind, 0))


class BucketSettings(Section):
    """``[media.s3]``: a bucket of an S3-compatible store; no bucket means the folder."""

    bucket: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$")] = ""
    endpoint: str = ""
    region: str = ""
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_.-]{0,200}$")] = ""
    access_key: SecretStr = EMPTY
    secret_key: SecretStr = EMPTY


class MediaSettings(Section):
    """``[media]``: where pictures and files from chats are kept, how large, how long."""

    directory: str = ""
    s3: BucketSettings = BucketSettings()
    largest_mb: Annotated[int, Field(ge=1, le=1000, strict=True)] = 25
    keep_days: KeepDaysSettings = KeepDaysSettings()


class DatabaseSection(Section):
    """``[database]``: "" is an SQLite file in the data folder."""

    url: str = ""


class RedisSection(Section):
    """``[redis]``: "embedded" is a server of our own on a socket."""

    url: str = "embedded"


class Sections(Section):
    """The whole file, as read and before it is judged."""

    base_url: str = ""
    secret_key: SecretStr = EMPTY
    database: DatabaseSection = DatabaseSection()
    redis: RedisSection = RedisSection()
    line: LineSettings = LineSettings()
    meta: MetaSettings = MetaSettings()
    shops: tuple[ShopSettings, ...] = ()
    operator: OperatorSettings = OperatorSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    media: MediaSettings = MediaSettings()
