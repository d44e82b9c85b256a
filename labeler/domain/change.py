"""Changes: everything a reviewer did, as effects on cells. The journal keeps them, the review applies them.

A change takes cells from one content to another, so undo takes the same cells back. Drafts and positions are no
changes: they say where the reviewer is, not what the reviewer did.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.value import JsonValue, same_value
from labeler.domain.worklist import ItemState


class Blind(StrEnum):
    """Whether other people's assessments were hidden when an answer was given."""

    NO = "false"
    YES = "true"
    REVEALED = "revealed"


class TracePlace(NamedTuple):
    """Where a trace came from: the name of a file, and the number of its line, entry or row, from 1.

    `line` is None where the trace is no row by itself.
    """

    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer says to a question. It becomes the assessment `assessment_id`, whose ID is made with the answer.

    `overrides` is the ID of the reviewer's answer that this one replaces. `duration_ms` is the active time from showing
    the item to this answer. `repeats` is the trace from which it was taken over; `bulk` is how many items were answered
    together with this one, which then has no duration of its own. `place` is where a file's trace came from.
    `adjudicates` are the IDs of the labels that a lead's decision is about. With `has_fallen` it was on the backend and
    does not stand there any more: somebody overrode it, or deleted it. It is shown and counts all the same, but nothing
    can override it.
    """

    assessment_id: str
    value: JsonValue
    comment: str | None
    answered_at_ms: int
    duration_ms: int
    blind: Blind = Blind.NO
    overrides: str | None = None
    has_fallen: bool = False
    repeats: str | None = None
    bulk: int | None = None
    place: TracePlace | None = None
    adjudicates: tuple[str, ...] = ()


def says_the_same(one: Answer, other: Answer) -> bool:
    """Return whether two answers have the same value and comment, whatever their IDs."""
    return same_value(one.value, other.value) and (one.comment or "") == (other.comment or "")


@dataclass(frozen=True, slots=True)
class AnswerEffect:
    """An answer cell (trace, span, question) going from `before` to `after`; None is unanswered.

    What the backend has to do follows from the pair: a new answer is created; one whose `overrides` is the ID of
    `before` supersedes it; an `after` that `before` overrides is restored by retracting `before`; the same ID on both
    sides is an update in place; `after` None retracts `before` and what it overrides. One that has fallen is left as
    it is on the backend.

    `retired` are further assessments of the reviewer's own that stood beside `before`, with what they override of the
    reviewer's own, whole and in the order in which they are deleted once `after` is acknowledged. `restored` are
    assessments that were retired and are written again.
    """

    trace_id: str
    question: str
    kind: AssessmentKind
    before: Answer | None
    after: Answer | None
    span_id: str | None = None
    retired: tuple[Assessment, ...] = ()
    restored: tuple[Assessment, ...] = ()


@dataclass(frozen=True, slots=True)
class StateEffect:
    """An item's state going from `before` to `after`.

    With `leaves_queue_alone` the review queue is told nothing of it: somebody else finished the item there.
    """

    trace_id: str
    before: ItemState
    after: ItemState
    leaves_queue_alone: bool = False


Effect: TypeAlias = AnswerEffect | StateEffect


class Act(StrEnum):
    """The kind of thing that the reviewer did, for the sentence about it."""

    ANSWER = "answer"
    CHOOSE = "choose"
    """Going on with a choice of several that the change before it began: one step with it."""
    REPEAT = "repeat"
    BULK = "bulk"
    COMMENT = "comment"
    CLEAR = "clear"
    SUBMIT = "submit"
    DEFER = "defer"
    DECLINE = "decline"
    FLAG = "flag"
    UNFLAG = "unflag"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the reviewer did, to one item or to several, all of it or nothing.

    `trace_id` is the item at which it was done, or the first of several. An undo names the change that it takes back in
    `reverses`; a redo names the undo.
    """

    id: str
    act: Act
    trace_id: str
    at_ms: int
    effects: tuple[Effect, ...]
    reverses: str | None = None

    @property
    def trace_ids(self) -> list[str]:
        """List the items that it is about, each once; the first is `trace_id`."""
        return list(dict.fromkeys((self.trace_id, *(effect.trace_id for effect in self.effects))))

    @property
    def is_about_several(self) -> bool:
        """Whether it is about more than one item."""
        return any(effect.trace_id != self.trace_id for effect in self.effects)
