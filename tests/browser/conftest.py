"""The demo as its user meets it: running, with the simulator inside, seen in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 60_000


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running demo, on SQLite."""
    stack = Stack(tmp_path_factory.mktemp("demo"), demo=True)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def size() -> tuple[int, int]:
    """The window's width and height; a test may say otherwise."""
    return 1280, 800


@pytest.fixture
def visitor(chromium: Browser, demo: Stack, size: tuple[int, int]) -> Iterator[BrowserContext]:
    """A browser of its own; a script's error or a breach of a page's policy fails the test."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, base_url=demo.base
    )
    context.set_default_timeout(PATIENCE)
    troubles: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda said: hear(page, said))

    def hear(page: Page, said: Any) -> None:
        if said.type in ("error", "warning"):
            troubles.append(f"{page.url}: {said.text}")

    context.on("page", watch)
    yield context
    context.close()
    assert troubles == []
