"""The simulator's moods: faults drawn from a seed, so that a run can be told again.

Whether a rule fires at its n-th chance depends on the seed, the rule's place and n alone.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from handlers.simulator.config import KINDS, Behaviour, Rule
from handlers.simulator.ledger import Ledger

# Where each fault can strike: at a send, at any call's token, at the webhook of an event, at the
# echo of a send.
FAULTS: Mapping[str, str] = {
    "error_before": "send",
    "error_after": "send",
    "429": "send",
    "quota": "send",
    "hang_before": "send",
    "hang_after": "send",
    "reset_after": "send",
    "slow": "send",
    "bad_json": "send",
    "token_dead": "send",
    "token_revoked": "token",
    "token_expired": "token",
    "window_closed": "send",
    "lost_echo": "echo",
    "duplicate_webhook": "webhook",
    "reorder_webhook": "webhook",
    "drop_200": "webhook",
}
_ONLY = {"quota": ("line",), "window_closed": KINDS[1:], "lost_echo": KINDS[1:]}
_EVERY = "*"


class Moods:
    """The rules in force, kept in the ledger and so the same for every process."""

    def __init__(self, ledger: Ledger, defaults: Iterable[Behaviour]) -> None:
        self._ledger = ledger
        self._defaults = {behaviour.kind: behaviour for behaviour in defaults}

    def set(self, behaviour: Behaviour) -> None:
        """Put these rules in the place of their kind's; ``*`` clears the single kinds' too."""
        with self._ledger.transaction():
            if behaviour.kind == _EVERY:
                self.clear()
            self._ledger.remember(f"behaviour:{behaviour.kind}", _fresh(behaviour))

    def clear(self) -> None:
        """Behave well again, on every platform."""
        with self._ledger.transaction():
            for kind in (*KINDS, _EVERY):
                self._ledger.remember(f"behaviour:{kind}", _fresh(Behaviour(kind)))

    def show(self) -> dict[str, Any]:
        """The rules by kind, with how often each had its chance (``trials``) and ``fired``."""
        return {kind: self._load(kind) for kind in (*KINDS, _EVERY)}

    def draw(self, kind: str, stage: str) -> Rule | None:
        """The fault that strikes ``kind`` at this ``stage``, or None. The first that fires wins."""
        for scope in (kind, _EVERY):
            if not self._load(scope)["rules"]:
                continue
            with self._ledger.transaction():
                mood = self._load(scope)
                rule = _draw_from(mood, kind, stage)
                self._ledger.remember(f"behaviour:{scope}", mood)
            if rule is not None:
                return rule
        return None

    def _load(self, kind: str) -> dict[str, Any]:
        default = self._defaults.get(kind, Behaviour(kind))
        loaded: dict[str, Any] = self._ledger.fact(f"behaviour:{kind}") or _fresh(default)
        return loaded


def parse_behaviour(body: dict[str, Any]) -> Behaviour:
    """Read the JSON of ``POST /behaviour``; ValueError with a sentence where it is wrong."""
    kind, seed, rules = body.get("kind", _EVERY), body.get("seed", 0), body.get("rules", [])
    if kind not in (*KINDS, _EVERY):
        raise ValueError(f"kind must be one of {', '.join(KINDS)} or *.")
    if not isinstance(seed, int) or not isinstance(rules, list):
        raise ValueError("seed must be a whole number and rules a list.")  # noqa: TRY004
    return Behaviour(kind, seed, tuple(_parse_rule(rule) for rule in rules))


def _parse_rule(rule: object) -> Rule:
    if not isinstance(rule, dict) or rule.get("fault") not in FAULTS:
        raise ValueError(f"A rule's fault must be one of {', '.join(FAULTS)}.")
    probability, count, seconds = rule.get("probability", 1), rule.get("count"), rule.get("seconds")
    if not isinstance(probability, int | float) or not 0 <= probability <= 1:
        raise ValueError("A rule's probability must lie between 0 and 1.")
    if count is not None and (not isinstance(count, int) or count < 0):
        raise ValueError("A rule's count must be a whole number from 0, or null for no end.")
    if seconds is not None and (
        not isinstance(seconds, int | float)
        or not math.isfinite(seconds)
        or not 0 <= seconds <= 600
    ):
        raise ValueError("A rule's seconds must lie between 0 and 600.")
    return Rule(rule["fault"], float(probability), count, seconds)


def _fresh(behaviour: Behaviour) -> dict[str, Any]:
    rules = [asdict(rule) | {"trials": 0, "fired": 0} for rule in behaviour.rules]
    return {"seed": behaviour.seed, "rules": rules}


def _draw_from(mood: dict[str, Any], kind: str, stage: str) -> Rule | None:
    for place, rule in enumerate(mood["rules"]):
        fault = rule["fault"]
        if FAULTS[fault] != stage or kind not in _ONLY.get(fault, KINDS):
            continue
        if rule["count"] is not None and rule["fired"] >= rule["count"]:
            continue
        rule["trials"] += 1
        if _chance(mood["seed"], place, rule["trials"]) < rule["probability"]:
            rule["fired"] += 1
            return Rule(fault, rule["probability"], rule["count"], rule["seconds"])
    return None


def _chance(seed: int, place: int, trial: int) -> float:
    """A number from 0 up to 1, always the same for the same three."""
    digest = hashlib.sha256(f"{seed}/{place}/{trial}".encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56
