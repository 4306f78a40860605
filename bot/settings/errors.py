"""The one error of the settings: a line that names the setting and its mend."""

from __future__ import annotations


class SettingsError(Exception):
    """A wrong or missing setting; its text is one line and holds no secret."""

    def __init__(self, setting: str, problem: str, source: str = "") -> None:
        line = f"{setting}: {problem}" + (f" (in {source})" if source else "")
        super().__init__(" ".join(line.split()))
        self.setting = setting
