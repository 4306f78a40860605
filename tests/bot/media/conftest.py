"""A shop whose customers send pictures, and the bytes that they send."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer

from bot import media
from bot.media import MediaView
from bot.messages import Attachment
from tests.support.platforms import GRAPH, LINE
from tests.support.shop import Shop

Picture = Callable[..., bytes]


@pytest.fixture
def picture() -> Picture:
    """Make a picture's bytes."""

    def make(size: tuple[int, int] = (900, 600), form: str = "JPEG", **options: Any) -> bytes:
        made = BytesIO()
        Image.new("RGB", size, (200, 30, 30)).save(made, form, **options)
        return made.getvalue()

    return make


class Chat:
    """One conversation into which attachments come; and where the platform has them."""

    def __init__(self, shop: Shop, server: HTTPServer, kind: str) -> None:
        self.shop, self.server, self.kind = shop, server, kind
        shop.hear_line("hi") if kind == "line" else shop.hear_meta("hi", kind=kind)
        shop.handle()
        self.message = shop.rows("messages")[0]
        self.channel = shop.row("channels", kind=kind)

    def has(self, answer: Any, *, content_id: str = "77") -> Attachment:
        """Let the platform have something; give the attachment that names it."""
        if self.kind == "line":
            path = f"{LINE}/v2/bot/message/{content_id}/content"
            named = Attachment("image", content_id=content_id)
        else:
            path = f"{GRAPH}/media/{content_id}"
            named = Attachment("image", url=self.server.url_for(path))
        expected = self.server.expect_request(path)
        if callable(answer):
            expected.respond_with_handler(answer)
        elif isinstance(answer, int):
            expected.respond_with_data(b"", status=answer)
        else:
            expected.respond_with_data(answer, content_type="image/jpeg")
        return named

    def note(self, *attachments: Attachment) -> None:
        self.shop.runtime.transact(
            lambda work: media.note(
                work,
                shop_id=self.channel.shop_id,
                channel_id=self.channel.id,
                message_id=self.message.id,
                attachments=attachments,
            )
        )

    def drain(self) -> int:
        return media.drain(self.shop.runtime)

    def forget(self) -> None:
        self.shop.runtime.transact(lambda work: media.forget(work, self.message.id))

    def views(self) -> list[MediaView]:
        with self.shop.runtime.store.read() as connection:
            return media.list_for(connection, [self.message.id]).get(self.message.id, [])

    def view(self) -> MediaView:
        (only,) = self.views()
        return only

    def files(self) -> list[str]:
        folder = self.shop.runtime.settings.media_folder
        return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def line_chat(shop: Shop, httpserver: HTTPServer) -> Chat:
    return Chat(shop, httpserver, "line")


@pytest.fixture
def instagram_chat(shop: Shop, httpserver: HTTPServer) -> Chat:
    return Chat(shop, httpserver, "instagram")


@pytest.fixture
def noise() -> bytes:
    """Bytes that are nothing."""
    return secrets.token_bytes(5000)
