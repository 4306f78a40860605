"""What every test may ask for: both databases, a Redis, a browser, and no network beyond these.

The servers are the tests' own, started when the first test asks, and gone with the run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

from tests.support import chromium as chromium_support
from tests.support import network, postgresql, redis_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUN = "OPENBILL_TEST_RUN_PID"

# Time is the machine's affair, not the test's; and a run in CI says the same thing twice.
settings.register_profile("openbill", deadline=None, derandomize=bool(os.environ.get("CI")))
# For a night: pytest tests/contracts/test_channels_fuzz.py --hypothesis-profile=long
settings.register_profile("long", deadline=None, max_examples=20_000)
settings.load_profile("openbill")


def pytest_configure(config: pytest.Config) -> None:
    network.forbid()
    if not hasattr(config, "workerinput"):
        # The process whose end is the end of the run; xdist's workers inherit it.
        os.environ[RUN] = str(os.getpid())


@pytest.fixture(scope="session")
def postgresql_cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> postgresql.Cluster:
    """The run's PostgreSQL, shared by all its processes."""
    mine = tmp_path_factory.getbasetemp()
    ours = mine.parent if hasattr(request.config, "workerinput") else mine
    return postgresql.shared_cluster(int(os.environ[RUN]), ours)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on; a test that asks runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(engine_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A new, empty database of this test alone, as SQLAlchemy's address."""
    if engine_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'openbill.db'}"
        return
    yield from _postgresql_database(request, template="template0")


@pytest.fixture
def migrated_url(engine_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """As `database_url`, with the tables in place: copied, so much quicker than migrating."""
    if engine_kind == "sqlite":
        file = tmp_path / "openbill.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    template = request.getfixturevalue("postgresql_template")
    yield from _postgresql_database(request, template=template)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    file = tmp_path_factory.mktemp("template") / "openbill.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql_cluster: postgresql.Cluster) -> str:
    """The name of a migrated database to copy from, one for each test process."""
    name = f"template_{uuid4().hex}"
    postgresql_cluster.run(f"CREATE DATABASE {name} TEMPLATE template0")
    _migrate(postgresql_cluster.url(name))
    return name


def _migrate(url: str) -> None:
    # Heavy imports wait for the tests that want them: one unit test alone starts at once.
    from bot.store.database import Store

    store = Store(url)
    try:
        store.migrate()
    finally:
        store.close()


def _postgresql_database(request: pytest.FixtureRequest, template: str) -> Iterator[str]:
    cluster: postgresql.Cluster = request.getfixturevalue("postgresql_cluster")
    name = f"test_{uuid4().hex}"
    cluster.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield cluster.url(name)
    cluster.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def redis_server_url() -> str:
    """This process's Redis, whatever a test before left in it."""
    return redis_server.start()


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """An empty Redis."""
    redis_server.flush(redis_server_url)
    return redis_server_url


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium that shows Thai and reaches this machine only."""
    from playwright.sync_api import sync_playwright

    fonts = chromium_support.font_settings(tmp_path_factory.mktemp("fonts"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_support.find(),
            args=chromium_support.arguments(),
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a new visitor: no cookies, nothing cached."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()
