"""How the renderer and its child speak over pipes.

A request is a length (4 bytes, big-endian) and that many bytes of JSON, as
`document` makes them. An answer is one byte (`OK`, `REFUSED`, `UNAVAILABLE`), a
length and that many bytes. The first answer comes unasked: ready, or not and
why.
"""

from __future__ import annotations

from typing import BinaryIO

OK, REFUSED, UNAVAILABLE = b"k", b"r", b"u"
LENGTH_BYTES = 4
HEAD_BYTES = 1 + LENGTH_BYTES


def pack_request(body: bytes) -> bytes:
    """Return a request's bytes."""
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def pack_answer(status: bytes, body: bytes) -> bytes:
    """Return an answer's bytes."""
    return status + pack_request(body)


def read_request(source: BinaryIO) -> bytes | None:
    """Wait for the next request and return its body; None at the input's end."""
    head = source.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    return source.read(int.from_bytes(head, "big"))
