"""Which items meet which criteria, kept ready: only items that changed since are looked at again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from labeler.domain.change import Answer
from labeler.domain.question import FLAG_NAME, Question
from labeler.domain.value import JsonValue, UnusableValue
from labeler.domain.worklist import ItemState
from labeler.review.converted_values import converted
from labeler.review.criteria import Criterion, CriterionKind, Filter, Sought
from labeler.review.judge_values import VerdictOnTrace, differ, verdict_for
from labeler.review.parts import values_by_name
from labeler.review.state import ReviewState
from labeler.review.worklist import Item

Met: TypeAlias = tuple[Criterion, ...]
Compared: TypeAlias = tuple[str, str, str]
"""A question, a verdict on it and an answer to it, as they are written; the answer is empty where there is none."""

_BY_STATE: Final = {
    ItemState.OPEN: Criterion(CriterionKind.OPEN),
    ItemState.LABELLED: Criterion(CriterionKind.LABELLED),
    ItemState.DEFERRED: Criterion(CriterionKind.DEFERRED),
    ItemState.DECLINED: Criterion(CriterionKind.DECLINED),
}
_FLAGGED: Final = Criterion(CriterionKind.FLAGGED)
_COMMENTED: Final = Criterion(CriterionKind.COMMENTED)
_DRAFT: Final = Criterion(CriterionKind.DRAFT)
_FAILED: Final = Criterion(CriterionKind.FAILED)
_JUDGED_NO: Final = Criterion(CriterionKind.JUDGED_NO)
_JUDGE_DIFFERS: Final = Criterion(CriterionKind.JUDGE_DIFFERS)
_OTHERS: Final = Criterion(CriterionKind.OTHERS)


class TraceKnowledge(Protocol):
    """What is known of traces beside the state of a review."""

    def name_of(self, trace_id: str) -> str:
        """Return a trace's name; empty while it is not known."""

    def verdicts_on(self, trace_id: str) -> Sequence[VerdictOnTrace]:
        """Return what judges said of a trace last, as far as it is known."""

    def has_others(self, trace_id: str) -> bool:
        """Return whether other people are known to have answered."""

    def has_draft(self, trace_id: str) -> bool:
        """Return whether something was written about a trace and is not sent."""


class FilterIndex:
    """The criteria that each item of a review meets, and how many meet each. It reads the state and changes nothing."""

    def __init__(self, state: ReviewState, knowledge: TraceKnowledge) -> None:
        self._state = state
        self._knowledge = knowledge
        self._judged_by = state.questions, state.rules, state.is_blind
        self._met: list[Met] = []
        self._texts: list[str] = []
        """What is at hand of the first items to search for a text, in lower case; see `read_texts`."""
        self._counts: Counter[Criterion] = Counter()
        self._distinct: dict[Met, Met] = {}
        """Each combination of criteria once: most items share theirs."""
        self._compared: dict[Compared, tuple[bool, bool]] = {}
        """What verdicts and answers come to, once for all items with the same."""
        self._filter = state.filter
        self._new: set[int] = set()
        """Items that meet the criterion of the filter by now and are not shown by it."""

    def catch_up(self, at_most: int | None = None) -> bool:
        """Look at items that were added or changed since, all of them or some; return whether any are left."""
        state = self._state
        judged_by = state.questions, state.rules, state.is_blind
        if judged_by != self._judged_by:
            self._judged_by = judged_by
            self._compared.clear()
            state.worklist.stale.update(range(len(self._met)))
        if state.filter is not self._filter:
            self._filter = state.filter
            self._new.clear()
        stale, looked_at = state.worklist.stale, 0
        while at_most is None or looked_at < at_most:
            if stale:
                index = stale.pop()
                if index >= len(self._met):
                    continue
            elif len(self._met) < len(state.items):
                index = len(self._met)
                self._met.append(())
            else:
                return False
            self._look_at(index)
            looked_at += 1
        return bool(stale) or len(self._met) < len(state.items)

    def count_of(self, criterion: Criterion) -> int:
        """Return how many items meet a criterion other than a text."""
        self.catch_up()
        if criterion.kind is CriterionKind.UNANSWERED:
            return len(self._met) - self._counts[_answered(criterion)]
        return self._counts[criterion]

    def filter_by(self, criterion: Criterion) -> Filter:
        """Return the filter that shows what meets a criterion now."""
        self.catch_up()
        if criterion.kind is CriterionKind.TEXT:
            self.read_texts()
            sought = str(criterion.value).casefold()
            return Filter(criterion, tuple(index for index, text in enumerate(self._texts) if sought in text))
        if criterion.kind is CriterionKind.UNANSWERED:
            answered = _answered(criterion)
            return Filter(criterion, tuple(index for index, met in enumerate(self._met) if answered not in met))
        return Filter(criterion, tuple(index for index, met in enumerate(self._met) if criterion in met))

    def read_texts(self, at_most: int | None = None) -> bool:
        """Put together what is searched for texts, of all items looked at or of some more; return whether any are left.

        That is done when a text is asked for, and kept up from then on.
        """
        begun, known = len(self._texts), len(self._met)
        until = known if at_most is None else min(known, begun + at_most)
        self._texts += [self._text_of(index) for index in range(begun, until)]
        return until < known

    @property
    def new(self) -> int:
        """How many items meet the criterion of the filter by now and are not shown: as far as `catch_up` looked."""
        return len(self._new)

    def _look_at(self, index: int) -> None:
        met = tuple(criteria_met(self._state, self._state.items[index], self._knowledge, self._compared))
        met = self._distinct.setdefault(met, met)
        if index < len(self._texts):
            self._texts[index] = self._text_of(index)
        before = self._met[index]
        if met is not before:
            self._met[index] = met
            self._counts.subtract(before)
            self._counts.update(met)
        if self._filter is not None:
            if not self._state.worklist.shows(index) and self._meets(index, self._filter.criterion):
                self._new.add(index)
            else:
                self._new.discard(index)

    def _meets(self, index: int, criterion: Criterion) -> bool:
        if criterion.kind is CriterionKind.TEXT:
            return str(criterion.value).casefold() in self._text_of(index)
        if criterion.kind is CriterionKind.UNANSWERED:
            return _answered(criterion) not in self._met[index]
        return criterion in self._met[index]

    def _text_of(self, index: int) -> str:
        """Put together what is at hand of an item: title, name, comments of the reviewer's; in lower case."""
        item = self._state.items[index]
        said = self._state.answers_by_span(item.trace_id).values()
        comments = (answer.comment for answers in said for answer in answers.values() if answer.comment)
        return "\n".join((item.title, self._knowledge.name_of(item.trace_id), *comments)).casefold()


