"""What a simulator is told at its start: accounts, people with phones, first behaviour."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("line", "messenger", "instagram")

_DEFAULT_NAMES = {"line": "Nok", "messenger": "Ann", "instagram": "Mei"}
_STAFF_NAME = "Lek"
_COLLEAGUE_NAME = "Ploy"


@dataclass(frozen=True, slots=True)
class SimAccount:
    """A shop's account on a pretend platform, with the secrets both sides know.

    ``account_id`` is LINE's bot user id, the Page id or the Instagram account id; ``quota``
    the pushes of a month on LINE, None for no limit; ``login`` is ``instagram`` for an Instagram
    account whose own token ends after 60 days, ``page`` for one behind a Page.
    """

    kind: str
    key: str
    account_id: str
    name: str
    access_token: str = field(repr=False)
    channel_secret: str = field(default="", repr=False)
    app_secret: str = field(default="", repr=False)
    app_id: str = ""
    quota: int | None = 500
    login: str = "page"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"Account {self.key!r} has the kind {self.kind!r}: use one of {KINDS}."
            )

    @property
    def secret(self) -> str:
        """The secret that signs this account's webhooks."""
        return self.channel_secret if self.kind == "line" else self.app_secret


@dataclass(frozen=True, slots=True)
class SimPerson:
    """Somebody with a phone. ``staff`` only says how the page presents them."""

    kind: str
    account_key: str
    id: str
    name: str
    staff: bool = False


@dataclass(frozen=True, slots=True)
class SimGroup:
    """A LINE group: who is in it, and which account may be invited."""

    account_key: str
    id: str
    name: str
    members: tuple[SimPerson, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to misbehave: how likely, how often at most, and how long where time matters."""

    fault: str
    probability: float = 1.0
    count: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The rules for one kind of platform, or ``*`` for all, drawn from ``seed``."""

    kind: str
    seed: int = 0
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """Everything a simulator needs. Empty ``people`` means ``default_people(accounts)``.

    ``groups`` are those of ``default_groups(accounts, people)`` where none is given.

    ``webhook_base`` is where webhooks are posted, without a trailing slash. ``retry_pauses`` are
    the seconds before each new try of a webhook that was not answered with 2xx; their number
    bounds the tries. ``behaviour`` holds for the kinds that have no rules in the ledger yet.
    """

    db_path: Path
    webhook_base: str
    accounts: tuple[SimAccount, ...]
    people: tuple[SimPerson, ...] = ()
    groups: tuple[SimGroup, ...] = ()
    behaviour: tuple[Behaviour, ...] = ()
    hint: str = ""
    retry_pauses: tuple[float, ...] = (1.0, 4.0, 15.0, 60.0)

    def __post_init__(self) -> None:
        if not self.people:
            object.__setattr__(self, "people", default_people(self.accounts))
        if not self.groups:
            object.__setattr__(self, "groups", default_groups(self.accounts, self.people))
        _require_unique("account key", (account.key for account in self.accounts))
        _require_unique("access token", (account.access_token for account in self.accounts))
        _require_unique("person's id", (person.id for person in self.people))
        keys = {account.key for account in self.accounts}
        for person in self.people:
            if person.account_key not in keys:
                raise ValueError(f"{person.name} belongs to no account: {person.account_key!r}.")


def default_people(accounts: Iterable[SimAccount]) -> tuple[SimPerson, ...]:
    """One customer for each account and, on LINE, one member of the staff too."""
    people: list[SimPerson] = []
    for account in accounts:
        people.append(_make_person(account, _DEFAULT_NAMES[account.kind], staff=False))
        if account.kind == "line":
            people.append(_make_person(account, _STAFF_NAME, staff=True))
    return tuple(people)


def default_groups(
    accounts: Iterable[SimAccount], people: Iterable[SimPerson]
) -> tuple[SimGroup, ...]:
    """One group of staff for each LINE account: those with phones, and a colleague without one."""
    groups: list[SimGroup] = []
    for account in accounts:
        staff = [one for one in people if one.staff and one.account_key == account.key]
        if account.kind != "line" or not staff:
            continue
        colleague = _make_person(account, _COLLEAGUE_NAME, staff=True)
        digest = hashlib.sha256(f"{account.key}/group".encode()).hexdigest()
        name = f"{account.name} staff"
        groups.append(SimGroup(account.key, f"C{digest[:32]}", name, (*staff, colleague)))
    return tuple(groups)


def _make_person(account: SimAccount, name: str, *, staff: bool) -> SimPerson:
    """An id in the platform's own form (LINE: ``U`` and 32 hex digits), always the same one."""
    digest = hashlib.sha256(f"{account.key}/{name}".encode()).hexdigest()
    person_id = f"U{digest[:32]}" if account.kind == "line" else str(10**15 + int(digest[:12], 16))
    return SimPerson(account.kind, account.key, person_id, name, staff)


def _require_unique(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            # An access token is a secret even here: it is not repeated.
            raise ValueError(f"Two of the simulator's entries share one {what}: make them differ.")
        seen.add(value)
