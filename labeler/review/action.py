"""What a reviewer can do in a review, as data. Keys, commands and tests are all translated into these."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue
from labeler.review.criteria import Criterion, Filter


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What an action needs from outside the rules: the time, the active time on this item, and new IDs.

    `mint` returns a new assessment ID (``a-`` and 32 hexadecimal digits) with each call.
    """

    at_ms: int
    duration_ms: int
    mint: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Thumb:
    """Answer the focused pass/fail question, else the first unanswered one."""

    positive: bool
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class AskThumbComment:
    """Open the comment that will be given together with a thumb."""

    positive: bool


@dataclass(frozen=True, slots=True)
class Digit:
    """Press a digit key, or ``-`` or ``.``, for the focused question."""

    char: str


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """Answer a named question with a whole value: from a field, from a judge, or a number typed out.

    `field_name` is the field of a structured question that is answered; empty for the question itself.
    """

    question: str
    value: JsonValue
    comment: str | None = None
    field_name: str = ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Answer as on the item submitted last, comments included."""


@dataclass(frozen=True, slots=True)
class Comment:
    """Close the comment field with this text (empty: no comment)."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class AskComment: ...


@dataclass(frozen=True, slots=True)
class AskText: ...


@dataclass(frozen=True, slots=True)
class Proceed:
    """Go on after a comment field that opened by itself was left."""


@dataclass(frozen=True, slots=True)
class Clear: ...


@dataclass(frozen=True, slots=True)
class FocusBy:
    """Move the focus by `step` questions; after the last comes the first."""

    step: int


@dataclass(frozen=True, slots=True)
class TargetSpan:
    """Ask the questions about a span of the current item from now on."""

    span_id: str


@dataclass(frozen=True, slots=True)
class EndAim:
    """Ask the questions about the trace again."""


@dataclass(frozen=True, slots=True)
class Submit: ...


@dataclass(frozen=True, slots=True)
class Defer: ...


@dataclass(frozen=True, slots=True)
class AskDecline: ...


@dataclass(frozen=True, slots=True)
class Decline:
    reason: str


@dataclass(frozen=True, slots=True)
class ToggleFlag:
    """Flag the item for discussion (the screen asks for the note), or take the flag off."""


@dataclass(frozen=True, slots=True)
class SetFlag:
    note: str


class Where(StrEnum):
    NEXT = "next"
    PREVIOUS = "previous"
    BACK = "back"
    FORWARD = "forward"
    FIRST = "first"
    LAST = "last"
    NEXT_OPEN = "next_open"


@dataclass(frozen=True, slots=True)
class Go:
    where: Where


@dataclass(frozen=True, slots=True)
class GoTo:
    """Go to the item of this number, counted from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class ShowOnly:
    """Narrow the worklist to the items of a filter; None: show all of it again."""

    filter: Filter | None


@dataclass(frozen=True, slots=True)
class ToggleSelected:
    """Select the current item, or no longer, and go to the next."""


@dataclass(frozen=True, slots=True)
class SelectRange:
    """Select every item from the one selected last up to the current one."""


@dataclass(frozen=True, slots=True)
class SelectAll:
    """Select every open item that the filter shows; without a filter that has to be agreed to."""

    is_agreed: bool = False


@dataclass(frozen=True, slots=True)
class DropSelection: ...


OnEach: TypeAlias = SetAnswer | SetFlag | ToggleFlag | Defer | Decline
"""What can be done to every selected item at once."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """Do the same to each of these traces, in one step."""

    each: OnEach
    trace_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShowAlso:
    """Show these items as well, by trace ID, in the filter of this criterion; the reviewer stays."""

    criterion: Criterion
    trace_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class OnItem:
    """Comment on the answer to an item that is not the current one, or flag that."""

    trace_id: str
    does: Comment | SetFlag


@dataclass(frozen=True, slots=True)
class Undo: ...


@dataclass(frozen=True, slots=True)
class Redo: ...


Action: TypeAlias = (
    Thumb
    | AskThumbComment
    | Digit
    | SetAnswer
    | Repeat
    | Comment
    | AskComment
    | AskText
    | Proceed
    | Clear
    | FocusBy
    | TargetSpan
    | EndAim
    | Submit
    | Defer
    | AskDecline
    | Decline
    | ToggleFlag
    | SetFlag
    | Go
    | GoTo
    | ShowOnly
    | ShowAlso
    | ToggleSelected
    | SelectRange
    | SelectAll
    | DropSelection
    | Bulk
    | OnItem
    | Undo
    | Redo
)
