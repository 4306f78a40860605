"""The running OpenBill that the stories are told on: one for each database and test process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from uuid import uuid4

import pytest

from tests.support.stack import Stack


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a failure show what the processes said."""
    report = yield
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(stack, Stack):
        report.sections.append(("OpenBill's processes", stack.logs()))
    return report


@pytest.fixture(scope="session")
def open_stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Stack]]:
    """Gives the running stack on a database; it starts when it is first asked for."""
    running: dict[str, Stack] = {}

    def give(engine: str) -> Stack:
        if engine not in running:
            url = ""
            if engine == "postgresql":
                cluster = request.getfixturevalue("postgresql_cluster")
                name = f"stack_{uuid4().hex}"
                cluster.run(f"CREATE DATABASE {name} TEMPLATE template0")
                url = cluster.url(name)
            stack = Stack(tmp_path_factory.mktemp(f"stack-{engine}"), url)
            # Noted before it runs, so that one which fails to start is stopped as well.
            running[engine] = stack
            stack.start()
        return running[engine]

    yield give
    ends = {engine: stack.stop() for engine, stack in running.items()}
    # An orderly stop is one of the promises: every process ends by itself, and well.
    assert not [end for codes in ends.values() for end in codes.items() if end[1] != 0], ends


@pytest.fixture
def stack(engine_kind: str, open_stack: Callable[[str], Stack]) -> Stack:
    """A running OpenBill, on both databases."""
    return open_stack(engine_kind)
