"""Pictures of products: written anew in a bounded child, kept under a random name, in an order.

Who has a picture's address may see it: it stands on bills, which have no
sign-in. Its files are there before it is shown, and gone after it is not.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

from bot import pictures
from bot.catalogue.errors import ProductError, ProductUnknown
from bot.catalogue.keeper import Keeper
from bot.media import THUMB, MediaFile, MediaView, files_of
from bot.pictures import NoPicture, Remade
from bot.runtime import Runtime, Work
from bot.staff import Actor
from bot.store import album, products
from orders.album import AlbumRight

MOST_PICTURES = 12
UNFINISHED = timedelta(minutes=10)
"""How long the files of a new picture may take to be there."""


def add_picture(runtime: Runtime, shop: Any, actor: Actor | None, code: str, data: bytes) -> str:
    """Add a picture behind a product's others and give its token.

    Raises ``OrderError`` where the actor may not, ``ProductUnknown``, and
    ``ProductError`` for what is no picture, is too large, or one too many.
    """
    limit = runtime.settings.media.largest_mb
    if len(data) > limit * 1_000_000:
        raise ProductError("picture_large", limit=limit)
    token = secrets.token_urlsafe(24)
    runtime.transact(lambda work: _check_room(Keeper(work, shop, actor), code))
    try:
        made = pictures.remake(data)
    except NoPicture as refused:
        raise ProductError("picture_refused", reason=refused.reason) from None
    # The row before the files: whoever dies between the two leaves nothing that no sweep finds.
    runtime.transact(lambda work: _begin(Keeper(work, shop, actor), code, token, made))
    files = files_of(runtime)
    files.put(token, BytesIO(made.main))
    files.put(token + THUMB, BytesIO(made.thumb))
    runtime.transact(lambda work: _show(Keeper(work, shop, actor), code, token))
    return token


def order_pictures(keeper: Keeper, code: str, version: int, tokens: Sequence[str]) -> Any:
    """Show these of a product's pictures, in this order, and no others; give the product's row.

    Raises as ``add_picture`` does, ``ProductChanged``, and ``ProductUnknown``
    for a picture that the product has not.
    """
    keeper.check_may(AlbumRight.CHANGE)
    row = keeper.hold(code, version)
    work = keeper.work
    held = {one.token for one in _list(work, row)}
    if not set(tokens) <= held or len(set(tokens)) != len(tokens):
        raise ProductUnknown("picture_unknown", code=row.code)
    album.order_pictures(work.connection, row.id, tokens, work.now)
    _touch(keeper, row, "pictures ordered", *tokens)
    if held - set(tokens):
        work.ring("media")
    return products.find_product_by_id(work.connection, row.id)


def open_picture(runtime: Runtime, token: str, *, thumb: bool = False) -> MediaFile | None:
    """Open a picture of a product that is shown, or its thumbnail; None where there is none.

    The caller closes it.
    """
    with runtime.store.read() as connection:
        row = album.find_picture(connection, token)
    if row is None:
        return None
    try:
        body = files_of(runtime).open(token + (THUMB if thumb else ""))
    except FileNotFoundError:  # taken out between the two looks
        return None
    shown = MediaView(
        token=token,
        position=row.position,
        kind="image",
        state="stored",
        mime=row.mime,
        name=None,
        size=row.size,
        reason=None,
        has_thumb=True,
    )
    return MediaFile(shown, body)


def _list(work: Work, row: Any) -> list[Any]:
    return album.list_pictures(work.connection, [row.id]).get(row.id, [])


def _check_room(keeper: Keeper, code: str) -> Any:
    keeper.check_may(AlbumRight.CHANGE)
    row = keeper.hold(code, None)
    if len(_list(keeper.work, row)) >= MOST_PICTURES:
        raise ProductError("pictures_too_many", code=row.code, limit=MOST_PICTURES)
    return row


def _begin(keeper: Keeper, code: str, token: str, made: Remade) -> None:
    row = _check_room(keeper, code)
    album.insert_picture(
        keeper.work.connection,
        shop_id=row.shop_id,
        product_id=row.id,
        token=token,
        mime=made.mime,
        size=len(made.main),
        created_at=keeper.work.now,
        forget_at=keeper.work.now + UNFINISHED,
    )


def _show(keeper: Keeper, code: str, token: str) -> None:
    row = _check_room(keeper, code)
    if not album.show_picture(keeper.work.connection, token):
        raise ProductError("picture_late")
    _touch(keeper, row, "picture added", token)


def _touch(keeper: Keeper, row: Any, action: str, *tokens: str) -> None:
    products.update_product(
        keeper.work.connection,
        row.id,
        changed_by=keeper.name,
        changed_at=keeper.work.now,
    )
    keeper.record(action, row, pictures=list(tokens))
