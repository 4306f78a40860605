"""The settings: what is read, what is refused and how, and what is made where nothing is given."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings, SettingsError, has_demo, load

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

LINE = {"kind": "line", "key": "tea-line", "channel_secret": "s" * 32, "access_token": "t" * 40}
PAGE = {"kind": "messenger", "key": "tea-page", "account_id": "123", "access_token": "p" * 40}
META = {
    "OPENBILL_META__APP_SECRETS": '["' + "a" * 32 + '"]',
    "OPENBILL_META__VERIFY_TOKEN": "verify-me",
}
GOOD_KEY = "abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from any config.toml of the developer's own."""
    monkeypatch.chdir(tmp_path)


def shop(**changes: Any) -> dict[str, Any]:
    return {"slug": "tea", "name": "Tea"} | changes


def with_shop(**changes: Any) -> dict[str, str]:
    return {"OPENBILL_SHOPS": json.dumps([shop(**changes)])}


def read(environ: dict[str, str], *, demo: bool = False) -> Settings:
    return load(None, Path("data"), environ, demo=demo)


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read(environ)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_without_anything_the_defaults_live_in_the_data_folder(tmp_path: Path) -> None:
    settings = read({})
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.data_dir == tmp_path / "data"
    assert settings.database.url == f"sqlite:///{tmp_path / 'data' / 'openbill.db'}"
    assert settings.redis.url == f"unix://{tmp_path / 'data' / 'redis.sock'}"
    assert settings.redis.embedded
    assert settings.shops == ()
    assert not settings.demo


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('[web]\nport = 1234\nhost = "127.0.0.2"\n[log]\nlevel = "debug"\n')
    settings = load(file, None, {"OPENBILL_WEB__PORT": "4321"}, demo=False)
    assert settings.web.port == 4321
    assert settings.web.host == "127.0.0.2"
    assert settings.log.level == "debug"


def test_the_folder_and_the_file_are_named_by_option_then_environment_then_place(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.toml").write_text("[web]\nport = 1111\n")
    (tmp_path / "other.toml").write_text("[web]\nport = 2222\n")
    (tmp_path / "third.toml").write_text("[web]\nport = 3333\n")
    named = {"OPENBILL_CONFIG": "other.toml", "OPENBILL_DATA": "kept"}
    assert load(None, None, {}, demo=False).web.port == 1111
    assert load(None, None, named, demo=False).web.port == 2222
    assert load(Path("third.toml"), None, named, demo=False).web.port == 3333
    assert load(None, None, named, demo=False).data_dir == tmp_path / "kept"
    assert load(None, Path("here"), named, demo=False).data_dir == tmp_path / "here"
    assert load(None, None, {}, demo=False).data_dir == tmp_path / "var"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000"),
        ("0.0.0.0", "http://127.0.0.1:9000"),
        ("::1", "http://[::1]:9000"),
        ("192.168.1.5", "http://192.168.1.5:9000"),
    ],
)
def test_without_a_base_url_it_follows_host_and_port(host: str, address: str) -> None:
    settings = read({"OPENBILL_WEB__HOST": host, "OPENBILL_WEB__PORT": "9000"})
    assert settings.base_url == address


def test_a_base_url_that_is_given_stands_and_loses_its_last_slash() -> None:
    settings = read(
        {
            "OPENBILL_BASE_URL": "https://shop.example.com/",
            "OPENBILL_SECRET_KEY": GOOD_KEY,
            "OPENBILL_WEB__PORT": "9000",
        }
    )
    assert settings.base_url == "https://shop.example.com"


def test_a_long_data_folder_gets_its_socket_elsewhere_and_every_process_finds_it() -> None:
    folder = Path("x" * 120)
    first = load(None, folder, {}, demo=False).redis.url
    assert len(first.removeprefix("unix://")) <= 107
    assert load(None, folder, {}, demo=False).redis.url == first
    assert load(None, Path("y" * 120), {}, demo=False).redis.url != first


