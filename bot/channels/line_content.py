"""What came with a LINE message: asked for by the message's id, with the account's token.

Facts are from https://developers.line.biz/en/reference/messaging-api/#get-content.
The SDK is not used: it holds the whole content in memory and bounds neither its
size nor its time.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.channels.attachments import Fetched, Refused, Source
from bot.channels.download import download
from bot.messages import Account

_HOST = "api-data.line.me"
_CONTENT_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")


def fetch(account: Account, source: Source, limit: int, write: Callable[[bytes], None]) -> Fetched:
    """Download a message's content, or a sticker's picture by its address.

    The token goes to LINE's own host only. Raises a ``FetchError``.
    """
    if source.content_id is None:
        return download(source.url or "", trusted=account.api_url, limit=limit, write=write)
    if not _CONTENT_ID.fullmatch(source.content_id):
        raise Refused("LINE's id of the attachment is none, so it was not fetched.")
    base = account.api_url.rstrip("/") or f"https://{_HOST}"
    return download(
        f"{base}/v2/bot/message/{source.content_id}/content",
        trusted=account.api_url,
        hosts=(_HOST,),
        limit=limit,
        write=write,
        headers={"Authorization": f"Bearer {account.access_token}"},
    )
