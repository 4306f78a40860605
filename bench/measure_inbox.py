"""Measures the inbox at growing sizes: list, thread, API list and search, on both databases.

Each size has a database of its own, filled by `bench/seed.py`. Pages are asked for as a browser
and a program do, without a server between; their SQL is noted once and run again alone, rows
and all, so that its time stands apart. The sizes take turns, so that only the ratio between them
is to be believed.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import event

from bench.seed import fill
from bot import settings, shops, staff
from bot.runtime import Runtime, build
from bot.settings import DatabaseSettings
from bot.store.database import Store
from handlers.app import create_app
from tests.support import postgresql

PASSWORD = "rice-noodle-river-42"
EMAIL = "nok@example.com"
SIZES = (10_000, 100_000, 1_000_000)
SEARCHES = {
    "common word": "ชาเขียว",
    "two common words": "ชาเขียว ขอบคุณ",
    "one in 400": "มะม่วงกวน",
    "rare word": "ทองหยอดโบราณ",
    "absent word": "เครื่องบินเจ็ต",
    "absent, common letters": "สีชาเขียวขาวดำแดง",
    "two letters": "ปี",
    "absent two letters": "ฬฐ",
}


@dataclass(slots=True)
class Side:
    """One size on one database: its front door, and the seconds of each thing that was asked."""

    name: str
    size: int
    runtime: Runtime
    client: FlaskClient
    token: str
    asked: dict[str, Callable[[], None]] = field(default_factory=dict)
    sql: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    whole: dict[str, list[float]] = field(default_factory=dict)
    alone: dict[str, list[float]] = field(default_factory=dict)


def main() -> int:
    """Measure and print; the ratios last."""
    parser = argparse.ArgumentParser(prog="bench/inbox", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="times each is asked [40]")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help="messages [10000 100000 1000000]"
    )
    parser.add_argument(
        "--databases", nargs="+", default=("sqlite", "postgresql"), help="[sqlite postgresql]"
    )
    asked = parser.parse_args()
    ratios: list[str] = []
    with tempfile.TemporaryDirectory(prefix="openbill-bench-") as folder:
        for database in asked.databases:
            with ExitStack() as stack:
                sides = [
                    stack.enter_context(side(database, size, Path(folder))) for size in asked.sizes
                ]
                measure(sides, asked.rounds)
                show(sides)
                ratios += compare(sides)
    print("\n".join(ratios))
    return 0


@contextmanager
def side(database: str, size: int, folder: Path) -> Iterator[Side]:
    """A front door on a database of this size."""
    name = f"{database} {size:,}"
    print(name, file=sys.stderr)
    home = folder / f"{database}-{size}"
    home.mkdir()
    (home / "config.toml").touch()
    environ = {"OPENBILL_STAFF_PASSWORD": PASSWORD, "OPENBILL_OPERATOR__EMAIL": "ops@example.com"}
    environ |= {"OPENBILL_OPERATOR__PASSWORD": PASSWORD + "x"}
    environ |= {"OPENBILL_REDIS__URL": f"unix://{home / 'no-redis.sock'}"}
    told = settings.load(home / "config.toml", home, environ, demo=True)
    if database == "postgresql":
        cluster = postgresql.shared_cluster(os.getpid(), folder)
        cluster.run(f"CREATE DATABASE inbox_{size} TEMPLATE template0")
        told = replace(told, database=DatabaseSettings(cluster.url(f"inbox_{size}")))
    store = Store(told.database.url)
    store.migrate()
    store.close()
    runtime = build(told)
    app = create_app(runtime)
    try:
        shops.bring_up_to_date(runtime)
        fill(runtime, size)
        token = runtime.transact(lambda work: staff.add_token(work, "siam", "read", None))
        found = Side(name, size, runtime, app.test_client(), token)
        sign_in(found.client)
        prepare(found)
        yield found
    finally:
        if "simulator" in app.extensions:
            app.extensions["simulator"].close()
        runtime.close()


def sign_in(client: FlaskClient) -> None:
    form = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert form is not None
    fields = {"csrf_token": form[1], "email": EMAIL, "password": PASSWORD}
    assert client.post("/login", data=fields).status_code == 303


def prepare(one: Side) -> None:
    """Note what is asked of this side, and the SQL of each."""
    bearer = {"Authorization": f"Bearer {one.token}"}

    def page(path: str) -> Callable[[], None]:
        def ask() -> None:
            assert one.client.get(path).status_code == 200

        return ask

    def call(path: str) -> Callable[[], None]:
        def ask() -> None:
            assert one.client.get(path, headers=bearer).status_code == 200

        return ask

    one.asked = {
        "list page": page("/inbox/list"),
        "list page, one channel": page("/inbox/list?channel=instagram"),
        "thread page, the busiest": page("/inbox/1/thread"),
        "thread around a message": page(f"/inbox/1/thread?at={middle(one)}"),
        "API list": call("/api/v1/conversations"),
        "API thread": call("/api/v1/conversations/1/messages"),
    }
    for what, words in SEARCHES.items():
        one.asked[f"search, {what}"] = call(f"/api/v1/messages?q={quote(words)}")
    for what, ask in one.asked.items():
        one.whole[what], one.alone[what] = [], []
        one.sql[what] = note(one, ask)


def middle(one: Side) -> int:
    """A message in the middle of the busiest thread."""
    with one.runtime.store.read() as connection:
        ids = connection.exec_driver_sql(
            "SELECT id FROM messages WHERE conversation_id = 1 ORDER BY id"
        ).scalars()
        found = list(ids)
    return int(found[len(found) // 2])


def note(one: Side, ask: Callable[[], None]) -> list[tuple[str, Any]]:
    """Ask once and note the SQL: statements with what was put into them."""
    noted: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH", "SET LOCAL")):
            noted.append((statement, parameters))

    with one.runtime.store.read() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", hear)
    ask()
    event.remove(engine, "before_cursor_execute", hear)
    return noted


def run_again(one: Side, noted: list[tuple[str, Any]]) -> float:
    """Run the statements as the driver does, all rows fetched; give the seconds."""
    with one.runtime.store.read() as connection:
        raw = connection.connection.cursor()
        start = time.perf_counter()
        for statement, parameters in noted:
            raw.execute(statement, parameters)
            if not statement.startswith("SET"):
                raw.fetchall()
        return time.perf_counter() - start


def measure(sides: list[Side], rounds: int) -> None:
    """Ask everything of every side in turn."""
    for number in range(rounds + 2):
        for what in sides[0].asked:
            for one in sides:
                start = time.perf_counter()
                one.asked[what]()
                whole = time.perf_counter() - start
                alone = run_again(one, one.sql[what])
                if number >= 2:  # the first fill caches
                    one.whole[what].append(whole)
                    one.alone[what].append(alone)


def show(sides: list[Side]) -> None:
    """Print each side's medians and late ones, in milliseconds."""
    for one in sides:
        print(f"\n{one.name}")
        print(f"{'ms':32}{'SQL':>8}{'p95':>8}{'request':>9}{'p95':>8}{'statements':>12}")
        for what, seconds in one.alone.items():
            whole = one.whole[what]
            print(
                f"{what:32}{median(seconds) * 1e3:8.2f}{late(seconds) * 1e3:8.2f}"
                f"{median(whole) * 1e3:9.2f}{late(whole) * 1e3:8.2f}{len(one.sql[what]):12}"
            )


def late(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]


def compare(sides: list[Side]) -> list[str]:
    """Word how the largest stands to the smallest."""
    small, large = sides[0], sides[-1]
    lines = [f"\n{large.name} ÷ {small.name}"]
    for what in large.asked:
        sql = median(large.alone[what]) / median(small.alone[what])
        whole = median(large.whole[what]) / median(small.whole[what])
        lines.append(f"{what:32}{sql:6.2f} of the SQL, {whole:5.2f} of the request")
    return lines


if __name__ == "__main__":
    sys.exit(main())
