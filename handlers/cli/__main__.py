"""Runs the command line as ``python -m handlers.cli``, which is how the supervisor starts it."""

from __future__ import annotations

from handlers.cli import main

main(prog_name="openbill")
