"""Invoices: numbered without gaps, chained, frozen, owed, rendered, and shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, update

from bot import invoicing
from bot.rendering.renderer import Renderer
from bot.settings import LineSettings
from bot.store import tables
from bot.words import say
from orders.invoice import Invoice
from orders.states import Status
from tests.support.platforms import Fault
from tests.support.shop import Shop, at_once

sqlite_only = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def open_shop(shop: Shop) -> Shop:
    """The shop with one customer on LINE."""
    shop.hear_line("hello")
    shop.handle()
    return shop


def send_bill(shop: Shop, to: int = 1) -> Any:
    shop.answer("/o A1 2", to=to)
    shop.answer("/send", to=to)
    return shop.rows("invoices")[-1]


def token_of(shop: Shop, number: int = 1001) -> str:
    row = shop.row("orders", number=number)
    return shop.runtime.vault.bill_token(row.id, row.link_generation)


# Numbers and the chain -----------------------------------------------------------------------


def test_T29_invoice_numbers_have_no_gap_though_eight_send_at_once(shop: Shop) -> None:
    for place in range(8):
        shop.hear_line("hello", user=f"U{place}")
    shop.handle()
    for to in range(1, 9):
        shop.answer("/o A1 1" if to % 4 else "/o C3/ดำ/M 1", to=to)
    shop.set_stock("C3", 0)  # so two of them will be refused

    said = at_once(8, lambda place: shop.say("/send", to=place + 1))

    assert [one.is_error for one in said].count(True) == 2
    assert [row.number for row in shop.rows("invoices")] == [1, 2, 3, 4, 5, 6]
    verify_chain(shop)


def verify_chain(shop: Shop) -> None:
    previous = None
    for row in sorted(shop.rows("invoices"), key=lambda row: row.number):
        assert row.previous_digest == previous
        assert Invoice.from_json(row.snapshot).digest(previous) == row.digest
        previous = row.digest


def test_the_chain_would_show_a_changed_amount(open_shop: Shop) -> None:
    send_bill(open_shop)
    send_bill(open_shop)
    first, second = open_shop.rows("invoices")
    verify_chain(open_shop)

    invoice = Invoice.from_json(first.snapshot)
    changed = replace(invoice, shop_name="Somebody else")

    assert changed.digest(None) != first.digest
    assert Invoice.from_json(second.snapshot).digest(changed.digest(None)) != second.digest


@pytest.mark.parametrize("table", ["invoices", "order_events"])
def test_what_was_promised_can_be_neither_changed_nor_deleted(open_shop: Shop, table: str) -> None:
    send_bill(open_shop)
    target = getattr(tables, table)
    before = open_shop.rows(table)

    for statement in (update(target).values(order_id=target.c.order_id), delete(target)):

        def run(work: Any, statement: Any = statement) -> None:
            work.connection.execute(statement)

        with pytest.raises(Exception, match="never change"):
            open_shop.runtime.transact(run)

    assert open_shop.rows(table) == before


def test_every_revision_is_an_invoice_of_its_own_with_an_audit_row(open_shop: Shop) -> None:
    send_bill(open_shop)
    open_shop.answer("/add B2 1")
    open_shop.answer("/send")

    found = [(row.number, row.revision, row.order_id) for row in open_shop.rows("invoices")]
    assert found == [(1, 1, 1), (2, 2, 1)]
    first, second = (Invoice.from_json(row.snapshot) for row in open_shop.rows("invoices"))
    assert (first.total.minor, second.total.minor) == (24000, 33000)
    assert open_shop.audit().count("invoice issued") == 2


@sqlite_only
def test_T28_an_invoice_keeps_its_prices_whatever_changes_later(open_shop: Shop) -> None:
    send_bill(open_shop)
    before = open_shop.row("invoices").snapshot
    open_shop.runtime.transact(
        lambda work: work.connection.execute(
            update(tables.products).values(price_minor=1, name="changed")
        )
    )
    open_shop.runtime.transact(
        lambda work: work.connection.execute(update(tables.shops).values(name="changed"))
    )

    page = invoicing.find_bill(open_shop.runtime, token_of(open_shop))
    assert page is not None
    assert open_shop.row("invoices").snapshot == before
    assert page.invoice.total.minor == 24000
    assert page.invoice.shop_name == "Siam Tea"


# Owing and delivering ------------------------------------------------------------------------


def test_what_is_sent_shows_the_amount_the_picture_and_the_link(open_shop: Shop) -> None:
    send_bill(open_shop)
    open_shop.deliver()

    messages = [seen.message for seen in open_shop.platforms.seen]
    words = json.dumps(messages, ensure_ascii=False)
    link = f"{open_shop.runtime.settings.base_url}/b/{token_of(open_shop)}"
    assert [message["type"] for message in messages] == ["image", "flex"]
    assert messages[0]["originalContentUrl"] == f"{link}.png?r=1"
    assert "240.00" in words
    assert link in words


def test_F51_a_bill_that_cannot_be_rendered_goes_out_as_words_with_its_link(
    open_shop: Shop, logs: list[Any]
) -> None:
    with Renderer(timeout=0) as slow:
        crippled = replace(open_shop, runtime=replace(open_shop.runtime, renderer=slow))
        send_bill(crippled)
        crippled.deliver()

    messages = [seen.message for seen in open_shop.platforms.seen]
    assert [message["type"] for message in messages] == ["flex"]
    assert f"/b/{token_of(open_shop)}" in json.dumps(messages)
    assert open_shop.row("outbox").state == "sent"
    assert "invoice without picture" in [line["event"] for line in logs]


@sqlite_only
@pytest.mark.parametrize("kind", ["messenger", "instagram"])
def test_F51_the_pictures_place_is_taken_by_words_on_metas_channels(shop: Shop, kind: str) -> None:
    shop.hear_meta("hello", kind=kind)
    shop.handle()
    with Renderer(timeout=0) as slow:
        crippled = replace(shop, runtime=replace(shop.runtime, renderer=slow))
        send_bill(crippled)
        crippled.deliver()

    assert {row.state for row in shop.rows("outbox")} == {"sent"}
    words = json.dumps([seen.message for seen in shop.platforms.seen])
    assert "image" not in [
        seen.message.get("attachment", {}).get("type") for seen in shop.platforms.seen
    ]
    assert f"/b/{token_of(shop)}" in words


def test_a_payload_is_frozen_at_its_first_attempt(open_shop: Shop) -> None:
    send_bill(open_shop)
    open_shop.platforms.fail(Fault(500))
    open_shop.deliver()
    frozen = open_shop.row("outbox").payload
    assert frozen is not None
    open_shop.answer("/cancel")  # the words of a bill made now would differ

    open_shop.clock.move(seconds=5)
    open_shop.deliver()

    first, second, _news = (call.body for call in open_shop.platforms.calls)
    assert first == second
    assert open_shop.row("outbox", kind="bill").payload == frozen


@sqlite_only
def test_a_picture_is_shown_only_where_the_platform_can_fetch_it(open_shop: Shop) -> None:
    runtime = open_shop.runtime
    real = open_shop.with_settings(line=LineSettings()).runtime
    public = replace(real.settings, base_url="https://shop.example.com")

    assert invoicing.may_show_pictures(runtime, "line")
    assert not invoicing.may_show_pictures(real, "line")
    assert invoicing.may_show_pictures(real, "messenger")
    assert invoicing.may_show_pictures(replace(real, settings=public), "line")


@sqlite_only
def test_without_a_public_address_the_answer_says_that_no_picture_goes_along(
    open_shop: Shop,
) -> None:
    plain = open_shop.with_settings(line=LineSettings())
    plain.answer("/o A1 1")

    assert say("card.no_picture", "th") in plain.answer("/send")
    assert say("card.no_picture", "th") not in open_shop.answer("/send")


# Showing ---------------------------------------------------------------------------------------


def test_a_bills_address_shows_the_newest_revision_and_todays_status(open_shop: Shop) -> None:
    send_bill(open_shop)
    open_shop.answer("/add B2 1")
    page = invoicing.find_bill(open_shop.runtime, token_of(open_shop))
    assert page is not None
    assert (page.invoice.revision, page.status) == (1, Status.UNPAID)
    assert len(page.ways) == 2

    open_shop.answer("/send")
    page = invoicing.find_bill(open_shop.runtime, token_of(open_shop))
    assert page is not None
    assert page.invoice.revision == 2

    open_shop.answer("/cancel")
    page = invoicing.find_bill(open_shop.runtime, token_of(open_shop))
    assert page is not None
    assert page.status == Status.CANCELLED
    assert page.ways == ()  # it takes no money any more


def test_T41_a_wrong_address_and_one_never_issued_show_nothing(open_shop: Shop) -> None:
    open_shop.answer("/o A1 1")
    draft = open_shop.row("orders")
    send_bill(open_shop)
    good = token_of(open_shop)

    for token in (
        "",
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good.lower() if good != good.lower() else good.upper(),
        "x\ud800",
        open_shop.runtime.vault.bill_token(draft.id, 2),
    ):
        assert invoicing.find_bill(open_shop.runtime, token) is None


def test_T42_looking_at_a_bill_changes_nothing(open_shop: Shop) -> None:
    send_bill(open_shop)
    before, feed = open_shop.counts(), open_shop.last_change()
    order = open_shop.row("orders")

    page = invoicing.find_bill(open_shop.runtime, token_of(open_shop))
    assert page is not None
    invoicing.document(open_shop.runtime, page, "png")

    assert open_shop.counts() == before
    assert open_shop.last_change() == feed
    assert open_shop.row("orders") == order


@sqlite_only
def test_documents_are_made_once_and_kept(open_shop: Shop) -> None:
    send_bill(open_shop)
    page = invoicing.find_bill(open_shop.runtime, token_of(open_shop))
    assert page is not None

    assert invoicing.render_ahead(open_shop.runtime) == 1
    assert invoicing.render_ahead(open_shop.runtime) == 0
    pdf = invoicing.document(open_shop.runtime, page, "pdf")
    png = invoicing.document(open_shop.runtime, page, "png")

    assert pdf.startswith(b"%PDF")
    assert png.startswith(b"\x89PNG")
    with Renderer(timeout=0) as slow:
        crippled = replace(open_shop.runtime, renderer=slow)
        assert invoicing.document(crippled, page, "pdf") == pdf  # from disk


@sqlite_only
def test_a_mistaken_promptpay_id_costs_its_own_way_only(open_shop: Shop) -> None:
    send_bill(open_shop)
    invoice = Invoice.from_json(open_shop.row("invoices").snapshot)

    ways = invoicing.pay_ways(replace(invoice, promptpay_id="12"), "en")

    assert len(ways) == 1
