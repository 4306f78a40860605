"""The engine: makes one move of an order as its row of the table says, and nothing else.

A move is one transaction: the order is locked, rights and guards are looked at,
the row's effects are performed in their sequence, and the order is written back
with a version check, its event and its audit row. Locks are taken in one
sequence by all: conversations, orders, shelves, numbers; each by ascending id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.ordering.asking import Asked, Asker, Desk, Made, digest_request
from bot.ordering.effects import perform
from bot.ordering.guards import check_version, holding
from bot.ordering.reading import load
from bot.ordering.situation import Situation
from bot.ordering.writing import save
from bot.store import changes, conversations
from bot.store import orders as rows
from bot.store.vault import digest
from orders.errors import MoveError
from orders.moves import find_move
from orders.rights import check_guards


def make(
    desk: Desk,
    row: Any,
    asker: Asker,
    name: str,
    asked: Asked | None = None,
    *,
    expected: int | None = None,
) -> Made:
    """Make the move of that name on an order whose row is locked. Raises ``OrderError``.

    ``expected`` is the version that the asker knows, None for the row's own.
    """
    asked = asked or Asked()
    if expected is not None:
        # First of all: what else would be refused may be so only because somebody was faster.
        check_version(desk, row, expected)
    before = load(desk.connection, row)
    move = find_move(before.status, name)
    situation = Situation(
        desk=desk,
        asker=asker,
        move=move,
        row=row,
        before=before,
        order=before,
        asked=asked,
        expected=row.version if expected is None else expected,
        conversation=_conversation(desk, row),
        told=dict(asked.told),
    )
    if asked.reason:
        situation.told["reason"] = asked.reason
    is_author = move.author and situation.is_author
    situation.policy.check_may(asker.role, move, is_author=is_author)
    if asked.change is not None:
        situation.order = asked.change(before)
    check_guards(move, holding(situation))
    if move.target is not None and not move.opens_another:
        situation.order = situation.order.moved(name)
    perform(situation)
    after = save(situation)
    return Made(after, situation.order, situation.told)


def make_once(  # noqa: PLR0917  what every move takes, in its order
    desk: Desk,
    row: Any,
    asker: Asker,
    name: str,
    asked: Asked,
    version: int | None,
    *said: Any,
) -> Made:
    """Lock an order and make one move, once for each key of the asker's; ``said`` is what is asked.

    ``version`` is the one that the asker knows, None for that of ``row``.
    """
    expected = expect(row, version)
    return once(
        desk,
        row,
        asker,
        (name, version, *said),
        lambda locked: make(desk, locked, asker, name, asked, expected=expected),
    )


def expect(row: Any, version: int | None) -> int:
    """Give the version that the asker knows: as told, else that of the row in hand."""
    return int(row.version) if version is None else version


def lock(desk: Desk, row: Any) -> Any:
    """Lock an order behind its conversation, and give its row as it is now."""
    if row.conversation_id is not None:
        conversations.lock_conversation(desk.connection, row.conversation_id)
    locked = rows.find_order(desk.connection, desk.shop.id, order_id=row.id, lock=True)
    if locked is None:
        raise MoveError("order_missing")
    return locked


def once(
    desk: Desk, row: Any, asker: Asker, said: tuple[Any, ...], body: Callable[[Any], Made]
) -> Made:
    """Lock an order and run ``body`` on its row, once for each key of the asker's."""
    return once_new(desk, asker, (row.id, *said), lambda: body(lock(desk, row)), row)


def once_new(
    desk: Desk,
    asker: Asker,
    said: tuple[Any, ...],
    body: Callable[[], Made],
    row: Any = None,
) -> Made:
    """Run ``body`` once for each of the asker's keys.

    ``said`` is what is asked. The same key with the same words does nothing and
    gives the first one's answer; with others it raises ``MoveError``.
    """
    if asker.key is None:
        return body()
    key = f"move:{asker.name}:{digest(asker.key)}"
    request = digest_request(asker.body, *said)
    shop_id = desk.shop.id
    if not changes.claim_key(desk.connection, shop_id, key, desk.now, request):
        return _recall(desk, row, key, request)
    made = body()
    kept = {"order_id": made.row.id, "told": dict(made.told)}
    changes.keep_answer(desk.connection, shop_id, key, kept)
    return made


def _recall(desk: Desk, row: Any | None, key: str, request: str) -> Made:
    """Give what a request was answered that came with this key before, or refuse another one."""
    if changes.find_request(desk.connection, desk.shop.id, key) != request:
        raise MoveError("key_reused")
    kept = changes.find_answer(desk.connection, desk.shop.id, key) or {}
    known = rows.find_order(
        desk.connection, desk.shop.id, order_id=kept.get("order_id"), dropped=True
    )
    row = row if known is None else known
    return Made(row, load(desk.connection, row), kept.get("told", {}), repeated=True)


def _conversation(desk: Desk, row: Any) -> Any | None:
    if row.conversation_id is None:
        return None
    return conversations.find_conversation(desk.connection, desk.shop.id, row.conversation_id)
