"""Measures commands: parses a second, and the time from a command's webhook to its answer at LINE.

A member of staff types on their LINE phone; the answer goes through the inbox, the command, the
outbox and one reply. Beside it stands the same way with a do-nothing handler: `/help send`, which
reads no order and writes none, through the same webhook, worker and reply in the same run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from bot.commands.grammar import GrammarError, parse
from tests.support.stack import Stack
from tests.support.stack_platforms import Person
from tests.support.stack_story import ask, command, link_staff_phone

Times = list[float]

LINES = (
    "/o A1 2 B2 3",
    "/o A1/ดำ/M ๒ @๓๕๐ -10%; ส่ง 50; ลด 20",
    '/o "เสื้อยืด" 1 @1,290; ส่งฟรี; โน้ต: ห่อของขวัญ',
    "/o A1 2 @350.50 -20, B2 3; disc 5%; dep 200; pay cod; due 2h; tel 0812345678",
    "/send",
    "/o A1 2 5",
    "สวัสดีค่ะ พรุ่งนี้ส่งได้ไหมคะ",
)
NOTHING = "/help send"


def main() -> int:
    """Measure and print; the ratio last."""
    parser = argparse.ArgumentParser(prog="bench/commands", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="commands of each side [40]")
    parser.add_argument("--parses", type=int, default=20_000, help="parses of each line [20000]")
    parser.add_argument(
        "--database", default="", help="SQLAlchemy's address of an empty database [SQLite]"
    )
    asked = parser.parse_args()
    show_parses(asked.parses)
    real: Times = []
    nothing: Times = []
    with tempfile.TemporaryDirectory(prefix="openbill-bench-") as folder:
        stack = Stack(Path(folder) / "stack", asked.database)
        stack.start()
        try:
            phone = link_staff_phone(stack)
            customer, _ = ask(stack, "line")
            code = stack.conversation(customer)["customer_code"]
            command(phone, f"/o @{code} A1 1")
            for number in range(asked.rounds + 3):
                took = [answer(phone, "/set A1 2"), answer(phone, NOTHING)]
                if number >= 3:  # the first ones load libraries
                    real.append(took[0])
                    nothing.append(took[1])
        finally:
            stack.stop()
    show(real, nothing)
    return 0


def show_parses(count: int) -> None:
    """Print how many of each line are parsed a second, in this process alone."""
    print(f"{'parses a second':>16}  of")
    for line in LINES:
        start = time.perf_counter()
        for _ in range(count):
            read(line)
        print(f"{count / (time.perf_counter() - start):16,.0f}  {line}")


def read(line: str) -> None:
    try:
        parse(line)
    except GrammarError:
        return


def answer(phone: Person, text: str) -> float:
    """Seconds from the posting of a command's webhook to its answer, by the simulator's clock."""
    before = len(answers(phone))
    command(phone, text)
    told = phone.ledger()
    posted = told["webhooks"][-1]["at"]
    sent = answers(phone)
    assert len(sent) == before + 1, sent
    return float(sent[-1]["at"] - posted)


def answers(phone: Person) -> list[dict[str, float]]:
    """What the phone was sent, in order."""
    rows = phone.ledger()["requests"]
    return [row for row in rows if row["path"].endswith(("/reply", "/push"))]


def show(real: Times, nothing: Times) -> None:
    """Print what each took in milliseconds and, last, the ratio."""
    print(f"\n{len(real)} commands{'':17}{'p50 ms':>9}{'p90 ms':>9}")
    for name, times in {"/set A1 2 to its card": real, f"{NOTHING} to its answer": nothing}.items():
        late = quantiles(times, n=10)[-1] if len(times) > 1 else times[0]
        print(f"{name:28}{median(times) * 1000:9.1f}{late * 1000:9.1f}")
    print(f"ratio of the p50s: {median(real) / median(nothing):.2f}")


if __name__ == "__main__":
    sys.exit(main())
