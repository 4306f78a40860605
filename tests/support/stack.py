"""A whole running OpenBill for tests: the processes of the Procfile, each one there to be killed.

The web server, the workers, the relay and Redis are the very programs that an operator starts,
against a database of the test's choosing and pretend platforms (`stack_platforms`). Or, as
`openbill up` would have it, in the demo with the simulator inside (`demo=True`).
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import requests

from bot.settings import load
from handlers.lifeline import PARENT
from tests.support.stack_platforms import Person, Platforms, wait_for
from tests.support.stack_shop import Api, Desk

ROOT = Path(__file__).parents[2]
EMAIL = "nok@example.com"
PASSWORD = "correct horse battery staple"
START_SECONDS = 90.0
STOP_SECONDS = 30.0
TAIL = 4000


class Stack:
    """A running OpenBill: `base` is its address, `platforms` what it believes to be LINE and Meta.

    `database_url` empty: SQLite in the data folder. `demo`: no platforms of its own, the
    simulator is mounted at `base`/simulator.
    """

    def __init__(self, folder: Path, database_url: str = "", *, demo: bool = False) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir(parents=True)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._commands = {"redis": ["openbill", "redis"], **procfile()}
        self._platforms = None if demo else Platforms(folder, self.base)
        config = folder / "config.toml"
        if self._platforms is not None:
            config.write_text(self._config(self._platforms), encoding="utf-8")
        self.environ = {
            **{name: value for name, value in os.environ.items() if "OPENBILL_" not in name},
            "OPENBILL_DATA": str(self.data),
            "OPENBILL_WEB__PORT": str(self.port),
            "OPENBILL_DATABASE__URL": database_url,
            **({"OPENBILL_DEMO": "1"} if demo else {"OPENBILL_CONFIG": str(config)}),
        }
        self._desk: Desk | None = None
        self._api: Api | None = None
        told = load(None, None, self.environ, demo=demo)
        self.database_url, self.redis_url = told.database.url, told.redis.url

    @property
    def platforms(self) -> Platforms:
        """The pretend LINE and Meta beside it."""
        assert self._platforms is not None, "The demo's simulator is part of the product."
        return self._platforms

    # Processes -------------------------------------------------------------------------------

    def start(self) -> None:
        """Release, start everything and wait until all of it is well."""
        self.run(*self._commands.pop("release")[1:])
        self.begin(*self._commands)
        self.wait_until_well()

    def begin(self, *names: str) -> None:
        """Start these processes, or start them again; returns at once."""
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    _command(self._commands[name]),
                    cwd=ROOT,
                    # They end with us, however we end.
                    env={**self.environ, PARENT: str(os.getpid())},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )

    def kill(self, *names: str) -> None:
        """Kill these processes as no orderly end could: SIGKILL."""
        for name in names:
            self.processes[name].kill()
            self.processes[name].wait()

    def wait_until_well(self) -> None:
        """Wait until /health says 200, and say what each process said if it never does."""
        try:
            wait_for(self._is_well, "A 200 of /health", START_SECONDS)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.logs()}") from None

    def _is_well(self) -> bool:
        for name, process in self.processes.items():
            assert process.poll() is None, f"{name} ended with {process.returncode}."
        try:
            return requests.get(f"{self.base}/health", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> dict[str, int]:
        """Stop everything in the order that `openbill up` uses; how each process ended."""
        for client in (self._desk, self._api):
            if client is not None:
                client.close()
        workers = [name for name in self.processes if name not in ("web", "relay", "redis")]
        for stage in (["web"], workers, ["relay"], ["redis"]):
            running = [self.processes[name] for name in stage if name in self.processes]
            for process in running:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
            for process in running:
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        if self._platforms is not None:
            self._platforms.close()
        return {name: int(process.returncode) for name, process in self.processes.items()}

    def logs(self) -> str:
        """The end of what each process said."""
        return "\n".join(
            f"--- {file.name}\n{file.read_text('utf-8', 'replace')[-TAIL:]}"
            for file in sorted(self.folder.glob("*.log"))
        )

    def run(self, *arguments: str) -> str:
        """Run another `openbill` command beside it; its output."""
        done = subprocess.run(
            _command(["openbill", *arguments]),
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    # People ----------------------------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """The owner at the web inbox, signed in once."""
        if self._desk is None:
            self._desk = Desk(self.base, EMAIL, self.password)
        return self._desk

    @property
    def api(self) -> Api:
        """The API in the owner's name."""
        if self._api is None:
            made = self.run(
                *("token", "add", "--shop", "siam", "--scope", "write", "--staff", EMAIL)
            )
            self._api = Api(self.base, made.split()[-1])
        return self._api

    @property
    def password(self) -> str:
        """The owner's password."""
        if self._platforms is not None:
            return PASSWORD
        drawn = json.loads((self.data / "demo.json").read_text(encoding="utf-8"))
        return str(drawn["staff_password"])

    def secrets(self) -> list[str]:
        """What must never be read anywhere."""
        accounts = self.platforms.accounts.values()
        return [
            PASSWORD,
            *(account.access_token for account in accounts),
            *{account.secret for account in accounts},
        ]

    def conversation(self, person: Person) -> dict[str, object]:
        """The person's conversation as the API tells it, once it is there."""

        def look() -> list[dict[str, object]]:
            rows = self.api.every("/conversations", channel=person.kind)
            return [row for row in rows if row["address"] == person.id]

        return wait_for(look, f"{person.name}'s conversation in the API")[0]

    def _config(self, platforms: Platforms) -> str:
        line, page, insta = (
            platforms.accounts[kind] for kind in ("line", "messenger", "instagram")
        )
        return "\n".join(
            [
                "[line]",
                f'api_url = "{platforms.url}/line"',
                "[meta]",
                f'app_id = "{page.app_id}"',
                f'app_secrets = ["{page.app_secret}"]',
                'verify_token = "a word between friends"',
                f'graph_url = "{platforms.url}/graph"',
                "[operator]",
                'email = "ops@example.com"',
                f'password = "{PASSWORD}"',
                "[[shops]]",
                'slug = "siam"',
                'name = "Siam Tea"',
                'locale = "th"',
                "[[shops.channels]]",
                f'kind = "line"\nkey = "{line.key}"',
                f'channel_secret = "{line.channel_secret}"\naccess_token = "{line.access_token}"',
                "[[shops.channels]]",
                f'kind = "messenger"\nkey = "{page.key}"',
                f'account_id = "{page.account_id}"\naccess_token = "{page.access_token}"',
                "[[shops.channels]]",
                f'kind = "instagram"\nkey = "{insta.key}"',
                f'account_id = "{insta.account_id}"\naccess_token = "{insta.access_token}"',
                "[[shops.staff]]",
                f'email = "{EMAIL}"\nname = "Nok"\nrole = "owner"\npassword = "{PASSWORD}"',
                "[shops.payment]",
                'promptpay_id = "0812345678"',
                "[[shops.payment.banks]]",
                'bank = "KBANK"\naccount = "123-4-56789-0"\nholder = "Siam Tea Co., Ltd."',
                "[[shops.shipping]]",
                'code = "ems"\nname = "EMS"\nfee = "60.00"',
                "[[shops.products]]",
                'code = "A1"\nname = "ชาเขียว"\nprice = "120.00"\nstock = 5000',
                "[[shops.products]]",
                'code = "B2"\nname = "ชาไทย"\nprice = "90.00"',
                "",
            ]
        )


def procfile() -> Mapping[str, list[str]]:
    """What the Procfile starts, by name."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(":", 1) for line in lines if line.strip())
    return {name: shlex.split(command) for name, command in pairs}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command(words: list[str]) -> list[str]:
    """The console script as this very Python runs it."""
    assert words[0] == "openbill", words
    return [sys.executable, "-m", "handlers.cli", *words[1:]]
