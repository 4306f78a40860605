"""Read by every Python process that a test starts: forbids the network there as well."""

from __future__ import annotations

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "network.py"))["listen"]()
