"""A file is whole or not there, and no name leads out of the folder."""

from __future__ import annotations

import os
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bot.files import ABANDONED, Folder

NAME = "a" * 32


def test_a_file_is_kept_replaced_and_removed(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "media")
    folder.put(NAME, BytesIO(b"one"))
    folder.put(NAME, BytesIO(b"two"))
    with folder.open(NAME) as body:
        assert body.read() == b"two"
    folder.remove(NAME)
    folder.remove(NAME)
    with pytest.raises(FileNotFoundError):
        folder.open(NAME)


def test_nobody_else_may_read(tmp_path: Path) -> None:
    Folder(tmp_path / "media").put(NAME, BytesIO(b"one"))
    for path in (tmp_path / "media").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("name", ["../" + NAME, "/etc/passwd", "", "short", NAME + "/x", "ก" * 20])
def test_T38_a_name_that_is_none_of_ours_is_refused(name: str, tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for act in (folder.open, folder.remove, lambda bad: folder.put(bad, BytesIO())):
        with pytest.raises(ValueError, match="no name"):
            act(name)


def test_a_source_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Breaking(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        Folder(tmp_path).put(NAME, Breaking())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_a_killed_process_left_half_written_goes(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.tidy()
    folder.put(NAME, BytesIO(b"one"))
    old, new = tmp_path / "drafts" / "old", tmp_path / "drafts" / "new"
    for draft in (old, new):
        draft.write_bytes(b"half")
    past = time.time() - ABANDONED - 60
    os.utime(old, (past, past))
    folder.tidy()
    assert new.exists()
    assert not old.exists()
    with folder.open(NAME) as body:
        assert body.read() == b"one"
