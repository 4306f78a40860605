"""Why a customer could not be created, changed or made one with another."""

from __future__ import annotations

from typing import Any, ClassVar

from bot.words import say
from bot.words.refusals import Refusal


class ContactError(Exception):
    """A merge or an undo that cannot be.

    ``kind`` is ``unknown`` (the shop has no such customer), ``same`` (they are
    one already) or ``undone`` (there is no such merge, or not any more).
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class CustomerError(Refusal):
    """Something that was typed of a customer cannot be taken."""

    section: ClassVar[str] = "customer"

    def told(self, language: str) -> dict[str, Any]:
        """Give the facts, with a field by its name."""
        facts = super().told(language)
        if "field" in facts:
            facts["field"] = say(f"customer_field.{facts['field']}", language)
        return facts


class CustomerUnknown(CustomerError, LookupError):
    """The shop has no such customer, or the customer no such address or note."""


class CustomerChanged(CustomerError):
    """Somebody else was faster: what is to be changed is not what the person saw."""


class CustomerForbidden(CustomerError, PermissionError):
    """The role may not."""