@pytest.mark.parametrize(
    ("environ", "setting"),
    [
        ({"OPENBILL_LINE__APIURL": "http://x"}, "line.apiurl"),
        ({"OPENBILL_REDISS__URL": "redis://x"}, "OPENBILL_REDISS__URL"),
        ({"OPENBILL_SHOPS": "[{"}, "OPENBILL_SHOPS"),
        ({"OPENBILL_META__APP_SECRETS": "abc"}, "OPENBILL_META__APP_SECRETS"),
        ({"OPENBILL_SHOPS": '{"slug": "x"}'}, "shops"),
        ({"OPENBILL_BASE_URL": "shop.example.com"}, "base_url"),
        ({"OPENBILL_BASE_URL": "ftp://shop.example.com"}, "base_url"),
        ({"OPENBILL_BASE_URL": "https://shop.example.com?x=1"}, "base_url"),
        ({"OPENBILL_BASE_URL": "https://[::1"}, "base_url"),
        ({"OPENBILL_LINE__API_URL": "line"}, "line.api_url"),
        ({"OPENBILL_META__GRAPH_URL": "graph"}, "meta.graph_url"),
        ({"OPENBILL_META__GRAPH_VERSION": "v26"}, "meta.graph_version"),
        ({"OPENBILL_DATABASE__URL": "mysql://x"}, "database.url"),
        ({"OPENBILL_REDIS__URL": "memcached://x"}, "redis.url"),
        ({"OPENBILL_WEB__PORT": "0"}, "web.port"),
        ({"OPENBILL_WEB__PORT": "http"}, "web.port"),
        ({"OPENBILL_LOG__LEVEL": "loud"}, "log.level"),
        ({"OPENBILL_MEDIA__S3__BUCKET": "No Bucket"}, "media.s3.bucket"),
        ({"OPENBILL_MEDIA__S3__BUCKET": "files"}, "media.s3.access_key"),
        ({"OPENBILL_MEDIA__S3__PREFIX": "a b"}, "media.s3.prefix"),
        ({"OPENBILL_MEDIA__S3__ENDPOINT": "s3"}, "media.s3.endpoint"),
        (
            {
                "OPENBILL_MEDIA__S3__BUCKET": "files",
                "OPENBILL_MEDIA__S3__ACCESS_KEY": "a",
                "OPENBILL_MEDIA__S3__SECRET_KEY": "b",
                "OPENBILL_MEDIA__S3__ENDPOINT": "http://s3.example.com",
            },
            "media.s3.endpoint",
        ),
        ({"OPENBILL_OPERATOR__EMAIL": "ops@example.com"}, "operator.password"),
        ({"OPENBILL_OPERATOR__PASSWORD": "x"}, "operator.email"),
        (with_shop(staff=[{"email": "a@b", "password": "short"}]), "shops[0].staff[0].password"),
        (
            with_shop(staff=[{"email": "a@b", "password": "x" * 1025}]),
            "shops[0].staff[0].password",
        ),
        (with_shop(colour="green"), "shops[0].colour"),
        (with_shop(slug="Tea Shop"), "shops[0].slug"),
        (with_shop(name=""), "shops[0].name"),
        (with_shop(currency="XXX"), "shops[0].currency"),
        (with_shop(timezone="Asia/Bangkog"), "shops[0].timezone"),
        (with_shop(timezone="../../etc/passwd"), "shops[0].timezone"),
        (with_shop(locale="xx"), "shops[0].locale"),
        (with_shop(channels=[LINE | {"kind": "sms"}]), "shops[0].channels[0].kind"),
        (with_shop(channels=[LINE | {"key": "a/b"}]), "shops[0].channels[0].key"),
        (
            with_shop(channels=[LINE | {"channel_secret": ""}]),
            "shops[0].channels[0].channel_secret",
        ),
        (with_shop(channels=[LINE | {"access_token": ""}]), "shops[0].channels[0].access_token"),
        (with_shop(channels=[LINE, LINE]), "shops[].channels[].key"),
        (with_shop(channels=[PAGE]), "meta.app_secrets"),
        (
            with_shop(channels=[PAGE]) | {"OPENBILL_META__APP_SECRETS": '["s3cret", ""]'},
            "meta.app_secrets",
        ),
        (
            with_shop(channels=[PAGE]) | {"OPENBILL_META__APP_SECRETS": '["s3cret"]'},
            "meta.verify_token",
        ),
        (
            with_shop(channels=[PAGE | {"account_id": ""}]) | META,
            "shops[0].channels[0].account_id",
        ),
        (
            with_shop(channels=[PAGE, PAGE | {"key": "other"}]) | META,
            "shops[].channels[].account_id",
        ),
        (with_shop(staff=[{"email": "nok"}]), "shops[0].staff[0].email"),
        (with_shop(staff=[{"email": "a@b", "role": "king"}]), "shops[0].staff[0].role"),
        (with_shop(staff=[{"email": "a@b"}, {"email": "A@B"}]), "shops[0].staff[].email"),
        (with_shop(payment={"promptpay_id": "12345"}), "shops[0].payment.promptpay_id"),
        (
            with_shop(shipping=[{"code": "ems", "name": "EMS", "fee": "60.005"}]),
            "shops[0].shipping[0].fee",
        ),
        (
            with_shop(products=[{"code": "A1", "name": "x", "price": 120.0}]),
            "shops[0].products[0].price",
        ),
        (
            with_shop(products=[{"code": "A1", "name": "x", "price": "1_000"}]),
            "shops[0].products[0].price",
        ),
        (
            with_shop(products=[{"code": "A1", "name": "x", "price": "1", "stock": -1}]),
            "shops[0].products[0].stock",
        ),
        (
            with_shop(products=[{"code": "A1", "name": "x", "price": "1", "stock": 1.5}]),
            "shops[0].products[0].stock",
        ),
        (
            with_shop(
                products=[
                    {"code": "A1", "name": "x", "price": "1"},
                    {"code": "a1", "name": "y", "price": "1"},
                ]
            ),
            "shops[0].products[].code",
        ),
        (
            with_shop(products=[{"code": "A/1", "name": "x", "price": "1"}]),
            "shops[0].products[0].code",
        ),
        (
            with_shop(products=[{"code": "A1", "name": "x", "price": "1", "options": ["S", "M"]}]),
            "shops[0].products[0].options[0]",
        ),
        (
            with_shop(products=[{"code": "A1", "name": "x", "price": "1", "options": [[]]}]),
            "shops[0].products[0].options",
        ),
        (
            with_shop(
                products=[{"code": "A1", "name": "x", "price": "1", "options": [["S", "s"]]}]
            ),
            "shops[0].products[0].options",
        ),
        (
            with_shop(shipping=[{"code": "a", "name": "A"}]),
            "shops[0].shipping[0].fee",
        ),
        (
            with_shop(shipping=[{"code": "a", "name": "A", "amount": [["5", "1"]]}]),
            "shops[0].shipping[0].fee",
        ),
        (
            with_shop(shipping=[{"code": "a", "name": "A", "weight": [[0, "1"]]}]),
            "shops[0].shipping[0].weight",
        ),
        (
            with_shop(shipping=[{"code": "a", "name": "A", "weight": [[5, "x"]]}]),
            "shops[0].shipping[0].weight",
        ),
        (
            with_shop(shipping=[{"code": "a", "name": "A", "weight": [[9, "1"], [5, "1"]]}]),
            "shops[0].shipping[0]",
        ),
        (
            with_shop(
                shipping=[{"code": "a", "name": "A", "weight": [[5, "1"]], "amount": [["5", "1"]]}]
            ),
            "shops[0].shipping[0].amount",
        ),
        (
            with_shop(shipping=[{"code": "a", "name": "A", "fee": "1", "free_above": "1.001"}]),
            "shops[0].shipping[0].free_above",
        ),
        (
            with_shop(
                products=[{"code": "A1", "name": "x", "price": "1", "preorder": True, "stock": 1}]
            ),
            "shops[0].products[0].stock",
        ),
        (
            with_shop(
                products=[
                    {
                        "code": "A1",
                        "name": "x",
                        "price": "1",
                        "options": [["S"]],
                        "variants": [{"options": ["M"]}],
                    }
                ]
            ),
            "shops[0].products[0]",
        ),
        (
            with_shop(
                products=[
                    {
                        "code": "A1",
                        "name": "x",
                        "price": "1",
                        "options": [["S"]],
                        "variants": [{"options": ["S"], "price": "x"}],
                    }
                ]
            ),
            "shops[0].products[0].variants[0].price",
        ),
        ({"OPENBILL_SHOPS": json.dumps([shop(), shop()])}, "shops[].slug"),
    ],
)
def test_a_wrong_setting_is_one_line_that_begins_with_its_name(
    environ: dict[str, str], setting: str
) -> None:
    assert refusal(environ).startswith(f"{setting}: ")


