"""The same story while platforms, Redis and processes fail: nothing is lost, nothing doubled."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from bot.jobs import JOBS
from bot.store import events, outbox
from bot.store.database import Connection, Store
from tests.support.stack import Stack
from tests.support.stack_platforms import Person, wait_for
from tests.support.stack_shop import Desk
from tests.support.stack_story import (
    HELLO,
    PARTS,
    ask,
    bills_on,
    command,
    deliveries_of,
    link_staff_phone,
    messages_of,
    orders_of,
    wait_for_bill,
    wait_until_settled,
)

pytestmark = pytest.mark.flow

CHANNELS = ("line", "messenger", "instagram")
WORKERS = ("inbound", "deliver", "render", "media", "upkeep")


# Platforms that repeat themselves -------------------------------------------------------------


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize("fault", ["duplicate_webhook", "drop_200"])
def test_a_webhook_that_comes_twice_is_one_message(stack: Stack, kind: str, fault: str) -> None:
    customer = stack.platforms.person(kind)
    with stack.platforms.misbehaving(kind, fault):
        webhook = customer.say(HELLO)
    row = customer.wait_until_taken(webhook)
    assert len(row["statuses"]) == 2, row
    talk = str(stack.conversation(customer)["id"])
    assert [message["text"] for message in messages_of(stack, talk)] == [HELLO]


@pytest.mark.parametrize("fault", ["duplicate_webhook", "drop_200"])
def test_a_command_that_comes_twice_acts_once(stack: Stack, fault: str) -> None:
    phone = link_staff_phone(stack)
    customer, talk = ask(stack, "line")
    code = stack.conversation(customer)["customer_code"]
    with stack.platforms.misbehaving("line", fault):
        webhook = phone.say(f"/o @{code} A1 2")
    assert len(phone.wait_until_taken(webhook)["statuses"]) == 2
    command(phone, "/send")
    wait_for_bill(customer)
    (order,) = orders_of(stack, talk)
    assert order["total"]["amount"] == "240.00"
    assert [item["quantity"] for item in order["items"]] == [2]
    # The link, the order and the bill: one answer each.
    wait_until_settled(stack, str(stack.conversation(phone)["id"]))
    assert len(phone.seen()) == 3


# Platforms whose answer is lost ---------------------------------------------------------------


@pytest.mark.parametrize("fault", ["error_after", "reset_after", "bad_json"])
def test_a_bill_that_line_took_without_saying_so_arrives_once(stack: Stack, fault: str) -> None:
    customer, talk = ask(stack, "line")
    stack.desk.reply(talk, "/o A1 2")
    with stack.platforms.misbehaving("line", fault):
        stack.desk.reply(talk, "/send")
        (delivery,) = wait_until_settled(stack, talk)
    assert (delivery["state"], delivery["lane"]) == ("sent", "push")
    # LINE knew the retry key of the second attempt.
    pushes = [row for row in customer.ledger()["requests"] if row["path"].endswith("/push")]
    assert len({row["delivery_key"] for row in pushes}) == 1
    assert [row["kind"] for row in customer.seen()] == PARTS["line"]


@pytest.mark.parametrize("kind", ["messenger", "instagram"])
@pytest.mark.parametrize("fault", ["error_after", "reset_after"])
def test_the_echo_settles_a_send_whose_answer_was_lost(stack: Stack, kind: str, fault: str) -> None:
    customer, talk = ask(stack, kind)
    with stack.platforms.misbehaving(kind, fault):
        stack.desk.reply(talk, "โอนได้เลยค่ะ")
        deliveries = wait_until_settled(stack, talk)
    assert [(row["state"], row["attempts"]) for row in deliveries] == [("sent", 1)]
    assert [row["text"] for row in customer.seen()] == ["โอนได้เลยค่ะ"]


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_platform_that_refuses_for_a_moment_gets_the_bill_again(stack: Stack, kind: str) -> None:
    customer, talk = ask(stack, kind)
    stack.desk.reply(talk, "/o A1 2")
    with stack.platforms.misbehaving(kind, "429", seconds=1):
        stack.desk.reply(talk, "/send")
        wait_for_bill(customer)
    assert {row["state"] for row in wait_until_settled(stack, talk)} == {"sent"}
    assert [row["kind"] for row in customer.seen()] == PARTS[kind]


@pytest.mark.parametrize("kind", CHANNELS)
def test_F28_a_revoked_token_holds_the_bill_until_it_is_good_again(stack: Stack, kind: str) -> None:
    customer, talk = ask(stack, kind)
    stack.desk.reply(talk, "/o A1 2")
    with stack.platforms.misbehaving(kind, "token_revoked", count=None):
        stack.desk.reply(talk, "/send")
        held = wait_for(
            lambda: [row for row in deliveries_of(stack, talk) if row["state"] == "held"],
            "The holding of what is owed",
        )
        assert not customer.seen()
    key = stack.platforms.accounts[kind].key
    operator = Desk(stack.base, "ops@example.com", stack.password, home="/ops")
    operator.submit(operator.form("/ops", f"/ops/probe/{key}"))
    wait_for_bill(customer)
    settled = wait_until_settled(stack, talk)
    assert {row["state"] for row in settled} == {"sent"}
    assert {row["id"] for row in held} <= {row["id"] for row in settled}
    assert [row["kind"] for row in customer.seen()] == PARTS[kind]


# Our own processes ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CHANNELS)
def test_the_invoice_arrives_without_redis(stack: Stack, kind: str) -> None:
    customer, talk = ask(stack, kind)
    stack.desk.reply(talk, "/o A1 2")
    stack.kill("redis")
    try:
        stack.desk.reply(talk, "/send")
        wait_for_bill(customer)
        # And what comes in is taken in.
        customer.say("ขอบคุณค่ะ")
        wait_for(lambda: messages_of(stack, talk)[-1]["text"] == "ขอบคุณค่ะ", "The customer's thanks")
    finally:
        stack.begin("redis")
        stack.wait_until_well()
    assert {row["state"] for row in wait_until_settled(stack, talk)} == {"sent"}
    assert [row["kind"] for row in customer.seen()] == PARTS[kind]


def test_what_was_answered_with_200_survives_the_death_of_everything(stack: Stack) -> None:
    phone = link_staff_phone(stack)
    customer, talk = ask(stack, "line")
    code = stack.conversation(customer)["customer_code"]
    command(phone, f"/o @{code} A1 2")
    everything = list(stack.processes)
    # Nobody acts on what comes in from now on: only the database knows of it.
    stack.kill("inbound", "relay")
    send = phone.say("/send")
    thanks = customer.say("ขอบคุณค่ะ")
    try:
        phone.wait_until_taken(send)
        customer.wait_until_taken(thanks)
    finally:
        stack.kill(*everything)
        # Not even Redis remembers: what heals is the relay's look into the database.
        shutil.rmtree(stack.data / "redis")
        stack.begin(*everything)
        stack.wait_until_well()
    wait_for_bill(customer)
    assert {row["state"] for row in wait_until_settled(stack, talk)} == {"sent"}
    assert [row["kind"] for row in customer.seen()] == PARTS["line"]
    texts = [row["text"] for row in messages_of(stack, talk) if row["direction"] == "in"]
    assert texts == [HELLO, "ขอบคุณค่ะ"]


def test_what_is_written_while_the_web_server_is_dead_comes_later(stack: Stack) -> None:
    customer, talk = ask(stack, "messenger")
    stack.kill("web")
    webhook = customer.say("ยังอยู่ไหมคะ")
    try:
        wait_for(
            lambda: any(
                row["id"] == webhook and row["statuses"] for row in customer.ledger()["webhooks"]
            ),
            "A webhook that nobody takes",
        )
    finally:
        stack.begin("web")
        stack.wait_until_well()
    customer.wait_until_taken(webhook)
    assert [row["text"] for row in messages_of(stack, talk)] == [HELLO, "ยังอยู่ไหมคะ"]


def test_a_worker_killed_after_its_send_leaves_no_second_bill(stack: Stack) -> None:
    customer, talk = ask(stack, "line")
    stack.desk.reply(talk, "/o A1 2")
    with stack.platforms.misbehaving("line", "hang_after", seconds=5):
        stack.desk.reply(talk, "/send")
        wait_for_bill(customer)
        stack.kill("deliver")
    stack.begin("deliver")
    stack.wait_until_well()
    (left,) = deliveries_of(stack, talk)
    assert left["state"] == "sending"
    end_lease(stack, left["id"])
    (delivery,) = wait_until_settled(stack, talk)
    assert (delivery["state"], delivery["attempts"]) == ("sent", 2)
    # LINE knew the key, said so, and sent nothing.
    assert "repeat" in [row["outcome"] for row in customer.ledger()["requests"]]
    assert [row["kind"] for row in customer.seen()] == PARTS["line"]


# What is replayed, and what is forged ---------------------------------------------------------


def test_a_replayed_delivery_changes_nothing(stack: Stack) -> None:
    phone = link_staff_phone(stack)
    customer, talk = ask(stack, "line")
    code = stack.conversation(customer)["customer_code"]
    command(phone, f"/o @{code} A1 2")
    command(phone, "/send")
    wait_for_bill(customer)
    wait_until_settled(stack, talk)
    staff_talk = str(stack.conversation(phone)["id"])
    wait_until_settled(stack, staff_talk)
    before = state_of(stack, talk, staff_talk, customer, phone)

    told = stack.run("replay", *map(str, raw_deliveries(stack)))
    assert set(told.split()[1::2]) == {"read"}

    # One more word goes through every queue behind whatever the replay might have set off.
    assert command(phone, "/show")["kind"] == "flex"
    after = state_of(stack, talk, staff_talk, customer, phone)
    assert after[0] == before[0]
    assert after[1] == before[1]
    assert len(after[2]) == len(before[2]) + 2  # the command and its card
    assert after[3] == before[3]


def test_T60_a_forged_job_never_runs_and_the_worker_lives_on(stack: Stack, tmp_path: Path) -> None:
    marker = tmp_path / "was-here"
    pids = {name: stack.processes[name].pid for name in WORKERS}
    with redis.Redis.from_url(stack.redis_url) as connection:
        for queue in WORKERS:
            forge(connection, queue, marker)
        wait_for(
            lambda: all(connection.llen(f"rq:queue:{queue}") == 0 for queue in WORKERS),
            "The reading of every forged job",
        )
    customer, talk = ask(stack, "line")
    stack.desk.reply(talk, "/o A1 2")
    stack.desk.reply(talk, "/send")
    wait_for_bill(customer)
    assert not marker.exists()
    assert {name: stack.processes[name].pid for name in WORKERS} == pids
    assert all(stack.processes[name].poll() is None for name in WORKERS)


def test_neither_logs_nor_redis_hold_secrets_or_customers_words(stack: Stack) -> None:
    canary = "ความลับของลูกค้า 4711"
    customer, talk = ask(stack, "line", canary)
    stack.desk.reply(talk, f"{canary} ค่ะ")
    wait_until_settled(stack, talk)
    with stack.platforms.misbehaving("line", "error_after"):
        stack.desk.reply(talk, "/o A1 2")
        stack.desk.reply(talk, "/send")
        wait_until_settled(stack, talk)
    files = [*stack.folder.glob("*.log"), *(stack.data / "redis").rglob("*")]
    written = b"".join(file.read_bytes() for file in files if file.is_file())
    assert b"rq:" in written
    assert b"started" in written
    forbidden = [canary, customer.id, *stack.secrets(), wait_for_bill(customer).link]
    assert [word for word in forbidden if word.encode() in written] == []
    assert canary.encode("unicode_escape") not in written


def test_the_forgeries_would_run_in_a_stock_worker(redis_url: str, tmp_path: Path) -> None:
    from rq import SimpleWorker

    marker = tmp_path / "was-here"
    with redis.Redis.from_url(redis_url) as connection:
        forge(connection, "inbound", marker)
        SimpleWorker(["inbound"], connection=connection, serializer=JSONSerializer).work(
            burst=True, logging_level="CRITICAL"
        )
    assert marker.exists()


def forge(connection: redis.Redis, queue: str, marker: Path) -> None:
    """Write three jobs that touch `marker` if they are run: by name, pickled, and as a callback."""
    own = Queue(queue, connection=connection, serializer=JSONSerializer)
    own.enqueue("os.system", f"touch {marker}")
    Queue(queue, connection=connection).enqueue("os.system", f"touch {marker}")
    own.enqueue_call(JOBS[queue], args=(f"touch {marker}",))


def end_lease(stack: Stack, delivery_id: str) -> None:
    """Let the time pass after which another worker may take a delivery up."""
    store = Store(stack.database_url)

    def body(connection: Connection) -> None:
        outbox.update_delivery(connection, delivery_id, due_at=store.now(connection))

    try:
        store.write(body)
    finally:
        store.close()


def raw_deliveries(stack: Stack) -> list[int]:
    """The ids of every raw delivery that is kept."""
    store = Store(stack.database_url)
    try:
        with store.read() as connection:
            return sorted(row.id for row in events.list_raw(connection, ("read",), 10_000))
    finally:
        store.close()


def state_of(
    stack: Stack, talk: str, staff_talk: str, customer: Person, phone: Person
) -> tuple[object, object, list[object], object]:
    """What a replay could change: orders, both conversations, and what the customer saw."""
    return (
        orders_of(stack, talk),
        messages_of(stack, talk),
        [row["id"] for row in messages_of(stack, staff_talk)],
        [row["id"] for row in bills_on(customer)],
    )
