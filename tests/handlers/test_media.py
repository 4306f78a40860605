"""What customers sent reaches the shop's own staff, and does nothing in their browser."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from bot import media
from bot.messages import Attachment
from bot.store import media as rows
from bot.store import shops
from handlers.cli.doctor import _media as tried_out
from tests.handlers.conftest import PASSWORD, Front
from tests.support.s3 import BUCKET, KEY, REGION, SECRET, Store


class Album:
    """Files as if they had been fetched."""

    def __init__(self, front: Front) -> None:
        self.front = front
        conversation_id = front.hear("here it is")
        with front.runtime.store.read() as connection:
            channel = shops.find_channel_by_key(connection, "siam-line")
            query = "SELECT id FROM messages WHERE conversation_id = :id"
            found = connection.execute(text(query), {"id": conversation_id})
            self.message_id = int(found.scalar_one())
        assert channel
        self.channel = channel

    def keep(self, kind: str, body: bytes, mime: str | None, *, name: str | None = None) -> str:
        """Keep a file, with a thumbnail where it is a picture; give its token."""
        runtime, shown = self.front.runtime, kind == "image"
        with runtime.store.read() as connection:
            count = len(rows.list_media(connection, [self.message_id]))
        blanks = [Attachment("location")] * count
        wanted = Attachment(kind, content_id="77", facts={"name": name} if name else {})
        runtime.transact(
            lambda work: media.note(
                work,
                shop_id=self.channel.shop_id,
                channel_id=self.channel.id,
                message_id=self.message_id,
                attachments=[*blanks, wanted],
            )
        )
        with runtime.store.read() as connection:
            row = rows.list_media(connection, [self.message_id])[-1]
        values: dict[str, Any] = {
            "state": "stored",
            "mime": mime,
            "size": len(body),
            "has_thumb": shown,
        }
        runtime.transact(
            lambda work: rows.update_media(work.connection, row.id, on_disk=True, **values)
        )
        files = media.files_of(runtime)
        files.put(row.token, BytesIO(body))
        if shown:
            files.put(row.token + media.THUMB, BytesIO(b"small"))
        return str(row.token)


@pytest.fixture
def album(front: Front) -> Album:
    return Album(front)


def test_staff_see_a_picture_and_its_thumbnail(album: Album) -> None:
    made = BytesIO()
    Image.new("RGB", (10, 10)).save(made, "JPEG")
    token = album.keep("image", made.getvalue(), "image/jpeg")
    answer = album.front.staff().get(f"/media/{token}", buffered=True)
    assert (answer.status_code, answer.data) == (200, made.getvalue())
    assert answer.content_type == "image/jpeg"
    assert answer.headers["Content-Disposition"] == f"inline; filename=image-{token[:8]}.jpg"
    assert album.front.staff().get(f"/media/{token}/thumb", buffered=True).data == b"small"


def test_T38_a_file_is_handed_over_as_bytes_to_save(album: Album) -> None:
    page = b"<html><script>alert(1)</script>"
    token = album.keep("file", page, "text/html", name='../a\u202e\x00"b\r\nX: y/ใบ.html')
    answer = album.front.staff().get(f"/media/{token}", buffered=True)
    assert answer.data == page
    headers = answer.headers
    assert answer.content_type == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    told = headers["Content-Disposition"]
    assert told.startswith("attachment; filename")
    assert not any(sign in told for sign in ("/", "\\", "\u202e", "%E2%80%AE", "\n", "%0A", "%00"))
    assert "html" in told


@pytest.mark.parametrize(
    ("kind", "mime", "shown"),
    [
        ("video", "video/mp4", "video/mp4"),
        ("audio", "audio/x-m4a", "audio/x-m4a"),
        ("video", "image/svg+xml", "application/octet-stream"),
        ("audio", "text/html", "application/octet-stream"),
        ("audio", None, "application/octet-stream"),
    ],
)
def test_T38_a_page_may_play_sounds_and_films_only(
    album: Album, kind: str, mime: str | None, shown: str
) -> None:
    token = album.keep(kind, b"x" * 100, mime)
    answer = album.front.staff().get(f"/media/{token}", buffered=True)
    assert answer.content_type == shown
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_player_may_ask_for_a_part(album: Album) -> None:
    token = album.keep("video", b"0123456789", "video/mp4")
    answer = album.front.staff().get(
        f"/media/{token}", headers={"Range": "bytes=2-4"}, buffered=True
    )
    assert (answer.status_code, answer.data) == (206, b"234")
    assert answer.headers["Content-Range"] == "bytes 2-4/10"
    beyond = album.front.staff().get(
        f"/media/{token}", headers={"Range": "bytes=90-"}, buffered=True
    )
    assert beyond.status_code == 416
    head = album.front.staff().client.head(f"/media/{token}", buffered=True)
    assert (head.status_code, head.content_length, head.data) == (200, 10, b"")


@pytest.mark.parametrize(
    ("asked", "status", "told", "body"),
    [
        ("bytes=0-1", 206, "bytes 0-1/10", b"01"),  # Safari's first question
        ("bytes=0-", 206, "bytes 0-9/10", b"0123456789"),
        ("bytes=7-100", 206, "bytes 7-9/10", b"789"),
        ("bytes=-3", 206, "bytes 7-9/10", b"789"),
        ("bytes=10-", 416, "bytes */10", None),
        ("bytes=5-2", 200, None, b"0123456789"),
        ("pages=1-2", 200, None, b"0123456789"),
        ("bytes=abc", 200, None, b"0123456789"),
    ],
)
def test_every_part_that_a_player_asks_for_is_answered_by_the_rules(
    album: Album, asked: str, status: int, told: str | None, body: bytes | None
) -> None:
    token = album.keep("video", b"0123456789", "video/mp4")
    answer = album.front.staff().get(f"/media/{token}", headers={"Range": asked}, buffered=True)
    assert (answer.status_code, answer.headers.get("Content-Range")) == (status, told)
    if body is not None:
        assert answer.data == body
        assert answer.content_type == "video/mp4"
        assert answer.content_length == len(body)
        assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_part_of_a_file_that_changed_is_not_mixed_with_the_old_one(album: Album) -> None:
    token = album.keep("video", b"0123456789", "video/mp4")
    staff = album.front.staff()
    mark = staff.get(f"/media/{token}", buffered=True).headers["ETag"]
    for given, status in ((mark, 206), ('"another"', 200)):
        headers = {"Range": "bytes=2-3", "If-Range": given}
        assert staff.get(f"/media/{token}", headers=headers, buffered=True).status_code == status


def test_a_picture_that_a_browser_has_is_not_sent_again_until_it_is_taken_back(
    album: Album,
) -> None:
    token = album.keep("image", b"picture", "image/png")
    staff = album.front.staff()
    first = staff.get(f"/media/{token}", buffered=True)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = {"If-None-Match": first.headers["ETag"]}
    assert staff.get(f"/media/{token}", headers=again, buffered=True).status_code == 304
    album.front.runtime.transact(lambda work: media.forget(work, album.message_id))
    assert staff.get(f"/media/{token}", headers=again, buffered=True).status_code == 404
    assert staff.get(f"/media/{token}/thumb", buffered=True).status_code == 404


def test_T54_nobody_but_the_shops_staff_finds_a_file(album: Album) -> None:
    front = album.front
    token = album.keep("image", b"picture", "image/png")
    front.hire("eve@example.com", "owner", front.open_shop("other"))
    strangers = [
        front.visitor(),
        front.staff(email="eve@example.com", password=PASSWORD),
        front.staff(email="ops@example.com", password="night-watch-lamp-77"),
    ]
    for path in (f"/media/{token}", f"/media/{token}/thumb"):
        assert [one.get(path, buffered=True).status_code for one in strangers] == [404, 404, 404]
        assert front.staff().get(path, buffered=True).status_code == 200


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t[::-1], lambda _: "..%2f..%2fx"])
def test_a_wrong_address_finds_nothing(album: Album, change: Callable[[str], str]) -> None:
    token = album.keep("image", b"picture", "image/png")
    assert album.front.staff().get(f"/media/{change(token)}", buffered=True).status_code == 404


def test_a_file_without_a_thumbnail_has_none(album: Album) -> None:
    token = album.keep("file", b"bytes", "application/pdf")
    assert album.front.staff().get(f"/media/{token}/thumb", buffered=True).status_code == 404


def test_a_file_that_went_from_the_disk_is_not_there(album: Album) -> None:
    token = album.keep("image", b"picture", "image/png")
    media.files_of(album.front.runtime).remove(token)
    assert album.front.staff().get(f"/media/{token}", buffered=True).status_code == 404


def in_bucket(store: Store) -> dict[str, str]:
    """The environment that has files kept in a bucket."""
    return {
        "OPENBILL_MEDIA__S3__BUCKET": BUCKET,
        "OPENBILL_MEDIA__S3__ENDPOINT": store.endpoint,
        "OPENBILL_MEDIA__S3__REGION": REGION,
        "OPENBILL_MEDIA__S3__ACCESS_KEY": KEY,
        "OPENBILL_MEDIA__S3__SECRET_KEY": SECRET,
    }


def test_a_part_of_a_file_in_a_bucket_is_answered_like_one_of_the_disk(
    open_front: Callable[..., Front], httpserver: HTTPServer
) -> None:
    store = Store(httpserver)
    album = Album(open_front(**in_bucket(store)))
    token = album.keep("video", b"0123456789", "video/mp4")
    assert list(store.objects) == [token]
    staff = album.front.staff()
    part = staff.get(f"/media/{token}", headers={"Range": "bytes=2-4"}, buffered=True)
    assert (part.status_code, part.data) == (206, b"234")
    whole = staff.get(f"/media/{token}", buffered=True)
    assert (whole.status_code, whole.data) == (200, b"0123456789")
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert album.front.visitor().get(f"/media/{token}").status_code == 404
    store.objects.clear()
    assert staff.get(f"/media/{token}", buffered=True).status_code == 404


def test_a_store_that_is_away_is_said_and_nothing_breaks(
    open_front: Callable[..., Front], httpserver: HTTPServer
) -> None:
    store = Store(httpserver)
    album = Album(open_front(**in_bucket(store)))
    token = album.keep("image", b"picture", "image/png")
    store.status = 503
    answer = album.front.staff().get(f"/media/{token}", buffered=True)
    assert answer.status_code == 503
    assert SECRET not in answer.text


def test_the_doctor_tries_out_where_files_are_kept(
    open_front: Callable[..., Front], httpserver: HTTPServer
) -> None:
    assert tried_out(open_front().runtime).state == "ok"
    store = Store(httpserver)
    runtime = open_front(**in_bucket(store)).runtime
    assert tried_out(runtime).state == "ok"
    store.public = True
    found = tried_out(runtime)
    assert (found.state, "anybody" in found.words) == ("FAIL", True)
    store.public, store.status = False, 403
    found = tried_out(runtime)
    assert found.state == "FAIL"
    assert BUCKET in found.words
    assert SECRET not in found.words
