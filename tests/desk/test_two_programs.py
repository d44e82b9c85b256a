"""Two programs on one journal, left and gone on with at any time: each undoes as one that reads every change would."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from labeler.cache.async_cache import AsyncCache
from labeler.desk.desk import Desk
from labeler.desk.open_desk import open_desk
from labeler.desk.restore import Cells, note_labelled, to_item
from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Change, Effect, StateEffect
from labeler.domain.clock import wall_clock_ms
from labeler.domain.question import Categorical, PassFail, Question, Text
from labeler.domain.worklist import ItemState, WorklistRow
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.attempt_outcomes import Delivered, TargetGone
from labeler.journal.models import DeliveryOp, ReviewRecord
from labeler.review import action as act
from labeler.review.apply import apply, apply_change
from labeler.review.decide import decide
from labeler.review.decision import Decision, Refusal
from labeler.review.filled_in import open_item
from labeler.review.navigation import first_to_work
from labeler.review.state import Advance, ReviewState, Rules, Subject
from tests.journal.sitting import HOME, rows, scratch_directory, spec

T = TypeVar("T")
TRACES = ("tr-a", "tr-b", "tr-c", "tr-d")
QUESTIONS = (
    Question("helpful", PassFail()),
    Question("area", Categorical(("fees", "tides")), required=False),
    Question("expected", Text(), AssessmentKind.EXPECTATION, required=False),
)
PROGRAMS = st.integers(0, 1)
FAR_IN_THE_FUTURE_MS = 1 << 50

answers: st.SearchStrategy[act.Action] = st.one_of(
    st.builds(act.Thumb, st.booleans(), st.sampled_from([None, "why"])),
    st.builds(act.SetAnswer, st.just("area"), st.sampled_from(["fees", "tides"])),
    st.builds(act.SetAnswer, st.just("expected"), st.sampled_from(["tea", "coffee"])),
    st.just(act.Clear()),
)
others: st.SearchStrategy[act.Action] = st.sampled_from(
    [
        act.Submit(),
        act.Defer(),
        act.Decline("odd"),
        act.SetFlag("look"),
        act.ToggleFlag(),
        act.TargetSpan("0a"),
        act.EndAim(),
    ]
)
moves: st.SearchStrategy[act.Action] = st.one_of(
    st.builds(act.FocusBy, st.just(1)),
    st.builds(act.Go, st.sampled_from(act.Where)),
    st.builds(act.GoTo, st.integers(1, len(TRACES))),
)


@dataclass
class Program:
    """A desk, and the state that a program would have which had read everything at its start."""

    journal: AsyncJournal
    desk: Desk
    plain: ReviewState


class TwoPrograms(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.directory = scratch_directory()

    @initialize(advance=st.sampled_from(Advance), in_place=st.booleans(), at_once=st.integers(1, 3))
    def begin(self, advance: Advance, in_place: bool, at_once: int) -> None:
        self.review_rules = Rules(advance, in_place)
        self.cache = self.wait(AsyncCache.open(self.directory / "cache.db", 1 << 20))
        journals = [self.wait(AsyncJournal.open(self.directory / "journal.db")) for _ in range(2)]
        review = self.wait(journals[0].run(journals[0].reviews.begin, spec(), 1))
        self.wait(journals[0].run(journals[0].reviews.add_items, review.id, rows(*TRACES)))
        self.programs = [self.wait(self.opened(journal, at_once)) for journal in journals]

    async def opened(self, journal: AsyncJournal, at_once: int) -> Program:
        record = await journal.run(journal.reviews.begin, spec(), 1)
        plain = restored_from_every_change(
            self.review_rules,
            await journal.run(journal.reviews.items, record.id),
            await journal.run(journal.changes.of_review, record.id),
            await journal.run(journal.changes.answers, [HOME], record.spec.reviewer),
            record,
        )
        desk = await open_desk(record, QUESTIONS, self.review_rules, journal, self.cache, changes_at_once=at_once)
        return Program(journal, desk, plain)

    @rule(number=PROGRAMS, actions=st.lists(answers | others | moves, min_size=1, max_size=4))
    def work(self, number: int, actions: list[act.Action]) -> None:
        for action in actions:
            self.do(self.programs[number], action)

    @rule(number=PROGRAMS, items=st.permutations(range(1, len(TRACES) + 1)), some=st.integers(1, len(TRACES)))
    def defer(self, number: int, items: list[int], some: int) -> None:
        for item in items[:some]:
            self.do(self.programs[number], act.GoTo(item))
            self.do(self.programs[number], act.Defer())

    @rule(number=PROGRAMS, times=st.integers(1, 6))
    def undo(self, number: int, times: int) -> None:
        for _ in range(times):
            self.do(self.programs[number], act.Undo())

    @rule(number=PROGRAMS, times=st.integers(1, 6))
    def redo(self, number: int, times: int) -> None:
        for _ in range(times):
            self.do(self.programs[number], act.Redo())

    @rule(number=PROGRAMS, at_once=st.integers(1, 3))
    def leave_and_go_on(self, number: int, at_once: int) -> None:
        left = self.programs[number]
        self.wait(left.desk.close())
        self.programs[number] = self.wait(self.opened(left.journal, at_once))

    @rule(gone=st.booleans())
    def what_was_given_is_delivered(self, gone: bool) -> None:
        """Or finds that what it was to supersede is `gone`, and goes on under another ID."""
        for program in self.programs:
            self.wait(program.journal.run(program.journal.outbox.release_all, 1))
        journal = self.programs[0].journal
        for claim in self.wait(journal.run(journal.outbox.claim, [HOME], FAR_IN_THE_FUTURE_MS, 0, 100)):
            supersedes = claim.delivery.op is DeliveryOp.CREATE and claim.assessment and claim.assessment.overrides
            outcome = TargetGone("deleted") if gone and supersedes else Delivered()
            self.wait(journal.run(journal.outbox.settle, [(claim.delivery.id, outcome)], FAR_IN_THE_FUTURE_MS))

    def do(self, program: Program, action: act.Action) -> None:
        """Have the desk do it, and the plain program: they come to the same, but for the IDs made on the way."""
        minted = (f"a-plain-{number}" for number in count())
        expected = decide(program.plain, action, act.ActionContext(wall_clock_ms(), 0, lambda: next(minted)))
        outcome = self.wait(program.desk.act(action))
        if isinstance(outcome, Refusal):
            assert outcome == expected
            return
        assert isinstance(expected, Decision)
        assert in_other_words(outcome.decision) == in_other_words(expected)
        apply(program.plain, outcome.decision)

    @invariant()
    def each_program_stands_where_the_plain_one_does(self) -> None:
        for program in self.programs:
            state, plain = program.desk.state, program.plain
            assert state.items == plain.items
            assert state.labelled == plain.labelled
            assert list(state.worklist.deferred) == list(plain.worklist.deferred)
            assert [each for each in TRACES if state.worklist.is_aside(each)] == [
                each for each in TRACES if plain.worklist.is_aside(each)
            ]
            assert (state.position, state.focus, state.aim) == (plain.position, plain.focus, plain.aim)
            assert given_in(state) == given_in(plain)
            assert state.touched == plain.touched
            assert is_end_of(state.history.done, plain.history.done)
            assert is_end_of(state.history.undone, plain.history.undone)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        for program in self.programs:
            self.wait(program.desk.close())
            self.wait(program.journal.close())
        self.wait(self.cache.close())
        self.loop.close()
        shutil.rmtree(self.directory)


def restored_from_every_change(
    rules: Rules, items: Sequence[WorklistRow], changes: Sequence[Change], cells: Cells, record: ReviewRecord
) -> ReviewState:
    """The state as it was left, made by doing everything again."""
    state = ReviewState(QUESTIONS, rules)
    state.add_items(map(to_item, items))
    for change in changes:
        apply_change(state, change)
        for effect in change.effects:
            if isinstance(effect, StateEffect) and effect.before is effect.after is ItemState.DEFERRED:
                # Deferrals are listed by what was done last; deferred again, an item stays set aside.
                is_aside = state.worklist.is_aside(effect.trace_id)
                state.worklist.set_state(effect.trace_id, ItemState.OPEN)
                state.worklist.set_state(effect.trace_id, ItemState.DEFERRED)
                if is_aside:
                    state.worklist.set_aside(effect.trace_id)
    for (trace_id, span_id, question), answer in cells.items():
        state.set_answer((trace_id, span_id), question, answer)
    state.touched.clear()
    for trace_id in TRACES:
        if state.items[state.index_of[trace_id]].state is ItemState.LABELLED and state.missing(trace_id):
            state.worklist.set_state(trace_id, ItemState.OPEN)
        note_labelled(state, trace_id)
    state.position = state.index_of.get(record.position or "", first_to_work(state))
    open_item(state)
    state.trail.visit(state.position)
    return state


def in_other_words(decision: Decision) -> tuple[Decision, object]:
    """A decision without the times and IDs made for its change: what is left is the same for whoever makes it."""
    change = decision.change
    told = change and (change.act, change.trace_id, change.reverses, [_told(effect) for effect in change.effects])
    return replace(decision, change=None), told


def _told(effect: Effect) -> object:
    if isinstance(effect, StateEffect) or effect.after is None:
        return effect
    before, after = effect.before, effect.after
    known = {before.assessment_id: "the same", before.overrides: "the one before"} if before else {}
    which = known.get(after.assessment_id, "a new one")
    return replace(effect, after=None), which, after.value, after.comment, after.overrides


def is_end_of(part: list[Change], whole: list[Change]) -> bool:
    return part == whole[len(whole) - len(part) :]


def given_in(state: ReviewState) -> dict[Subject, object]:
    return {subject: given for subject, given in state.answers.items() if given}


TestTwoPrograms = TwoPrograms.TestCase
TestTwoPrograms.settings = settings(
    max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
