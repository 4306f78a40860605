"""Children for strangers' files: processes that are bounded before they look at a byte."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

# The folder from which `bot` can be imported.
_HOME = Path(__file__).resolve().parents[1]
# Nothing of ours reaches the child; this keeps its address space small.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}


def run_child(
    module: str, data: bytes, seconds: float, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes] | None:
    """Run a module on ``data``; None where it was not done within ``seconds``."""
    try:
        return subprocess.run(  # noqa: S603 - a module of ours, by its name
            [sys.executable, "-m", module],
            cwd=_HOME,
            env={**_ENVIRONMENT, **(environment or {})},
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the terminal is for the parent
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None


def bound(memory: int, seconds: int) -> None:
    """Take away what this process needs not: memory, processor time, files and sockets."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
