"""Pictures of products: written anew, in order, under random names, and gone once taken out."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot import catalogue, media
from bot.catalogue import ProductError, ProductUnknown
from bot.catalogue.pictures import MOST_PICTURES
from orders.errors import MoveError
from orders.states import Role
from tests.bot.catalogue.conftest import Album


def picture(format_: str = "JPEG", side: int = 8, **more: Any) -> bytes:
    made = BytesIO()
    Image.new("RGB", (side, side), "green").save(made, format_, **more)
    return made.getvalue()


def add(album: Album, data: bytes | None = None, by: Role = Role.OWNER, code: str = "A1") -> str:
    told = picture() if data is None else data
    return catalogue.add_picture(album.shop.runtime, album.row, album.actor(by), code, told)


def shown(album: Album, code: str = "A1") -> tuple[str, ...]:
    with album.shop.runtime.store.read() as connection:
        return catalogue.view(connection, album.product(code), "THB").pictures


def files(album: Album) -> set[str]:
    folder = album.shop.runtime.settings.media_folder
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_T38_a_picture_is_written_anew_under_a_random_name(album: Album) -> None:
    polyglot = picture("JPEG", comment=b"<script>alert(1)</script>") + b"<script>x</script>"
    token = add(album, polyglot)

    kept = catalogue.open_picture(album.shop.runtime, token)
    assert kept is not None
    with kept.body as body:
        data = body.read()
    assert b"script" not in data
    assert data.startswith(b"\xff\xd8")
    assert len(token) == 32
    assert files(album) == {token, f"{token}.thumb"}
    assert album.shop.rows("audit")[-1].action == "picture added"


def test_pictures_stand_in_the_order_that_was_said_and_the_others_go(album: Album) -> None:
    first, second, third = add(album), add(album), add(album)
    assert shown(album) == (first, second, third)
    version = album.product("A1").version

    album.do(catalogue.order_pictures, "A1", version, [third, first])

    assert shown(album) == (third, first)
    assert catalogue.open_picture(album.shop.runtime, second) is None
    media.sweep(album.shop.runtime)
    assert files(album) == {first, f"{first}.thumb", third, f"{third}.thumb"}
    assert len(album.shop.rows("product_pictures")) == 2


def test_a_picture_whose_process_died_before_its_files_were_there_is_swept(album: Album) -> None:
    def die(*_: object) -> None:
        raise OSError("the disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.files.Folder.put", die)
        with pytest.raises(OSError, match="full"):
            add(album)
    assert shown(album) == ()
    assert len(album.shop.rows("product_pictures")) == 1
    album.shop.clock.move(minutes=11)
    media.sweep(album.shop.runtime)
    assert album.shop.rows("product_pictures") == []


def test_T37_what_is_no_picture_is_refused_and_leaves_nothing(album: Album) -> None:
    for data in (b"", b"<svg/>", b"%PDF-1.4", picture("BMP"), picture()[:40]):
        with pytest.raises(ProductError) as refused:
            add(album, data)
        assert refused.value.key == "picture_refused"
    with pytest.raises(ProductError) as large:
        add(album, b"x" * 25_000_001)
    assert large.value.key == "picture_large"
    assert album.shop.rows("product_pictures") == []
    assert files(album) == set()


def test_only_who_may_change_the_album_adds_pictures_and_only_so_many(album: Album) -> None:
    with pytest.raises(MoveError):
        add(album, by=Role.SALES)
    with pytest.raises(ProductUnknown):
        add(album, code="ZZ")
    token = add(album)
    with pytest.raises(ProductUnknown):
        album.do(catalogue.order_pictures, "B2", album.product("B2").version, [token])
    for _ in range(MOST_PICTURES - 1):
        add(album)
    with pytest.raises(ProductError) as full:
        add(album)
    assert full.value.key == "pictures_too_many"