def test_a_key_of_the_file_that_nobody_knows_is_refused_with_the_files_name() -> None:
    Path("config.toml").write_text("colour = 1\n")
    line = refusal({})
    assert line.startswith("colour: ")
    assert "config.toml" in line


@pytest.mark.parametrize("content", [b"a = [", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_refused_by_its_name(content: bytes) -> None:
    Path("config.toml").write_bytes(content)
    assert refusal({}).startswith("config.toml: ")


def test_a_file_that_is_not_there_is_refused_by_its_name() -> None:
    with pytest.raises(SettingsError, match=r"^nowhere\.toml: there is no such file"):
        load(Path("nowhere.toml"), None, {})


def test_a_refusal_never_shows_a_secret() -> None:
    secret = "sesame-sesame-sesame"
    for environ in (
        {"OPENBILL_SECRET_KEY": secret},
        {"OPENBILL_META__APP_SECRETS": secret},
        {"OPENBILL_META__APP_SECRETS": json.dumps({"a": secret})},
        {"OPENBILL_OPERATOR__PASSWORD": secret},
        with_shop(channels=[LINE | {"access_token": [secret]}]),
    ):
        assert secret not in refusal(environ)


def test_the_settings_printed_show_no_secret() -> None:
    settings = read(
        with_shop(channels=[LINE, PAGE])
        | META
        | {
            "OPENBILL_DATABASE__URL": "postgresql+psycopg://u:hush-hush@h/d",
            "OPENBILL_REDIS__URL": "redis://:hush-hush@h/0",
        }
    )
    printed = repr(settings)
    assert "hush-hush" not in printed
    assert not [secret for secret in settings.secrets() if secret in printed]
    assert {"t" * 40, "p" * 40, "a" * 32, "verify-me"} <= set(settings.secrets())


def test_T65_a_public_address_without_a_secret_key_does_not_start() -> None:
    assert refusal({"OPENBILL_BASE_URL": "https://shop.example.com"}).startswith("secret_key: ")
    assert not Path("data", "secret_key").exists()


@pytest.mark.parametrize("key", ["changeme", "secret" * 5, "a" * 64])
def test_T65_a_weak_secret_key_does_not_start(key: str) -> None:
    assert refusal({"OPENBILL_SECRET_KEY": key}).startswith("secret_key: ")


def test_a_local_address_gets_a_secret_key_of_its_own_that_stays_and_is_private() -> None:
    first = read({}).secret_key.get_secret_value()
    assert len(first) >= 32
    assert read({}).secret_key.get_secret_value() == first
    assert stat.S_IMODE(Path("data", "secret_key").stat().st_mode) == 0o600
    other = load(None, Path("other"), {}, demo=False).secret_key.get_secret_value()
    assert other != first


def test_a_data_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands here")
    assert refusal({}).startswith("data folder: ")


def test_the_demo_has_a_shop_on_three_channels_that_speak_to_the_simulator() -> None:
    settings = read({"OPENBILL_WEB__PORT": "9000"}, demo=True)
    (tea,) = settings.shops
    assert settings.demo
    assert [(channel.kind, channel.key) for channel in tea.channels] == [
        ("line", "siam-line"),
        ("messenger", "siam-page"),
        ("instagram", "siam-ig"),
    ]
    assert settings.line.api_url == "http://127.0.0.1:9000/simulator/line"
    assert settings.meta.graph_url == "http://127.0.0.1:9000/simulator/graph"
    assert [product.code for product in tea.products] == ["A1", "B2", "C3", "D4"]
    assert tea.staff[0].email == "nok@example.com"
    assert settings.operator.email == "ops@example.com"


def test_the_demos_secrets_are_drawn_for_each_folder_and_kept() -> None:
    first = read({}, demo=True)
    assert read({}, demo=True).secrets() == first.secrets()
    other = load(None, Path("other"), {}, demo=True)
    assert not set(first.secrets()) & set(other.secrets())
    assert stat.S_IMODE(Path("data", "demo.json").stat().st_mode) == 0o600


def test_passwords_from_the_environment_stand_in_the_demo_too() -> None:
    settings = read(
        {"OPENBILL_STAFF_PASSWORD": "tea-at-five", "OPENBILL_OPERATOR__PASSWORD": "ops-at-six"},
        demo=True,
    )
    assert settings.shops[0].staff[0].password.get_secret_value() == "tea-at-five"
    assert settings.operator.password.get_secret_value() == "ops-at-six"


def test_the_staff_password_of_the_environment_is_for_owners_without_one() -> None:
    staff = [
        {"email": "a@b"},
        {"email": "c@d", "password": "my own words"},
        {"email": "e@f", "role": "sales"},
    ]
    settings = read(with_shop(staff=staff) | {"OPENBILL_STAFF_PASSWORD": "first day"})
    assert [p.password.get_secret_value() for p in settings.shops[0].staff] == [
        "first day",
        "my own words",
        "",
    ]


def test_the_demo_gives_way_to_a_configured_shop() -> None:
    settings = read(with_shop(), demo=True)
    assert not settings.demo
    assert settings.line.api_url == ""
    assert not has_demo(settings.data_dir)


def test_unasked_the_demo_is_there_where_the_environment_or_the_folder_says_so() -> None:
    folder = Path("data")
    assert not load(None, folder, {}).demo
    assert load(None, folder, {"OPENBILL_DEMO": "1"}).demo
    assert load(None, folder, {}).demo
    assert not load(None, folder, {"OPENBILL_DEMO": "0"}).demo


def test_the_example_as_it_stands_is_the_defaults() -> None:
    told = load(EXAMPLE, Path("data"), {}, demo=False)
    bare = load(None, Path("data"), {}, demo=False)
    assert told.config_path == EXAMPLE
    for section in ("base_url", "database", "redis", "line", "meta", "operator", "web", "log"):
        assert getattr(told, section) == getattr(bare, section), section


def test_the_example_with_everything_switched_on_is_a_whole_configuration() -> None:
    text = re.sub(r"(?m)^#(?=[a-z_]+ = |\[)", "", EXAMPLE.read_text(encoding="utf-8"))
    for name in ("secret_key", "channel_secret", "access_token", "verify_token", "password"):
        text = re.sub(rf'(?m)^{name} = ""', f'{name} = "{GOOD_KEY}"', text)
    text = text.replace("app_secrets = []", f'app_secrets = ["{GOOD_KEY}"]')
    text = text.replace('email = ""', 'email = "ops@example.com"')
    file = Path("whole.toml")
    file.write_text(text, encoding="utf-8")
    settings = load(file, None, {}, demo=False)
    (tea,) = settings.shops
    assert [channel.kind for channel in tea.channels] == ["line", "messenger", "instagram"]
    assert tea.products[0].options == (("ดำ", "ขาว"), ("S", "M", "L"))
    assert tomllib.loads(text)["base_url"] == settings.base_url
