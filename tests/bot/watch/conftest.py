"""A shop whose platforms answer for their accounts too."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot import watch
from bot.runtime import Work
from bot.store import watches
from tests.support.accounts import Accounts
from tests.support.shop import Shop


@pytest.fixture
def accounts(httpserver: HTTPServer) -> Accounts:
    """What the platforms tell of the shop's accounts."""
    return Accounts(httpserver)


class Keeper:
    """The upkeep worker's part of the watch, and what it wrote."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def work(self) -> int:
        """Do what the worker does; give how many calls were made."""
        made = watch.drain(self.shop.runtime, seconds=60)
        watch.look(self.shop.runtime)
        return made

    def row(self, key: str = "siam-line") -> Any:
        with self.shop.runtime.store.read() as connection:
            return next(row for row in watches.list_watches(connection) if row.key == key)

    def alarms(self, key: str = "siam-line") -> tuple[str, ...]:
        return watch.find_alarms(self.row(key), self.shop.clock())

    def set(self, key: str = "siam-line", **values: Any) -> None:
        channel_id = self.row(key).channel_id

        def write(work: Work) -> None:
            watches.update_watch(work.connection, channel_id, **values)

        self.shop.runtime.transact(write)

    def raised(self, key: str = "siam-line") -> list[str]:
        """The alarms that were raised for a channel, oldest first."""
        subject = f"channel:{self.row(key).channel_id}"
        rows = self.shop.rows("audit", action="channel alarm", subject=subject)
        return [row.data["alarm"] for row in rows]


@pytest.fixture
def keeper(shop: Shop, accounts: Accounts) -> Keeper:
    """The watch over the shop, before its first look."""
    return Keeper(shop)
