"""The tests' own ground: what conftest.py promises."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Page
from sqlalchemy import create_engine, text

from tests.support import guard, redis_server


def test_each_test_gets_an_empty_database_of_its_own(engine_kind: str, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE word (word TEXT)"))
        connection.execute(text("INSERT INTO word VALUES ('ชาเขียว')"))
        assert connection.execute(text("SELECT word FROM word")).scalar_one() == "ชาเขียว"
    assert engine.dialect.name == engine_kind
    engine.dispose()


def test_a_migrated_database_has_the_tables_at_once(migrated_url: str) -> None:
    engine = create_engine(migrated_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM shops")).scalar_one() == 0
    engine.dispose()


def test_redis_is_empty_whatever_came_before(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set("word", "left behind")
    redis_server.flush(redis_url)
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys() == []


def test_a_test_cannot_reach_another_machine() -> None:
    with pytest.raises(RuntimeError, match="asked for example"):
        socket.create_connection(("example.com", 80))
    with (
        socket.socket() as somewhere,
        pytest.raises(RuntimeError, match="asked for 192"),
    ):
        somewhere.connect(("192.0.2.1", 80))


def test_a_process_that_a_test_starts_cannot_either() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80))"
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "stay on this machine" in ended.stderr


def test_a_server_ends_and_clears_its_folder_when_its_owner_ends(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as owner:
        guard.start(["sleep", "600"], owner.pid, folder)
    give_up = time.monotonic() + 10
    while folder.exists() and time.monotonic() < give_up:
        threading.Event().wait(0.02)
    assert not folder.exists()


@pytest.mark.browser
def test_the_browser_shows_thai_in_the_thai_font(page: Page) -> None:
    # Marks stand above their consonant; boxes for letters it lacks would stand beside it.
    bare, marked = page.evaluate(
        """() => ["ท", "ที่"].map(text => {
            const pen = document.createElement("canvas").getContext("2d");
            pen.font = "40px Sarabun";
            return pen.measureText(text).width;
        })"""
    )
    assert marked == bare > 0
