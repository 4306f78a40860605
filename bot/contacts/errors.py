"""Why a customer could not be created, changed or made one with another."""

from __future__ import annotations

from bot.words import say


class ContactError(Exception):
    """A merge or an undo that cannot be.

    ``kind`` is ``unknown`` (the shop has no such customer), ``same`` (they are
    one already) or ``undone`` (there is no such merge, or not any more).
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class CustomerError(Exception):
    """Something that was typed of a customer cannot be taken.

    ``key`` names the sentence, ``facts`` fill it. ``str(error)`` is the key
    alone, so that no log ever holds what people typed.
    """

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def sentence(self, language: str) -> str:
        """What is wrong and what to do, for whoever typed it."""
        facts = dict(self.facts)
        if "field" in facts:
            facts["field"] = say(f"customer_field.{facts['field']}", language)
        return say(f"customer.{self.key}", language, **facts)


class CustomerUnknown(CustomerError, LookupError):
    """The shop has no such customer, or the customer no such address or note."""


class CustomerChanged(CustomerError):
    """Somebody else was faster: what is to be changed is not what the person saw."""


class CustomerForbidden(CustomerError, PermissionError):
    """The role may not."""
