"""The port to listen on: whether it is free, and what to say when it is not."""

from __future__ import annotations

import errno
import socket


def is_free(host: str, port: int) -> bool:
    """Say whether ``host``:``port`` can be listened on now. Raises ``OSError`` for a wrong host."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as refusal:
            if refusal.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def refusal(host: str, port: int) -> str | None:
    """Say in a sentence why ``host``:``port`` cannot be listened on; None when it can."""
    try:
        if is_free(host, port):
            return None
    except OSError as wrong:
        return (
            f"{host} is no address of this machine ({wrong.strerror}): choose another with --host."
        )
    other = port + 1 if port < 65535 else port - 1
    return (
        f"Port {port} on {host} is in use or not permitted: another program, perhaps another "
        f"OpenBill, listens there. Stop it, or choose another with --port {other}."
    )
