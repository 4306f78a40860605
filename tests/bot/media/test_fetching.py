"""What comes with messages is fetched once, bounded, checked, and told of when it is not here."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from werkzeug import Request, Response

from bot import media
from bot.media import fetching
from bot.messages import Attachment
from bot.runtime import Work
from bot.store import media as rows
from bot.store import watches
from workers.jobs import JOBS

if TYPE_CHECKING:
    from tests.bot.media.conftest import Chat


def test_a_picture_from_line_is_fetched_with_the_token_and_kept(
    line_chat: Chat, picture: Callable[..., bytes]
) -> None:
    asked: list[str] = []

    def give(request: Request) -> Response:
        asked.append(request.headers["Authorization"])
        return Response(picture(), content_type="image/jpeg")

    line_chat.note(line_chat.has(give))
    assert line_chat.view().state == "fetching"
    assert line_chat.drain() == 1
    view = line_chat.view()
    assert (view.state, view.mime, view.is_picture) == ("stored", "image/jpeg", True)
    token = line_chat.shop.secrets("siam-line")["access_token"]
    assert asked == [f"Bearer {token}"]
    assert line_chat.files() == [view.token, f"{view.token}.thumb"]
    kept = media.open_file(line_chat.shop.runtime, line_chat.channel.shop_id, view.token)
    assert kept
    with kept.body as body:
        assert Image.open(BytesIO(body.read())).size == (900, 600)


def test_a_picture_from_meta_is_fetched_without_any_token(
    instagram_chat: Chat, picture: Callable[..., bytes]
) -> None:
    asked: list[Any] = []

    def give(request: Request) -> Response:
        asked.append((request.headers.get("Authorization"), request.query_string))
        return Response(picture(form="PNG"), content_type="image/png")

    instagram_chat.note(instagram_chat.has(give))
    instagram_chat.drain()
    assert instagram_chat.view().mime == "image/png"
    assert asked == [(None, b"")]


def test_what_is_stored_keeps_no_address_and_is_not_fetched_again(
    instagram_chat: Chat, picture: Callable[..., bytes]
) -> None:
    wanted = instagram_chat.has(picture())
    instagram_chat.note(wanted)
    instagram_chat.drain()
    instagram_chat.note(wanted)  # the message was delivered twice
    assert instagram_chat.drain() == 0
    row = instagram_chat.shop.row("media")
    assert (row.url, row.content_id, row.lease) == (None, None, None)


def test_several_attachments_keep_their_order_and_places_are_no_files(
    line_chat: Chat, picture: Callable[..., bytes]
) -> None:
    first, second = (line_chat.has(picture(), content_id=name) for name in ("71", "72"))
    line_chat.note(Attachment("location", facts={"latitude": 1}), second, first)
    while line_chat.drain():
        pass
    assert [view.state for view in line_chat.views()] == ["stored", "stored"]
    assert [row.position for row in line_chat.shop.rows("media")] == [1, 2]


def test_a_file_keeps_its_bytes_and_its_name(line_chat: Chat, noise: bytes) -> None:
    line_chat.has(noise)
    line_chat.note(Attachment("file", content_id="77", facts={"name": "ใบ\x00เสร็จ.pdf"}))
    line_chat.drain()
    view = line_chat.view()
    assert (view.name, view.size, view.is_picture) == ("ใบ\ufffdเสร็จ.pdf", 5000, False)
    kept = media.open_file(line_chat.shop.runtime, line_chat.channel.shop_id, view.token)
    assert kept
    with kept.body as body:
        assert body.read() == noise


def test_a_video_that_is_being_prepared_is_asked_for_again(
    line_chat: Chat, picture: Callable[..., bytes]
) -> None:
    answers = [Response(status=202), Response(picture(), content_type="image/jpeg")]
    line_chat.note(line_chat.has(lambda _: answers.pop(0)))
    line_chat.drain()
    assert line_chat.view().state == "fetching"
    assert line_chat.drain() == 0, "it is not asked for at once"
    line_chat.shop.clock.move(seconds=10)
    line_chat.drain()
    assert line_chat.view().state == "stored"


def test_F28_a_token_that_is_refused_for_an_attachment_is_probed_and_the_attachment_waits(
    line_chat: Chat,
) -> None:
    def ask_later(work: Work) -> None:
        later = work.now + timedelta(days=1)
        watches.update_watch(work.connection, line_chat.channel.id, probe_due_at=later)

    line_chat.shop.runtime.transact(ask_later)
    line_chat.note(line_chat.has(401))
    line_chat.drain()
    assert line_chat.view().state == "fetching"
    due = line_chat.shop.row("watches", channel_id=line_chat.channel.id).probe_due_at
    assert due <= line_chat.shop.clock()


@pytest.mark.parametrize("status", [403, 404, 410])
def test_F49_what_the_platform_has_no_more_is_gone_and_says_so(
    instagram_chat: Chat, status: int
) -> None:
    instagram_chat.note(instagram_chat.has(status))
    before = instagram_chat.shop.last_change()
    instagram_chat.drain()
    view = instagram_chat.view()
    assert view.state == "gone"
    assert view.reason
    assert "no more" in view.reason
    assert instagram_chat.shop.last_change() > before, "open pages hear of it"


def test_an_address_that_never_answers_is_given_up_after_some_attempts(line_chat: Chat) -> None:
    line_chat.note(line_chat.has(500))
    attempts = 0
    while line_chat.view().state == "fetching" and attempts < 50:
        attempts += line_chat.drain()
        line_chat.shop.clock.move(hours=12)
    assert line_chat.view().state == "gone"
    assert attempts == len(fetching.BACKOFF) + 1


def test_T56_what_is_too_big_is_not_kept_however_it_is_sent(
    line_chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(_: Request) -> Response:
        return Response((b"x" * 100_000 for _ in range(1000)), content_type="video/mp4")

    line_chat.has(b"x" * 26_000_000, content_id="71")
    line_chat.has(endless, content_id="72")
    line_chat.note(Attachment("video", content_id="71"), Attachment("video", content_id="72"))
    while line_chat.drain():
        pass
    assert {view.state for view in line_chat.views()} == {"too_big"}
    assert line_chat.files() == []


def test_T56_packed_bytes_are_not_unpacked(line_chat: Chat) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)

    def give(_: Request) -> Response:
        return Response(bomb, headers={"Content-Encoding": "gzip"})

    line_chat.note(line_chat.has(give))
    line_chat.drain()
    assert line_chat.view().state == "refused"


def test_T56_a_drip_ends_when_the_time_is_up(
    line_chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from bot.channels import download

    over = threading.Event()

    def drip(_: Request) -> Response:
        def bytes_() -> Any:
            while not over.wait(0.05):
                yield b"x"

        return Response(bytes_(), content_type="audio/mpeg")

    monkeypatch.setattr(download, "SECONDS", 0.4)
    line_chat.note(line_chat.has(drip))
    line_chat.drain()
    over.set()
    view = line_chat.view()
    assert view.state == "fetching"
    assert view.reason
    assert "in time" in view.reason
    assert line_chat.files() == []


@pytest.mark.parametrize("kind", ["image", "sticker"])
def test_T56_what_calls_itself_a_picture_and_is_none_is_refused(line_chat: Chat, kind: str) -> None:
    line_chat.has(b"<svg onload=alert(1)></svg>")
    line_chat.note(Attachment(kind, content_id="77"))
    line_chat.drain()
    assert line_chat.view().state == "refused"
    media.sweep(line_chat.shop.runtime)
    assert line_chat.files() == []


def test_T55_an_address_elsewhere_is_never_asked(instagram_chat: Chat) -> None:
    instagram_chat.note(Attachment("image", url="http://169.254.169.254/latest/meta-data/"))
    instagram_chat.drain()
    view = instagram_chat.view()
    assert view.state == "refused"
    assert view.reason
    assert "169.254" not in view.reason


def test_T64_what_is_taken_back_is_hidden_at_once_and_its_files_go(
    line_chat: Chat, picture: Callable[..., bytes]
) -> None:
    line_chat.note(line_chat.has(picture()))
    line_chat.drain()
    token = line_chat.view().token
    line_chat.forget()
    assert media.open_file(line_chat.shop.runtime, line_chat.channel.shop_id, token) is None
    line_chat.drain()
    assert line_chat.files() == []
    assert line_chat.view().state == "gone"
    assert not line_chat.shop.row("media").on_disk


def test_T64_what_is_taken_back_before_it_was_fetched_is_never_asked_for(
    line_chat: Chat, picture: Callable[..., bytes]
) -> None:
    line_chat.note(line_chat.has(picture()))
    line_chat.forget()
    assert line_chat.drain() == 0
    assert line_chat.view().state == "gone"
    assert line_chat.shop.row("media").content_id is None


def test_T64_what_is_taken_back_while_it_is_fetched_is_not_kept(
    line_chat: Chat, picture: Callable[..., bytes]
) -> None:
    def give(_: Request) -> Response:
        line_chat.forget()
        media.sweep(line_chat.shop.runtime)  # too early: the file is still to come
        return Response(picture(), content_type="image/jpeg")

    line_chat.note(line_chat.has(give))
    line_chat.drain()
    assert line_chat.view().state == "gone"
    line_chat.shop.clock.move(minutes=2)
    media.sweep(line_chat.shop.runtime)
    assert line_chat.files() == []


def test_a_download_that_a_killed_process_held_is_taken_over(
    line_chat: Chat, picture: Callable[..., bytes]
) -> None:
    line_chat.note(line_chat.has(picture()))
    row, lease = line_chat.shop.runtime.transact(fetching._claim)
    assert lease
    assert line_chat.drain() == 0, "it is held"
    line_chat.shop.clock.move(seconds=fetching.LEASE.total_seconds() + 1)
    assert line_chat.drain() == 1
    assert line_chat.view().state == "stored"
    # The first one comes back to life: what it says counts no more.
    late = line_chat.shop.runtime.transact(
        lambda work: rows.update_media(work.connection, row.id, while_leased=lease, state="gone")
    )
    assert not late


def test_what_kills_every_process_that_fetches_it_is_given_up(line_chat: Chat) -> None:
    line_chat.note(line_chat.has(b"x"))
    for _ in range(len(fetching.BACKOFF) + 1):
        _, lease = line_chat.shop.runtime.transact(fetching._claim)
        assert lease
        line_chat.shop.clock.move(minutes=2)
    _, lease = line_chat.shop.runtime.transact(fetching._claim)
    assert lease is None
    assert line_chat.view().state == "gone"


def test_files_of_instagram_are_kept_for_their_days_and_others_for_ever(
    instagram_chat: Chat, picture: Callable[..., bytes]
) -> None:
    instagram_chat.note(instagram_chat.has(picture()))
    instagram_chat.drain()
    row = instagram_chat.shop.row("media")
    assert row.forget_at - row.created_at == timedelta(days=30)
    instagram_chat.shop.clock.move(days=29)
    assert media.sweep(instagram_chat.shop.runtime) == 0
    instagram_chat.shop.clock.move(days=1, minutes=1)
    assert media.sweep(instagram_chat.shop.runtime) == 1
    assert instagram_chat.view().state == "gone"
    assert instagram_chat.files() == []


def test_files_of_line_are_kept_for_ever(line_chat: Chat, picture: Callable[..., bytes]) -> None:
    line_chat.note(line_chat.has(picture()))
    line_chat.drain()
    assert line_chat.shop.row("media").forget_at is None


def test_a_disk_that_takes_nothing_costs_an_attempt_and_nothing_else(
    line_chat: Chat, picture: Callable[..., bytes]
) -> None:
    folder = line_chat.shop.runtime.settings.media_folder
    folder.write_text("in the way")
    line_chat.note(line_chat.has(picture()))
    line_chat.drain()
    assert line_chat.view().state == "fetching"
    folder.unlink()
    line_chat.shop.clock.move(seconds=10)
    line_chat.drain()
    assert line_chat.view().state == "stored"


def test_the_media_queue_has_its_job() -> None:
    from bot.jobs import JOBS as NAMES

    assert NAMES["media"] in JOBS
