"""The picture child: reads one picture from its input, writes it anew, and ends.

``python -m bot.pictures.child`` answers with a line of JSON, ``{"mime", "main",
"thumb"}`` (the sizes in bytes) followed by the two pictures, or ``{"refused"}``
with a reason's word. Its memory, its processor time and its files are bounded
before it looks at the first byte.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO

from PIL import Image, ImageOps

from bot.bounded import bound

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 8
MOST_PIXELS = 25_000_000
THUMB_SIDE = 480
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MIMES = {"JPEG": "image/jpeg", "PNG": "image/png"}


class Refusal(Exception):
    """A picture that is not taken; the text is the reason's word."""


def remake(data: bytes) -> tuple[str, bytes, bytes]:
    """Give a picture's type, the picture without its metadata, and its thumbnail.

    Only the first frame of a moving one is kept. Raises ``Refusal``.
    """
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise Refusal("pixels") from None
    if image.width * image.height > MOST_PIXELS:  # from the header: nothing is unpacked yet
        raise Refusal("pixels")
    format_ = "JPEG" if image.format == "JPEG" else None
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    image = _plain(image)
    chosen = format_ or ("PNG" if image.mode in ("RGBA", "LA") or _is_drawing(data) else "JPEG")
    if chosen == "JPEG" and image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    main = _encode(image, chosen)
    image.thumbnail((THUMB_SIDE, THUMB_SIDE), reducing_gap=2.0)
    return MIMES[chosen], main, _encode(image, chosen)


def _plain(image: Image.Image) -> Image.Image:
    """Give the pixels in a mode that both formats know, and nothing but the pixels."""
    if image.has_transparency_data:
        bare = image.convert("RGBA")
    else:
        bare = image if image.mode in ("RGB", "L") else image.convert("RGB")
    bare.info = {}
    return bare


def _is_drawing(data: bytes) -> bool:
    """Say whether a picture came without loss: then it is kept so."""
    return data.startswith((b"\x89PNG", b"GIF8"))


def _encode(image: Image.Image, format_: str) -> bytes:
    made = BytesIO()
    if format_ == "JPEG":
        image.save(made, "JPEG", quality=88, exif=b"", icc_profile=None)
    else:
        image.save(made, "PNG", compress_level=4)
    return made.getvalue()


def main() -> int:
    """Remake what stands on the input; give the exit code."""
    Image.init()  # the formats' modules, while files may still be opened
    bound(MEMORY_BYTES, CPU_SECONDS)
    data = sys.stdin.buffer.read()
    parts: tuple[bytes, ...] = ()
    answer: dict[str, object]
    try:
        mime, picture, thumb = remake(data)
    except Refusal as refusal:
        answer = {"refused": str(refusal)}
    except MemoryError:
        answer = {"refused": "memory"}
    except Exception:  # noqa: BLE001 - whatever a stranger's bytes bring about, it is no picture
        answer = {"refused": "unreadable"}
    else:
        answer = {"mime": mime, "main": len(picture), "thumb": len(thumb)}
        parts = (picture, thumb)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(parts))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
