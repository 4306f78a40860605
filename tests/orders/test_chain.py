"""The proof of a chain: any column that is changed, any row that is taken out, is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orders.chain import Break, Link, find_break
from orders.invoice import chain_digest, freeze
from orders.item import Item
from orders.money import Money
from orders.order import Order

ISSUED = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def chain(length: int = 4) -> list[Link]:
    links: list[Link] = []
    previous = None
    for number in range(1, length + 1):
        order = Order.open(1000 + number, "THB").add(
            Item("A1", "ชา", (), number, Money(12_000, "THB"))
        )
        invoice = freeze(
            order,
            number=number,
            revision=1,
            issued_at=ISSUED + timedelta(minutes=number),
            shop_name="Siam Tea",
            language="th",
            timezone="Asia/Bangkok",
            customer_name="นก",
            customer_code="C1",
            promptpay_id="",
            banks=(),
        )
        links.append(
            Link(
                number=number,
                order_number=order.number,
                revision=1,
                snapshot=invoice.to_json(),
                digest=invoice.digest(previous),
                previous_digest=previous,
                issued_at=invoice.issued_at,
            )
        )
        previous = links[-1].digest
    return links


def test_a_chain_that_nobody_touched_holds() -> None:
    assert find_break(chain(), last=4) is None
    assert find_break([], last=0) is None


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("order_number", 7, "columns"),
        ("revision", 2, "columns"),
        ("issued_at", ISSUED, "columns"),
        ("snapshot", "{}", "digest"),
        ("digest", "0" * 64, "digest"),
        ("previous_digest", "0" * 64, "link"),
        ("previous_digest", None, "link"),
    ],
)
def test_a_column_that_was_changed_is_found(column: str, value: Any, kind: str) -> None:
    links = chain()
    links[1] = replace(links[1], **{column: value})
    assert find_break(links, last=4) == Break(2, kind)


@pytest.mark.parametrize("gone", range(4))
def test_a_number_that_is_missing_is_found_wherever_it_stood(gone: int) -> None:
    links = chain()
    del links[gone]
    assert find_break(links, last=4) == Break(gone + 1, "gap")


def test_a_number_that_stands_twice_or_beyond_the_series_is_found() -> None:
    links = chain()
    assert find_break([*links[:2], links[1], *links[2:]], last=4) == Break(2, "gap")
    assert find_break(links, last=3) == Break(4, "gap")


def test_a_forger_who_reckons_the_digest_anew_breaks_the_next_link() -> None:
    links = chain()
    forged = links[1].snapshot.replace('"quantity":2', '"quantity":3')
    assert forged != links[1].snapshot
    previous = links[1].previous_digest
    links[1] = replace(links[1], snapshot=forged, digest=chain_digest(previous, forged))
    assert find_break(links, last=4) == Break(2, "sums")
    # Were the sums right as well, the next one would not follow any more.
    links = chain()
    other = links[1].snapshot.replace('"customer_code":"C1"', '"customer_code":"C2"')
    links[1] = replace(links[1], snapshot=other, digest=chain_digest(previous, other))
    assert find_break(links, last=4) == Break(3, "link")


def test_a_whole_chain_that_was_reckoned_anew_still_must_add_up() -> None:
    links, previous = [], None
    for link in chain():
        snapshot = link.snapshot.replace('"amount":"0.00"', '"amount":"1.00"')
        digest = chain_digest(previous, snapshot)
        links.append(replace(link, snapshot=snapshot, digest=digest, previous_digest=previous))
        previous = digest
    assert find_break(links, last=4) == Break(1, "sums")


def test_a_snapshot_that_cannot_be_read_is_found() -> None:
    link = chain(1)[0]
    link = replace(link, snapshot="{}", digest=chain_digest(None, "{}"))
    assert find_break([link], last=1) == Break(1, "unreadable")
