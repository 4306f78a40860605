from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from bot import shops
from bot.runtime import Runtime, build
from bot.settings import load

SHOP = {
    "slug": "siam",
    "name": "Siam Tea",
    "channels": [
        {"kind": "line", "key": "siam-line", "channel_secret": "s" * 32, "access_token": "t" * 40}
    ],
}


@pytest.fixture
def environ(migrated_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """What tells a process of its database and its Redis."""
    return {
        "OPENBILL_DATA": str(tmp_path),
        "OPENBILL_DATABASE__URL": migrated_url,
        "OPENBILL_REDIS__URL": redis_url,
        "OPENBILL_SHOPS": json.dumps([SHOP]),
    }


@pytest.fixture
def runtime(environ: dict[str, str], httpserver: HTTPServer) -> Iterator[Runtime]:
    """A process's runtime with one shop, whose LINE is the test's own server."""
    environ["OPENBILL_LINE__API_URL"] = httpserver.url_for("").rstrip("/")
    built = build(load(None, None, environ, demo=False))
    shops.bring_up_to_date(built)
    yield built
    built.close()