def _answered(unanswered: Criterion) -> Criterion:
    """Return the criterion that exactly the other items meet."""
    return Criterion(CriterionKind.ANSWERED, unanswered.name)


def criteria_met(
    state: ReviewState, item: Item, knowledge: TraceKnowledge, compared: dict[Compared, tuple[bool, bool]]
) -> Iterator[Criterion]:
    """Iterate over the criteria that an item meets now, each once; those of texts are left out.

    `compared` keeps what verdicts and answers come to.
    """
    trace_id = item.trace_id
    if item.state is not ItemState.OPEN or not state.worklist.is_passed_over(trace_id):
        yield _BY_STATE[item.state]
    given = state.answers_of(trace_id)
    if given:
        if FLAG_NAME in given:
            yield _FLAGGED
        if _has_comment(state, trace_id):
            yield _COMMENTED
        for question in state.questions:
            for name, said in values_by_name(question, given.get(question.name)):
                yield Criterion(CriterionKind.ANSWERED, name)
                yield from (Criterion(CriterionKind.VALUE, name, value) for value in _sought_in(said))
                if isinstance(said, list | tuple) and not said:
                    yield Criterion(CriterionKind.NONE_CHOSEN, name)
    elif _has_comment(state, trace_id):
        yield _COMMENTED
    if knowledge.has_draft(trace_id):
        yield _DRAFT
    if name := knowledge.name_of(trace_id):
        yield Criterion(CriterionKind.NAME, name)
    if item.has_failed:
        yield _FAILED
        if name:
            yield Criterion(CriterionKind.LIKE, name)
    if verdicts := knowledge.verdicts_on(trace_id):
        yield from _judged(state, given, verdicts, compared)
    if knowledge.has_others(trace_id):
        yield _OTHERS


def _has_comment(state: ReviewState, trace_id: str) -> bool:
    asked = {question.name for question in state.questions}
    return any(
        answer.comment and name in asked
        for answers in state.answers_by_span(trace_id).values()
        for name, answer in answers.items()
    )


def _sought_in(said: JsonValue) -> Iterator[Sought]:
    """Iterate over what of an answer can be filtered by: its value or, of a choice of several, each that was chosen."""
    values = said if isinstance(said, list | tuple) else [said]
    yield from (value for value in values if isinstance(value, bool | int | float | str))


def _judged(
    state: ReviewState,
    given: Mapping[str, Answer],
    verdicts: Sequence[VerdictOnTrace],
    compared: dict[Compared, tuple[bool, bool]],
) -> Iterator[Criterion]:
    says_no = differs = False
    for question in state.questions:
        verdict = verdict_for(question, verdicts, state.rules)
        if verdict is None:
            continue
        answer = given.get(question.name)
        key = question.name, repr(verdict.value), "" if answer is None else repr(answer.value)
        if key not in compared:
            is_other = answer is not None and differ(question, verdict.value, answer.value)
            compared[key] = _is_no(question, verdict.value), is_other
        is_no, is_other = compared[key]
        says_no, differs = says_no or is_no, differs or is_other
    if says_no:
        yield _JUDGED_NO
    if differs:
        yield _JUDGE_DIFFERS


def _is_no(question: Question, verdict: JsonValue) -> bool:
    try:
        return converted(question, verdict) is False
    except UnusableValue:
        return False
