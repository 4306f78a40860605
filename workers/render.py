"""The job of the queue ``render``: makes the PDFs of new invoices before somebody asks."""

from __future__ import annotations

from bot import invoicing
from bot.runtime import Runtime


def drain(runtime: Runtime) -> int:
    """Render what is missing; give how many were made."""
    return invoicing.render_ahead(runtime)
