"""Questions: what is asked about a trace."""

from __future__ import annotations

from typing import Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.assessment import AssessmentKind

MOST_OPTIONS: Final = 10
LONGEST_OPTION: Final = 64
LONGEST_INSTRUCTION: Final = 1_000
"""What a label schema takes, in options and characters."""


@dataclass(frozen=True, slots=True)
class PassFail:
    """Thumbs up or down. The answer is a bool, True for the positive label."""

    positive: str = "Pass"
    negative: str = "Fail"


@dataclass(frozen=True, slots=True)
class Categorical:
    """A choice. The answer is the option; with `multiple`, a list of options."""

    options: tuple[str, ...]
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number between `minimum` and `maximum` (None: open), in steps of `step` (None: any number).

    Where a step is set it decides whether only whole numbers answer (`whole`); otherwise the bounds do.
    """

    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None

    @property
    def whole(self) -> bool:
        """Whether only whole numbers answer: by the step, else by whole bounds at least 2 apart."""
        if self.step is not None:
            return float(self.step).is_integer() and (self.minimum is None or float(self.minimum).is_integer())
        if self.minimum is None or self.maximum is None:
            return False
        bounds_are_whole = float(self.minimum).is_integer() and float(self.maximum).is_integer()
        return bounds_are_whole and self.maximum - self.minimum >= 2


@dataclass(frozen=True, slots=True)
class Text:
    """Free text of at most `max_length` characters (None: any)."""

    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Structured:
    """Several fields, each answered like a question. The answer is one object of their values, by field name.

    A field is a question of another input than this one, without a comment of its own.
    """

    fields: tuple[Question, ...]


QuestionInput: TypeAlias = PassFail | Categorical | Numeric | Text | Structured


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a review. Its answer becomes an assessment of the question's name.

    `comment_on` names the answers after which the comment opens by itself: ``"positive"``, ``"negative"``, ``"always"``
    or None.
    """

    name: str
    input: QuestionInput
    kind: AssessmentKind = AssessmentKind.FEEDBACK
    instruction: str = ""
    takes_comment: bool = True
    required: bool = True
    comment_on: str | None = None
    schema_id: str | None = None


FLAG_NAME = "labeler.flag"
"""Name of the HUMAN feedback that carries a flag for discussion; it is no label."""

DECLINED_NAME = "labeler.declined"
"""Name of the HUMAN feedback that carries the reason for declining; it is no label."""

NOTE_NAMES = frozenset({FLAG_NAME, DECLINED_NAME})
