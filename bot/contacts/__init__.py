"""Contacts: who writes, which of them are one person, and what the shop keeps of each customer.

A customer is a contact: one with an address on a channel, or an offline one
without any. Reading is for everybody on the shop's staff and takes a
connection; changes take the caller's ``Work`` and are part of its transaction.
"""

from bot.contacts.bans import ban, lift_ban
from bot.contacts.errors import (
    ContactError,
    CustomerChanged,
    CustomerError,
    CustomerForbidden,
    CustomerUnknown,
)
from bot.contacts.keeping import Changes, Draft, Kept, change, create
from bot.contacts.merging import MAY_MERGE, merge, undo
from bot.contacts.notes import add_note, change_note, remove_note
from bot.contacts.postal import PostalAddress, add_address, change_address, remove_address
from bot.contacts.profiles import clean_name, fetch_due
from bot.contacts.reading import (
    Customer,
    History,
    find_customer,
    list_customer_orders,
    list_customers,
    read_customers,
    read_history,
)
from bot.contacts.searching import read_code, search
from bot.contacts.writing import MAY_CHANGE

__all__ = [
    "MAY_CHANGE",
    "MAY_MERGE",
    "Changes",
    "ContactError",
    "Customer",
    "CustomerChanged",
    "CustomerError",
    "CustomerForbidden",
    "CustomerUnknown",
    "Draft",
    "History",
    "Kept",
    "PostalAddress",
    "add_address",
    "add_note",
    "ban",
    "change",
    "change_address",
    "change_note",
    "clean_name",
    "create",
    "fetch_due",
    "find_customer",
    "lift_ban",
    "list_customer_orders",
    "list_customers",
    "merge",
    "read_code",
    "read_customers",
    "read_history",
    "remove_address",
    "remove_note",
    "search",
    "undo",
]
