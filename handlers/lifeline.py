"""The lifeline between a process and the one that started it: none outlives its parent.

A supervisor that is killed outright can stop nobody. So each child asks the
kernel to be ended with its parent (Linux; elsewhere it is left to the orderly
stop).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Mapping

PARENT = "OPENBILL_PARENT"
"""The variable that tells a child its parent's process id."""

PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent(sign: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send ``sign`` to this process when its parent ends.

    The kernel means the parent's *thread*: whoever starts processes must do so
    from a thread that lives as long as they shall.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl refused PR_SET_PDEATHSIG")


def tie_to_supervisor(environ: Mapping[str, str]) -> None:
    """Bind this process to the supervisor that started it, if one did.

    Survives ``exec``. A supervisor that was gone before we asked is noticed by
    its process id.
    """
    parent = environ.get(PARENT)
    if not parent:
        return
    die_with_parent()
    if os.getppid() != int(parent):
        raise SystemExit("The supervisor is gone; this process ends with it.")
