"""The parts of a review's questions: what one key answers, which is a question or a field of a structured one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.change import Answer
from labeler.domain.question import Question, Structured
from labeler.domain.value import JsonValue

Place: TypeAlias = tuple[int, int]
"""Where a part stands: the index of its question, and that of the field in it, 0 where it is the question itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """A question, or one field of a structured question, at a place among the questions of a review."""

    place: Place
    question: Question
    field: Question | None = None

    @property
    def asked(self) -> Question:
        """What is asked: the field, else the question."""
        return self.question if self.field is None else self.field

    @property
    def name(self) -> str:
        """What it is called in sentences, unsanitised: ``tone``, of a field ``quality.tone``."""
        return self.question.name if self.field is None else f"{self.question.name}.{self.field.name}"

    @property
    def is_required(self) -> bool:
        """Whether a required question needs it answered; of one without required fields any will do."""
        return self.question.required and self.asked.required

    @property
    def field_name(self) -> str:
        """The field's name; empty where this is a question."""
        return "" if self.field is None else self.field.name

    def value_in(self, answer: Answer | None) -> JsonValue:
        """Return what an answer says to this part; None for nothing."""
        if answer is None:
            return None
        if self.field is None:
            return answer.value
        return answer.value.get(self.field.name) if isinstance(answer.value, Mapping) else None

    def is_open(self, answer: Answer | None) -> bool:
        """Return whether the answer to the question leaves this part unanswered. What is no object answers it whole."""
        if self.field is None or answer is None:
            return answer is None
        return isinstance(answer.value, Mapping) and self.value_in(answer) is None


def parts_of(index: int, question: Question) -> list[Part]:
    """List the parts of a question, which stands at `index` among the questions of a review."""
    if not isinstance(question.input, Structured):
        return [Part((index, 0), question)]
    return [Part((index, number), question, field) for number, field in enumerate(question.input.fields)]


def parts(questions: Iterable[Question]) -> list[Part]:
    """List the parts of all questions, in order."""
    return [part for index, question in enumerate(questions) for part in parts_of(index, question)]


def find_part(questions: Iterable[Question], name: str, field_name: str = "") -> Part | None:
    """Return the question of a name, or its field; None where it is not asked, or not any more."""
    for index, question in enumerate(questions):
        if question.name == name:
            if not field_name:
                return Part((index, 0), question)
            return next((part for part in parts_of(index, question) if part.field_name == field_name), None)
    return None


def answered_parts(part: Part, answer: Answer | None) -> list[Part]:
    """List the answered parts of the question that a part belongs to."""
    return [each for each in parts_of(part.place[0], part.question) if not each.is_open(answer)]


def values_by_name(question: Question, answer: Answer | None) -> list[tuple[str, JsonValue]]:
    """List what an answer says to a question or, where it is an object, to its fields, by `Part.name`."""
    if answer is None:
        return []
    if not isinstance(question.input, Structured) or not isinstance(answer.value, Mapping):
        return [(question.name, answer.value)]
    said = ((part.name, part.value_in(answer)) for part in parts_of(0, question))
    return [(name, value) for name, value in said if value is not None]


def part_at(questions: Sequence[Question], place: Place) -> Part:
    """Return the part at a place."""
    index, field_index = place
    return parts_of(index, questions[index])[field_index]


def answered_names(questions: Iterable[Question], given: Mapping[str, Answer]) -> frozenset[str]:
    """Return the names of the parts that are answered."""
    return frozenset(part.name for part in parts(questions) if not part.is_open(given.get(part.question.name)))


def open_parts(questions: Iterable[Question], given: Mapping[str, Answer]) -> list[Part]:
    """List the parts without an answer."""
    return [part for part in parts(questions) if part.is_open(given.get(part.question.name))]


def is_answered(question: Question, answer: Answer | None) -> bool:
    """Return whether an answer answers the question.

    To a structured one that needs all its required fields; any one field if none is required.
    """
    if answer is None or not isinstance(question.input, Structured):
        return answer is not None
    return not _needed(question, answer)


def missing_parts(questions: Iterable[Question], given: Mapping[str, Answer]) -> list[Part]:
    """List the parts that an item needs answered before it can be submitted.

    That is each required question, and of a structured question that is required or begun each required field.
    """
    missing = []
    for index, question in enumerate(questions):
        answer = given.get(question.name)
        if question.required or _is_begun(question, answer):
            needed = _needed(question, answer)
            missing += [part for part in parts_of(index, question) if part.asked in needed]
    return missing


def _needed(question: Question, answer: Answer | None) -> list[Question]:
    """List what of a question has to be answered before it counts as answered: fields, or the question itself."""
    asked = parts_of(0, question)
    required = [part for part in asked if part.field is None or part.field.required]
    if required:
        return [part.asked for part in required if part.is_open(answer)]
    return [] if any(not part.is_open(answer) for part in asked) else [asked[0].asked]


def _is_begun(question: Question, answer: Answer | None) -> bool:
    return any(not part.is_open(answer) for part in parts_of(0, question) if part.field is not None)
