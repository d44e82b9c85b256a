"""What `decide` returns: a decision to carry out, or a refusal to show."""

from __future__ import annotations

from enum import StrEnum

from labeler.dataclass import dataclass
from labeler.domain.change import Change
from labeler.review.action import Action, OnEach, ShowOnly
from labeler.review.state import Selection


class FieldKind(StrEnum):
    """What the screen asks the reviewer to type."""

    COMMENT = "comment"
    THUMB_COMMENT = "thumb comment"
    COMMENT_AFTER = "comment after"
    TEXT = "text"
    NUMBER = "number"
    DECLINE = "decline"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class FieldRequest:
    """A field to open: for which question (empty for notes on the item), and with which text in it.

    `selected` is for how many selected items it is; 0: for the current one. `field_name` is the field of a structured
    question that is asked for; empty where that is the question itself. `trace_id` is another item that it is for
    (empty: the current one); `instead` is the same for the item before, where that may be meant.
    """

    field: FieldKind
    question: str = ""
    text: str = ""
    positive: bool = False
    selected: int = 0
    field_name: str = ""
    trace_id: str = ""
    instead: FieldRequest | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What an action leads to. Whatever is None stays as it is.

    `change` is journaled before anything is shown. `position` and `focus` are the indexes of the item and the question
    to go to, and `field_index` that of its field; without it the focus goes to the first unanswered field of another
    question, and stays where it is in the same one. `aim` is the span to ask about (empty: the trace again). `choosing`
    says whether a choice of several is open; None ends it when focus or aim move. `trail` moves within the history of
    visited items instead of adding to it. `kept_comment` waits for an answer (empty: none waits any more). `submits`
    marks the moment when an item's answers are released for delivery although the reviewer stays there. `at_end`: no
    work is left to go to. `shows` sets or ends a filter. `passes` are the names of the parts that the walk through an
    item with answers filled in passes by this. `selection` is what is selected from then on. With `lingers` a
    submitted item stays in view, with what others said. `stops`: the item would be submitted, but
    for a draft that would be left behind.
    """

    change: Change | None = None
    position: int | None = None
    focus: int | None = None
    field_index: int | None = None
    aim: str | None = None
    ask: FieldRequest | None = None
    says: str = ""
    choosing: bool | None = None
    trail: int | None = None
    kept_comment: str | None = None
    submits: bool = False
    at_end: bool = False
    shows: ShowOnly | None = None
    passes: frozenset[str] = frozenset()
    selection: Selection | None = None
    lingers: bool = False
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action cannot be done, in a sentence. Nothing was changed.

    A sentence that tells what to press names the action, as in ``{edit.undo}``: only the screen knows the key.
    Text that the rules did not write, such as a question's name, is put in by `verbatim`.
    """

    says: str


class Asks(Refusal):
    """An action that something has to be asked about before. Nothing was refused."""


class AskFirst(Asks):
    """What has to be agreed to, or refused, before an action can be done (`ReviewState.retires`)."""


@dataclass(frozen=True, slots=True)
class AskBack(Asks):
    """What is asked before an action; `then` is the same, agreed to."""

    then: Action


@dataclass(frozen=True, slots=True)
class AskBulk(Asks):
    """What would be done to each selected item; `bulk.plan` says what that comes to. It has no sentence of its own."""

    each: OnEach


def verbatim(text: str) -> str:
    """Return a text spelled so that it appears in a sentence unchanged: its braces name no action."""
    return text.replace("{", "{{")
