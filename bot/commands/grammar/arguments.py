"""What each verb takes after it: items and changes, an amount, a time, words, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Never

from bot.commands.grammar.amounts import Money, is_half_digit, read_amount
from bot.commands.grammar.dues import read_due
from bot.commands.grammar.items import read_item
from bot.commands.grammar.lexer import Kind, Lexer, Token
from bot.commands.grammar.modifiers import find_modifier, read_modifier, topic
from bot.commands.grammar.values import Body, ItemSpec, Modifier
from bot.commands.lexicon import FALLBACK, find_entry, lexicon
from bot.commands.suggest import nearest
from orders.folding import is_digit, is_latin

MOST_ITEMS = 100
MOST_NUMBER = 40
ITEM_KINDS = (Kind.WORD, Kind.BRACKET, Kind.QUOTE)

Reader = Callable[[Lexer, str, Money], Body]


def read_body(lexer: Lexer, verb: str, money: Money) -> Body:
    """Read to the end what ``verb`` takes; GrammarError where it is something else."""
    return READERS[verb](lexer, verb, money)


def read_order_number(lexer: Lexer) -> str:
    """The order number right after a "!" that was just taken: letters, "-" and a digit or more."""
    token = lexer.run()
    if len(token.text) > MOST_NUMBER or not any(map(is_digit, token.text)):
        lexer.fail("order_missing", token)
    lexer.seek(token.end)
    return token.text.upper()


def _parts(lexer: Lexer, verb: str, money: Money) -> Body:
    """Items and modifiers, parted by ";", "," or a new line."""
    words = lexer.rest()
    items: list[ItemSpec] = []
    modifiers: dict[str, Modifier] = {}
    changed = False
    while (token := lexer.peek()).kind is not Kind.END:
        if token.kind is Kind.BREAK:
            lexer.take()
            changed = False
        elif find_modifier(token):
            modifier = read_modifier(lexer, money)
            if topic(modifier) in modifiers:
                lexer.fail("modifier_twice", token)
            modifiers[topic(modifier)] = modifier
            changed = True
        else:
            _check_item_start(lexer, token, changed)
            items.append(read_item(lexer, money))
            if len(items) > MOST_ITEMS:
                lexer.fail("too_many_items", token, limit=str(MOST_ITEMS))
    return Body(items=tuple(items), modifiers=tuple(modifiers.values()), words=words)


def _some_parts(lexer: Lexer, verb: str, money: Money) -> Body:
    body = _parts(lexer, verb, money)
    if not body.items and not body.modifiers:
        _fail_empty(lexer, "items_missing", verb)
    return body


def _codes(lexer: Lexer, verb: str, money: Money) -> Body:
    """Items without quantity, price or discount."""
    body = _parts(lexer, verb, money)
    if body.modifiers:
        _fail_at(lexer, "modifier_not_wanted", body.modifiers[0].span, verb)
    for item in body.items:
        if item.counted or item.price is not None or item.discount is not None:
            _fail_at(lexer, "quantity_not_wanted", (item.code_span[1], item.span[1]), verb)
    if not body.items:
        _fail_empty(lexer, "code_missing", verb)
    return body


def _check_item_start(lexer: Lexer, token: Token, changed: bool) -> None:
    """Refuse what cannot begin an item, each mistake with its own mend."""
    if changed and (token.kind in ITEM_KINDS or token.kind is Kind.NUMBER):
        lexer.fail("separator_missing", token)
    if token.kind is Kind.NUMBER:
        lexer.fail("stray_number", token, fix=f"[{lexer.clip(token)}]")
    if token.kind is Kind.WORD and not any(is_latin(char) for char in token.text):
        near = nearest(token.text, lexicon().modifiers)
        if near:
            lexer.fail("word_unknown", token, near=near)
    if token.kind not in ITEM_KINDS:
        lexer.take()
        whole = Token(token.kind, token.text, token.start, lexer.run().end)
        lexer.fail(_stray_key(token), whole)


def _stray_key(token: Token) -> str:
    if is_half_digit(token):
        return "digit_unreadable"
    return {"@": "price_alone", "!": "target_late", "-": "discount_alone"}.get(
        token.text, "symbol_stray"
    )


def _nothing(lexer: Lexer, verb: str, money: Money) -> Body:
    _refuse_more(lexer, verb)
    return Body()


def _amount(lexer: Lexer, verb: str, money: Money) -> Body:
    words = lexer.rest()
    if lexer.ends():
        return Body()
    amount = read_amount(lexer, money, "/paid 300")
    _refuse_more(lexer, verb)
    return Body(words=words, amount=amount)


def _due(lexer: Lexer, verb: str, money: Money) -> Body:
    words = lexer.rest()
    due = read_due(lexer)
    _refuse_more(lexer, verb)
    return Body(words=words, due=due)


def _answer(lexer: Lexer, verb: str, money: Money) -> Body:
    words = lexer.rest()
    token = lexer.take()
    said = lexicon().answers.get(token.key)
    if said is None:
        lexer.fail("slip_answer", token)
    answer: Literal["ok", "no"] = "ok" if said == "ok" else "no"
    lexer.skip_sign(":,")
    rest = lexer.rest()
    if answer == "no" and not rest:
        lexer.fail("slip_reason", token)
    if answer == "ok":
        _refuse_more(lexer, verb)
    return Body(words=words, answer=answer, rest=rest)


def _parcel(lexer: Lexer, verb: str, money: Money) -> Body:
    """A parcel's number, which holds a digit, and perhaps the carrier."""
    words = lexer.rest()
    lexer.skip_blanks()
    token = lexer.take_option()
    if not any(map(is_digit, token.text)) or len(token.text) > MOST_NUMBER:
        lexer.fail("parcel_unreadable", token)
    lexer.skip_sign(",")
    return Body(words=words, number=token.text.upper(), rest=lexer.rest())


