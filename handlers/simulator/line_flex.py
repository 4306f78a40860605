"""LINE's judgement over Flex: which components may stand where, with which properties.

Source: Messaging API reference, "Flex Message", and LINE's published OpenAPI schema of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# (where below ``contents``, what is wrong)
Finding = tuple[str, str]
Check = Callable[..., Iterator[dict[str, str]]]

_MAX_BUBBLE = 30 * 1024
_MAX_CAROUSEL = 50 * 1024
_MAX_BUBBLES = 12
_MAX_DEPTH = 30
_MAX_LABEL = 40

_PLACED = "position offsetTop offsetBottom offsetStart offsetEnd"
_FIELDS: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split()) | {"type"}
    for name, fields in {
        "bubble": "direction styles header hero body footer size action",
        "box": "layout flex contents spacing margin backgroundColor borderColor borderWidth"
        " cornerRadius width maxWidth height maxHeight paddingAll paddingTop paddingBottom"
        f" paddingStart paddingEnd action justifyContent alignItems background {_PLACED}",
        "text": "flex text size align gravity color weight style decoration wrap lineSpacing"
        f" margin action maxLines contents adjustMode scaling {_PLACED}",
        "span": "text size color weight style decoration",
        "button": f"flex color style action gravity margin height adjustMode scaling {_PLACED}",
        "image": "url flex margin align gravity size aspectRatio aspectMode backgroundColor"
        f" action animated {_PLACED}",
        "icon": f"url size aspectRatio margin scaling {_PLACED}",
        "separator": "margin color",
        "filler": "flex",
        "video": "url previewUrl altContent aspectRatio action",
    }.items()
}
_CHOICES: Mapping[str, frozenset[str]] = {
    "layout": frozenset({"horizontal", "vertical", "baseline"}),
    "align": frozenset({"start", "end", "center"}),
    "gravity": frozenset({"top", "bottom", "center"}),
    "weight": frozenset({"regular", "bold"}),
    "decoration": frozenset({"none", "underline", "line-through"}),
    "aspectMode": frozenset({"fit", "cover"}),
    "position": frozenset({"relative", "absolute"}),
    "adjustMode": frozenset({"shrink-to-fit"}),
    "justifyContent": frozenset(
        {"center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"}
    ),
    "alignItems": frozenset({"center", "flex-start", "flex-end"}),
}
_STYLES = {"button": {"primary", "secondary", "link"}, "text": {"normal", "italic"}}
_BUBBLE_SIZES = {"nano", "micro", "deca", "hecto", "kilo", "mega", "giga"}
_STEPS = {"none", "xs", "sm", "md", "lg", "xl", "xxl"}
_SIZES = {"xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl", "full"}
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")
_PIXELS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?px")
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?%")
_INSIDE = {"baseline": {"text", "icon", "filler"}}
_BOXED = {"box", "text", "button", "image", "separator", "filler", "video"}


def check_flex(contents: object, action: Check, picture: Check) -> Iterator[Finding]:
    """What LINE refuses in a Flex container, each with its place; the two checks are LINE's own."""
    inspector = _Inspector(action, picture)
    kind = contents.get("type") if isinstance(contents, dict) else None
    if not isinstance(contents, dict) or kind not in ("bubble", "carousel"):
        yield "", "a bubble or a carousel is needed"
    elif kind == "bubble":
        yield from inspector.bubble("", contents)
    else:
        bubbles = contents.get("contents")
        if not isinstance(bubbles, list) or not 1 <= len(bubbles) <= _MAX_BUBBLES:
            yield "/contents", f"Size must be between 1 and {_MAX_BUBBLES}"
            return
        if _weigh(contents) > _MAX_CAROUSEL:
            yield "", "the carousel is larger than 50 KB"
        for place, bubble in enumerate(bubbles):
            yield from inspector.bubble(f"/contents/{place}", bubble)


