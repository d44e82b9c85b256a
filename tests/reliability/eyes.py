"""What a reviewer reads off the review screen, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

HELPFUL = "is_helpful"
QUALITY = "quality"
QUESTIONS = (HELPFUL, QUALITY)

Said = tuple[object, str]
"""A value and a comment, empty for none."""

CONFIGURATION = """
[review]
questions = "config"

[delivery]
grace = {grace}

[[questions]]
name = "is_helpful"
input = "pass_fail"
positive = "Helpful"
negative = "Not helpful"
comment = true

[[questions]]
name = "quality"
input = "numeric"
min = 1
max = 5
"""
"""A `labeler.toml` that makes the screen ask what is read here. `grace` is in seconds."""

_ITEM = re.compile(r"item (\d+)/(\d+) ")
_LAST = re.compile(
    r"^ last  (?P<head>(?:took back |again )?(?:Helpful|Not helpful|quality \d|cleared \w+|\w+ [\w ]+ → [\w ]+?))"
    r"(?: “(?P<comment>.*)”)?   What is mark (?P<mark>\d{4}) for\?",
    re.MULTILINE,
)
_NOTHING_YET = " last  nothing yet"
_DOCUMENT = re.compile(r"Sign (\d{4}) is a light\.")
_HELPFUL_ROW = re.compile(
    r"^ (?P<focus>[› ]) is_helpful \*  (?P<yes>\[?)y(?:/1)? Helpful\]?   (?P<no>\[?)n(?:/2)? Not helpful\]?"
    r"(?:   ✎ “(?P<comment>.*)”)?",
    re.MULTILINE,
)
_QUALITY_ROW = re.compile(r"^ (?P<focus>[› ]) quality \*     (?P<digits>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Last:
    """The line that tells what was done last, once it is in the journal: ``took back Not helpful``, where."""

    head: str
    comment: str
    mark: str


@dataclass(frozen=True, slots=True)
class View:
    """The parts of the screen. None is what is not to be seen (now): a field may be open, a trace not loaded."""

    number: int | None
    total: int
    document: str | None
    """The mark that the response on the screen names."""
    is_last_shown: bool
    last: Last | None
    cells: dict[str, Said | None] | None
    """The answers of the item, by question."""
    focus: str | None

    @property
    def has_arrived(self) -> bool:
        """Whether an item stands there with its questions, and what was done last."""
        return self.cells is not None and self.is_last_shown and self.number is not None


def _head(told: str) -> str:
    """What was done, as it is told of an item that was not submitted before: without what the answer was."""
    changed = re.fullmatch(r"(\w+) .+ → (.+)", told)
    if changed is None:
        return told
    return changed[2] if changed[1] == HELPFUL else f"{changed[1]} {changed[2]}"


def read(screen: str) -> View:
    """The screen of a review, as text."""
    item, last, document = _ITEM.search(screen), _LAST.search(screen), _DOCUMENT.search(screen)
    helpful, quality = _HELPFUL_ROW.search(screen), _QUALITY_ROW.search(screen)
    cells: dict[str, Said | None] | None = None
    focus = None
    if helpful and quality:
        thumb = True if helpful["yes"] else False if helpful["no"] else None
        digit = re.search(r"\[(\d)\]", quality["digits"])
        cells = {
            HELPFUL: None if thumb is None else (thumb, helpful["comment"] or ""),
            QUALITY: (int(digit[1]), "") if digit else None,
        }
        focus = HELPFUL if helpful["focus"] == "›" else QUALITY
    return View(
        number=int(item[1]) if item else None,
        total=int(item[2]) if item else 0,
        document=document[1] if document else None,
        is_last_shown=last is not None or _NOTHING_YET in screen,
        last=Last(_head(last["head"]), last["comment"] or "", last["mark"]) if last else None,
        cells=cells,
        focus=focus,
    )
