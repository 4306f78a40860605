"""Takes what a withdrawn message said out of the body that brought it.

Only what is known to say nothing is kept (ids, types, times, flags), so that a
field that a platform adds tomorrow does not outlive its message.
"""

from __future__ import annotations

from typing import Any

_NAMES = frozenset({"id", "mid"})


def slimmed(value: Any, kept: frozenset[str]) -> dict[str, Any]:
    """Keep the fields ``kept`` of an object: numbers, words and flags whole, of objects the ids."""
    if not isinstance(value, dict):
        return {}
    slim: dict[str, Any] = {}
    for name in kept & value.keys():
        held = value[name]
        if isinstance(held, dict):
            slim[name] = {
                inner: held[inner] for inner in _NAMES & held.keys() if _is_plain(held[inner])
            }
        elif _is_plain(held):
            slim[name] = held
    return slim


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)
