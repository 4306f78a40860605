"""The browser the pages are tested in: found here, started with what a test machine needs.

As a program it prints the browser's path, or says on standard error what is missing and exits
with 1; script/test asks it so.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
MISSING = (
    "No Chromium was found, and the pages are tested in one. Install it (Debian: sudo apt-get"
    " install chromium; Ubuntu, whose own is a snap and cannot be driven: .venv/bin/python -m"
    " playwright install --with-deps chromium), or name one as OPENBILL_CHROMIUM=/path/to/it."
)
# No look-ups and no calls home: a test reaches this machine and nothing else.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def find() -> Path:
    """The browser's program; FileNotFoundError with the mend in its words where there is none."""
    named = os.environ.get("OPENBILL_CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise FileNotFoundError(f"OPENBILL_CHROMIUM names {named}, which cannot be run.")
        return Path(named)
    for name in NAMES:
        path = shutil.which(name)
        if path is not None and not _is_snap(Path(path)):
            return Path(path)
    brought = _brought_by_playwright()
    if brought is not None:
        return brought
    raise FileNotFoundError(MISSING)


def arguments() -> list[str]:
    """The command-line switches to start it with."""
    # Chromium's sandbox refuses root.
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)


def font_settings(folder: Path) -> Path:
    """A fontconfig file in `folder` that adds the Thai font to the machine's own."""
    spec = find_spec("fontpkg_sarabun")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The font package fontpkg-sarabun is not installed.")
    file = folder / "fonts.conf"
    file.write_text(
        "<?xml version='1.0'?>\n<!DOCTYPE fontconfig SYSTEM 'urn:fontconfig:fonts.dtd'>\n"
        "<fontconfig>\n"
        "<include ignore_missing='yes'>/etc/fonts/fonts.conf</include>\n"
        f"<dir>{Path(spec.origin).parent / 'files'}</dir>\n"
        f"<cachedir>{folder / 'cache'}</cachedir>\n"
        "<alias><family>sans-serif</family><prefer><family>Sarabun</family></prefer></alias>\n"
        "</fontconfig>\n",
        encoding="utf-8",
    )
    return file


def _is_snap(path: Path) -> bool:
    """Whether this is Ubuntu's stand-in, which starts (or asks for) a snap."""
    if path.resolve().is_relative_to("/snap") or path.resolve().name == "snap":
        return True
    with path.open("rb") as program:
        start = program.read(4096)
    return start.startswith(b"#!") and b"/snap/" in start


def _brought_by_playwright() -> Path | None:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    found = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return found[-1] if found else None


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{find()}\n")
    except FileNotFoundError as error:
        sys.exit(str(error))
