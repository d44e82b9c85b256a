"""How the screens look: the palette of the chosen theme and the signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from labeler.dataclass import dataclass
from labeler.tui.theme.palette import Palette


@dataclass(frozen=True, slots=True)
class ScreenLook:
    palette: Palette
    signs: Signs


@dataclass(frozen=True, slots=True)
class Signs:
    """One table of signs. Each is one cell wide, except `arrow`, `ellipsis` and `online` in ASCII."""

    open: str
    partly: str
    labelled: str
    deferred: str
    declined: str
    others: str
    """Finished by somebody else."""
    conflict: str
    """Another answer of the reviewer's own is there, which they were never shown."""
    missing: str
    """Not downloaded."""
    refused: str
    flag: str
    draft: str
    cursor: str
    selected: str
    folded: str
    unfolded: str
    error: str
    failed: str
    """A trace in error, in its row."""
    note: str
    """The reader speaking, not the trace."""
    said: str
    """Something was said about a span."""
    above: str
    below: str
    """Where the request is that is pinned: above what is in view, or below."""
    answer: str
    """Runs down the left edge of the response under judgement."""
    arrow: str
    ellipsis: str
    thumb: str
    """Shows at the right edge which part of a long document is in view."""
    horizontal: str
    vertical: str
    joint_down: str
    joint_up: str
    caret: str
    bar: str
    """Three: the left half of a cell of a bar, the right half, and all of it."""
    going_on: str
    """A bar that has no end yet."""
    queued: str
    parked: str
    """Waits for somebody to do something."""
    online: str
    spelling: Mapping[int, int] = field(default_factory=dict)
    """How our own sentences spell quotes, dashes and dots where these signs are used; each takes one cell."""


UNICODE = Signs(
    open="·",
    partly="◐",
    labelled="✓",
    deferred="~",
    declined="–",
    others="»",
    missing="○",
    conflict="≠",
    refused="✗",
    flag="⚑",
    draft="✎",
    cursor="›",
    selected="■",
    folded="▸",
    unfolded="▾",
    error="✗",
    failed="!",
    note="◇",
    said="◆",
    above="↑",
    below="↓",
    answer="▎",
    arrow="→",
    ellipsis="…",
    thumb="▐",
    horizontal="─",
    vertical="│",
    joint_down="┬",
    joint_up="┴",
    caret="▏",
    bar="▌▐█",
    going_on="┄",
    queued="↻",
    parked="!",
    online="●",
)

ASCII = Signs(
    open=".",
    partly="%",
    labelled="v",
    deferred="~",
    declined="-",
    others="@",
    missing="o",
    conflict="=",
    refused="x",
    flag="!",
    draft="w",
    cursor=">",
    selected="#",
    folded="+",
    unfolded="-",
    error="x",
    failed="E",
    note="i",
    said="s",
    above="^",
    below="v",
    answer="|",
    arrow="->",
    ellipsis="...",
    thumb="#",
    horizontal="-",
    vertical="|",
    joint_down="+",
    joint_up="+",
    caret="_",
    bar="###",
    going_on=".",
    queued="q",
    parked="!",
    online="*",
    spelling=str.maketrans("“”‘’–—·…✎", "\"\"''--,.w"),
)
