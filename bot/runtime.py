"""Everything that a process holds, built once and handed down; there are no globals.

``build`` is called after any fork: it opens the database, and neither threads
nor connections survive a fork.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bot.channels import CHANNELS
from bot.jobs import Doorbell
from bot.messages import Account
from bot.rendering.renderer import Renderer
from bot.settings import Settings
from bot.store.database import PATIENCE, Connection, Store
from bot.store.vault import Vault

T = TypeVar("T")


@dataclass(slots=True)
class Work:
    """One transaction under way: its connection, its time, and whom to wake after its commit."""

    connection: Connection
    now: datetime
    bells: set[str] = field(default_factory=set)

    def ring(self, queue: str) -> None:
        """Wake ``queue``'s worker after the commit, not before."""
        self.bells.add(queue)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The settings and the things made from them."""

    settings: Settings
    store: Store
    vault: Vault
    bell: Doorbell
    renderer: Renderer

    def transact(self, body: Callable[[Work], T], *, patience: float = PATIENCE) -> T:
        """Run ``body`` in one writing transaction, then ring the bells it asked for.

        ``body`` may run more than once and must have no effect outside the
        transaction. Raises ``StoreUnavailable``.
        """
        bells: set[str] = set()

        def run(connection: Connection) -> T:
            work = Work(connection, self.store.now(connection))
            result = body(work)
            bells.clear()
            bells.update(work.bells)
            return result

        result = self.store.write(run, patience=patience)
        for queue in sorted(bells):
            self.bell.ring(queue)
        return result

    def account(self, channel: Any) -> Account:
        """Open what a channel's row holds, so that it can speak. Raises ``WrongKey``."""
        secrets = self.vault.open(channel.sealed)
        meta = self.settings.meta
        on_meta = CHANNELS[channel.kind].webhook == "meta"
        return Account(
            kind=channel.kind,
            key=channel.key,
            account_id=channel.account_id,
            access_token=secrets["access_token"],
            api_url=meta.graph_url if on_meta else self.settings.line.api_url,
            api_version=meta.graph_version if on_meta else "",
            app_secret=meta.app_secrets[0].get_secret_value()
            if on_meta and meta.app_secrets
            else "",
            login=channel.login,
        )

    def bill_url(self, order_id: int, generation: int) -> str:
        """Give the public address of an order's bill page."""
        token = self.vault.bill_token(order_id, generation)
        return f"{self.settings.base_url}/b/{token}"

    def close(self) -> None:
        """Give everything back."""
        self.renderer.close()
        self.bell.close()
        self.store.close()


def build(settings: Settings) -> Runtime:
    """Make what a process needs from its settings. Nothing is sent or migrated here."""
    return Runtime(
        settings=settings,
        store=Store(settings.database.url),
        vault=Vault(settings.secret_key.get_secret_value()),
        bell=Doorbell(settings.redis.url),
        renderer=Renderer(),
    )
