"""Measures the way in: webhooks acknowledged a second, beside a bare Flask endpoint.

Every delivery of ours is on disk before its 200. The sides take turns, round by round, so that
only the ratio between them is to be believed.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import requests

from bench.load import CONNECTIONS, Round, Target, press
from tests.support.stack import ROOT, Stack, free_port
from tests.support.stack_platforms import wait_for

WORKERS, THREADS = 2, 8


def main() -> int:
    """Measure and print; the ratios last."""
    parser = argparse.ArgumentParser(prog="bench/ingress", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="a round's length [5]")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side [3]")
    parser.add_argument(
        "--database", default="", help="SQLAlchemy's address of an empty database [SQLite]"
    )
    asked = parser.parse_args()
    with ExitStack() as stack:
        sides = [
            stack.enter_context(bare()),
            stack.enter_context(ours("OpenBill, as it comes", asked.database)),
        ]
        if not asked.database:
            sides.append(stack.enter_context(ours("OpenBill, gunicorn 2 x 8", "", same=True)))
        for side in sides:
            press(side, 1.0)
        rounds: dict[str, list[Round]] = {side.name: [] for side in sides}
        for _ in range(asked.rounds):
            for side in sides:
                rounds[side.name].append(press(side, asked.seconds))
    show(rounds)
    return 0


@contextmanager
def bare() -> Iterator[Target]:
    """The reference, served by gunicorn with 2 workers of 8 threads."""
    secret, port = secrets.token_urlsafe(24), free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"),
            *("--workers", str(WORKERS), "--threads", str(THREADS)),
            *("--bind", f"127.0.0.1:{port}", "--log-level", "warning", "bench.bare:app"),
        ],
        cwd=ROOT,
        env={**os.environ, "BENCH_SECRET": secret},
    )
    try:
        wait_for(lambda: _answers(port), "An answer of the bare endpoint")
        name = f"bare Flask, gunicorn {WORKERS} x {THREADS}"
        yield Target(name, port, "/webhooks/line/siam-line", secret, process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def ours(name: str, database: str, *, same: bool = False) -> Iterator[Target]:
    """OpenBill's web server and its Redis, on a database on disk."""
    with tempfile.TemporaryDirectory(prefix="openbill-bench-") as folder:
        stack = Stack(Path(folder) / "stack", database)
        if same:
            stack.environ |= {"OPENBILL_WEB__WORKERS": "2", "OPENBILL_WEB__THREADS": "8"}
        try:
            stack.run("migrate")
            stack.begin("redis", "web")
            wait_for(lambda: _answers(stack.port), "An answer of OpenBill")
            yield Target(
                name,
                stack.port,
                "/webhooks/line/siam-line",
                stack.platforms.accounts["line"].channel_secret,
                stack.processes["web"].pid,
            )
        finally:
            stack.stop()


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=5).status_code > 0
    except requests.RequestException:
        return False


def show(rounds: dict[str, list[Round]]) -> None:
    """Print the medians of every side and, last, their ratios to the first."""
    print(f"{CONNECTIONS} connections, medians of {len(next(iter(rounds.values())))} rounds")
    print(f"{'':28}{'ack/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms/1,000':>14}{'refused':>9}")
    medians: dict[str, tuple[float, float]] = {}
    for name, found in rounds.items():
        rate, cpu = median(one.rate for one in found), median(one.cpu for one in found)
        medians[name] = rate, cpu
        half = median(one.percentile(0.50) for one in found)
        late = median(one.percentile(0.99) for one in found)
        refused = sum(one.refused for one in found)
        print(f"{name:28}{rate:9.0f}{half:9.2f}{late:9.2f}{cpu:14.0f}{refused:9}")
    (_, reference), *others = medians.items()
    for name, (rate, cpu) in others:
        print(f"{name}: {rate / reference[0]:.2f} of the rate, {cpu / reference[1]:.2f} of the CPU")


if __name__ == "__main__":
    sys.exit(main())
