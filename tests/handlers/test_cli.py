"""The command line: every command's help, how it fails, and setting up a shop without the web."""

from __future__ import annotations

import json
import logging
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import structlog
from click.testing import CliRunner, Result

from handlers.cli import main, stack
from handlers.cli.doctor import Finding, examine
from handlers.embedded_redis import FOLDER

ROOT = Path(__file__).parents[2]


def every_command(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[Any]:
    for name, command in group.commands.items():
        yield pytest.param((*path, name), id=" ".join((*path, name)))
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


class Line:
    """A command line on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str, code: int = 0, **environ: str) -> str:
        result = self.result(*words, **environ)
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.stderr

    def result(self, *words: str, **environ: str) -> Result:
        clean = {name: None for name in os.environ if name.startswith("OPENBILL_")}
        return CliRunner().invoke(
            main, [*words, "--data", str(self.folder)], env={**clean, **environ}
        )

    def rows(self, what: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.run("list", what, "--json"))
        return rows


@pytest.fixture(autouse=True)
def _own_logs() -> Iterator[None]:
    """A command says how its process logs; this process goes on as before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = hooks
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Line:
    """A migrated installation, away from any config.toml of the developer's."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "openbill.db").write_bytes(sqlite_template.read_bytes())
    return Line(folder)


@pytest.fixture
def tea(line: Line) -> Line:
    """The same with a shop and its owner."""
    line.run("shop", "add", "--slug", "tea", "--name", "Tea")
    line.run(
        *("staff", "add", "--shop", "tea", "--email", "Nok@example.com", "--role", "owner"),
        OPENBILL_STAFF_PASSWORD="green leaves",
    )
    return line


@pytest.mark.parametrize("words", list(every_command()))
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*words, "--help"])
    assert result.exit_code == 0
    assert "Example: openbill " in result.output


def test_the_examples_are_of_the_commands_that_show_them() -> None:
    for param in every_command():
        (words,) = param.values
        output = CliRunner().invoke(main, [*words, "--help"]).output
        assert f"Example: openbill {' '.join(words)}" in output


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from handlers.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'flask', 'sqlalchemy', 'rq', 'gunicorn', 'pydantic', 'linebot', 'typst'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("up", "--port", "0"),
        ("worker",),
        ("worker", "nonsense"),
        ("list", "secrets"),
        ("token", "add", "--shop", "tea", "--scope", "all"),
        ("replay", "x"),
    ],
)
def test_bad_usage_ends_with_2(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, words).exit_code == 2


@pytest.mark.parametrize(
    "words", [("up",), ("web",), ("worker", "deliver"), ("relay",), ("migrate",), ("doctor",)]
)
def test_a_wrong_setting_ends_with_2_and_one_line_that_names_it(
    line: Line, words: tuple[str, ...]
) -> None:
    said = line.run(*words, code=2, OPENBILL_LINE__API_URL="nonsense")
    assert said.startswith("Error: line.api_url: ")
    assert said.count("\n") == 1


def test_config_stands_before_or_after_the_command(line: Line) -> None:
    Path("a.toml").write_text("colour = 1\n")
    places: tuple[tuple[str, ...], ...] = (
        ("--config", "a.toml", "migrate"),
        ("migrate", "--config", "a.toml"),
        ("--config", "a.toml", "shop", "add", "--slug", "x", "--name", "x"),
        ("shop", "--config", "a.toml", "add", "--slug", "x", "--name", "x"),
        ("shop", "add", "--slug", "x", "--name", "x", "--config", "a.toml"),
    )
    for words in places:
        assert "colour: is not a setting" in line.run(*words, code=2)


def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    said = Line(tmp_path / "new").run("list", "shops", code=1)
    assert "run `openbill migrate`" in said


def test_migrate_brings_schema_and_configured_shops_and_may_be_repeated(tmp_path: Path) -> None:
    new = Line(tmp_path / "new")
    shops = json.dumps(
        [{"slug": "tea", "name": "Tea", "staff": [{"email": "a@b.c", "password": "green leaves"}]}]
    )
    for _ in range(2):
        new.run("migrate", OPENBILL_SHOPS=shops)
    assert [(row["slug"], row["managed"]) for row in new.rows("shops")] == [("tea", True)]
    assert [row["email"] for row in new.rows("staff")] == ["a@b.c"]


def test_a_database_that_does_not_answer_is_a_sentence(line: Line) -> None:
    url = "postgresql+psycopg://openbill:hush-hush@127.0.0.1:1/openbill"
    for words in (("migrate",), ("list", "shops")):
        said = line.run(*words, code=1, OPENBILL_DATABASE__URL=url)
        assert "The database does not answer" in said
        assert "hush-hush" not in said


def test_a_shop_with_channel_staff_and_token_is_set_up_without_the_web(tea: Line) -> None:
    said = tea.run(
        *("channel", "add", "--shop", "tea", "--kind", "line", "--key", "tea-line"),
        OPENBILL_CHANNEL_SECRET="c" * 32,
        OPENBILL_ACCESS_TOKEN="t" * 32,
    )
    assert said.endswith("http://127.0.0.1:8000/webhooks/line/tea-line\n")
    assert [row["slug"] for row in tea.rows("shops")] == ["tea"]
    (person,) = tea.rows("staff")
    assert (person["email"], person["role"], person["shop"]) == ("nok@example.com", "owner", "tea")
    (channel,) = tea.rows("channels")
    assert (channel["key"], channel["kind"], channel["shop"]) == ("tea-line", "line", "tea")


def test_a_meta_channel_wants_the_apps_secret_first(tea: Line) -> None:
    words = (
        *("channel", "add", "--shop", "tea", "--kind", "messenger", "--key", "tea-page"),
        *("--account-id", "123", "--access-token", "t" * 32),
    )
    assert "meta.app_secrets: is missing" in tea.run(*words, code=2)
    said = tea.run(*words, OPENBILL_META__APP_SECRETS='["s3cret-s3cret"]')
    assert said.endswith("/webhooks/meta\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("shop", "add", "--slug", "tea", "--name", "x"), 1, "There is a shop 'tea' already"),
        (("shop", "add", "--slug", "T ea", "--name", "x"), 2, "shop.slug: "),
        (("shop", "add", "--slug", "x", "--name", "x", "--currency", "?"), 2, "shop.currency: "),
        (("shop", "add", "--slug", "x", "--name", "x", "--locale", "?"), 2, "shop.locale: "),
        (
            ("channel", "add", "--shop", "tea", "--kind", "line", "--key", "k"),
            2,
            "channel.channel_secret: ",
        ),
        (
            (
                *("channel", "add", "--shop", "no", "--kind", "line", "--key", "k"),
                *("--channel-secret", "x", "--access-token", "y"),
            ),
            1,
            "There is no shop 'no'",
        ),
        (("staff", "add", "--shop", "tea", "--email", "a@b"), 2, "staff.password: "),
        (
            ("staff", "add", "--shop", "tea", "--email", "a@b", "--password", "short"),
            2,
            "staff.password: ",
        ),
        (
            ("staff", "add", "--shop", "no", "--email", "a@b", "--password", "long enough"),
            1,
            "There is no shop 'no'",
        ),
        (("staff", "link-code", "who@example.com"), 1, "Nobody signs in as who@example.com"),
        (("token", "add", "--shop", "no", "--scope", "read"), 1, "There is no shop 'no'"),
        (
            ("token", "add", "--shop", "tea", "--scope", "write", "--staff", "who@example.com"),
            1,
            "Who@example.com does not work in tea",
        ),
        (("replay", "7"), 1, "There is no delivery 7"),
        (("shop", "options", "--shop", "no"), 1, "There is no shop 'no'"),
        (
            ("shop", "options", "--shop", "tea", "--card-quota", "101"),
            1,
            "Card_quota is a whole number from 0 to 100",
        ),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    tea: Line, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in tea.run(*words, code=code)


def test_everything_is_read_into_the_search_again(tea: Line) -> None:
    assert tea.run("reindex").splitlines()[-1] == "Everything is read."


def test_a_token_stands_alone_on_the_last_line_and_works(tea: Line) -> None:
    from bot.runtime import build
    from bot.settings import load
    from bot.staff import find_bearer

    said = tea.run(
        "token", "add", "--shop", "tea", "--scope", "write", "--staff", "nok@example.com"
    )
    token = said.splitlines()[-1]
    runtime = build(load(None, tea.folder, {}, demo=False))
    try:
        bearer = find_bearer(runtime, token)
    finally:
        runtime.close()
    assert bearer is not None
    assert bearer.may_write
    assert bearer.actor is not None


def test_a_linking_code_is_six_digits(tea: Line) -> None:
    code = tea.run("staff", "link-code", "nok@example.com").strip()
    assert len(code) == 6
    assert code.isdecimal()


def test_a_shops_options_about_chat_are_chosen_and_printed(tea: Line) -> None:
    assert "page-orders off" in tea.run("shop", "options", "--shop", "tea")
    chosen = ("--page-orders", "on", "--card-pause", "30")
    told = tea.run("shop", "options", "--shop", "tea", *chosen).splitlines()
    assert told == [
        "card-pause 30",
        "card-quota 80",
        "page-orders on",
        "automatic-a-minute 10",
    ]
    assert "card-pause 30" in tea.run("shop", "options", "--shop", "tea")


def test_lists_for_people_hold_the_same_rows_and_no_secret(tea: Line) -> None:
    tea.run(
        *("channel", "add", "--shop", "tea", "--kind", "line", "--key", "tea-line"),
        *("--channel-secret", "canary-secret", "--access-token", "canary-token"),
    )
    for what in ("shops", "channels", "staff", "quarantine", "deliveries"):
        plain, rows = tea.run("list", what), tea.rows(what)
        assert len(plain.splitlines()) == len(rows) + 1
        assert "canary" not in plain + json.dumps(rows)
        assert "green leaves" not in plain + json.dumps(rows)
    assert "tea-line" in tea.run("list", "channels")


def test_the_doctor_names_what_is_wrong_and_the_mend(tea: Line) -> None:
    (tea.folder / "secret_key").chmod(0o644)
    findings = {finding.subject: finding for finding in look(tea)}
    assert findings["database"].state in ("ok", "warn")
    assert findings["redis"].state == "warn"
    assert "openbill up" in findings["redis"].words
    assert findings["rendering"].state == "ok"
    assert findings["base_url"].state == "warn"
    assert "chmod 600" in findings["privacy"].words


def test_the_doctor_fails_where_something_must_be_mended(tmp_path: Path) -> None:
    result = Line(tmp_path / "new").result("doctor")
    assert result.exit_code == 1
    assert "FAIL  database" in result.stdout
    assert "openbill migrate" in result.stdout


def test_the_doctor_knows_a_foreign_secret_key(tea: Line) -> None:
    tea.run(
        *("channel", "add", "--shop", "tea", "--kind", "line", "--key", "tea-line"),
        *("--channel-secret", "x" * 8, "--access-token", "y" * 8),
    )
    (tea.folder / "secret_key").unlink()
    findings = {finding.subject: finding for finding in look(tea, channels=True)}
    assert findings["channel tea-line"].state == "FAIL"
    assert "secret_key" in findings["channel tea-line"].words
    said = tea.run(
        *("migrate",),
        code=2,
        OPENBILL_SHOPS=json.dumps(
            [
                {
                    "slug": "tea",
                    "name": "Tea",
                    "channels": [
                        {
                            "kind": "line",
                            "key": "tea-line",
                            "channel_secret": "x" * 8,
                            "access_token": "z" * 8,
                        }
                    ],
                }
            ]
        ),
    )
    assert said.startswith("Error: secret_key: ")


def look(line: Line, *, channels: bool = False) -> list[Finding]:
    """Examine; without a channel in the database nothing is asked of a platform."""
    from bot.settings import load

    findings = []
    for finding in examine(load(None, line.folder, {}, demo=False)):
        findings.append(finding)
        if channels and finding.subject.startswith("channel"):
            break
    return findings


def test_up_refuses_a_port_in_use(line: Line) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        said = line.run("up", "--port", port, code=1)
    assert f"Port {port} on 127.0.0.1 is in use" in said


def test_up_refuses_a_folder_that_another_up_runs_on(line: Line) -> None:
    import fcntl

    with (line.folder / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = line.run("up", code=1)
    assert "Another `openbill up` runs on the data folder" in said
    assert not (line.folder / FOLDER).exists()


def test_a_command_beside_the_demo_finds_its_simulator(line: Line) -> None:
    from bot.settings import load
    from handlers.cli import frame

    told = load(None, line.folder, {"OPENBILL_WEB__PORT": "9123"}, demo=True)
    frame.keep_address(told)
    with click.Context(main, obj=None) as ctx:
        ctx.meta[frame.DATA] = line.folder
        assert frame.settings(environ={}).line.api_url == "http://127.0.0.1:9123/simulator/line"
        assert frame.settings(environ={}, demo=False).base_url == "http://127.0.0.1:8000"
        (line.folder / frame.ADDRESS_FILE).write_text("{")
        assert frame.settings(environ={}).base_url == "http://127.0.0.1:8000"


def test_what_up_runs_is_one_process_for_each_queue(line: Line) -> None:
    from bot.settings import load

    told = load(None, line.folder, {}, demo=False)
    names = [program.name for program in stack.programs(told)]
    assert names == ["redis", "web", "inbound", "deliver", "render", "media", "upkeep", "relay"]
    own = load(None, line.folder, {"OPENBILL_REDIS__URL": "redis://127.0.0.1"}, demo=False)
    assert "redis" not in [program.name for program in stack.programs(own)]


def test_the_data_folder_that_we_make_is_private(tmp_path: Path) -> None:
    new = Line(tmp_path / "new")
    new.run("migrate")
    assert stat.S_IMODE(new.folder.stat().st_mode) == 0o700
