"""The render child: a process that keeps Typst warm and does nothing else.

``python -m bot.rendering.child`` answers the requests on its standard input
(see `frames`) until that ends, so that it never outlives its parent.

It holds what a stranger wrote, so it is bounded: its memory and its processor
time have limits, and once warm it can open nothing more, neither a file nor a
socket.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bot.rendering.frames import OK, REFUSED, UNAVAILABLE, pack_answer, read_request

if TYPE_CHECKING:
    import typst

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
# 1080 pixels across the template's 360 points.
_PIXELS_PER_INCH = 216
# Package, folder in it, family: Thai, Vietnamese and Latin always; Chinese, Japanese
# and Korean where the shop's machine has that package.
_FONTS = (
    ("fontpkg_sarabun", "files", "Sarabun"),
    ("noto_cjk_sans_otc", "", "Noto Sans CJK SC"),
)
_WARMING = """#set page(width: 360pt, height: auto)
#for family in json(bytes(sys.inputs.families)) {
  for weight in (400, 600, 700) { text(font: family, weight: weight)[ก้ำ 字 Aa] }
}"""


class Press:
    """Typst with its fonts loaded and the template read, in an empty root."""

    def __init__(self, root: Path) -> None:
        import typst  # noqa: PLC0415 - the child reports it when it is missing

        found = [
            (family, Path(next(iter(spec.submodule_search_locations))) / folder)
            for package, folder, family in _FONTS
            if (spec := find_spec(package)) and spec.submodule_search_locations
        ]
        self.families = [family for family, _ in found]
        if _FONTS[0][2] not in self.families:
            raise ModuleNotFoundError("fontpkg-sarabun is not installed")
        self._template = files("bot.rendering").joinpath("invoice.typ").read_bytes()
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=True,
            font_paths=[str(folder) for _, folder in found],
        )
        self._compiler: typst.Compiler = typst.Compiler(
            root=str(root),
            font_paths=fonts,
            package_path=str(root),
            package_cache_path=str(root),
        )
        self._compile(_WARMING.encode(), "png", {"families": json.dumps(self.families)})

    def print(self, data: dict[str, object]) -> bytes:
        """Return what `build_document` made as the bytes of a PNG or a PDF."""
        words = json.dumps({**data, "fonts": self.families}, ensure_ascii=False)
        return self._compile(self._template, str(data["kind"]), {"data": words})

    def _compile(self, source: bytes, kind: str, inputs: dict[str, str]) -> bytes:
        if kind == "png":
            made = self._compiler.compile(
                input=source, format="png", ppi=_PIXELS_PER_INCH, sys_inputs=inputs
            )
        else:
            made = self._compiler.compile(input=source, format="pdf", sys_inputs=inputs)
        if not isinstance(made, bytes):
            raise TypeError("one page was expected")
        return made


def main() -> int:
    """Say that we are ready, then answer requests until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with tempfile.TemporaryDirectory(prefix="openbill-render-") as root:
            press = Press(Path(root))
    except Exception as error:  # noqa: BLE001 - whatever stops us, the parent must hear it
        _answer(UNAVAILABLE, f"{type(error).__name__}: {error}".encode())
        return 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    _answer(OK, ", ".join(press.families).encode())
    while (request := read_request(sys.stdin.buffer)) is not None:
        _allow_cpu()
        try:
            status, body = OK, press.print(json.loads(request))
        except Exception as error:  # noqa: BLE001 - one bad bill must not end the press
            # The kind of error only: its text may hold a customer's words.
            status, body = REFUSED, type(error).__name__.encode()
        _answer(status, body)
    return 0


def _answer(status: bytes, body: bytes) -> None:
    sys.stdout.buffer.write(pack_answer(status, body))
    sys.stdout.buffer.flush()


def _allow_cpu() -> None:
    """Let this request use `CPU_SECONDS` more of the processor, then be killed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _leave(code: int) -> NoReturn:
    # Typst's threads hold nothing worth an orderly end.
    os._exit(code)


if __name__ == "__main__":
    _leave(main())
