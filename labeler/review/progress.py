"""What was done, in numbers: items by state, answers by question and value, and the time that they took. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from statistics import median
from typing import Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.change import Answer, AnswerEffect, Change
from labeler.domain.question import FLAG_NAME, NOTE_NAMES, Categorical, Numeric, PassFail, Question, Structured
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.parts import parts, values_by_name
from labeler.review.shared_queue import NoWork
from labeler.review.worklist import Item

Countable: TypeAlias = bool | int | float | str
"""An answer that is counted by its value; of a choice of several each option is."""

NONE_CHOSEN: Final = ""
"""Stands for the empty list among the options of a choice of several. No option is empty."""

MOST_NUMBERS: Final = 11
"""Numbers that are counted one by one; of more only the range and the median are told."""

_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class QuestionProgress:
    """How a question, or a field of one, was answered: how often, and how often with each value, in their order.

    `counts` leaves out what is not counted by value: text, objects, and more numbers than can be told one by one, for
    which `low`, `middle` (the median) and `high` stand.
    """

    name: str
    question: Question | None
    answers: int
    counts: tuple[tuple[Countable, int], ...] = ()
    low: float | None = None
    middle: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done. Trace IDs stand in the order of the worklist, those of deferred items in the order of deferral.

    `no_work` has how many items are not `open` any more by no answer given here, by why. `median_ms` is the active time
    that half of the timed items took at most; `hourly` is how many are labelled in an hour of active time. Both are
    None where no time is known.
    """

    total: int = 0
    open: int = 0
    no_work: tuple[tuple[NoWork, int], ...] = ()
    labelled: int = 0
    deferred: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    questions: tuple[QuestionProgress, ...] = ()
    timed: int = 0
    median_ms: float | None = None
    hourly: float | None = None


@dataclass(slots=True)
class _Answers:
    """The answers to one question, or to one field of it, so far."""

    count: int = 0
    values: Counter[Countable] = field(default_factory=Counter)

    def add(self, value: JsonValue) -> None:
        self.count += 1
        if isinstance(value, bool | int | float | str):
            self.values[value] += 1
        elif isinstance(value, Sequence):
            self.values.update(str(each) for each in value)
            if not value:
                self.values[NONE_CHOSEN] += 1


class Tally:
    """Adds up what was done, an item at a time, so that a long worklist need not be walked at once.

    Answers count where their item is labelled; flags count on any item.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = {question.name: question for question in questions}
        self._asked = {part.name: part.asked for part in parts(questions)}
        self._answers = {name: _Answers() for name in self._asked}
        self._states: Counter[ItemState] = Counter()
        self._no_work: Counter[NoWork] = Counter()
        self._declined: list[str] = []
        self._flagged: list[str] = []
        self._spent_ms: list[int] = []

    def add(self, item: Item, answers: Mapping[str, Answer], no_work: NoWork | None = None) -> None:
        """Count an item with the reviewer's answers about it, by question. `no_work` says why an open one is none."""
        if no_work is not None:
            self._no_work[no_work] += 1
        self.count(item.trace_id, item.state, answers)

    def count(self, trace_id: str, state: ItemState, answers: Mapping[str, Answer]) -> None:
        """Count a trace in a state, with the reviewer's answers about it."""
        self._states[state] += 1
        if FLAG_NAME in answers:
            self._flagged.append(trace_id)
        if state is ItemState.DECLINED:
            self._declined.append(trace_id)
        if state is not ItemState.LABELLED:
            return
        spent_ms = 0
        for name, answer in answers.items():
            if name not in NOTE_NAMES:
                for of, value in self._said(name, answer):
                    self._answers.setdefault(of, _Answers()).add(value)
                spent_ms = max(spent_ms, answer.duration_ms)
        if spent_ms > 0:
            self._spent_ms.append(spent_ms)

    def _said(self, name: str, answer: Answer) -> Iterable[tuple[str, JsonValue]]:
        """Return what an answer says, by question; where it is an object, by field."""
        question = self._questions.get(name)
        if question is None or not isinstance(question.input, Structured):
            return ((name, answer.value),)
        return values_by_name(question, answer)

    def progress(self, deferred: Iterable[str] = (), drafts: Collection[str] = ()) -> Progress:
        """Return the numbers. `deferred` and `drafts` are the traces that are put off, and those with drafts."""
        spent = self._spent_ms
        return Progress(
            total=self._states.total(),
            open=self._states[ItemState.OPEN] - self._no_work.total(),
            no_work=tuple((why, self._no_work[why]) for why in NoWork if self._no_work[why]),
            labelled=self._states[ItemState.LABELLED],
            deferred=tuple(deferred),
            declined=tuple(self._declined),
            flagged=tuple(self._flagged),
            drafts=tuple(drafts),
            questions=tuple(self._of_question(name) for name in self._answers),
            timed=len(spent),
            median_ms=median(spent) if spent else None,
            hourly=len(spent) * _HOUR_MS / sum(spent) if spent else None,
        )

    def _of_question(self, name: str) -> QuestionProgress:
        question, answers = self._asked.get(name), self._answers[name]
        offered = _offered(question)
        numbers = [value for value in answers.values.elements() if isinstance(value, int | float)]
        has_numbers = question is not None and isinstance(question.input, Numeric) and bool(numbers)
        range_of = (min(numbers), median(numbers), max(numbers)) if has_numbers else (None, None, None)
        if offered is None:
            return QuestionProgress(name, question, answers.count, (), *range_of)
        others = [value for value in answers.values if value not in offered]
        counts = tuple((value, answers.values[value]) for value in (*offered, *sorted(others, key=str)))
        return QuestionProgress(name, question, answers.count, counts, *range_of)


def _offered(question: Question | None) -> Sequence[Countable] | None:
    """Return the values that a question offers; None where its answers are not counted by value."""
    match question.input if question is not None else None:
        case PassFail():
            return (True, False)
        case Categorical(options, multiple):
            return (*options, NONE_CHOSEN) if multiple else options
        case Numeric(minimum, maximum) as numeric if numeric.whole and minimum is not None and maximum is not None:
            numbers = range(int(minimum), int(maximum) + 1, max(int(numeric.step or 1), 1))
            return tuple(numbers) if len(numbers) <= MOST_NUMBERS else None
        case _:
            return None


def progress_of_changes(changes: Iterable[tuple[int, Change]], questions: Sequence[Question]) -> Progress:
    """Return what changes came to: items as they stand after them, with the answers given in them.

    Each change comes with the number of its destination, oldest first. An item that was opened again counts no more,
    nor does an answer that was taken back.
    """
    states: dict[tuple[int, str], ItemState] = {}
    answers: dict[tuple[int, str], dict[str, Answer]] = {}
    for destination, change in changes:
        for effect in change.effects:
            place = destination, effect.trace_id
            if not isinstance(effect, AnswerEffect):
                states[place] = effect.after
            elif effect.span_id is None:
                given = answers.setdefault(place, {})
                if effect.after is None:
                    given.pop(effect.question, None)
                else:
                    given[effect.question] = effect.after
    tally = Tally(questions)
    for place in dict.fromkeys((*states, *answers)):
        tally.count(place[1], states.get(place, ItemState.OPEN), answers.get(place, {}))
    return tally.progress(deferred=(place[1] for place, state in states.items() if state is ItemState.DEFERRED))
