"""One truth a trace: several worklists with the same traces, in a journal of today or of an earlier format."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change, Effect, StateEffect
from labeler.domain.worklist import ItemState, ReviewSpec
from labeler.journal.journal import Journal
from labeler.journal.schema import STEPS
from tests.journal.earlier_formats import write_as_of
from tests.journal.sitting import HOME, Sitting, mint, rows, scratch_directory, spec

TRACES = ("tr-a", "tr-b", "tr-c")
SPECS = {
    "search": spec(filter="status = 'OK'"),
    "errors": spec(filter="status = 'ERROR'"),
    "queue": spec(queue_id="rq-1"),
    "queue by time": replace(spec(queue_id="rq-1"), order_by=("timestamp_ms ASC",)),
    "sprint": replace(spec(queue_id="rq-2"), sprint="autumn"),
    "colleague": replace(spec(filter="status = 'OK'"), reviewer="sam"),
}
worklists = st.sampled_from(sorted(SPECS))
traces = st.sampled_from(TRACES)
questions = st.sampled_from(["helpful", "labeler.flag"])

DONE_HERE = (ItemState.LABELLED, ItemState.DECLINED)


def whose(worklist: str) -> tuple[str, str]:
    """Reviewer and scope: what is said is the same for all worklists with the same of both."""
    return SPECS[worklist].reviewer, SPECS[worklist].sprint


def place_of_states(worklist: str) -> tuple[str, str]:
    """Where submitted and declined belong: the queue, outside queues the worklist."""
    return SPECS[worklist].reviewer, SPECS[worklist].queue_id or worklist


class Worklists(RuleBasedStateMachine):
    """What was said and done, as plain as can be, beside the journal."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = scratch_directory()
        self.path = self.directory / "journal.db"
        self.journal = Journal.open(self.path)
        self.now_ms = 1
        self.ids = {name: self.journal.reviews.begin(each, 1).id for name, each in SPECS.items()}
        self.items: dict[str, list[str]] = {name: list(TRACES) for name in SPECS}
        self.selected = {name: set(TRACES) for name in SPECS}
        for review_id in self.ids.values():
            self.journal.reviews.add_items(review_id, rows(*TRACES))
        self.answers: dict[tuple[tuple[str, str], str, str], Answer | None] = {}
        self.states: dict[tuple[tuple[str, str], str], ItemState] = {}
        self.deferred: set[tuple[tuple[str, str], str]] = set()
        self.drafts: dict[tuple[tuple[str, str], str, str], str] = {}
        self.done: dict[str, list[Change]] = {name: [] for name in SPECS}

    def state(self, worklist: str, trace_id: str) -> ItemState | None:
        here = self.states.get((place_of_states(worklist), trace_id))
        if here not in DONE_HERE and (whose(worklist), trace_id) in self.deferred:
            return ItemState.DEFERRED
        return here

    def record(self, worklist: str, act: Act, effects: Sequence[Effect]) -> Change:
        self.now_ms += 1
        change = Change(f"c-{uuid.uuid4().hex}", act, effects[0].trace_id, self.now_ms, tuple(effects))
        self.journal.changes.record(self.ids[worklist], change)
        for effect in effects:
            here = place_of_states(worklist), effect.trace_id
            if isinstance(effect, AnswerEffect):
                self.answers[whose(worklist), effect.trace_id, effect.question] = effect.after
                self.states.setdefault(here, ItemState.OPEN)
                continue
            is_deferred = effect.after is ItemState.DEFERRED
            self.states[here] = ItemState.OPEN if is_deferred else effect.after
            self.deferred.discard((whose(worklist), effect.trace_id))
            if is_deferred:
                self.deferred.add((whose(worklist), effect.trace_id))
        return change

    @rule(worklist=worklists, trace_id=traces, question=questions, value=st.sampled_from([True, False]))
    def answer(self, worklist: str, trace_id: str, question: str, value: bool) -> None:
        before = self.answers.get((whose(worklist), trace_id, question))
        after = Answer(mint(), value, None, self.now_ms, 1, overrides=before.assessment_id if before else None)
        effect = AnswerEffect(trace_id, question, AssessmentKind.FEEDBACK, before, after)
        self.done[worklist].append(self.record(worklist, Act.ANSWER, [effect]))

    @rule(worklist=worklists, trace_id=traces, state=st.sampled_from(ItemState))
    def close(self, worklist: str, trace_id: str, state: ItemState) -> None:
        before = self.state(worklist, trace_id) or ItemState.OPEN
        self.done[worklist].append(self.record(worklist, Act.SUBMIT, [StateEffect(trace_id, before, state)]))

    @precondition(lambda self: any(self.done.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        worklist = data.draw(st.sampled_from(sorted(name for name, done in self.done.items() if done)))
        (effect,) = self.done[worklist].pop().effects
        if isinstance(effect, StateEffect):
            now = self.state(worklist, effect.trace_id) or ItemState.OPEN
            self.record(worklist, Act.UNDO, [StateEffect(effect.trace_id, now, effect.before)])
            return
        now_answer = self.answers[whose(worklist), effect.trace_id, effect.question]
        if now_answer is None or effect.after is None or now_answer.assessment_id != effect.after.assessment_id:
            return  # another worklist has changed it since: what this change made does not stand any more
        self.record(worklist, Act.UNDO, [replace(effect, before=now_answer, after=effect.before)])

    @rule(worklist=worklists, trace_id=traces, text=st.sampled_from(["", "why", "because \ud800"]))
    def half_type(self, worklist: str, trace_id: str, text: str) -> None:
        self.journal.reviews.save_draft(self.ids[worklist], trace_id, "comment:helpful", text)
        self.drafts[whose(worklist), trace_id, "comment:helpful"] = text

    @rule(worklist=worklists, selected=st.sets(traces))
    def evaluate_anew(self, worklist: str, selected: set[str]) -> None:
        self.journal.reviews.add_items(self.ids[worklist], rows(*sorted(selected)))
        self.journal.reviews.end_listing(self.ids[worklist], selected)
        kept = [each for each in self.items[worklist] if each in selected or self.is_touched(worklist, each)]
        self.selected[worklist] = selected
        self.items[worklist] = kept + [each for each in sorted(selected) if each not in kept]

    def is_touched(self, worklist: str, trace_id: str) -> bool:
        return (
            (place_of_states(worklist), trace_id) in self.states
            or (whose(worklist), trace_id) in self.deferred
            or any((by, about) == (whose(worklist), trace_id) for by, about, _ in self.answers)
            or bool(self.drafts.get((whose(worklist), trace_id, "comment:helpful")))
        )

    @rule(version=st.none() | st.integers(1, len(STEPS) - 1))
    def open_again(self, version: int | None) -> None:
        """Also from the form that an earlier version would have given the same work, where that had no sprints."""
        self.journal.close()
        keys = [key[0] for key in (*self.answers, *self.drafts, *self.states, *self.deferred)]
        has_sprints = any(key in (whose("sprint"), place_of_states("sprint")) for key in keys)
        is_whole = all(items == list(TRACES) == sorted(self.selected[name]) for name, items in self.items.items())
        if version is not None and is_whole and not has_sprints:
            before = self.directory / f"{uuid.uuid4().hex}.db"
            write_as_of(version, self.path, before)
            self.path = before
        self.journal = Journal.open(self.path)

    @invariant()
    def every_worklist_shows_the_same_of_a_trace(self) -> None:
        for name, review_id in self.ids.items():
            each: ReviewSpec = SPECS[name]
            listed = self.journal.reviews.items(review_id)
            assert [row.trace_id for row in listed] == self.items[name]
            assert {row.trace_id for row in listed if row.is_selected} == self.selected[name]
            known = self.journal.changes.answers([HOME], each.reviewer, each.sprint)
            assert {
                (trace_id, question): answer and answer.value for (trace_id, _, question), answer in known.items()
            } == {
                (trace_id, question): answer and answer.value
                for (by, trace_id, question), answer in self.answers.items()
                if by == whose(name)
            }
            states = self.journal.reviews.states(review_id)
            assert states == {
                trace_id: state for trace_id in TRACES if (state := self.state(name, trace_id)) is not None
            }
            drafts = self.journal.reviews.drafts(review_id)
            assert drafts == {
                (trace_id, slot): text
                for (by, trace_id, slot), text in self.drafts.items()
                if by == whose(name) and text
            }

    def teardown(self) -> None:
        self.journal.close()
        shutil.rmtree(self.directory)


TestWorklists = Worklists.TestCase
TestWorklists.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("last", ["deferred", "submitted", "answered", "taken up again"])
def test_of_a_deferral_in_two_worklists_the_newest_change_decides_after_the_migration_too(
    tmp_path: Path, last: str
) -> None:
    journal = Journal.open(tmp_path / "today.db")
    one, other = (journal.reviews.begin(SPECS[name], 1).id for name in ("search", "errors"))
    for review_id in (one, other):
        journal.reviews.add_items(review_id, rows(*TRACES))
    first, second = Sitting(), Sitting()
    journal.changes.record(one, first.set_state("tr-a", ItemState.DEFERRED, 1))
    if last == "answered":
        journal.changes.record(other, second.answer("tr-a", "helpful", True, None, 2))
    else:
        state = ItemState.LABELLED if last == "submitted" else ItemState.DEFERRED
        journal.changes.record(other, second.set_state("tr-a", state, 2))
    if last == "taken up again":
        journal.changes.record(other, second.undo(3))
    expected = [journal.reviews.states(each).get("tr-a") for each in (one, other)]
    is_deferred = last in ("deferred", "answered")
    assert (expected[0] is ItemState.DEFERRED) is is_deferred
    journal.close()
    for version in range(1, len(STEPS)):
        path = tmp_path / f"{version}.db"
        write_as_of(version, tmp_path / "today.db", path)
        migrated = Journal.open(path)
        assert [migrated.reviews.states(each).get("tr-a") for each in (one, other)] == expected
        assert len(migrated.changes.of_review(one)) == 1, "undo goes on where it was"
        migrated.close()
        assert len(list(tmp_path.glob(f"{version}.db.format-{version}-*"))) == 1


def test_of_two_drafts_in_one_place_both_are_kept_that_of_the_worklist_opened_last_first(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "today.db")
    one, other = (journal.reviews.begin(SPECS[name], 1).id for name in ("search", "errors"))
    for review_id in (one, other):
        journal.reviews.add_items(review_id, rows(*TRACES))
    journal.close()
    write_as_of(4, tmp_path / "today.db", tmp_path / "journal.db")
    with sqlite3.connect(tmp_path / "journal.db") as database:
        database.executemany(
            "INSERT INTO drafts (review_id, trace_id, slot, text) VALUES (?, ?, 'comment:helpful', ?)",
            [
                (one, "tr-a", '"\\ud800 why"'),
                (other, "tr-a", '"because"'),
                (one, "tr-b", '"so"'),
                (other, "tr-b", '"so"'),
            ],
        )
    journal = Journal.open(tmp_path / "journal.db")
    assert journal.reviews.drafts(one) == {
        ("tr-a", "comment:helpful"): "because\n\n\ud800 why",
        ("tr-b", "comment:helpful"): "so",
    }
    assert journal.reviews.drafts(other) == journal.reviews.drafts(one)
    journal.close()
