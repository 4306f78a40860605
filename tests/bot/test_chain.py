"""`openbill verify` on stored invoices: every column that somebody changes is found, by number."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, text, update

from bot import invoicing
from bot.store import shops
from bot.store.tables import counters, invoices
from handlers.cli import main
from orders.chain import Break
from tests.support.shop import Shop


@pytest.fixture
def issued(shop: Shop) -> Shop:
    """A shop with four invoices of two orders."""
    shop.hear_line("hello")
    shop.handle()
    for words in ("/o A1 1", "/send", "/add A1 1", "/send", "/send", "/o B2 1", "/send"):
        shop.answer(words)
    unlock(shop)
    return shop


def verify(shop: Shop) -> tuple[int, Break | None]:
    with shop.runtime.store.read() as connection:
        row = shops.find_shop(connection, shop.owner.shop_id)
    return invoicing.verify(shop.runtime, row)


def unlock(shop: Shop) -> None:
    """Take off the triggers that keep invoices as they are, as who holds the database can."""

    def drop(connection: Any) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP TRIGGER invoices_never_change ON invoices"))
            return
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS invoices_no_{verb}"))

    shop.runtime.store.write(drop)


def tamper(shop: Shop, which: int, **values: Any) -> None:
    statement = update(invoices).where(invoices.c.number == which).values(**values)
    shop.runtime.store.write(lambda connection: connection.execute(statement))


def test_an_untouched_chain_holds(issued: Shop) -> None:
    assert verify(issued) == (4, None)


@pytest.mark.parametrize(
    "column",
    ["order_id", "number", "revision", "snapshot", "digest", "previous_digest", "issued_at"],
)
def test_each_column_of_an_invoice_that_is_changed_is_found(issued: Shop, column: str) -> None:
    row = issued.row("invoices", number=2)
    other = issued.row("invoices", number=4)
    value = {
        "number": 9,
        "revision": 7,
        "snapshot": row.snapshot.replace('"quantity":2', '"quantity":1'),
        "digest": other.digest,
        "previous_digest": other.digest,
        "issued_at": other.issued_at,
        "order_id": other.order_id,
    }[column]
    assert value != getattr(row, column)
    if column == "order_id":
        tamper(issued, 2, order_id=value, revision=5)
    else:
        tamper(issued, 2, **{column: value})

    count, broken = verify(issued)
    assert count == 4
    assert broken is not None
    assert broken.number == 2


@pytest.mark.parametrize("number", [1, 2, 4])
def test_an_invoice_that_was_taken_out_is_found(issued: Shop, number: int) -> None:
    statement = delete(invoices).where(invoices.c.number == number)

    def remove(connection: Any) -> None:
        for name in ("outbox", "messages"):
            table = invoices.metadata.tables[name]
            connection.execute(update(table).values(invoice_id=None))
        connection.execute(statement)

    issued.runtime.store.write(remove)
    assert verify(issued) == (4, Break(number, "gap"))


def test_a_series_that_was_set_back_is_found(issued: Shop) -> None:
    back = update(counters).where(counters.c.name == "invoice").values(value=3)
    issued.runtime.store.write(lambda connection: connection.execute(back))
    assert verify(issued) == (3, Break(4, "gap"))


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_command_names_the_first_number_that_breaks_and_ends_with_1(
    issued: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers.cli import frame

    monkeypatch.setattr(frame, "with_runtime", lambda work, told=None: work(issued.runtime))
    said = CliRunner().invoke(main, ["verify", "--shop", "siam"])
    assert (said.exit_code, said.output) == (0, "siam: 4 invoices, the chain holds\n")

    tamper(issued, 3, digest="0" * 64)
    said = CliRunner().invoke(main, ["verify"])
    assert said.exit_code == 1
    assert "siam: invoice 3 breaks it" in said.output
