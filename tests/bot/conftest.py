"""A shop for the tests of the house: on both databases, with pretend platforms and a clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs

from bot import settings as configuration
from bot import shops
from bot.rendering.renderer import Renderer
from bot.runtime import Runtime, build
from bot.settings import DatabaseSettings, Settings
from bot.staff import accounts
from bot.store.database import Store
from tests.support.platforms import Platforms
from tests.support.shop import Clock, Shop

PASSWORD = "rice-noodle-river-42"
OPERATOR_PASSWORD = "night-watch-lamp-77"


@pytest.fixture(scope="session")
def demo_settings(
    make_httpserver: HTTPServer, redis_server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """The demo's settings, whose platforms stand on the tests' own server."""
    folder = tmp_path_factory.mktemp("shop")
    empty = folder / "config.toml"
    empty.touch()
    environ = {
        "OPENBILL_BASE_URL": make_httpserver.url_for("").rstrip("/"),
        "OPENBILL_REDIS__URL": redis_server_url,
        "OPENBILL_STAFF_PASSWORD": PASSWORD,
        "OPENBILL_OPERATOR__EMAIL": "ops@example.com",
        "OPENBILL_OPERATOR__PASSWORD": OPERATOR_PASSWORD,
    }
    return configuration.load(empty, folder, environ, demo=True)


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """The product's own hasher, while a cheap one stands in for it: there are many sign-ins."""
    real = accounts._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(1, 8, 1))
        accounts.nobody.cache_clear()
        yield real
    accounts.nobody.cache_clear()


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    """One render child for all: it is slow to start."""
    with Renderer() as shared:
        yield shared


@pytest.fixture(scope="session")
def sqlite_shop(
    demo_settings: Settings, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An SQLite file that holds the shop, to copy from."""
    file = tmp_path_factory.mktemp("template") / "shop.db"
    shutil.copyfile(sqlite_template, file)
    _open_shop(demo_settings, f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_shop(
    demo_settings: Settings, postgresql_template: str, request: pytest.FixtureRequest
) -> str:
    """The name of a PostgreSQL database that holds the shop, to copy from."""
    cluster = request.getfixturevalue("postgresql_cluster")
    name = f"shop_{uuid4().hex}"
    cluster.run(f"CREATE DATABASE {name} TEMPLATE {postgresql_template}")
    _open_shop(demo_settings, cluster.url(name))
    return name


@pytest.fixture
def shop_url(engine_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test alone that holds the shop and nothing else."""
    if engine_kind == "sqlite":
        file = tmp_path / "openbill.db"
        shutil.copyfile(request.getfixturevalue("sqlite_shop"), file)
        yield f"sqlite:///{file}"
        return
    cluster = request.getfixturevalue("postgresql_cluster")
    template = request.getfixturevalue("postgresql_shop")
    name = f"test_{uuid4().hex}"
    cluster.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield cluster.url(name)
    cluster.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def platforms(httpserver: HTTPServer) -> Platforms:
    """The pretend LINE and Meta."""
    return Platforms(httpserver)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """What was logged, in order: each a dictionary."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def shop_settings(
    demo_settings: Settings, shop_url: str, redis_url: str, tmp_path: Path
) -> Settings:
    """The demo's settings on a database, a folder and an empty Redis of this test alone."""
    return replace(demo_settings, database=DatabaseSettings(shop_url), data_dir=tmp_path)


@pytest.fixture
def shop(
    shop_settings: Settings, platforms: Platforms, renderer: Renderer, logs: list[Any]
) -> Iterator[Shop]:
    """Siam Tea, open: nobody has written yet."""
    clock = Clock()
    runtime = _build(shop_settings, clock, renderer)
    try:
        yield Shop(runtime, platforms, clock)
    finally:
        runtime.bell.close()
        runtime.store.close()


def _build(settings: Settings, clock: Clock, renderer: Renderer) -> Runtime:
    runtime = build(settings)
    runtime.store.close()
    return replace(runtime, store=Store(settings.database.url, now=clock), renderer=renderer)


def _open_shop(settings: Settings, url: str) -> None:
    runtime = build(replace(settings, database=DatabaseSettings(url)))
    try:
        shops.bring_up_to_date(runtime)
    finally:
        runtime.close()
