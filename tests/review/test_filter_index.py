"""Filters beside a naive model: whatever is done, learnt, added or left and opened again, they show what meets them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from labeler.desk.filter_json import filter_from_json, filter_to_json
from labeler.domain.question import FLAG_NAME
from labeler.domain.worklist import ItemState
from labeler.review import action as act
from labeler.review.criteria import Criterion, CriterionKind, Filter
from labeler.review.decision import Decision
from labeler.review.filter_index import FilterIndex
from labeler.review.judge_values import VerdictOnTrace
from labeler.review.state import ReviewState
from labeler.review.worklist import Item
from tests.review.sitting import HELPFUL, MODES, POLITE, QUALITY, Sitting

ASKED = (HELPFUL, MODES, QUALITY)
NAMES = ("", "desk", "tides")
OF_ANSWERS = (CriterionKind.ANSWERED, CriterionKind.UNANSWERED, CriterionKind.NONE_CHOSEN, CriterionKind.VALUE)
PLAIN = [
    each
    for each in CriterionKind
    if each not in (*OF_ANSWERS, CriterionKind.LIKE, CriterionKind.NAME, CriterionKind.TEXT)
]
EVERY = (
    *map(Criterion, PLAIN),
    *(Criterion(CriterionKind.ANSWERED, each.name) for each in (*ASKED, POLITE)),
    *(Criterion(CriterionKind.UNANSWERED, each.name) for each in (*ASKED, POLITE)),
    Criterion(CriterionKind.NONE_CHOSEN, "modes"),
    *(Criterion(CriterionKind.VALUE, "helpful", value) for value in (True, False)),
    *(Criterion(CriterionKind.VALUE, "modes", value) for value in ("wrong", "unsafe")),
    *(Criterion(CriterionKind.VALUE, "quality", value) for value in (1, 5)),
    *(Criterion(kind, name) for kind in (CriterionKind.LIKE, CriterionKind.NAME) for name in NAMES[1:]),
    *(Criterion(CriterionKind.TEXT, value=text) for text in ("ITEM 1", "tide", "why")),
)

actions: st.SearchStrategy[act.Action] = st.one_of(
    st.builds(act.Thumb, st.booleans(), st.sampled_from([None, "Why?"])),
    st.builds(act.SetAnswer, st.just("modes"), st.sampled_from([["wrong"], ["unsafe", "wrong"], []])),
    st.builds(act.SetAnswer, st.just("quality"), st.sampled_from([1, 5]), st.sampled_from([None, "why not"])),
    st.builds(act.SetFlag, st.sampled_from(["", "the tide"])),
    st.sampled_from([act.Submit(), act.Defer(), act.Decline("no"), act.Undo(), act.Redo(), act.Clear()]),
    st.builds(act.FocusBy, st.just(1)),
    st.builds(act.Go, st.sampled_from(act.Where)),
    st.builds(act.GoTo, st.integers(1, 6)),
)


@dataclass
class Known:
    """What is known of traces, as the test has it."""

    names: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, list[VerdictOnTrace]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    drafts: set[str] = field(default_factory=set)

    def name_of(self, trace_id: str) -> str:
        return self.names.get(trace_id, "")

    def verdicts_on(self, trace_id: str) -> list[VerdictOnTrace]:
        return self.verdicts.get(trace_id, [])

    def has_others(self, trace_id: str) -> bool:
        return trace_id in self.others

    def has_draft(self, trace_id: str) -> bool:
        return trace_id in self.drafts


def meets(state: ReviewState, item: Item, known: Known, criterion: Criterion) -> bool:
    """Whether an item meets a criterion, asked of everything there is."""
    trace, given = item.trace_id, state.answers_of(item.trace_id)
    asked = {question.name for question in state.questions}
    values = {name: answer.value for name, answer in given.items() if name in asked}
    said = {each.name: each.value for each in known.verdicts_on(trace) if each.name in asked and each.value != "maybe"}
    comments = [answer.comment for answer in given.values() if answer.comment]
    kind, name, sought = criterion
    match kind:
        case CriterionKind.OPEN:
            return item.state is ItemState.OPEN and not state.worklist.is_passed_over(trace)
        case CriterionKind.LABELLED | CriterionKind.DEFERRED | CriterionKind.DECLINED:
            return item.state.value == kind.value
        case CriterionKind.FLAGGED:
            return FLAG_NAME in given
        case CriterionKind.COMMENTED:
            return any(given[each].comment for each in values)
        case CriterionKind.DRAFT:
            return known.has_draft(trace)
        case CriterionKind.FAILED:
            return item.has_failed
        case CriterionKind.JUDGED_NO:
            return said.get("helpful") == "no"
        case CriterionKind.JUDGE_DIFFERS:
            helpful = "helpful" in said and "helpful" in values and values["helpful"] is not (said["helpful"] == "yes")
            return helpful or ("quality" in said and "quality" in values and values["quality"] != said["quality"])
        case CriterionKind.OTHERS:
            return known.has_others(trace)
        case CriterionKind.ANSWERED:
            return name in values
        case CriterionKind.UNANSWERED:
            return name not in values
        case CriterionKind.NONE_CHOSEN:
            return values.get(name) == []
        case CriterionKind.VALUE:
            value = values.get(name)
            return sought in value if isinstance(value, list) else value == sought
        case CriterionKind.LIKE:
            return item.has_failed and known.name_of(trace) == name
        case CriterionKind.NAME:
            return known.name_of(trace) == name
        case CriterionKind.TEXT:
            return any(str(sought).lower() in text.lower() for text in (item.title, known.name_of(trace), *comments))


class AFilteredReview(RuleBasedStateMachine):
    @initialize(failed=st.lists(st.booleans(), min_size=5, max_size=5))
    def begin(self, failed: list[bool]) -> None:
        self.sitting = Sitting(*ASKED, items=0)
        self.known = Known()
        self.index = FilterIndex(self.state, self.known)
        self._add(failed)
        self.shown: list[int] | None = None

    @property
    def state(self) -> ReviewState:
        return self.sitting.state

    def _add(self, failed: list[bool]) -> None:
        for number, is_failed in enumerate(failed, len(self.state.items)):
            self.state.add_items([Item(f"t{number}", "e", f"item {number}", has_failed=is_failed)])

    def _fitting(self, criterion: Criterion) -> list[int]:
        items = enumerate(self.state.items)
        return [index for index, item in items if meets(self.state, item, self.known, criterion)]

    @rule(some=st.lists(actions, min_size=1, max_size=6))
    def something_is_done(self, some: list[act.Action]) -> None:
        for action in some:
            before = self.state.position
            outcome = self.sitting.attempt(action)
            if isinstance(outcome, Decision) and isinstance(action, act.Go) and self.shown is not None:
                goes_back = action.where in (act.Where.BACK, act.Where.FORWARD)
                assert goes_back or self.state.position in {before, *self.shown}

    @rule(criterion=st.none() | st.sampled_from(EVERY))
    def a_filter_is_set(self, criterion: Criterion | None) -> None:
        fitting = None if criterion is None else self._fitting(criterion)
        filter = None if criterion is None else self.index.filter_by(criterion)
        assert filter is None or list(filter.shown) == fitting
        here = self.state.position
        self.sitting.do(act.ShowOnly(filter))
        self.shown = fitting
        if fitting:
            assert self.state.position == next((each for each in fitting if each >= here), fitting[0])
        else:
            assert self.state.position == here

    @rule(data=st.data(), name=st.sampled_from(NAMES), yes=st.sampled_from(["yes", "no", "maybe", None]))
    def something_is_learnt(self, data: st.DataObject, name: str, yes: str | None) -> None:
        trace_id = data.draw(st.sampled_from(self.state.items)).trace_id
        self.known.names[trace_id] = name
        verdicts = (
            [] if yes is None else [VerdictOnTrace("helpful", yes, True, 1), VerdictOnTrace("quality", 5, False, 1)]
        )
        self.known.verdicts[trace_id] = verdicts if yes != "maybe" else verdicts[:1]
        self.known.others ^= {trace_id}
        self.known.drafts ^= {trace_id} if name else set()
        self.state.worklist.note_changed(trace_id)

    @precondition(lambda self: len(self.state.items) < 12)
    @rule(failed=st.lists(st.booleans(), max_size=2), deferred=st.booleans())
    def more_items_come(self, failed: list[bool], deferred: bool) -> None:
        self._add(failed)
        if failed and deferred:
            self.state.worklist.set_state(self.state.items[-1].trace_id, ItemState.DEFERRED)

    @rule(data=st.data(), over=st.booleans())
    def somebody_else_finishes_one(self, data: st.DataObject, over: bool) -> None:
        trace_id = data.draw(st.sampled_from(self.state.items)).trace_id
        (self.state.worklist.pass_over if over else self.state.worklist.offer)(trace_id)

    @rule(asked=st.sampled_from([ASKED, ASKED[:1], (*ASKED, POLITE)]))
    def other_questions_are_asked(self, asked: tuple[object, ...]) -> None:
        self.state.ask(tuple(each for each in (*ASKED, POLITE) if each in asked))

    @rule()
    def the_review_is_left_and_opened_again(self) -> None:
        kept = None if self.state.filter is None else filter_to_json(self.state.filter, self.state.items)
        again = deepcopy(self.state)
        again.show_only(None if kept is None else filter_from_json(kept, again.index_of))
        self.sitting.state = again
        self.index = FilterIndex(again, self.known)

    @invariant()
    def every_criterion_counts_what_a_walk_over_all_finds(self) -> None:
        for criterion in EVERY:
            if criterion.kind is not CriterionKind.TEXT:
                assert self.index.count_of(criterion) == len(self._fitting(criterion)), criterion

    @invariant()
    def rows_stay_until_the_filter_is_set_again_and_new_ones_are_counted(self) -> None:
        filter = self.state.filter
        assert (None if filter is None else list(filter.shown)) == self.shown
        if filter is not None:
            self.index.catch_up()
            new = set(self._fitting(filter.criterion)) - set(filter.shown)
            assert self.index.new == len(new)


AFilteredReview.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestFilters = AFilteredReview.TestCase


def test_a_filter_that_is_not_understood_is_none() -> None:
    for text in ("", "{}", '{"kind": "moon", "name": "", "value": "", "traces": []}', "[1]", '{"kind": "open"}'):
        assert filter_from_json(text, {}) is None


def test_rows_of_a_kept_filter_that_left_the_worklist_are_left_out() -> None:
    items = [Item(each, "e", "") for each in "abc"]
    kept = filter_to_json(Filter(Criterion(CriterionKind.VALUE, "quality", 4), (0, 2)), items)
    again = filter_from_json(kept, {"c": 0, "a": 1})
    assert again is not None
    assert (again.criterion, again.shown) == (Criterion(CriterionKind.VALUE, "quality", 4), [0, 1])
    gone = filter_from_json(kept, {"b": 0})
    assert gone is not None
    assert list(gone.shown) == []
