"""Contacts: who writes, and which of them are one person."""

from bot.contacts.merging import MAY_MERGE, ContactError, merge, undo
from bot.contacts.profiles import clean_name, fetch_due

__all__ = ["MAY_MERGE", "ContactError", "clean_name", "fetch_due", "merge", "undo"]
