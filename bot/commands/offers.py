"""Offers: buttons that type a whole command which somebody may have meant."""

from __future__ import annotations

from bot.channels.graphemes import cut
from bot.messages import Button

LONGEST_TEXT = 300
"""What a button of LINE's may type."""
LONGEST_LABEL = 20


def offer(*texts: str) -> tuple[Button, ...]:
    """Give a button for each command, labelled with it; one too long for a button is left out."""
    fit = (text.strip() for text in texts if len(text) <= LONGEST_TEXT)
    return tuple(Button(cut(text, LONGEST_LABEL), text=text) for text in fit)