def _order(lexer: Lexer, verb: str, money: Money) -> Body:
    """``!1041``, the order to merge; None where the target already took it."""
    words = lexer.rest()
    if lexer.ends():
        return Body()
    token = lexer.take()
    if not token.sign("!"):
        lexer.fail("order_missing", token)
    number = read_order_number(lexer)
    _refuse_more(lexer, verb)
    return Body(words=words, number=number)


def _link(lexer: Lexer, verb: str, money: Money) -> Body:
    """A one-time code; blanks and hyphens in it do not count."""
    words = lexer.rest()
    lexer.skip_blanks()
    start = lexer.position
    code = "".join(char for char in lexer.text[start:] if char not in " -\n")
    if not 4 <= len(code) <= MOST_NUMBER or not (code.isascii() and code.isalnum()):
        lexer.fail_span("link_unreadable", start, len(lexer.text))
    return Body(words=words, number=code.upper())


def _words(lexer: Lexer, verb: str, money: Money) -> Body:
    return Body(words=lexer.rest())


def _some_words(lexer: Lexer, verb: str, money: Money) -> Body:
    if lexer.ends():
        _fail_empty(lexer, "text_missing", verb)
    return Body(words=lexer.rest())


def _refuse_more(lexer: Lexer, verb: str) -> None:
    if not lexer.ends():
        lexer.fail("takes_nothing", lexer.peek(), verb=verb)


def _fail_empty(lexer: Lexer, key: str, verb: str) -> Never:
    end = len(lexer.text)
    example = find_entry("verbs", verb, FALLBACK).example
    lexer.fail_span(key, end, end, verb=verb, example=example)


def _fail_at(lexer: Lexer, key: str, span: tuple[int, int], verb: str) -> Never:
    word = lexer.folded.original[span[0] : span[1]].strip()
    lexer.fail_original(key, (span[1] - len(word), span[1]), verb=verb, word=word)


# Every verb of the lexicon and how what follows it is read.
READERS: dict[str, Reader] = {
    "o": _parts,
    "add": _some_parts,
    "set": _some_parts,
    "rm": _codes,
    "send": _nothing,
    "show": _nothing,
    "paid": _amount,
    "slip": _answer,
    "ship": _parcel,
    "cancel": _words,
    "renew": _due,
    "draft": _nothing,
    "merge": _order,
    "return": _words,
    "stock": _codes,
    "find": _some_words,
    "note": _some_words,
    "use": _nothing,
    "undo": _nothing,
    "reply": _some_words,
    "inbox": _nothing,
    "link": _link,
    "help": _words,
}
