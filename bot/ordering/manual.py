"""The manual of moves: the table of the rulebook, written out for the documentation.

``python -m bot.ordering.manual docs/orders.md`` renews the table of that page,
between its marks; a test sees that it is fresh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from orders.moves import MOVES, Move
from orders.states import Role

OPEN = "<!-- moves -->"
CLOSE = "<!-- end -->"
HEAD = "| # | move | from → to | command | who | what must hold | what follows |"


def renew_moves(page: str) -> str:
    """Give ``page`` with the table between its marks written anew; ValueError without marks."""
    before, opened, rest = page.partition(OPEN)
    _, closed, after = rest.partition(CLOSE)
    if not (opened and closed):
        raise ValueError(f"the page has no table of moves: write {OPEN} and {CLOSE}")
    return "\n".join([before + OPEN, *_table(), CLOSE + after])


def _table() -> Iterator[str]:
    """Rows that differ in nothing but the state they leave stand as one."""
    yield HEAD
    yield "|---|---|---|---|---|---|---|"
    alike: dict[tuple[object, ...], list[Move]] = {}
    for move in MOVES:
        stays = move.target is move.source
        key = (move.number, move.name, stays or move.target, move.guards, move.effects)
        alike.setdefault(key, []).append(move)
    for moves in alike.values():
        yield _row(moves)


def _row(moves: list[Move]) -> str:
    move = moves[0]
    cells = (
        str(move.number),
        f"`{move.name}`",
        _way(moves),
        f"`{move.verb}`" if move.verb else "",
        _who(move),
        ", ".join(guard.replace("_", " ") for guard in move.guards),
        ", ".join(effect.replace("_", " ") for effect in move.effects),
    )
    return "| " + " | ".join(cells) + " |"


def _way(moves: list[Move]) -> str:
    sources = ", ".join(move.source or "" for move in moves)
    if moves[0].target is moves[0].source:
        return f"{sources} (stays)"
    return f"{sources} → {moves[0].target or 'deleted'}".strip()


def _who(move: Move) -> str:
    roles = [role.value for role in Role if role in move.roles]
    roles += ["the author"] if move.author else []
    roles += [f"{role.value} if allowed" for role in Role if role in move.if_allowed]
    return ", ".join(roles)


def renew_page(path: Path) -> None:
    """Renew the table of the file at ``path``."""
    path.write_text(renew_moves(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    renew_page(Path(sys.argv[1]))