class _Inspector:
    """Walks one container; holds the two checks that Flex shares with the other messages."""

    def __init__(self, action: Check, picture: Check) -> None:
        self._action = action
        self._picture = picture

    def bubble(self, path: str, bubble: object) -> Iterator[Finding]:
        """One bubble and the four blocks it may have."""
        if not isinstance(bubble, dict) or bubble.get("type") != "bubble":
            yield path, "must be a bubble"
            return
        yield from _check_fields(path, bubble, "bubble")
        if bubble.get("size", "mega") not in _BUBBLE_SIZES:
            yield f"{path}/size", "invalid property"
        if _weigh(bubble) > _MAX_BUBBLE:
            yield path, "the bubble is larger than 30 KB"
        if not any(bubble.get(block) for block in ("header", "hero", "body", "footer")):
            yield path, "at least one block must be specified"
        for block in ("header", "body", "footer"):
            if block in bubble:
                yield from self.component(f"{path}/{block}", bubble[block], {"box"}, 0)
        if "hero" in bubble:
            yield from self.component(f"{path}/hero", bubble["hero"], {"box", "image", "video"}, 0)

    def component(
        self, path: str, part: object, allowed: set[str], depth: int
    ) -> Iterator[Finding]:
        """One component and all below it."""
        kind = part.get("type") if isinstance(part, dict) else None
        if not isinstance(part, dict) or kind not in allowed:
            yield path, f"unexpected component: one of {', '.join(sorted(allowed))} is needed"
            return
        if depth > _MAX_DEPTH:
            yield path, "nested too deeply"
            return
        yield from _check_fields(path, part, str(kind))
        yield from _check_values(path, part, str(kind))
        if "action" in part or kind == "button":
            label = _MAX_LABEL if kind == "button" else 0
            yield from _moved(self._action(f"{path}/action", part.get("action"), label))
        if kind in ("image", "icon"):
            yield from _moved(self._picture(f"{path}/url", part.get("url")))
        if kind == "box":
            yield from self._box(path, part, depth)
        if kind == "text":
            yield from self._text(path, part, depth)
        if kind == "span" and not isinstance(part.get("text"), str):
            yield f"{path}/text", "must be a string"

    def _box(self, path: str, box: dict[str, Any], depth: int) -> Iterator[Finding]:
        if "layout" not in box:
            yield f"{path}/layout", "must be specified"
        contents = box.get("contents")
        if not isinstance(contents, list):
            yield f"{path}/contents", "must be specified"
            return
        allowed = _INSIDE.get(str(box.get("layout")), _BOXED)
        for place, part in enumerate(contents):
            yield from self.component(f"{path}/contents/{place}", part, allowed, depth + 1)

    def _text(self, path: str, text: dict[str, Any], depth: int) -> Iterator[Finding]:
        spans = text.get("contents")
        if isinstance(spans, list) and spans:
            for place, span in enumerate(spans):
                yield from self.component(f"{path}/contents/{place}", span, {"span"}, depth + 1)
        elif not isinstance(text.get("text"), str) or not text["text"]:
            yield f"{path}/text", "must be non-empty text"


def _moved(problems: Iterator[dict[str, str]]) -> Iterator[Finding]:
    for found in problems:
        yield found["property"], found["message"]


def _check_fields(path: str, part: dict[str, Any], kind: str) -> Iterator[Finding]:
    for name in part:
        if name not in _FIELDS[kind]:
            yield f"{path}/{name}", "unknown field"


def _check_values(path: str, part: dict[str, Any], kind: str) -> Iterator[Finding]:
    for name, value in part.items():
        if not _fits(name, value, kind):
            yield f"{path}/{name}", "invalid property"


def _fits(name: str, value: object, kind: str) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    if name == "style":
        return value in _STYLES.get(kind, _STYLES["text"])
    if name == "height" and kind == "button":
        return value in {"sm", "md"}
    if name.lower().endswith("color"):
        return isinstance(value, str) and bool(_COLOR.fullmatch(value))
    if name == "flex":
        return isinstance(value, int | float) and value >= 0
    if name in ("wrap", "scaling"):
        return isinstance(value, bool)
    if name == "maxLines":
        return isinstance(value, int) and value >= 0
    if name in ("margin", "spacing"):
        return isinstance(value, str) and (value in _STEPS or bool(_PIXELS.fullmatch(value)))
    if name.startswith(("padding", "offset")):
        return isinstance(value, str) and (value in _STEPS or _is_length(value))
    if name == "size":
        return isinstance(value, str) and (value in _SIZES or _is_length(value))
    if name in ("width", "maxWidth", "height", "maxHeight"):
        return isinstance(value, str) and _is_length(value)
    return True


def _is_length(value: str) -> bool:
    return bool(_PIXELS.fullmatch(value) or _PERCENT.fullmatch(value))


def _weigh(part: dict[str, Any]) -> int:
    return len(
        json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    )
