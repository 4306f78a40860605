"""The settings: ``config.toml`` and environment into one frozen tree, or a refusal with its mend.

``load`` is called once in a process and its result handed down; nothing here
is global and nothing is read twice.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from bot.settings.checks import check, check_channel, check_password, check_shop, is_loopback
from bot.settings.demo import has_demo, with_demo
from bot.settings.errors import SettingsError
from bot.settings.keys import judge_key, stored_key
from bot.settings.sections import (
    BankSettings,
    ChannelSettings,
    LineSettings,
    LogSettings,
    MediaSettings,
    MetaSettings,
    OperatorSettings,
    PaymentSettings,
    ProductSettings,
    Sections,
    ShippingSettings,
    ShopSettings,
    StaffSettings,
    VariantSettings,
    WebSettings,
)
from bot.settings.sources import read, shaped

__all__ = [
    "BankSettings",
    "ChannelSettings",
    "DatabaseSettings",
    "LineSettings",
    "LogSettings",
    "MediaSettings",
    "MetaSettings",
    "OperatorSettings",
    "PaymentSettings",
    "ProductSettings",
    "RedisSettings",
    "Settings",
    "SettingsError",
    "ShippingSettings",
    "ShopSettings",
    "StaffSettings",
    "VariantSettings",
    "WebSettings",
    "has_demo",
    "judge_channel",
    "judge_person",
    "judge_shop",
    "load",
]

# What a Unix socket's path may measure on Linux, the closing zero taken off (unix(7)).
LONGEST_SOCKET_PATH = 107
EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """The database's address; it may hold a password and is never printed."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """Redis's address; ``embedded`` says that ``openbill up`` starts the server itself."""

    url: str = field(repr=False)
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process is told. ``base_url`` has no slash at its end.

    ``data_dir`` is absolute; ``demo`` says that the shop is the demo's and its
    platforms the simulator's; ``config_path`` is None when no file was read.
    """

    base_url: str
    secret_key: SecretStr
    data_dir: Path
    config_path: Path | None
    demo: bool
    database: DatabaseSettings
    redis: RedisSettings
    line: LineSettings
    meta: MetaSettings
    shops: tuple[ShopSettings, ...]
    operator: OperatorSettings
    web: WebSettings
    log: LogSettings
    media: MediaSettings

    @property
    def media_folder(self) -> Path:
        """Where the chats' files are kept; a relative directory lies in the data folder."""
        return self.data_dir / (self.media.directory or "media")

    def secrets(self) -> tuple[str, ...]:
        """Return every secret here that is set, for whoever keeps them out of logs."""
        held = [
            self.secret_key,
            self.meta.verify_token,
            *self.meta.app_secrets,
            self.operator.password,
            self.media.s3.access_key,
            self.media.s3.secret_key,
        ]
        for shop in self.shops:
            for channel in shop.channels:
                held += [channel.channel_secret, channel.access_token]
            held += [person.password for person in shop.staff]
        return tuple(s.get_secret_value() for s in held if s.get_secret_value())


def load(
    config_path: Path | None,
    data: Path | None,
    environ: Mapping[str, str],
    *,
    demo: bool | None = None,
) -> Settings:
    """Read, judge and complete the settings.

    ``config_path`` and ``data`` are the command line's; without them
    ``OPENBILL_CONFIG`` (or ``./config.toml`` if it is there) and
    ``OPENBILL_DATA`` (or ``./var``) count. ``demo``: True adds the demo where no
    shop is configured, False does not, None asks ``OPENBILL_DEMO`` and, where
    that is silent, whether the data folder has run the demo.

    Raises ``SettingsError``. Makes the data folder and, on a local address, the
    secret key in it.
    """
    path = config_path or _named_file(environ)
    folder = (data or Path(environ.get("OPENBILL_DATA") or "var")).expanduser().absolute()
    given = read(path, environ)
    wanted = _wants_demo(demo, environ, folder) and not given.shops
    base_url = (given.base_url or _own_address(given.web)).rstrip("/")
    given = _with_staff_password(given, environ)
    if wanted:
        given = _with_staff_password(with_demo(given, base_url, folder), environ, replace=True)
    check(given)
    return Settings(
        base_url=base_url,
        secret_key=_secret_key(given, folder),
        data_dir=folder,
        config_path=path.absolute() if path else None,
        demo=wanted,
        database=DatabaseSettings(given.database.url or f"sqlite:///{folder / 'openbill.db'}"),
        redis=_redis(given.redis.url, folder),
        line=given.line,
        meta=given.meta,
        shops=given.shops,
        operator=given.operator,
        web=given.web,
        log=given.log,
        media=given.media,
    )


