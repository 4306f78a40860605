"""Why there is no picture."""

from __future__ import annotations

from bot.words import say


class RenderError(Exception):
    """No page came back; ``str`` is the sentence in English.

    ``reason`` is ``unavailable`` (the child does not start), ``timeout``,
    ``died`` or ``refused`` (this invoice). ``detail`` is for the operator and
    never holds a customer's words.
    """

    def __init__(self, reason: str, *, detail: str = "", **facts: object) -> None:
        self.reason = reason
        self.detail = detail
        self.facts = facts
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """Say what happened, why, and what to do, in ``language``."""
        return say(f"render_error.{self.reason}", language, **self.facts)
