"""The demo: a shop, its sign-ins and its pretend platforms, for an installation without a shop.

Nothing secret is fixed here: tokens and passwords are drawn once for each data
folder and kept in its ``demo.json``.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from bot.settings.errors import SettingsError
from bot.settings.keys import keep_once
from bot.settings.sections import (
    LineSettings,
    MetaSettings,
    OperatorSettings,
    Sections,
    ShopSettings,
)

DEMO_FILE = "demo.json"
DRAWN = (
    "line_channel_secret",
    "line_access_token",
    "page_access_token",
    "instagram_access_token",
    "app_secret",
    "verify_token",
)
# No letters and digits that are taken for each other when read from a screen.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def with_demo(given: Sections, base_url: str, folder: Path) -> Sections:
    """Return ``given`` with the demo shop, whose platforms are the simulator's.

    ``base_url`` is where the simulator answers. Passwords that are given stand;
    the others are the data folder's own.
    """
    drawn = _drawn(folder)
    meta = MetaSettings(
        app_id="1000000000000001",
        app_secrets=[drawn["app_secret"]],
        verify_token=drawn["verify_token"],
        graph_url=f"{base_url}/simulator/graph",
        graph_version=given.meta.graph_version,
    )
    operator = given.operator
    if not operator.email or not operator.password.get_secret_value():
        operator = OperatorSettings(
            email=operator.email or "ops@example.com",
            password=operator.password.get_secret_value() or drawn["operator_password"],
        )
    return given.model_copy(
        update={
            "line": LineSettings(api_url=f"{base_url}/simulator/line"),
            "meta": meta,
            "shops": (ShopSettings.model_validate(_shop(drawn)),),
            "operator": operator,
        }
    )


def has_demo(folder: Path) -> bool:
    """Say whether this data folder has run the demo before."""
    return (folder / DEMO_FILE).is_file()


def _drawn(folder: Path) -> dict[str, str]:
    fresh = {name: secrets.token_urlsafe(32) for name in DRAWN}
    fresh |= {name: _password() for name in ("staff_password", "operator_password")}
    text = keep_once(folder / DEMO_FILE, json.dumps(fresh, indent=2))
    try:
        kept = json.loads(text)
        return {name: str(kept[name]) for name in fresh}
    except (ValueError, KeyError, TypeError):
        raise SettingsError(
            str(folder / DEMO_FILE), "is damaged; remove it, and the demo draws new secrets"
        ) from None


def _password() -> str:
    """Draw four groups of four signs, 79 bits, fit to be typed from a terminal."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4))


def _shop(drawn: dict[str, str]) -> dict[str, Any]:
    return {
        "slug": "siam",
        "name": "Siam Tea",
        "currency": "THB",
        "timezone": "Asia/Bangkok",
        "locale": "th",
        "channels": [
            {
                "kind": "line",
                "key": "siam-line",
                "channel_secret": drawn["line_channel_secret"],
                "access_token": drawn["line_access_token"],
            },
            {
                "kind": "messenger",
                "key": "siam-page",
                "account_id": "1234567890",
                "access_token": drawn["page_access_token"],
            },
            {
                "kind": "instagram",
                "key": "siam-ig",
                "account_id": "17840000000000000",
                "access_token": drawn["instagram_access_token"],
                "login": "instagram",
            },
        ],
        "staff": [
            {
                "email": "nok@example.com",
                "name": "Nok",
                "role": "owner",
                "password": drawn["staff_password"],
            }
        ],
        "payment": {
            "promptpay_id": "0812345678",
            "banks": [
                {"bank": "KBANK", "account": "123-4-56789-0", "holder": "Siam Tea Co., Ltd."}
            ],
        },
        "shipping": [
            {"code": "ems", "name": "EMS", "fee": "60.00"},
            {
                "code": "post",
                "name": "Post",
                "weight": [[500, "40.00"], [1000, "60.00"], [3000, "90.00"]],
                "free_above": "1500.00",
            },
        ],
        "products": [
            {
                "code": "A1",
                "name": "ชาเขียว",
                "names": {"en": "Green tea"},
                "category": "ชา",
                "price": "120.00",
                "stock": 50,
                "weight": 150,
            },
            {
                "code": "B2",
                "name": "ชาไทย",
                "names": {"en": "Thai tea"},
                "category": "ชา",
                "price": "90.00",
                "weight": 200,
            },
            {
                "code": "C3",
                "name": "เสื้อยืด",
                "names": {"en": "T-shirt"},
                "category": "เสื้อผ้า",
                "price": "350.00",
                "stock": 20,
                "weight": 250,
                "options": [["ดำ", "ขาว"], ["S", "M", "L"]],
                "variants": [
                    {"options": ["ดำ", "L"], "price": "390.00", "stock": 3},
                    {"options": ["ขาว", "L"], "price": "390.00"},
                ],
            },
            {
                "code": "D4",
                "name": "กาน้ำชา",
                "names": {"en": "Tea pot"},
                "category": "ของใช้",
                "description": "สั่งจองล่วงหน้า ส่งภายในสองสัปดาห์",
                "price": "890.00",
                "preorder": True,
            },
        ],
    }
