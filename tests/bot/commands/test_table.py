"""Every line of the table of commands has exactly the effect, or the refusal, that stands there.

The table is ``tests/fixtures/commands/table.txt``: sections begin with ``== name commands``, which
are run before each line. A line is a command, a tab, and what comes of it: the order's status, its
items and terms as the commands that would make it, and its total; or ``!`` and the error's key,
where the caret stands, and the very words above it; a sentence where the error has no key.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import ordering
from bot.commands.context import CommandError, Context, find_target
from bot.commands.grammar import Command, GrammarError, Unknown
from bot.commands.retelling import tell_parts
from bot.commands.table import run
from bot.conversation.answering import read
from bot.ordering import Asker
from bot.runtime import Work
from bot.store import conversations, orders, shops
from orders.errors import OrderError
from orders.totals import totals
from tests.support.shop import Shop

TABLE = Path(__file__).parents[2] / "fixtures" / "commands" / "table.txt"


class _Enough(Exception):
    """Rolls a line back, so that the next one finds the shop as it was."""


def read_table() -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Give each line with the commands that are run before it."""
    before: tuple[str, ...] = ()
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith("== "):
            _, _, commands = line.removeprefix("== ").partition(" ")
            before = tuple(filter(None, map(str.strip, commands.split(" | "))))
        elif line and not line.startswith("# "):
            text, _, effect = line.partition("\t")
            yield before, text, effect


def effect_of(shop: Shop, before: tuple[str, ...], text: str) -> str:
    """Run commands in one transaction that is taken back; give what the last one did."""
    seen: list[str] = []

    def body(work: Work) -> None:
        for seconds, each in enumerate((*before, text)):
            # Commands have times of their own, as in life.
            later = Work(work.connection, work.now + timedelta(seconds=seconds))
            seen.append(_run(shop, later, each))
        raise _Enough

    with contextlib.suppress(_Enough):
        shop.runtime.transact(body)
    assert not any(one.startswith("!") for one in seen[:-1]), seen
    return seen[-1]


def _run(shop: Shop, work: Work, text: str) -> str:
    row = shops.find_shop(work.connection, shop.owner.shop_id)
    try:
        command = read(row, text)
        if command is None:
            return "chat"
        if isinstance(command, Unknown):
            return f"unknown {command.suggestion or '-'}"
        return _make(shop, work, row, command)
    except GrammarError as error:
        pointed = text[error.start : error.end]
        return f"! {error.key} {error.start}-{error.end} {pointed}".rstrip()
    except OrderError as error:
        return f"! {error.key}"
    except CommandError as error:
        return f"! {error}".partition("\n")[0]


def _make(shop: Shop, work: Work, row: Any, command: Command) -> str:
    talk = conversations.lock_conversation(work.connection, 1)
    found = find_target(work, row, command.target) if command.target is not None else None
    asker = Asker(shop.owner, "web")
    context = Context(
        runtime=shop.runtime,
        work=work,
        shop=row,
        asker=asker,
        text=command.text,
        subject=found.conversation if found else talk,
        order_row=found.order_row if found else None,
    )
    with work.connection.begin_nested():
        reply = run(context, command)
    if reply.order_id is None:
        return "said"
    order_row = orders.find_order(work.connection, row.id, order_id=reply.order_id)
    order = ordering.load(work.connection, order_row)
    parts = "; ".join(part for part in tell_parts(order) if part != "novat")
    return f"{order.status}: {parts} = {totals(order).total.plain()}"


def test_T20_T21_every_line_of_the_table_does_what_it_says(shop: Shop) -> None:
    shop.hear_line("hello")
    shop.handle()
    lines = list(read_table())
    assert len(lines) >= 150
    wrong = [
        (text, effect, found)
        for before, text, effect in lines
        if (found := effect_of(shop, before, text)) != effect
    ]
    assert wrong == []
    assert shop.rows("orders") == []  # each was taken back