def judge_shop(**values: str) -> ShopSettings:
    """Judge a new shop's values as if they stood in the file. Raises ``SettingsError``."""
    shop = shaped(ShopSettings, values, "shop")
    check_shop("shop", shop)
    return shop


def judge_channel(settings: Settings, **values: str) -> ChannelSettings:
    """Judge a new channel's values as if they stood in the file. Raises ``SettingsError``."""
    channel = shaped(ChannelSettings, values, "channel")
    check_channel("channel", channel)
    if channel.kind != "line" and not settings.meta.app_secrets:
        raise SettingsError(
            "meta.app_secrets", f"is missing; give it before the {channel.kind} channel"
        )
    return channel


def judge_person(**values: str) -> StaffSettings:
    """Judge a new person's values as if they stood in the file. Raises ``SettingsError``."""
    person = shaped(StaffSettings, values, "staff")
    check_password("staff.password", person.password)
    if not person.password.get_secret_value():
        raise SettingsError("staff.password", "is missing; give --password, or be asked for it")
    return person


def _named_file(environ: Mapping[str, str]) -> Path | None:
    if environ.get("OPENBILL_CONFIG"):
        return Path(environ["OPENBILL_CONFIG"]).expanduser()
    here = Path("config.toml")
    return here if here.is_file() else None


def _wants_demo(demo: bool | None, environ: Mapping[str, str], folder: Path) -> bool:
    if demo is not None:
        return demo
    if environ.get("OPENBILL_DEMO"):
        return environ["OPENBILL_DEMO"] == "1"
    return has_demo(folder)


def _own_address(web: WebSettings) -> str:
    """Build the address this machine reaches its own web server at."""
    host = "127.0.0.1" if web.host in EVERY_ADDRESS else web.host
    return f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"


def _with_staff_password(
    given: Sections, environ: Mapping[str, str], *, replace: bool = False
) -> Sections:
    """Give ``OPENBILL_STAFF_PASSWORD`` to the owners who have none (``replace``: to all owners)."""
    password = environ.get("OPENBILL_STAFF_PASSWORD")
    if not password:
        return given
    secret = SecretStr(password)
    shops = tuple(
        shop.model_copy(
            update={
                "staff": tuple(
                    person.model_copy(update={"password": secret})
                    if person.role == "owner"
                    and (replace or not person.password.get_secret_value())
                    else person
                    for person in shop.staff
                )
            }
        )
        for shop in given.shops
    )
    return given.model_copy(update={"shops": shops})


def _secret_key(given: Sections, folder: Path) -> SecretStr:
    """Take the given key, or on a local address the data folder's own.

    An address that follows ``--host`` and ``--port`` counts as local.
    """
    key = given.secret_key.get_secret_value()
    if not key and given.base_url and not is_loopback(given.base_url):
        raise SettingsError(
            "secret_key",
            "is missing; a public base_url needs one: put the output of "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` there",
        )
    key = key or stored_key(folder)
    judge_key(key)
    return SecretStr(key)


def _redis(url: str, folder: Path) -> RedisSettings:
    """Resolve "embedded" to a socket that every process of this data folder finds alike."""
    if url != "embedded":
        return RedisSettings(url)
    socket = folder / "redis.sock"
    if len(os.fsencode(socket)) > LONGEST_SOCKET_PATH:
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        shelter = Path(tempfile.gettempdir()) / f"openbill-{os.getuid()}"
        if shelter.exists() and shelter.stat().st_uid != os.getuid():
            raise SettingsError(
                "data folder",
                f"its path is too long for a socket, and {shelter} belongs to another user; "
                "choose a shorter path with --data",
            )
        socket = shelter / f"{name}.sock"
    return RedisSettings(f"unix://{socket}", embedded=True)
