"""A stranger's picture comes out as another one, or not at all."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from bot.pictures import NoPicture, checking, remake


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def png_bomb(width: int, height: int) -> bytes:
    """A small PNG that would unpack to width × height × 4 bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        mark = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", mark)

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_T38_where_it_was_taken_is_dropped_and_which_way_is_up_is_kept(
    picture: Callable[..., bytes],
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: turned by a quarter
    exif[0x010E] = "at home"
    sent = picture((900, 600), exif=exif, comment=b"secret words")
    assert b"at home" in sent
    made = remake(sent)
    image = opened(made.main)
    assert image.size == (600, 900)
    assert not image.getexif()
    for words in (b"at home", b"secret words", b"Exif"):
        assert words not in made.main + made.thumb


@pytest.mark.parametrize(
    ("form", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/jpeg"),
        ("GIF", "image/png"),
    ],
)
def test_each_format_that_is_taken_comes_out_as_jpeg_or_png(
    form: str, mime: str, picture: Callable[..., bytes]
) -> None:
    made = remake(picture((1000, 400), form))
    assert made.mime == mime
    assert opened(made.main).size == (1000, 400)
    assert opened(made.thumb).size == (480, 192)


def test_a_transparent_picture_stays_so() -> None:
    sent = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(sent, "WEBP")
    made = remake(sent.getvalue())
    assert made.mime == "image/png"
    assert opened(made.main).getpixel((1, 1)) == (0, 0, 0, 0)


def test_T37_of_a_moving_picture_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue")]
    sent = BytesIO()
    frames[0].save(sent, "GIF", save_all=True, append_images=frames[1:])
    image = opened(remake(sent.getvalue()).main).convert("RGB")
    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_odd_colours_are_made_plain(mode: str) -> None:
    sent = BytesIO()
    Image.new(mode, (40, 40)).save(sent, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(remake(sent.getvalue()).main).mode in ("RGB", "L")


@pytest.mark.parametrize("size", [(6000, 4200), (60_000, 60_000), (2**30, 2**30)])
def test_T37_too_many_pixels_are_refused_from_the_header(size: tuple[int, int]) -> None:
    with pytest.raises(NoPicture, match="million pixels"):
        remake(png_bomb(*size))


def test_a_photograph_of_a_good_camera_fits(picture: Callable[..., bytes]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = remake(picture((6000, 4000), exif=exif))
    assert opened(made.thumb).size == (320, 480)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0" + b"x" * 100,
        b"BM" + b"\0" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    ],
)
def test_T37_what_is_no_picture_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(NoPicture):
        remake(data)


def test_T37_half_a_picture_is_refused(picture: Callable[..., bytes]) -> None:
    whole = picture((900, 600), "PNG")
    with pytest.raises(NoPicture):
        remake(whole[: len(whole) // 2])


def test_T38_a_file_that_is_two_things_comes_out_as_one(picture: Callable[..., bytes]) -> None:
    made = remake(picture() + b"<script>alert(1)</script>")
    assert b"<script>" not in made.main


def test_a_child_that_takes_too_long_is_ended(picture: Callable[..., bytes]) -> None:
    before = time.monotonic()
    with pytest.raises(NoPicture, match="time and memory"):
        checking.remake(picture(), seconds=0.001)
    assert time.monotonic() - before < 5
