"""Writes commands: a parsed command, an item or a change as text that parses to the same again.

``parse(write_command(x))`` says what ``x`` says. Buttons, cards and suggestions
are written here, so that what they offer is never a text that is refused.
"""

from __future__ import annotations

from bot.commands.grammar.errors import GrammarError
from bot.commands.grammar.reading import parse
from bot.commands.grammar.values import Body, Command, DueSpec, ItemSpec, Modifier
from orders.folding import fold, is_digit

LINE_END = "\n"
PARTED = "; "


def write_command(command: Command) -> str:
    """Write a whole command in its shortest form: the canonical verb, target, items, changes."""
    target = ""
    if command.target is not None:
        sign = "@" if command.target.kind == "customer" else "!"
        target = sign + command.target.code
    return " ".join(filter(None, (command.prefix + command.verb, target, _write_body(command))))


def write_item(item: ItemSpec) -> str:
    """Write an item: its code or name, options, quantity, price and discount."""
    words = [write_goods(item.code, item.name, item.options)]
    if item.counted or (item.discount is not None and item.price is None):
        words.append(f"{item.sign or ''}{item.quantity}")
    if item.price is not None:
        words.append(f"@{item.price}")
    if item.discount is not None:
        words.append(f"-{item.discount}{'%' if item.discount_percent else ''}")
    return " ".join(words)


def write_goods(code: str | None, name: str | None, options: tuple[str, ...] = ()) -> str:
    """Write what is bought: a code with its options, or a one-off's name in quotes."""
    if code is None:
        return _close(name or "", '"', '"')
    return "/".join((write_code(code), *map(write_option, options)))


def write_code(code: str) -> str:
    """Write a product's code, in brackets where it would be read as something else."""
    return code if _is_plain(code) else _close(code, "[", "]")


def write_modifier(modifier: Modifier) -> str:
    """Write one change of the order as a whole."""
    kind = modifier.kind
    match kind:
        case "ship":
            method = write_method(modifier.text) if modifier.text else ""
            return " ".join(filter(None, (kind, method, modifier.amount)))
        case "disc":
            return f"{kind} {modifier.amount}{'%' if modifier.percent else ''}"
        case "dep":
            return f"{kind} {modifier.amount}"
        case "pay" | "tel":
            return f"{kind} {modifier.text}"
        case "note":
            return f"{kind}: {_without(modifier.text or '', ';' + LINE_END)}"
        case "due" if modifier.due is not None:
            return f"{kind} {write_due(modifier.due)}"
        case _:
            return kind


def write_due(due: DueSpec) -> str:
    """Write a due time as it is typed."""
    if due.kind == "after":
        return f"{due.minutes}m"
    clock = f"{due.hour:02}:{due.minute or 0:02}" if due.hour is not None else ""
    if due.kind == "clock":
        return clock
    return " ".join(filter(None, (f"{due.day}/{due.month}", clock)))


def mend(text: str, span: tuple[int, int], words: str) -> str:
    """Give a text with other words in one place: what a person meant, ready to be sent."""
    return text[: span[0]] + words + text[span[1] :]


def _write_body(command: Command) -> str:
    body = command.body
    parts = [*map(write_item, body.items), *map(write_modifier, body.modifiers)]
    if parts:
        return PARTED.join(parts)
    if body.amount is not None:
        return body.amount
    if body.due is not None:
        return write_due(body.due)
    if command.verb == "merge":
        return f"!{body.number}"
    if body.answer is not None or body.number is not None:
        return " ".join(filter(None, (body.answer, body.number, body.rest)))
    return "" if command.verb == "use" else body.words


def _is_plain(code: str) -> bool:
    """Whether a code is read as itself when it stands without brackets, counted or not."""
    if is_digit(code[:1]) and code.isalnum():
        return False  # what is a unit or a currency behind digits differs from shop to shop
    items = _read(f"{code}; {code} 1").items
    return [(one.code, one.options, one.quantity, one.alternatives) for one in items] == [
        (code.upper(), (), 1, ())
    ] * 2


def write_option(option: str) -> str:
    """Write an option, in quotes where it would be read as something else."""
    items = _read(f"A1/{option}; A1/{option} 1").items
    plain = [(one.options, one.quantity, one.alternatives) for one in items]
    return option if plain == [((option,), 1, ())] * 2 else _close(option, '"', '"')


def write_method(method: str) -> str:
    """Write a way of sending, in quotes where it would be read as something else."""
    changes = [(one.kind, one.text, one.amount) for one in _read(f"ship {method} 1").modifiers]
    return method if changes == [("ship", method, "1.00")] else _close(method, '"', '"')


def _read(parts: str) -> Body:
    """Read parts of an order as the grammar does; nothing where it refuses them."""
    try:
        found = parse(f"/o {parts}", prefixes=("/",))
    except GrammarError:
        return Body()
    return found.body if isinstance(found, Command) else Body()


def _close(words: str, opener: str, closer: str) -> str:
    """Set words in brackets or quotes; what would close them is left out."""
    return f"{opener}{_without(words, closer + LINE_END)}{closer}"


def _without(words: str, signs: str) -> str:
    """Give words without what reads as one of ``signs``, and with single blanks."""
    kept = (" " if set(fold(char).text) & set(signs) else char for char in words)
    return " ".join("".join(kept).split())
