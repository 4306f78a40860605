"""The errors of keyword orders: each a sentence for the person who filled a form."""

from __future__ import annotations

from typing import ClassVar

from bot.words.refusals import Refusal


class KeywordError(Refusal):
    """A setting that cannot be taken."""

    section: ClassVar[str] = "keyword_error"
