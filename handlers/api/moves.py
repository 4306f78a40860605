"""An order's moves: one address for each, whose body says what it is made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from flask import Response

from bot import drafting, ordering
from bot.ordering import Asker, Desk, Made, Notice, Outgoing
from bot.repeats import Answered
from handlers.api.asking import read_id
from handlers.api.bodies import Body
from handlers.api.orders import answer_order, read_method
from handlers.api.routes import blueprint
from handlers.api.writing import Do, Writing, write

Move = Callable[[Desk, Any, Asker], Made]


def _plain(case: Callable[..., Made]) -> Callable[[Body, str], Move]:
    """Make a move that is asked with nothing but the version that was seen."""

    def read(body: Body, _: str) -> Move:
        return partial(_run, case, version=_version(body))

    return read


def _reasoned(case: Callable[..., Made], default: str | None) -> Callable[[Body, str], Move]:
    """Make a move that is asked with a reason; ``default`` None: there must be one."""

    def read(body: Body, _: str) -> Move:
        return partial(_run, case, reason=body.text("reason", default), version=_version(body))

    return read


def _run(case: Callable[..., Made], desk: Desk, row: Any, asker: Asker, **said: Any) -> Made:
    return case(desk, row, asker, **said)


def _renew(body: Body, _: str) -> Move:
    due_at = body.moment("due_at") if "due_at" in body else None
    return partial(_run, ordering.renew, due_at=due_at, version=_version(body))


def _notify_transfer(body: Body, currency: str) -> Move:
    notice = Notice(
        amount=body.money("amount", currency) if "amount" in body else None,
        bank=body.text("bank", ""),
        paid_at=body.moment("paid_at") if "paid_at" in body else None,
        reference=body.text("reference", ""),
        note=body.text("note", ""),
    )
    return partial(_run, ordering.notify_transfer, notice=notice)


def _confirm_payment(body: Body, currency: str) -> Move:
    return partial(
        _run,
        ordering.confirm_payment,
        amount=body.money("amount", currency) if "amount" in body else None,
        method=read_method(body, "method", "transfer"),
        reference=body.text("reference", ""),
        paid_at=body.moment("paid_at") if "paid_at" in body else None,
        version=_version(body),
    )


def _choose_cod(body: Body, _: str) -> Move:
    return partial(
        _run,
        ordering.choose_cod,
        recipient=_text(body, "recipient"),
        address=_text(body, "address"),
        phone=_text(body, "phone"),
        version=_version(body),
    )


def _refund(body: Body, currency: str) -> Move:
    outgoing = Outgoing(
        amount=body.money("amount", currency),
        method=read_method(body, "method", "transfer"),
        reference=body.text("reference", ""),
        reason=body.text("reason", ""),
    )
    return partial(_run, ordering.refund, outgoing=outgoing, version=_version(body))


def _ship(body: Body, _: str) -> Move:
    return partial(
        _run,
        ordering.ship,
        tracking=body.text("tracking"),
        carrier=body.text("carrier", ""),
        inside=_pieces(body, "items") if "items" in body else None,
        version=_version(body),
    )


def _return(body: Body, _: str) -> Move:
    """Read a return; ``restock`` is true, false, or pieces by line."""
    listed = "restock_items" in body
    restock = _pieces(body, "restock_items") if listed else body.flag("restock")
    return partial(
        _run,
        ordering.return_order,
        reason=body.text("reason", ""),
        restock=restock,
        version=_version(body),
    )


def _merge(body: Body, _: str) -> Move:
    number, version = body.number("number"), _version(body)

    def run(desk: Desk, row: Any, asker: Asker) -> Made:
        return ordering.merge(desk, row, drafting.find_row(desk, number), asker, version=version)

    return run


def _copy(_: Body, __: str) -> Move:
    return partial(_run, ordering.copy)


MOVES: Final[Mapping[str, Callable[[Body, str], Move]]] = MappingProxyType(
    {
        "send": _plain(ordering.send),
        "draft": _plain(ordering.draft),
        "cancel": _reasoned(ordering.cancel, ""),
        "delete": _plain(ordering.delete),
        "renew": _renew,
        "notify-transfer": _notify_transfer,
        "confirm-payment": _confirm_payment,
        "reject-slip": _reasoned(ordering.reject_slip, None),
        "choose-cod": _choose_cod,
        "refund": _refund,
        "ship": _ship,
        "undo-ship": _reasoned(ordering.undo_ship, None),
        "complete": _plain(ordering.complete),
        "return": _return,
        "merge": _merge,
        "copy": _copy,
    }
)
"""Each move by the last part of its address, and how its body is read."""

OPENS = ("copy",)
ENDS = ("delete",)


def make_move(name: str, number: str) -> Response:
    """Make a move and answer with the order as it is then; a copy is another order."""
    wanted_number = read_id(number)

    def read(body: Body, currency: str) -> Do:
        move = MOVES[name](body, currency)

        def do(writing: Writing) -> Answered:
            # A merge holds both of its orders itself, in the order of their ids.
            find = drafting.find_row if name == "merge" else drafting.hold_row
            row = find(writing.desk, wanted_number)
            made = move(writing.desk, row, writing.asker)
            if name in ENDS:
                return Answered(204)
            opens = name in OPENS
            return answer_order(writing, made, 201 if opens else 200, new=opens)

        return do

    return write(read)


def _add_address(name: str) -> None:
    def view(number: str) -> Response:
        return make_move(name, number)

    rule = f"/orders/<number>/{name}"
    blueprint.add_url_rule(rule, endpoint=f"make_{name}", view_func=view, methods=["POST"])


for _name in MOVES:
    _add_address(_name)


def _version(body: Body) -> int | None:
    """Read the version that was seen, where it is told."""
    return body.number("version") if "version" in body else None


def _text(body: Body, name: str) -> str | None:
    return body.text(name) if name in body else None


def _pieces(body: Body, name: str) -> dict[int, int]:
    """Read pieces by the order's lines, from 1."""
    found: dict[int, int] = {}
    for part in body.objects(name):
        line = part.number("line")
        found[line] = found.get(line, 0) + part.number("quantity")
        part.close()
    return found
