"""The errors of replies: each a sentence for the person who filled a form."""

from __future__ import annotations

from typing import ClassVar

from bot.words.refusals import Refusal


class ReplyError(Refusal):
    """Words or hours that cannot be kept."""

    section: ClassVar[str] = "reply_error"
