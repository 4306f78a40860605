"""Wherever files are kept, a file is whole or not there, private, and no name leads elsewhere."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer

from bot.files import ABANDONED, Files, Folder
from bot.files.bucket import CHUNK, Bucket, Place
from tests.support.s3 import BUCKET, KEY, REGION, SECRET, Store

NAME = "a" * 32
PLACES = ("folder", "bucket")


@pytest.fixture
def store(httpserver: HTTPServer) -> Store:
    return Store(httpserver)


@pytest.fixture
def bucket(store: Store) -> Bucket:
    return Bucket(Place(store.endpoint, REGION, BUCKET, "openbill/", KEY, SECRET))


@pytest.fixture(params=PLACES)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """Each place where files can be kept."""
    if request.param == "folder":
        return Folder(tmp_path / "media")
    found: Bucket = request.getfixturevalue("bucket")
    return found


# Every place ---------------------------------------------------------------------------


def test_a_file_is_kept_replaced_and_removed(files: Files) -> None:
    files.put(NAME, BytesIO(b"one"))
    files.put(NAME, BytesIO(b"two"))
    with files.open(NAME) as body:
        assert body.read() == b"two"
    files.remove(NAME)
    files.remove(NAME)
    with pytest.raises(FileNotFoundError):
        files.open(NAME)


def test_a_file_and_its_thumbnail_are_two(files: Files) -> None:
    files.put(NAME, BytesIO(b"large"))
    files.put(NAME + ".thumb", BytesIO(b"small"))
    files.remove(NAME)
    with files.open(NAME + ".thumb") as body:
        assert body.read() == b"small"


def test_the_rest_of_a_source_is_kept(files: Files) -> None:
    source = BytesIO(b"0123456789")
    source.seek(4)
    files.put(NAME, source)
    with files.open(NAME) as body:
        assert body.read() == b"456789"


def test_a_reader_may_go_anywhere_in_a_file(files: Files) -> None:
    whole = os.urandom(3 * CHUNK + 77)
    files.put(NAME, BytesIO(whole))
    with files.open(NAME) as body:
        assert body.seek(0, io.SEEK_END) == len(whole)
        for at in (2 * CHUNK, 5, len(whole) - 3, 0):
            body.seek(at)
            assert body.read(9) == whole[at : at + 9]
        body.seek(0)
        assert body.read() == whole
        assert body.read(1) == b""


def test_an_empty_file_is_a_file(files: Files) -> None:
    files.put(NAME, BytesIO(b""))
    with files.open(NAME) as body:
        assert body.read() == b""


@pytest.mark.parametrize("name", ["../" + NAME, "/etc/passwd", "", "short", NAME + "/x", "ก" * 20])
def test_T38_a_name_that_is_none_of_ours_is_refused(files: Files, name: str) -> None:
    for act in (files.open, files.remove, lambda bad: files.put(bad, BytesIO())):
        with pytest.raises(ValueError, match="no name"):
            act(name)


def test_F08_a_source_that_breaks_leaves_what_was_there(files: Files) -> None:
    class Breaking(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        files.put(NAME, Breaking(b"half"))
    with pytest.raises(FileNotFoundError):
        files.open(NAME)
    files.put(NAME, BytesIO(b"one"))
    with pytest.raises(OSError, match="broken"):
        files.put(NAME, Breaking(b"half"))
    with files.open(NAME) as body:
        assert body.read() == b"one"


def test_tidying_takes_nothing_that_is_whole(files: Files) -> None:
    files.tidy()
    files.put(NAME, BytesIO(b"one"))
    files.tidy()
    with files.open(NAME) as body:
        assert body.read() == b"one"


# The folder ----------------------------------------------------------------------------


def test_nobody_else_may_read(tmp_path: Path) -> None:
    Folder(tmp_path / "media").put(NAME, BytesIO(b"one"))
    for path in (tmp_path / "media").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_what_a_killed_process_left_half_written_goes(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put(NAME, BytesIO(b"one"))
    old, new = tmp_path / "drafts" / "old", tmp_path / "drafts" / "new"
    for draft in (old, new):
        draft.write_bytes(b"half")
    past = time.time() - ABANDONED - 60
    os.utime(old, (past, past))
    folder.tidy()
    assert new.exists()
    assert not old.exists()


# The bucket ----------------------------------------------------------------------------


def test_every_request_is_signed_and_strangers_get_nothing(store: Store, bucket: Bucket) -> None:
    bucket.put(NAME, BytesIO(b"one"))
    assert list(store.objects) == [f"openbill/{NAME}"]
    assert requests.get(bucket.address(NAME) or "", timeout=5).status_code == 403
    for request in store.requests[:1]:
        assert "X-Amz-Acl" not in request.headers


@pytest.mark.parametrize(
    "change", [{"secret_key": "another"}, {"access_key": "another"}, {"region": "eu-north-1"}]
)
def test_wrong_keys_keep_nothing_and_are_in_no_sentence(
    store: Store, bucket: Bucket, change: dict[str, str]
) -> None:
    wrong = Bucket(replace(bucket._place, **change))
    with pytest.raises(OSError, match="refuses") as refused:
        wrong.put(NAME, BytesIO(b"one"))
    assert store.objects == {}
    assert SECRET not in repr(refused.value) + repr(bucket._place) + repr(vars(wrong))


@pytest.mark.parametrize("act", ["put", "open", "remove"])
def test_a_store_that_is_away_is_an_error_of_a_disk(store: Store, bucket: Bucket, act: str) -> None:
    acts: dict[str, Callable[[], Any]] = {
        "put": lambda: bucket.put(NAME, BytesIO(b"one")),
        "open": lambda: bucket.open(NAME),
        "remove": lambda: bucket.remove(NAME),
    }
    store.status = 503
    with pytest.raises(OSError, match="refuses"):
        acts[act]()
    store.server.stop()
    try:
        with pytest.raises(OSError, match="reached"):
            acts[act]()
    finally:
        store.server.start()


def test_a_file_that_is_replaced_under_a_reader_is_not_mixed(bucket: Bucket) -> None:
    bucket.put(NAME, BytesIO(b"first" * CHUNK))
    with bucket.open(NAME) as body:
        body.read(5)
        bucket.put(NAME, BytesIO(b"other" * CHUNK))
        body.seek(3 * CHUNK)
        with pytest.raises(OSError, match="PreconditionFailed"):
            body.read(5)


def test_a_part_is_asked_for_and_not_the_whole(store: Store, bucket: Bucket) -> None:
    bucket.put(NAME, BytesIO(bytes(4 * CHUNK)))
    with bucket.open(NAME) as body:
        body.seek(3 * CHUNK)
        body.read(10)
    assert [one.headers.get("Range") for one in store.requests if one.method == "GET"] == [
        f"bytes={3 * CHUNK}-"
    ]
