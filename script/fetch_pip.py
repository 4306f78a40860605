"""Puts pip into the virtual environment this runs in, where Python came without ensurepip.

Debian and Ubuntu leave ensurepip out unless python3-venv is installed, which takes root. pip's
wheel can install itself, so all that is needed is the wheel: it is taken from the package index
that pip itself would use (PIP_INDEX_URL, pip.conf, else PyPI) and believed by its hash alone.
Standard library only.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

WHEEL = "pip-26.3-py3-none-any.whl"
SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
TIMEOUT_SECONDS = 60


def configured(name: str) -> str | None:
    """The value of one of pip's global options, from its environment or its files.

    Source: https://pip.pypa.io/en/stable/topics/configuration/ (later files win, the
    environment wins over files).
    """
    from_environment = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if from_environment:
        return from_environment
    home = Path.home()
    files = [
        Path("/etc/pip.conf"),
        Path("/etc/xdg/pip/pip.conf"),
        home / ".pip" / "pip.conf",
        Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf",
        Path(os.environ.get("PIP_CONFIG_FILE") or os.devnull),
    ]
    parser = configparser.RawConfigParser()
    parser.read([file for file in files if file.is_file()])
    return parser.get("global", name, fallback=None)


def get(url: str) -> bytes:
    """The body of `url`, over whatever proxy the environment names."""
    certificates = configured("cert")
    context = ssl.create_default_context(cafile=certificates)
    request = urllib.request.Request(url, headers={"Accept": "text/html"})  # noqa: S310
    with urllib.request.urlopen(  # noqa: S310 - the scheme is the index's, chosen by the user
        request, timeout=TIMEOUT_SECONDS, context=context
    ) as answer:
        body: bytes = answer.read()
    return body


def wheel_from_index() -> bytes:
    """The wheel of pip, its hash checked; RuntimeError where the index has none or another."""
    index = configured("index-url") or "https://pypi.org/simple"
    page = f"{index.rstrip('/')}/pip/"
    link = re.search(rf'href="([^"]*{re.escape(WHEEL)}[^"]*)"', get(page).decode("utf-8"))
    if link is None:
        raise RuntimeError(f"the package index has no {WHEEL}")
    wheel = get(urllib.parse.urljoin(page, link[1].replace("&amp;", "&")))
    if hashlib.sha256(wheel).hexdigest() != SHA256:
        raise RuntimeError(f"{WHEEL} from the package index is not the one that was asked for")
    return wheel


def main() -> int:
    """Exit status 0 once pip is installed, 1 with a line that says why not."""
    try:
        wheel = wheel_from_index()
    except (OSError, RuntimeError) as error:
        sys.stderr.write(f"pip could not be fetched: {error}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, WHEEL)
        file.write_bytes(wheel)
        # A wheel is a zip file, and Python runs a package inside one.
        command = [sys.executable, f"{file}/pip", "install", "--quiet", "--no-index", str(file)]
        return subprocess.run(command, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
