"""What a worklist can be filtered by, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.question import Question
from labeler.domain.value_words import value_words
from labeler.review.parts import parts


class CriterionKind(StrEnum):
    """By what a worklist is filtered."""

    OPEN = "open"
    LABELLED = "labelled"
    FLAGGED = "flagged"
    DEFERRED = "deferred"
    DECLINED = "declined"
    COMMENTED = "commented"
    """A comment of the reviewer's own stands with an answer."""
    DRAFT = "draft"
    """Something was written and is not sent."""
    FAILED = "failed"
    """The trace is in error."""
    JUDGED_NO = "judged no"
    JUDGE_DIFFERS = "judge differs"
    OTHERS = "others"
    """Other people answered."""
    ANSWERED = "answered"
    """The reviewer answered a question."""
    UNANSWERED = "unanswered"
    """The reviewer did not answer a question."""
    VALUE = "value"
    """The reviewer's answer to a question has a value."""
    NONE_CHOSEN = "none chosen"
    """The reviewer answered a choice of several with none of its options."""
    LIKE = "like"
    """The trace has a name, and is in error."""
    NAME = "name"
    """The trace has a name."""
    TEXT = "text"


OF_OTHERS: Final = frozenset({CriterionKind.JUDGED_NO, CriterionKind.JUDGE_DIFFERS, CriterionKind.OTHERS})
"""Criteria about what others said, which a blind review does not have."""

Sought: TypeAlias = bool | int | float | str


class Criterion(NamedTuple):
    """One of the kinds, with what it is about: the name of a question, field or trace, and the value of the answer.

    A text that is searched for is a `value`. Nothing of it is display text.
    """

    kind: CriterionKind
    name: str = ""
    value: Sought = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """A criterion, and the indexes of the items that met it when the filter was set, ascending."""

    criterion: Criterion
    shown: Sequence[int]


def criterion_words(criterion: Criterion, questions: Iterable[Question]) -> str:
    """Say in a few words what a filter shows, as in ``filter flagged``."""
    match criterion.kind:
        case CriterionKind.COMMENTED:
            return "with a comment"
        case CriterionKind.DRAFT:
            return "with a draft"
        case CriterionKind.FAILED:
            return "in error"
        case CriterionKind.JUDGED_NO:
            return "a judge says no"
        case CriterionKind.JUDGE_DIFFERS:
            return "a judge and I differ"
        case CriterionKind.OTHERS:
            return "others answered"
        case CriterionKind.ANSWERED:
            return f"{criterion.name} answered"
        case CriterionKind.UNANSWERED:
            return f"{criterion.name} not answered"
        case CriterionKind.NONE_CHOSEN:
            return f"{criterion.name} none"
        case CriterionKind.VALUE:
            asked = next((part.asked for part in parts(questions) if part.name == criterion.name), None)
            said = str(criterion.value) if asked is None else value_words(criterion.value, asked)
            return f"{criterion.name} {said}"
        case CriterionKind.LIKE:
            return f"{criterion.name} in error"
        case CriterionKind.NAME:
            return criterion.name
        case CriterionKind.TEXT:
            return f"“{criterion.value}”"
        case _:
            return criterion.kind.value
