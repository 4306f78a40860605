"""Measures the way through: from the webhook of `/send` to the invoice's arrival at LINE.

A member of staff types `/send` on their LINE phone; the customer's invoice goes through the
inbox, the command, the outbox, the renderer and one push. Beside it stand its two unavoidable
parts, measured alone in this process: rendering the picture warm, and one push of the same
payload.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median, quantiles

from bot.channels import CHANNELS
from bot.invoicing import read_invoice
from bot.messages import Address, Lane, SendRequest
from bot.runtime import Runtime, build
from bot.settings import load
from bot.store import orders, outbox, shops
from tests.support.stack import Stack
from tests.support.stack_platforms import Person
from tests.support.stack_story import ask, command, link_staff_phone, wait_for_bill

Times = list[float]


def main() -> int:
    """Measure and print; the ratio last."""
    parser = argparse.ArgumentParser(prog="bench/command_to_invoice", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="invoices of each side [30]")
    parser.add_argument(
        "--database", default="", help="SQLAlchemy's address of an empty database [SQLite]"
    )
    asked = parser.parse_args()
    whole: Times = []
    render: Times = []
    send: Times = []
    with tempfile.TemporaryDirectory(prefix="openbill-bench-") as folder:
        stack = Stack(Path(folder) / "stack", asked.database)
        stack.start()
        runtime = build(load(None, None, stack.environ))
        try:
            phone = link_staff_phone(stack)
            for number in range(asked.rounds + 3):
                customer = bill_one(stack, phone)
                took = arrival(phone, customer)
                alone = render_and_send(runtime, customer)
                # The first ones load libraries and start the render children.
                if number >= 3:
                    whole.append(took)
                    render.append(alone[0])
                    send.append(alone[1])
        finally:
            runtime.close()
            stack.stop()
    show(whole, render, send)
    return 0


def bill_one(stack: Stack, phone: Person) -> Person:
    """A new customer, an order for them and `/send`; the customer, once the invoice is there."""
    customer, _ = ask(stack, "line")
    code = stack.conversation(customer)["customer_code"]
    command(phone, f"/o @{code} A1 2")
    command(phone, "/send")
    wait_for_bill(customer)
    return customer


def arrival(phone: Person, customer: Person) -> float:
    """Seconds from the posting of the phone's last webhook to the customer's push, by LINE's clock.

    Both times are the simulator's own, written down when each happened.
    """
    posted = phone.ledger()["webhooks"][-1]["at"]
    pushes = [row for row in customer.ledger()["requests"] if row["path"].endswith("/push")]
    assert len(pushes) == 1, pushes
    return float(pushes[0]["at"] - posted)


def render_and_send(runtime: Runtime, customer: Person) -> tuple[float, float]:
    """Seconds for the picture, and for one push of the same payload to the same customer."""
    with runtime.store.read() as connection:
        delivery = next(
            row
            for row in outbox.list_deliveries(connection, limit=20)
            if row.invoice_id and row.payload
        )
        invoice = read_invoice(connection, delivery.invoice_id)
        row = orders.find_invoice(connection, delivery.invoice_id)
        account = runtime.account(shops.find_channel(connection, delivery.channel_id))
    assert row is not None
    start = time.perf_counter()
    runtime.renderer.render(invoice, "png", qr_payload="0" * 80)
    rendered = time.perf_counter()
    CHANNELS["line"].send(
        account,
        SendRequest(str(uuid.uuid4()), Address(customer.id), delivery.payload, Lane.PUSH),
    )
    return rendered - start, time.perf_counter() - rendered


def show(whole: Times, render: Times, send: Times) -> None:
    """Print what each took in milliseconds and, last, the ratio."""
    parts = [one + other for one, other in zip(render, send, strict=True)]
    rows = {
        "/send to invoice": whole,
        "render alone": render,
        "one send alone": send,
        "render + one send": parts,
    }
    print(f"{len(whole)} invoices{'':16}{'p50 ms':>9}{'p90 ms':>9}")
    for name, times in rows.items():
        late = quantiles(times, n=10)[-1] if len(times) > 1 else times[0]
        print(f"{name:28}{median(times) * 1000:9.1f}{late * 1000:9.1f}")
    print(f"ratio of the p50s: {median(whole) / median(parts):.2f}")


if __name__ == "__main__":
    sys.exit(main())
