"""Notes what is to be fetched, and shows what is kept."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from bot.channels.fields import readable
from bot.files import Files, Folder
from bot.messages import Attachment
from bot.runtime import Runtime, Work
from bot.store import media as rows

MOST_PER_MESSAGE = 30
"""LINE sends one attachment a message, Meta at most thirty pictures."""

KINDS = frozenset({"image", "video", "audio", "file", "sticker", "story", "reel", "share"})
"""What can be a file; a place or a template is shown from what the message says."""

THUMB = ".thumb"


@dataclass(frozen=True, slots=True)
class MediaView:
    """What came with a message, as staff may know it; ``reason`` says why there is no file.

    ``state`` is ``fetching``, ``stored``, ``gone``, ``too_big`` or
    ``refused``. ``size`` is in bytes, known once it is stored.
    """

    token: str
    position: int
    kind: str
    state: str
    mime: str | None
    name: str | None
    size: int | None
    reason: str | None
    has_thumb: bool

    @property
    def is_picture(self) -> bool:
        """Say whether it may be shown in a page: it was written anew by us."""
        return self.has_thumb


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A kept file, opened, with what is known of it."""

    view: MediaView
    body: BinaryIO


def note(
    work: Work,
    *,
    shop_id: int,
    channel_id: int,
    message_id: int,
    attachments: Iterable[Attachment],
) -> None:
    """Have what can be fetched fetched after the commit; noted again, nothing changes."""
    wanted = [
        (position, one)
        for position, one in enumerate(attachments)
        if one.kind in KINDS and (one.content_id or one.url)
    ]
    if not wanted:
        return
    rows.insert_media(
        work.connection,
        [
            {
                "shop_id": shop_id,
                "channel_id": channel_id,
                "message_id": message_id,
                "position": position,
                "token": secrets.token_urlsafe(24),
                "kind": one.kind,
                "content_id": one.content_id,
                "url": one.url,
                "name": _name(one),
                "state": "fetching",
                "has_thumb": False,
                "on_disk": False,
                "attempts": 0,
                "due_at": work.now,
                "created_at": work.now,
            }
            for position, one in wanted[:MOST_PER_MESSAGE]
        ],
    )
    work.ring("media")


def list_for(connection: Any, message_ids: Collection[int]) -> dict[int, list[MediaView]]:
    """Give what came with each of these messages, in order; a message with nothing is left out."""
    found: dict[int, list[MediaView]] = {}
    for row in rows.list_media(connection, message_ids) if message_ids else []:
        found.setdefault(row.message_id, []).append(_view(row))
    return found


def find(runtime: Runtime, shop_id: int, token: str) -> MediaView | None:
    """Find one of a shop's by its token; None where the shop has none such."""
    with runtime.store.read() as connection:
        row = rows.find_media(connection, shop_id, token)
    return None if row is None else _view(row)


def open_file(
    runtime: Runtime, shop_id: int, token: str, *, thumb: bool = False
) -> MediaFile | None:
    """Open a shop's kept file, or its thumbnail; None where there is none now.

    The caller closes it.
    """
    view = find(runtime, shop_id, token)
    if view is None or view.state != "stored" or (thumb and not view.has_thumb):
        return None
    try:
        body = files_of(runtime).open(token + (THUMB if thumb else ""))
    except FileNotFoundError:  # removed between the two looks
        return None
    return MediaFile(view, body)


def files_of(runtime: Runtime) -> Files:
    """Give the place where files are kept: the bucket that the settings name, else the folder."""
    told = runtime.settings.media.s3
    if not told.bucket:
        return Folder(runtime.settings.media_folder)
    from bot.files.bucket import Bucket, Place  # noqa: PLC0415 - loads boto3, an extra

    return Bucket(
        Place(
            endpoint=told.endpoint,
            region=told.region,
            bucket=told.bucket,
            prefix=told.prefix,
            access_key=told.access_key.get_secret_value(),
            secret_key=told.secret_key.get_secret_value(),
        )
    )


def _view(row: Any) -> MediaView:
    return MediaView(
        token=row.token,
        position=row.position,
        kind=row.kind,
        state=row.state,
        mime=row.mime,
        name=row.name,
        size=row.size,
        reason=row.reason,
        has_thumb=row.has_thumb,
    )


def _name(attachment: Attachment) -> str | None:
    """Give a file's name as its sender had it, cut to 200 characters."""
    name = attachment.facts.get("name")
    return readable(name)[:200] if isinstance(name, str) and name else None
