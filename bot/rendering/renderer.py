"""Renders invoices: the only way to a picture or a PDF.

Typst must never run in a process that forks: a child of such a fork hangs for
ever when it makes a PDF. So it runs in a child that is exec'd, kept warm, and
ended when it hangs; this process never imports it.
"""

from __future__ import annotations

import json
import os
import threading
import time
from types import TracebackType
from typing import Self

from bot.rendering.document import Kind, build_document
from bot.rendering.errors import RenderError
from bot.rendering.frames import OK, REFUSED
from bot.rendering.process import ChildDied, ChildLate, ChildProcess
from orders.invoice import Invoice

_RENDER_SECONDS = 10.0
# A cold disk and a busy machine; a warm start takes a third of a second.
_START_SECONDS = 30.0
# What Typst keeps between pages grows slowly; a new child is cheap.
_PAGES_PER_CHILD = 1000


class Renderer:
    """Makes pages, one at a time; safe to share between threads and to carry over a fork.

    The child starts with the first page. Close the renderer at the end; should
    the process die instead, the child sees its input end and leaves.
    """

    _owner: int  # the process that may speak to the child
    _lock: threading.Lock
    _child: ChildProcess | None
    _fonts: str
    _pages: int

    def __init__(self, *, timeout: float = _RENDER_SECONDS) -> None:
        self._timeout = timeout
        self._forget()

    def render(
        self,
        invoice: Invoice,
        kind: Kind,
        *,
        qr_payload: str | None = None,
        language: str | None = None,
    ) -> bytes:
        """Return ``invoice`` as a PNG 1080 pixels wide, or as a PDF of A5 pages.

        The same invoice gives the same bytes. ``qr_payload`` is what its QR
        holds, None for none; ``language`` the invoice's own unless given.
        RenderError: there is none; the next call has a fresh child.
        """
        data = build_document(invoice, kind, language=language, qr_payload=qr_payload)
        return self.print_page(data)

    def print_page(self, data: dict[str, object]) -> bytes:
        """Return the page for what `build_document` made; RenderError where there is none."""
        request = json.dumps(data, ensure_ascii=False).encode()
        self._notice_fork()
        with self._lock:
            child = self._ready_child()
            try:
                deadline = time.monotonic() + self._timeout
                child.send(request, deadline)
                status, body = child.receive(deadline)
            except ChildLate:
                self._end_child()
                raise RenderError("timeout", seconds=f"{self._timeout:g}") from None
            except ChildDied:
                self._end_child()
                raise RenderError("died") from None
            except BaseException:
                # Cut off between question and answer (a job's time was over): the answer
                # that is still to come must not be taken for the next page's.
                self._end_child()
                raise
            self._pages += 1
            if self._pages >= _PAGES_PER_CHILD:
                self._end_child()
        if status == OK:
            return body
        reason = "refused" if status == REFUSED else "died"
        raise RenderError(reason, detail=body.decode(errors="replace"))

    def check(self) -> str:
        """Have the child running and return its fonts; RenderError ``unavailable`` if it cannot."""
        self._notice_fork()
        with self._lock:
            self._ready_child()
            return self._fonts

    def close(self) -> None:
        """End the child. The renderer may be used again; it then starts another."""
        self._notice_fork()
        with self._lock:
            self._end_child()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ready_child(self) -> ChildProcess:
        """The running child, or a new one that has said that it is ready."""
        if self._child is not None and self._child.is_alive():
            return self._child
        self._end_child()
        try:
            self._child = child = ChildProcess()
            status, words = child.receive(time.monotonic() + _START_SECONDS)
        except (OSError, ChildDied, ChildLate) as error:
            self._end_child()
            raise RenderError("unavailable", detail=type(error).__name__) from error
        if status != OK:
            self._end_child()
            raise RenderError("unavailable", detail=words.decode(errors="replace"))
        self._fonts, self._pages = words.decode(), 0
        return child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _notice_fork(self) -> None:
        """In a fork of the child's parent, let go of it and of a lock that a thread held there."""
        if self._owner != os.getpid():
            if self._child is not None:
                self._child.disown()
            self._forget()

    def _forget(self) -> None:
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._child = None
        self._fonts = ""
        self._pages = 0
