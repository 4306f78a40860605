"""The vocabulary of the house: what comes in, what goes out, and how a send can end.

Plain frozen values, no I/O. Channels translate between these and a platform's
JSON; everything else in the house speaks only these.
"""

from bot.messages.content import Bill, Button, Card, Content, Picture, Row, Text
from bot.messages.incoming import (
    Attachment,
    Entry,
    Event,
    InboundMessage,
    MessageChange,
    OtherEvent,
    StatusUpdate,
)
from bot.messages.sending import (
    Account,
    BadMessage,
    ChannelDown,
    PersonGone,
    QuotaUsedUp,
    Receipt,
    Retry,
    Route,
    SendError,
    SendRequest,
    ThreadTaken,
    TokenSpent,
    Unknown,
    Window,
    WindowClosed,
)
from bot.messages.watching import Check, NewToken, Quota
from bot.messages.who import Address, AddressKind, Author, Guarantee, Lane, Profile

__all__ = [
    "Account",
    "Address",
    "AddressKind",
    "Attachment",
    "Author",
    "BadMessage",
    "Bill",
    "Button",
    "Card",
    "ChannelDown",
    "Check",
    "Content",
    "Entry",
    "Event",
    "Guarantee",
    "InboundMessage",
    "Lane",
    "MessageChange",
    "NewToken",
    "OtherEvent",
    "PersonGone",
    "Picture",
    "Profile",
    "Quota",
    "QuotaUsedUp",
    "Receipt",
    "Retry",
    "Route",
    "Row",
    "SendError",
    "SendRequest",
    "StatusUpdate",
    "Text",
    "ThreadTaken",
    "TokenSpent",
    "Unknown",
    "Window",
    "WindowClosed",
]
