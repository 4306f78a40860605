"""Reading a whole text: is it a command, which verb, about whom, and what does it say?"""

from __future__ import annotations

from dataclasses import replace

from bot.commands.grammar.amounts import Money
from bot.commands.grammar.arguments import read_body, read_order_number
from bot.commands.grammar.errors import GrammarError
from bot.commands.grammar.lexer import Kind, Lexer, Token
from bot.commands.grammar.values import Command, Target, Unknown
from bot.commands.lexicon import Lexicon, lexicon
from bot.commands.suggest import nearest
from orders.folding import caseless, fold, is_digit, is_latin, is_word

LONGEST = 2000
LONGEST_CODE = 32
HASH = "#"
# These take plain words in which "@" and "!" are only signs, or nothing that names an order.
WITHOUT_TARGET = frozenset({"help", "link", "find", "inbox"})
WITH_WORDS = frozenset({"reply", "note", "cancel", "return"})


def parse(
    text: str,
    prefixes: tuple[str, ...] = ("/", "#"),
    decimals: int = 2,
    currency: str = "THB",
) -> Command | Unknown | None:
    """Read ``text`` as a command; None where it is chat.

    A command is a prefix and, without a blank between, a known verb. A modifier
    may stand as the verb (``/disc 5%`` is ``/set disc 5%``), but not after "#":
    ``#ส่งฟรี`` is what shops write to customers. After "#" a word that is no
    verb is chat, unless a verb is near; after any other prefix it is Unknown.

    ``decimals`` and ``currency`` are the order's: more decimals are refused, and
    the currency's own words and signs beside an amount are read.

    Raises GrammarError where the text is a command that cannot be read. Any
    text may be given; more than 2,000 characters are never looked at.
    """
    folded = fold(text[:LONGEST])
    start = len(folded.text) - len(folded.text.lstrip())
    prefix = _find_prefix(folded.text, start, prefixes)
    if prefix is None:
        return None
    words = lexicon()
    money = Money(decimals, words.currencies.get(currency, frozenset({currency.casefold()})))
    lexer = Lexer(folded, start + len(prefix), words.heads, money.words)
    word = _read_verb_word(lexer)
    verb = _find_verb(words, word, prefix)
    if verb is None:
        return _unknown(lexer, words, word, prefix)
    if len(text) > LONGEST:
        raise GrammarError(
            "too_long", LONGEST, len(text), {"length": str(len(text)), "limit": str(LONGEST)}
        )
    return _read_command(lexer, verb, word, prefix, money)


def _find_prefix(text: str, start: int, prefixes: tuple[str, ...]) -> str | None:
    known = sorted((fold(prefix).text for prefix in prefixes if prefix), key=len, reverse=True)
    return next((prefix for prefix in known if text.startswith(prefix, start)), None)


def _read_verb_word(lexer: Lexer) -> Token:
    """The run of letters right after the prefix, taken; an empty WORD where there is none."""
    start = lexer.position
    if start < len(lexer.text) and is_word(lexer.text[start]):
        return lexer.take()
    return Token(Kind.WORD, "", start, start)


def _find_verb(words: Lexicon, word: Token, prefix: str) -> str | None:
    verb = words.verbs.get(word.key)
    if verb is None and prefix != HASH and word.key in words.modifiers:
        return "set"
    return verb


def _unknown(lexer: Lexer, words: Lexicon, word: Token, prefix: str) -> Unknown | None:
    if prefix == HASH:
        near = nearest(word.text, words.verbs, most=_hash_allowance(word.text))
        if near is None:
            return None
    else:
        if not word.text:
            # "/ send": not run, for "/" and a blank is no prefix; but surely no chat either.
            lexer.skip_blanks()
            word = lexer.run()
        if not word.text and lexer.ends():
            return None
        near = nearest(word.text, words.verbs) or _begun(words, word)
    return Unknown(
        verb=lexer.clip(word),
        suggestion=f"{prefix}{near}" if near else None,
        span=lexer.folded.span(word.start, word.end),
    )


def _hash_allowance(word: str) -> int:
    """How near a hashtag must be to a verb: shops write hashtags, most are short words."""
    if len(word) < 3:
        return 0
    return 1 if len(word) <= 4 else 2


def _begun(words: Lexicon, token: Token) -> str | None:
    """The verb that ``token`` is the beginning of (``/ord``), or that begins it (``/send1``)."""
    key = caseless(token.text)
    if len(key) < 2:
        return None
    later = [form for form in words.verbs if form.startswith(key)]
    inside = [form for form in words.verbs if len(form) > 2 and key.startswith(form)]
    return min(later, default=None, key=len) or max(inside, default=None, key=len)


def _read_command(lexer: Lexer, verb: str, word: Token, prefix: str, money: Money) -> Command:
    modified = word.key not in lexicon().verbs
    if modified:
        lexer.seek(word.start)
    else:
        lexer.skip_sign(":")
    after = lexer.position
    target = None if modified or verb in WITHOUT_TARGET else _read_target(lexer, verb)
    if verb == "use" and target is None:
        lexer.skip_blanks()
        lexer.fail_span("target_missing", lexer.position, len(lexer.text))
    body = read_body(lexer, verb, money)
    if verb == "merge" and body.number is None:
        # A single "!1041" is the order to merge; it goes into the one in use.
        if target is None or target.kind != "order":
            lexer.fail_span("order_missing", len(lexer.text), len(lexer.text))
        body = replace(body, number=target.code, words=lexer.raw(after, len(lexer.text)))
        target = None
    if verb == "use":
        body = replace(body, words=lexer.raw(after, len(lexer.text)))
    return Command(
        verb=verb,
        target=target,
        body=body,
        text=lexer.folded.original,
        prefix=prefix,
        verb_span=lexer.folded.span(word.start, word.end),
    )


def _read_target(lexer: Lexer, verb: str) -> Target | None:
    """``@C123`` or ``!1042``, where one stands next."""
    if lexer.next_char() not in ("@", "!"):
        return None
    sign = lexer.take()
    code = _customer_code(lexer) if sign.text == "@" else _order_number(lexer)
    if code is not None:
        span = lexer.folded.span(sign.start, lexer.position)
        return Target("customer" if sign.text == "@" else "order", code, span)
    if verb not in WITH_WORDS:
        lexer.fail("target_unreadable", Token(Kind.WORD, "", sign.start, lexer.run().end))
    # "/reply @noon we open" is no target but words.
    lexer.seek(sign.start)
    return None


def _customer_code(lexer: Lexer) -> str | None:
    token = lexer.run()
    if len(token.text) > LONGEST_CODE or not any(map(is_digit, token.text)):
        return None
    if not is_latin(token.text[0]):
        return None
    lexer.seek(token.end)
    return token.text.upper()


def _order_number(lexer: Lexer) -> str | None:
    if not any(map(is_digit, lexer.run().text)):
        return None
    return read_order_number(lexer)
