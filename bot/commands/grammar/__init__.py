"""The grammar of commands: one text in, one command out, or an error that says where and why.

``parse`` reads any text in linear time and raises nothing but GrammarError. It
knows the words (``bot.commands.lexicon``) and no shop, catalogue or clock.

::

    command  = PREFIX verb [target] [body]
    target   = "@" customer-code | "!" order-number
    body     = part { (";" | "," | newline) part }
    part     = item { item } | modifier { modifier } | items, then modifiers
    item     = code ["/" option {"/" option}] [qty] ["@" price] ["-" amount ["%"]]
             | quoted text [qty] "@" price ["-" amount ["%"]]
    code     = word with a Latin letter | "[" anything "]"
    qty      = 1 to 4 digits, or signed: x2 *2 =2 +2
    modifier = ship [method] [fee] | freeship | disc amount["%"] | dep amount
             | pay method | due time | tel digits | vat | novat | note ":" words
"""

from __future__ import annotations

from bot.commands.grammar.errors import GrammarError
from bot.commands.grammar.items import sum_items
from bot.commands.grammar.reading import LONGEST, parse
from bot.commands.grammar.values import (
    Body,
    Command,
    DueSpec,
    ItemSpec,
    Modifier,
    Span,
    Target,
    Unknown,
)
from bot.commands.grammar.writing import (
    mend,
    write_code,
    write_command,
    write_goods,
    write_item,
    write_method,
    write_modifier,
    write_option,
)

__all__ = [
    "LONGEST",
    "Body",
    "Command",
    "DueSpec",
    "GrammarError",
    "ItemSpec",
    "Modifier",
    "Span",
    "Target",
    "Unknown",
    "mend",
    "parse",
    "sum_items",
    "write_code",
    "write_command",
    "write_goods",
    "write_item",
    "write_method",
    "write_modifier",
    "write_option",
]
