"""The counted labels of each question as a table of items and reviewers, with values that can be compared."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Final, TypeAlias

from labeler.agreement.consensus import Consensus, consensus
from labeler.agreement.counted_labels import CountedLabel, CountedLabels, LabelledItem, item_of, reviewer_key
from labeler.agreement.level import Level, Value, level_of
from labeler.dataclass import dataclass
from labeler.domain.adjudication import says_no_right_answer
from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.value import MAX_EXACT_INTEGER, JsonValue, UnusableValue

ReadValue: TypeAlias = Callable[[Question, Assessment], JsonValue]
"""Gives the value of an assessment as the question takes it. Raises `UnusableValue` where it has none there."""

_MOST_OPTIONS: Final = 10
_LONGEST_OPTION: Final = 64
"""Characters. Strings with more or longer values than a server's choice can have are taken for free text."""


class ValueType(StrEnum):
    """What an answer is in JSON, in words for a note."""

    BOOL = "true or false"
    NUMBER = "numbers"
    NAME = "names"
    NAMES = "lists of names"
    OTHER = "objects"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one reviewer said about an item."""

    value: Value
    label: CountedLabel


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """The votes on each item by reviewer, and the decisions of a lead on items.

    `level` is None where answers are counted and not compared. `types` has all types of the answers to a question of
    this name where there are several; this table then has those of one type. `unanswerable` are items for which the
    question has no right answer, as a lead decided: there is no consensus on them, whatever people said.
    """

    question: Question
    level: Level | None
    votes: Mapping[LabelledItem, Mapping[str, Vote]]
    adjudicated: Mapping[LabelledItem, Value]
    types: tuple[ValueType, ...] = ()
    unanswerable: frozenset[LabelledItem] = frozenset()

    @property
    def reviewers(self) -> list[str]:
        """The reviewers who gave at least one of these labels, sorted."""
        return sorted({reviewer for votes in self.votes.values() for reviewer in votes})

    def values(self, without: str | None = None) -> list[list[Value]]:
        """Return the values that each item got, but those of the reviewer `without`."""
        return [
            [vote.value for reviewer, vote in votes.items() if reviewer != without] for votes in self.votes.values()
        ]

    def consensus(self, at_least: int = 2) -> dict[LabelledItem, Consensus]:
        """Return what people agree on, for the items for which they do."""
        found = {}
        for item in sorted({*self.votes, *self.adjudicated} - self.unanswerable):
            values = [vote.value for vote in self.votes.get(item, {}).values()]
            if self.level is not None and (
                agreed := consensus(values, self.level, self.adjudicated.get(item), at_least=at_least)
            ):
                found[item] = agreed
        return found

    def for_option(self, option: str) -> QuestionTable:
        """Return the yes/no question whether an option was chosen, of a choice of several."""
        return QuestionTable(
            Question(self.question.name, PassFail("Yes", "No"), self.question.kind),
            self.level,
            {
                item: {reviewer: Vote(has_option(vote.value, option), vote.label) for reviewer, vote in votes.items()}
                for item, votes in self.votes.items()
            },
            {item: has_option(value, option) for item, value in self.adjudicated.items()},
            unanswerable=self.unanswerable,
        )


def tables_of(
    counted: CountedLabels, questions: Iterable[Question], read: ReadValue
) -> tuple[list[QuestionTable], Mapping[str, int]]:
    """Return the tables of all questions, known ones first, and of whom how many labels and decisions fit none.

    Labels of a name and kind that is none of `questions` make a question of their own, guessed from their values. Where
    an answer is of another type than its question takes, as after the question was made anew, the answers of each type
    get a table of their own.
    """
    known = {(question.name, question.kind): question for question in questions}
    labels: dict[tuple[str, AssessmentKind], list[CountedLabel]] = defaultdict(list)
    for label in counted.labels:
        labels[label.assessment.name, label.assessment.kind].append(label)
    decided: dict[tuple[str, AssessmentKind], list[Assessment]] = defaultdict(list)
    for adjudication in counted.adjudications:
        decided[adjudication.name, adjudication.kind].append(adjudication)
    unfitting: Counter[str] = Counter()
    tables = []
    for name, kind in [*known, *sorted(labels.keys() - known.keys())]:
        votes, unread = _votes_by_question(known.get((name, kind)), labels[name, kind], read)
        unfitting.update(label.reviewer for label in unread)
        types = tuple(type_taken(question) for question in votes) if len(votes) > 1 else ()
        unanswerable = frozenset(map(item_of, filter(says_no_right_answer, decided[name, kind])))
        undecided = set(map(item_of, decided[name, kind])) - unanswerable
        for question, of_question in votes.items():
            adjudicated = _adjudicated(question, decided[name, kind], read)
            undecided -= adjudicated.keys()
            level, by_item = level_of(question), _by_item(of_question)
            tables.append(QuestionTable(question, level, by_item, adjudicated, types, unanswerable))
        unfitting.update(
            reviewer_key(decision.source.id) for decision in decided[name, kind] if item_of(decision) in undecided
        )
    return tables, dict(sorted(unfitting.items()))


def comparable(value: JsonValue) -> Value:
    """Return an answer in a form that can be compared and counted. Raises `UnusableValue` where it has none.

    An object, which is counted only, comes as JSON.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise UnusableValue("The value is not a finite number")
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Sequence) and all(isinstance(name, str) for name in value):
        return tuple(str(name) for name in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    raise UnusableValue("This value cannot be compared with others")


def has_option(value: Value, option: str) -> bool:
    """Return whether an answer to a choice of several has this option."""
    return isinstance(value, tuple) and option in value


def type_taken(question: Question) -> ValueType:
    """Return the type of the answers that a question takes."""
    if isinstance(question.input, PassFail):
        return ValueType.BOOL
    if isinstance(question.input, Numeric):
        return ValueType.NUMBER
    if isinstance(question.input, Categorical) and question.input.multiple:
        return ValueType.NAMES
    return ValueType.OTHER if isinstance(question.input, Structured) else ValueType.NAME


def _votes_by_question(
    known: Question | None, labels: Sequence[CountedLabel], read: ReadValue
) -> tuple[dict[Question, list[Vote]], list[CountedLabel]]:
    """Return the votes on the known question first, then those of other types, and the labels that fit nowhere."""
    votes: dict[Question, list[Vote]] = {} if known is None else {known: []}
    unread: list[CountedLabel] = []
    others: dict[ValueType, list[CountedLabel]] = defaultdict(list)
    for label in labels:
        found = _type_of(label.assessment.value)
        vote = None if known is None else _vote(known, label, read)
        if known is not None and vote is not None:
            votes[known].append(vote)
        elif found is None or (known is not None and found is type_taken(known)):
            unread.append(label)
        else:
            others[found].append(label)
    for of_type in (others[found] for found in ValueType if found in others):
        guess = _guessed(of_type)
        read_votes = [(_vote(guess, label, read), label) for label in of_type]
        votes[guess] = [vote for vote, _ in read_votes if vote is not None]
        unread.extend(label for vote, label in read_votes if vote is None)
    return votes, unread


def _vote(question: Question, label: CountedLabel, read: ReadValue) -> Vote | None:
    try:
        return Vote(comparable(read(question, label.assessment)), label)
    except UnusableValue:
        return None


def _by_item(votes: Iterable[Vote]) -> dict[LabelledItem, dict[str, Vote]]:
    items: dict[LabelledItem, dict[str, Vote]] = defaultdict(dict)
    for vote in sorted(votes, key=lambda vote: (vote.label.item, vote.label.reviewer)):
        items[vote.label.item][vote.label.reviewer] = vote
    return dict(items)


def _adjudicated(question: Question, decided: Iterable[Assessment], read: ReadValue) -> dict[LabelledItem, Value]:
    values = {}
    for decision in decided:
        if says_no_right_answer(decision):
            continue
        with suppress(UnusableValue):
            values[item_of(decision)] = comparable(read(question, decision))
    return values


def _type_of(value: JsonValue) -> ValueType | None:
    if isinstance(value, bool):
        return ValueType.BOOL
    if isinstance(value, int | float):
        return ValueType.NUMBER
    if isinstance(value, str):
        return ValueType.NAME
    if isinstance(value, Sequence) and all(isinstance(name, str) for name in value):
        return ValueType.NAMES
    return None if value is None else ValueType.OTHER


def _guessed(labels: Sequence[CountedLabel]) -> Question:
    """Return a question that takes these values, all of one type."""
    assessment = labels[0].assessment
    given = [label.assessment.value for label in labels]
    guess: PassFail | Categorical | Numeric | Text = Text()
    match _type_of(assessment.value):
        case ValueType.BOOL:
            guess = PassFail("true", "false")
        case ValueType.NUMBER:
            guess = _numeric([value for value in given if isinstance(value, int | float)])
        case ValueType.NAME:
            guess = _categorical_or_text([str(value) for value in given])
        case ValueType.NAMES:
            guess = Categorical(_names_in(given), multiple=True)
    return Question(assessment.name, guess, assessment.kind)


def _numeric(numbers: Sequence[float]) -> Numeric:
    """Return a scale of whole steps where only whole numbers were given, else any number."""
    finite = [number for number in numbers if abs(number) <= sys.float_info.max]
    if finite and all(abs(number) <= MAX_EXACT_INTEGER and float(number).is_integer() for number in finite):
        return Numeric(min(finite), max(finite), step=1)
    return Numeric()


def _categorical_or_text(given: Sequence[str]) -> Categorical | Text:
    """Return a choice where few strings come again and again, else free text."""
    options = tuple(sorted(set(given)))
    is_choice = len(options) <= _MOST_OPTIONS and max(map(len, options)) <= _LONGEST_OPTION
    return Categorical(options) if is_choice and len(options) <= max(2, len(given) // 2) else Text()


def _names_in(given: Iterable[JsonValue]) -> tuple[str, ...]:
    return tuple(sorted({str(name) for value in given if isinstance(value, list | tuple) for name in value}))
