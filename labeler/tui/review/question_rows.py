"""The rows of the question panel: one for a question, of a structured one a row for each field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from labeler.dataclass import dataclass
from labeler.domain.change import Answer
from labeler.domain.question import Question
from labeler.domain.value import JsonValue
from labeler.domain.value_words import value_lines
from labeler.review.parts import Part, Place, parts_of
from labeler.review.structured import fields_not_asked


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A row of the panel: what is asked there, and the answer to the question that it belongs to.

    `is_first` marks the first row of a question, which has its comment. `tells` is unsanitised text of a row that asks
    nothing: what stands in the answer beside the fields that are asked.
    """

    part: Part
    answer: Answer | None
    is_first: bool
    tells: str = ""

    @property
    def asked(self) -> Question:
        """The field, else the question."""
        return self.part.asked

    @property
    def value(self) -> JsonValue:
        """What was answered here; None for nothing."""
        return self.part.value_in(self.answer)

    @property
    def comment(self) -> str:
        """The comment to show here; empty for none."""
        return (self.answer.comment or "") if self.is_first and self.answer is not None else ""

    @property
    def is_required(self) -> bool:
        """Whether the question needs an answer here."""
        return self.part.is_required

    @property
    def group(self) -> str:
        """What the question of a field is called, unsanitised; empty where this is no field."""
        return "" if self.part.field is None else self.part.question.name

    def is_at(self, place: Place) -> bool:
        """Return whether what is asked at this place is asked here."""
        return self.part.place == place and not self.tells


def question_rows_of(questions: Iterable[Question], answers: Mapping[str, Answer]) -> list[QuestionRow]:
    """List the rows of all questions, in order."""
    return [row for index, question in enumerate(questions) for row in _rows(index, question, answers)]


def _rows(index: int, question: Question, answers: Mapping[str, Answer]) -> Iterator[QuestionRow]:
    answer = answers.get(question.name)
    parts = parts_of(index, question)
    for part in parts:
        yield QuestionRow(part, answer, is_first=part.place[1] == 0)
    beside = {} if answer is None else fields_not_asked(question, answer.value)
    if beside:
        words = " · ".join(value_lines(dict(beside)).split("\n"))
        yield QuestionRow(parts[-1], answer, is_first=False, tells=words)
