"""The web server: gunicorn with threads, configured here and started by ``openbill web``.

One process of many threads on SQLite, whose single writer two processes would
only fight for; two on PostgreSQL. The application is built in the worker, after
the fork, because neither database connections nor threads survive one.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker
from setproctitle import setproctitle

from bot.settings import Settings
from handlers.lifeline import die_with_parent

ARRIVAL = 30.0
"""Seconds within which a request's header and body must have come: LINE waits 2, Meta 5."""

GRACE = 5
"""Seconds that requests under way get at the end; none calls a platform or renders."""

SQLITE_THREADS = 128
POSTGRESQL_WORKERS, POSTGRESQL_THREADS = 2, 64


class Deadlines:
    """The sockets on which a request is still expected to arrive, and until when.

    A client that sends a byte a second would otherwise hold a thread for ever:
    a socket has no deadline for a whole request. ``sweep`` closes the receiving
    half of the late ones, upon which their reader sees the end.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[socket.socket, float] = {}
        self._lock = threading.Lock()

    def start(self, sock: socket.socket) -> None:
        """Expect a whole request on ``sock`` from now on."""
        with self._lock:
            self._until[sock] = time.monotonic() + self._seconds

    def stop(self, sock: socket.socket) -> None:
        """Expect nothing on ``sock`` any more."""
        with self._lock:
            self._until.pop(sock, None)

    def sweep(self) -> int:
        """End the late ones; return how many there were."""
        now = time.monotonic()
        with self._lock:
            late = [sock for sock, until in self._until.items() if until < now]
            for sock in late:
                del self._until[sock]
        for sock in late:
            try:
                sock.shutdown(socket.SHUT_RD)
            except OSError:
                continue  # It has gone by itself.
        return len(late)


class Worker(ThreadWorker):
    """gunicorn's thread worker, with a deadline for a request's arrival."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadlines = Deadlines(ARRIVAL)

    def handle(self, conn: Any) -> Any:
        """Handle one request on a connection, from its first byte."""
        self.deadlines.start(conn.sock)
        try:
            return super().handle(conn)
        finally:
            self.deadlines.stop(conn.sock)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose header is there; without a body it has wholly arrived."""
        headers = dict(req.headers)
        if headers.get("CONTENT-LENGTH", "0") == "0" and "TRANSFER-ENCODING" not in headers:
            self.deadlines.stop(conn.sock)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Sweep, once a turn of the worker's own loop (each second at least)."""
        super().murder_pending()
        self.deadlines.sweep()


class PlainLogger(Logger):
    """gunicorn's log, said the way the rest of the process speaks. It has no access log."""

    def setup(self, cfg: Any) -> None:
        """Hand everything to the root logger, which redacts."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Server(BaseApplication):
    """gunicorn's picture of our application, which ``make`` builds in each worker."""

    cfg: Any

    def __init__(self, settings: Settings, make: Callable[[], Any]) -> None:
        self._settings = settings
        self._make = make
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's own defaults."""
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application; runs in a worker, after the fork."""
        return self._make()


def options(settings: Settings) -> dict[str, Any]:
    """Say how gunicorn shall run."""
    on_sqlite = settings.database.url.startswith("sqlite")
    host, port = settings.web.host, settings.web.port
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "worker_class": Worker,
        "workers": settings.web.workers or (1 if on_sqlite else POSTGRESQL_WORKERS),
        "threads": settings.web.threads or (SQLITE_THREADS if on_sqlite else POSTGRESQL_THREADS),
        "timeout": 60,
        "graceful_timeout": GRACE,
        "keepalive": 15,
        "preload_app": False,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning" if settings.log.level == "info" else settings.log.level,
        "logger_class": PlainLogger,
        # A socket in the home folder that takes orders; nobody here gives any.
        "control_socket_disable": True,
        "proc_name": "openbill web",
        "when_ready": _name_master,
        "post_fork": _begin_worker,
    }


def serve(settings: Settings, make: Callable[[], Any]) -> None:
    """Serve the WSGI application that ``make`` builds, until a signal ends it.

    Leaves by ``SystemExit`` where the server cannot start.
    """
    server: Any = Server(settings, make)
    server.run()


def _name_master(server: Any) -> None:
    setproctitle("openbill web")


def _begin_worker(server: Any, worker: Any) -> None:
    """Leave with the master: a worker that outlived it would keep the port."""
    die_with_parent()
    setproctitle("openbill web (serving)")
