"""Keeps the tests on this machine: a connection or look-up beyond it is an error.

An audit hook sees what the libraries of a process really do, and cannot be forgotten by a test.
Python processes that a test starts get it too: `sitecustomize.py`, in `isolated/` beside this
file, is on their path. Standard library only.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path

SITE_CUSTOMIZE = Path(__file__).with_name("isolated") / "sitecustomize.py"


def forbid() -> None:
    """Forbid it in this process, for good, and in the Python processes it will start."""
    if getattr(sys.modules.get("sitecustomize"), "__file__", None) != str(SITE_CUSTOMIZE):
        listen()
    path = os.environ.get("PYTHONPATH")
    folder = str(SITE_CUSTOMIZE.parent)
    if folder not in (path or "").split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, path]))


def listen() -> None:
    """Forbid it in this process alone."""
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        # A tuple is an Internet address; Unix and netlink sockets have others.
        if isinstance(address, tuple) and address and isinstance(address[0], str):
            _refuse_strangers(address[0])
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
        _refuse_strangers(host.decode() if isinstance(host, bytes) else host)


def _refuse_strangers(host: object) -> None:
    if not isinstance(host, str) or host in {"", "localhost", socket.gethostname()}:
        return
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        address = None
    if address is None or not (address.is_loopback or address.is_unspecified):
        raise RuntimeError(f"Tests stay on this machine, and this one asked for {host}.")
