"""The demo's platforms: the simulator, told of the very accounts that the settings give."""

from __future__ import annotations

import hashlib

from flask import Blueprint

from bot.settings import ChannelSettings, Settings
from handlers.simulator import SimAccount, SimulatorConfig, create_simulator

HINT = (
    "สวัสดีค่ะ เอาชาเขียว 2 → /inbox: /o A1 2 → /send · "
    "Write as the customer here, answer as the shop at /inbox."
)


def create_demo(settings: Settings) -> Blueprint:
    """Make the simulator that stands in for LINE and Meta, to be mounted at ``/simulator``."""
    accounts = tuple(
        _account(settings, shop.name, channel)
        for shop in settings.shops
        for channel in shop.channels
    )
    return create_simulator(
        SimulatorConfig(
            db_path=settings.data_dir / "simulator.db",
            webhook_base=settings.base_url,
            accounts=accounts,
            hint=HINT,
        )
    )


def _account(settings: Settings, shop_name: str, channel: ChannelSettings) -> SimAccount:
    secrets = settings.meta.app_secrets
    return SimAccount(
        kind=channel.kind,
        key=channel.key,
        account_id=channel.account_id or _bot_user_id(channel.key),
        name=shop_name,
        access_token=channel.access_token.get_secret_value(),
        channel_secret=channel.channel_secret.get_secret_value(),
        app_secret=secrets[0].get_secret_value() if secrets else "",
        app_id=settings.meta.app_id,
        login=channel.login,
    )


def _bot_user_id(key: str) -> str:
    """LINE's own name for an account: ``U`` and 32 hexadecimal digits."""
    return "U" + hashlib.sha256(key.encode()).hexdigest()[:32]
