"""What is written parses to the same again: ``parse(write(x)) = x``, for any command."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.grammar import (
    Body,
    Command,
    DueSpec,
    ItemSpec,
    Modifier,
    Target,
    mend,
    parse,
    write_command,
)
from bot.commands.retelling import tell_changes, tell_parts, tell_quantities
from orders.item import Item
from orders.money import Money
from orders.order import Order

NOWHERE = (0, 0)
WORD = st.text(st.sampled_from("ABXz09-_ดำขาว.x"), min_size=1, max_size=8)
NAME = st.text(st.sampled_from("abc ก ข 12@;,!-%/"), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)
AMOUNT = st.integers(0, 99_999_999).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
PERCENT = st.integers(0, 100).map(str)
CODE = (
    WORD | st.sampled_from(["SHIP", "1024", "A1X2", "NAN", "1E5", "X", "X2", "7UP", "ชาเขียว"])
).map(str.upper)


@st.composite
def items(draw: st.DrawFn) -> ItemSpec:
    one_off = draw(st.booleans())
    price = draw(AMOUNT if one_off else st.none() | AMOUNT)
    counted = draw(st.booleans())
    off = draw(st.none() | st.booleans()) if counted or price else None
    return ItemSpec(
        code=None if one_off else draw(CODE),
        name=draw(NAME.filter(bool)) if one_off else None,
        options=() if one_off else tuple(draw(st.lists(WORD, max_size=2))),
        quantity=draw(st.integers(1, 9999)) if counted else 1,
        counted=counted,
        sign="+" if counted and draw(st.booleans()) else None,
        price=price,
        discount=None if off is None else draw(PERCENT if off else AMOUNT),
        discount_percent=bool(off),
        span=NOWHERE,
        code_span=NOWHERE,
    )


DUES = (
    st.integers(1, 366 * 24 * 60).map(lambda minutes: DueSpec("after", minutes=minutes))
    | st.builds(DueSpec, st.just("clock"), hour=st.integers(0, 23), minute=st.integers(0, 59))
    | st.builds(DueSpec, st.just("date"), day=st.integers(1, 28), month=st.integers(1, 12))
)
CHANGES = {
    "ship": st.builds(
        lambda text, amount: Modifier("ship", NOWHERE, amount=amount, text=text),
        st.none() | NAME.filter(bool),
        st.none() | AMOUNT,
    ),
    "disc": st.builds(lambda amount: Modifier("disc", NOWHERE, amount=amount), AMOUNT)
    | st.builds(lambda amount: Modifier("disc", NOWHERE, amount=amount, percent=True), PERCENT),
    "dep": st.builds(lambda amount: Modifier("dep", NOWHERE, amount=amount), AMOUNT),
    "pay": st.sampled_from(["transfer", "promptpay", "card", "cash", "cod"]).map(
        lambda text: Modifier("pay", NOWHERE, text=text)
    ),
    "due": DUES.map(lambda due: Modifier("due", NOWHERE, due=due)),
    "tel": st.from_regex(r"\A\+?[0-9]{8,15}\Z").map(
        lambda text: Modifier("tel", NOWHERE, text=text)
    ),
    "vat": st.sampled_from(["vat", "novat"]).map(lambda kind: Modifier(kind, NOWHERE)),
    "note": NAME.map(lambda text: " ".join(text.replace(";", " ").split()))
    .filter(bool)
    .map(lambda text: Modifier("note", NOWHERE, text=text)),
}
TARGETS = st.none() | st.sampled_from(
    [Target("customer", "C123", NOWHERE), Target("order", "1042", NOWHERE)]
)


@st.composite
def commands(draw: st.DrawFn) -> Command:
    verb = draw(st.sampled_from(["o", "add", "set"]))
    kinds = draw(st.lists(st.sampled_from(sorted(CHANGES)), unique=True, max_size=4))
    body = Body(
        items=tuple(draw(st.lists(items(), min_size=0 if kinds else 1, max_size=4))),
        modifiers=tuple(draw(CHANGES[kind]) for kind in kinds),
    )
    return make(verb, body, draw(TARGETS))


def make(verb: str, body: Body, target: Target | None = None) -> Command:
    return Command(verb, target, body, "", "/", NOWHERE)


def plain(command: Command) -> Any:
    """What a command says, without where it stood in the text."""
    body = command.body
    return (
        command.verb,
        command.target and (command.target.kind, command.target.code),
        tuple(
            replace(item, span=NOWHERE, code_span=NOWHERE, alternatives=()) for item in body.items
        ),
        tuple(replace(change, span=NOWHERE) for change in body.modifiers),
        (body.amount, body.answer, body.number, body.due, body.rest),
    )


@given(commands())
@settings(max_examples=500)
def test_what_is_written_is_read_as_the_same(command: Command) -> None:
    text = write_command(command)
    found = parse(text)
    assert isinstance(found, Command), text
    assert plain(found) == plain(command), text
    assert not any(item.alternatives for item in found.body.items), text
    assert write_command(found) == text


def test_the_other_verbs_too() -> None:
    for text in (
        "/paid 300.00", "/paid", "/slip ok", "/slip no the amount differs", "/ship TH123 flash",
        "/renew 90m", "/renew 25/12 18:00", "/merge !1042 !1041", "/use @C123", "/link 482913",
        "/send !1042", "/cancel @C123 sold out", "/find somchai", "/reply @C123 hi", "/note x",
        "/help set", "/undo", "/stock A1; B2", "/rm A1/ดำ", "/merge !1041",
    ):  # fmt: skip
        found = parse(text)
        assert isinstance(found, Command)
        assert write_command(found) == text


def test_an_order_is_retold_as_what_would_make_it() -> None:
    tea = Item("A1", "Tea", ("ดำ",), 2, Money.parse("120", "THB"))
    order = Order.open(1001, "THB").add(tea).with_note("a; b")
    assert tell_parts(order) == ("A1/ดำ 2 @120.00", "novat", "note: a b")
    assert tell_quantities(order) == "A1/ดำ 2"
    assert tell_changes(order, order.with_note("")) == ("− note: a b",)


def test_words_are_mended_in_their_place() -> None:
    assert mend("/o A11 2", (3, 6), "A1") == "/o A1 2"
