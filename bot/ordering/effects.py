"""The effects of the table: what each does, in the move's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from bot import invoicing, outbox
from bot.ordering import holding, news
from bot.ordering.money import keep_slip, record_money, record_refund, refuse_slip
from bot.ordering.situation import Situation
from bot.store import conversations
from bot.store.vault import digest
from orders.errors import MoveError
from orders.moves import Effect

SECOND_CHANCE: Final = timedelta(minutes=30)
"""How much time a customer has at least after a slip was refused."""


def perform(situation: Situation) -> None:
    """Perform the move's effects in their sequence. Raises ``OrderError``."""
    for effect in situation.move.effects:
        EFFECTS[effect](situation)


def _freeze(situation: Situation) -> None:
    revision = situation.row.revision + 1
    situation.invoice_id = invoicing.issue(
        situation.desk.work,
        situation.desk.shop,
        situation.row,
        situation.order,
        revision=revision,
    )
    situation.values["revision"] = situation.told["revision"] = revision


def _open_link(situation: Situation) -> None:
    """Give the order its address, or let it keep the one that it had."""
    generation = situation.row.link_generation or 1
    token = situation.desk.runtime.vault.bill_token(situation.row.id, generation)
    situation.values["link_generation"] = generation
    situation.values["link_digest"] = digest(token)


def _mark_link(situation: Situation) -> None:
    """The page tells the state by itself; a bill that did not go out yet must not any more."""
    reason = f"The order is {situation.move.target} now: its bill was not sent."
    outbox.withdraw_bills(situation.desk.work, situation.row.id, reason)


def _deliver(situation: Situation) -> None:
    """Owe the customer the bill that was frozen, else the news."""
    if situation.invoice_id is None:
        news.tell(situation)
        return
    if situation.conversation is None:
        return
    actor = situation.asker.actor
    situation.told["picture"] = invoicing.owe(
        situation.desk.runtime,
        situation.desk.work,
        situation.conversation,
        situation.invoice_id,
        staff_id=actor.staff_id if actor else None,
    )


def _set_due(situation: Situation) -> None:
    """Set until when the bill waits: as asked, else as it has it, else as the shop has it."""
    now, own = situation.desk.now, situation.policy.due
    due = situation.asked.due_at
    if due is None and situation.move.name != "renew":
        due = situation.order.due_at
        if due is None or due <= now:
            due = now + own if own else due
    elif due is None:
        if own is None:
            raise MoveError("due_missing")
        due = now + own
    if due is not None and due <= now:
        raise MoveError("due_past")
    situation.order = situation.order.with_due(due)
    situation.values["stopped_at"] = None


def _stop_clock(situation: Situation) -> None:
    situation.values["stopped_at"] = situation.desk.now


def _start_clock(situation: Situation) -> None:
    """Give back the time for which the clock stood, and half an hour at least."""
    now, stopped, due = situation.desk.now, situation.row.stopped_at, situation.order.due_at
    if due is not None:
        stood = now - stopped if stopped else timedelta(0)
        situation.order = situation.order.with_due(max(due + stood, now + SECOND_CHANCE))
    situation.values["stopped_at"] = None


def _owe_refund(situation: Situation) -> None:
    """What the shop holds of an order that is over shows as owed; the event says how much."""
    owed = situation.order.paid
    if owed.minor:
        situation.told["refund_due"] = owed.minor


def _hide(situation: Situation) -> None:
    """Take a draft out of every list, and out of use in its conversation."""
    situation.values["deleted_at"] = situation.desk.now
    conversation = situation.conversation
    if conversation is not None and conversation.order_id == situation.row.id:
        conversations.update_conversation(situation.desk.connection, conversation.id, order_id=None)


def _opened_by_the_engine(situation: Situation) -> None:
    """A copy is another order, which its use case opens beside this one."""


EFFECTS: Final[Mapping[Effect, Callable[[Situation], None]]] = MappingProxyType(
    {
        Effect.FREEZE: _freeze,
        Effect.RESERVE: holding.reserve,
        Effect.RELEASE: holding.release,
        Effect.COMMIT: holding.commit,
        Effect.TAKE_OUT: holding.take_out,
        Effect.PUT_BACK: holding.put_back,
        Effect.TAKE_RETURN: holding.take_return,
        Effect.OPEN_LINK: _open_link,
        Effect.MARK_LINK: _mark_link,
        Effect.DELIVER: _deliver,
        Effect.TELL_CUSTOMER: news.tell,
        Effect.KEEP_SLIP: keep_slip,
        Effect.REFUSE_SLIP: refuse_slip,
        Effect.STOP_CLOCK: _stop_clock,
        Effect.START_CLOCK: _start_clock,
        Effect.SET_DUE: _set_due,
        Effect.RECORD_MONEY: record_money,
        Effect.RECORD_REFUND: record_refund,
        Effect.OWE_REFUND: _owe_refund,
        Effect.HIDE: _hide,
        Effect.OPEN_COPY: _opened_by_the_engine,
    }
)
