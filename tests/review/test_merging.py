"""What my answer is, by the journal's word and the backend's: a machine, and each thing that has to be said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Answer
from labeler.domain.question import FLAG_NAME, Question
from labeler.domain.sprint import NO_SPRINT, SprintScope, scope_of
from labeler.domain.value import JsonValue
from labeler.review.my_answer import Asked, JournalWord, Mine, Reading, merge
from tests.review.sitting import CLARITY, EXPECTED, HELPFUL, MODES, QUALITY, REMARK

ME = "Rhea.K@harbour.example"
ASKED = Asked("quality", QUALITY, ME)


def row(
    name: str,
    value: JsonValue = 3,
    at_ms: int = 0,
    by: str = ME,
    overrides: str | None = None,
    valid: bool = True,
    kind: AssessmentKind = AssessmentKind.FEEDBACK,
    **metadata: str,
) -> Assessment:
    """An assessment of the question ``quality`` by somebody."""
    return Assessment(
        id=name,
        trace_id="t0",
        name="quality",
        kind=kind,
        value=value,
        source=Source(SourceType.HUMAN, by),
        metadata={f"labeler.{key}": each for key, each in metadata.items()},
        created_at_ms=at_ms,
        valid=valid,
        overrides=overrides,
    )


def word(name: str, value: JsonValue = 3, overrides: str | None = None, settled_at_ms: int | None = 5) -> JournalWord:
    return JournalWord(Answer(name, value, None, 1, 0, overrides=overrides), settled_at_ms)


def told(*rows: Assessment, at_ms: int = 10) -> Reading:
    return Reading(at_ms, rows)


def of(mine: Mine) -> tuple[str | None, JsonValue]:
    return (None, None) if mine.answer is None else (mine.answer.assessment_id, mine.answer.value)


def names(rows: Iterable[Assessment]) -> list[str]:
    return [each.id for each in rows]


@pytest.mark.parametrize("by_me", ["on its way", "acknowledged after the reading began", "acknowledged at that moment"])
def test_the_journals_word_counts_until_the_backend_was_read_after_it(by_me: str) -> None:
    settled_at_ms = {"on its way": None, "acknowledged after the reading began": 11}.get(by_me, 10)
    older = row("a-old", 1, at_ms=9)
    assert of(merge(ASKED, word("a-new", 4, "a-old", settled_at_ms), told(older), {"a-old"})) == ("a-new", 4)
    cleared = JournalWord(None, settled_at_ms)
    assert of(merge(ASKED, cleared, told(older), {"a-old"})) == (None, None)


def test_afterwards_the_newest_of_mine_there_counts_whoever_wrote_it() -> None:
    mine = row("a-page", 5, at_ms=20, by=" rhea.k@HARBOUR.example ", overrides="a-new")
    gone = row("a-new", 4, at_ms=2, valid=False)
    assert of(merge(ASKED, word("a-new", 4), told(gone, mine), ())) == ("a-page", 5)
    assert of(merge(ASKED, None, told(mine), ())) == ("a-page", 5)
    assert of(merge(ASKED, JournalWord(None, 5), told(mine), ())) == ("a-page", 5)


def test_without_a_reading_what_the_journal_has_is_shown_and_nothing_is_said_of_it() -> None:
    assert merge(ASKED, word("a-new", 4), None, ()) == Mine(word("a-new", 4).answer, supersedes="a-new")
    assert merge(ASKED, None, None, ()) == Mine()


@pytest.mark.parametrize(
    "other",
    [
        row("x", by="sam"),
        replace(row("x"), source=Source(SourceType.LLM_JUDGE, ME)),
        replace(row("x"), span_id="0a"),
        replace(row("x"), name="helpful"),
        row("x", kind=AssessmentKind.EXPECTATION),
        row("x", role="adjudication"),
        row("x", sprint="autumn"),
    ],
    ids=["somebody's", "a judge's", "of a span", "to another question", "an expectation", "in another role", "sprint"],
)
def test_what_is_not_mine_here_neither_shows_nor_counts_nor_is_retired(other: Assessment) -> None:
    asked = replace(ASKED, is_in_scope=lambda each: scope_of(each, ()) == NO_SPRINT)
    assert merge(asked, None, told(other), ()) == Mine()
    beside = merge(asked, None, told(row("a-mine"), other), ())
    assert (beside.beside, beside.retire, beside.conflicts) == ((), (), ())


def test_in_a_sprint_only_what_was_said_there_is_mine() -> None:
    autumn = SprintScope("autumn", {"rq-1"}, opened_at_ms=100, assigned={ME.lower(): {"t0"}})
    asked = replace(ASKED, is_in_scope=lambda each: scope_of(each, [autumn]) == "autumn")
    earlier, by_queue = row("a-1", 1, at_ms=99), row("a-2", 2, at_ms=50, queue="rq-1")
    assert of(merge(asked, None, told(earlier), ())) == (None, None)
    assert of(merge(asked, None, told(earlier, by_queue), ())) == ("a-2", 2)
    assert of(merge(asked, None, told(row("a-3", 3, at_ms=100)), ())) == ("a-3", 3)
    outside = replace(ASKED, is_in_scope=lambda each: scope_of(each, [autumn]) == NO_SPRINT)
    assert of(merge(outside, None, told(earlier, by_queue), ())) == ("a-1", 1)


@pytest.mark.parametrize(
    ("question", "written", "shown", "fits"),
    [
        (HELPFUL, "yes", True, True),
        (HELPFUL, "Not helpful", False, True),
        (HELPFUL, "perhaps", "perhaps", False),
        (QUALITY, "4", 4, True),
        (QUALITY, 4.0, 4, True),
        (QUALITY, 9, 9, False),
        (CLARITY, "Clear", "clear", True),
        (CLARITY, "login", "login", False),
        (MODES, "wrong", ["wrong"], True),
        (REMARK, 4, 4, False),
    ],
)
def test_what_does_not_fit_is_converted_where_that_is_certain_else_shown_as_it_is_and_counts(
    question: Question, written: JsonValue, shown: JsonValue, fits: bool
) -> None:
    asked = Asked("quality", question, ME)
    found = merge(asked, None, told(row("a-1", written)), ())
    assert (of(found), found.fits, found.supersedes) == (("a-1", shown), fits, "a-1")


def test_flags_are_mine_without_a_question() -> None:
    flag = replace(row("a-1", True), name=FLAG_NAME)
    assert of(merge(Asked(FLAG_NAME, None, ME), None, told(flag), ())) == ("a-1", True)


def test_an_expectation_is_told_from_feedback_of_its_name() -> None:
    asked = Asked("quality", EXPECTED, ME)
    rows = told(row("a-1", "tea"), row("a-2", "harbour", kind=AssessmentKind.EXPECTATION))
    assert of(merge(asked, None, rows, ())) == ("a-2", "harbour")


def test_one_that_is_gone_or_was_overridden_says_so_and_still_counts() -> None:
    gone = merge(ASKED, word("a-1", 4), told(), ())
    assert (of(gone), gone.is_gone, gone.supersedes) == (("a-1", 4), True, None)
    rows = told(row("a-1", 4, valid=False), row("x", 1, at_ms=9, by="sam", overrides="a-1"))
    for known in (word("a-1", 4), None):
        fallen = merge(ASKED, known, rows, ())
        assert (of(fallen), fallen.overridden_by, fallen.supersedes) == (("a-1", 4), "sam", None)
    chain = told(
        row("a-1", 4, valid=False),
        row("a-2", 5, at_ms=2, valid=False, overrides="a-1"),
        row("x", 1, at_ms=9, by="sam", overrides="a-2"),
    )
    assert merge(ASKED, word("a-1", 4), chain, ()).overridden_by == "sam"


def test_an_answer_that_the_backend_gave_another_id_is_told_by_the_one_it_repeats() -> None:
    stored = row("server-7", 4, id="a-1")
    found = merge(ASKED, word("a-1", 4), told(stored), ())
    assert (of(found), found.supersedes, found.conflicts) == (("a-1", 4), "server-7", ())
    assert merge(ASKED, word("a-1", 4, settled_at_ms=None), told(stored), ()).conflicts == ()


def test_a_valid_one_that_i_was_never_shown_is_a_conflict_whatever_its_time() -> None:
    for at_ms in (1, 50):
        other = row("a-elsewhere", 1, at_ms=at_ms)
        waiting = merge(ASKED, word("a-1", 4, settled_at_ms=None), told(other), ())
        assert (of(waiting), names(waiting.conflicts)) == (("a-1", 4), ["a-elsewhere"])
        sent = merge(ASKED, word("a-1", 4), told(other, row("a-1", 4, at_ms=2)), ())
        assert (of(sent), names(sent.conflicts)) == (("a-1", 4), ["a-elsewhere"])
        seen = merge(ASKED, word("a-1", 4, settled_at_ms=None), told(other), {"a-elsewhere"})
        assert (seen.conflicts, names(seen.beside)) == ((), ["a-elsewhere"])
    clearing = merge(ASKED, JournalWord(None), told(row("a-elsewhere", 1)), ())
    assert (of(clearing), names(clearing.conflicts)) == ((None, None), ["a-elsewhere"])


def test_several_show_the_newest_and_are_retired_oldest_first_each_after_what_it_overrides() -> None:
    rows = told(
        row("a-5", 5, at_ms=50),
        row("a-4", 4, at_ms=40, overrides="a-1"),
        row("a-3", 3, at_ms=30, overrides="x"),
        row("a-1", 1, at_ms=10, valid=False, overrides="a-0"),
        row("a-0", 1, at_ms=5, valid=False),
        row("x", 1, at_ms=20, by="sam", valid=False),
    )
    found = merge(ASKED, None, rows, ())
    assert (of(found), names(found.beside)) == (("a-5", 5), ["a-4", "a-3"])
    assert names(found.retire) == ["a-3", "a-0", "a-1", "a-4"]


def test_a_circle_of_overrides_ends() -> None:
    rows = told(row("a-1", at_ms=1, overrides="a-2"), row("a-2", at_ms=2, overrides="a-1"), row("a-3", at_ms=3))
    assert sorted(names(merge(ASKED, None, rows, ()).retire)) == ["a-1", "a-2"]


class Harbour(RuleBasedStateMachine):
    """I at this journal, I elsewhere, somebody else: the backend as MLflow behaves, read now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, Assessment] = {}
        self.now = 0
        self.word: JournalWord | None = None
        self.waiting: Mine | None = None
        self.read: Reading | None = None
        self.shown: set[str] = set()
        self.is_read_since_anybody_wrote = False
        self.is_undisturbed = False
        """Whether nobody has written since the reading by which I gave the answer that is on its way."""

    def tick(self) -> int:
        self.now += 1
        return self.now

    @property
    def view(self) -> Mine:
        return merge(ASKED, self.word, self.read, self.shown)

    def create(self, name: str, by: str, value: JsonValue, overrides: str | None, at_ms: int) -> None:
        if overrides in self.rows:
            self.rows[overrides] = replace(self.rows[overrides], valid=False)
        self.rows[name] = row(name, value, at_ms, by, overrides)

    def delete(self, name: str) -> None:
        gone = self.rows.pop(name, None)
        if gone is not None and gone.overrides in self.rows:
            self.rows[gone.overrides] = replace(self.rows[gone.overrides], valid=True)

    @rule(
        mine=st.sampled_from([True, True, False]),
        data=st.data(),
        early=st.integers(0, 8),
        value=st.sampled_from([1, 2, "3", 9, "login"]),
    )
    def somebody_writes(self, mine: bool, data: st.DataObject, early: int, value: JsonValue) -> None:
        overrides = data.draw(st.none() | st.sampled_from(sorted(self.rows)) if self.rows else st.none())
        now = self.tick()
        self.create(f"x-{now:03}", ME if mine else "sam", value, overrides, max(now - early, 0))
        self.is_read_since_anybody_wrote = self.is_undisturbed = False

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def somebody_deletes(self, data: st.DataObject) -> None:
        self.delete(data.draw(st.sampled_from(sorted(self.rows))))
        self.is_read_since_anybody_wrote = self.is_undisturbed = False

    @rule()
    def the_backend_is_read(self) -> None:
        self.read = Reading(self.tick(), tuple(self.rows.values()))
        self.is_read_since_anybody_wrote = True

    @rule()
    def i_look(self) -> None:
        view = self.view
        seen = [*view.beside, *view.retire]
        self.shown |= {each.id for each in seen} | ({view.answer.assessment_id} if view.answer else set())

    @precondition(lambda self: self.waiting is None)
    @rule(value=st.sampled_from([1, 5]))
    def i_answer(self, value: int) -> None:
        self.i_look()
        self.waiting = self.view
        self.is_undisturbed = self.is_read_since_anybody_wrote and not self.waiting.conflicts
        name = f"a-{self.tick():03}"
        self.shown.add(name)
        self.word = JournalWord(Answer(name, value, None, self.now, 0, overrides=self.waiting.supersedes))

    @precondition(lambda self: self.waiting is not None)
    @rule()
    def it_is_delivered(self) -> None:
        assert self.waiting is not None
        assert self.word is not None
        assert self.word.answer is not None
        answer = self.word.answer
        overrides = answer.overrides if answer.overrides in self.rows else None
        self.create(answer.assessment_id, ME, answer.value, overrides, answer.answered_at_ms)
        for retired in self.waiting.retire:
            self.delete(retired.id)
        self.word, self.waiting = replace(self.word, settled_at_ms=self.tick()), None
        if self.is_undisturbed:
            assert [each.id for each in self.mine() if each.valid] == [answer.assessment_id]

    @precondition(lambda self: self.waiting is None)
    @rule(value=st.sampled_from([1, 5]))
    def one_key_after_a_reading(self, value: int) -> None:
        """Look at the item, answer, deliver: exactly one answer of mine stands then, whatever there was."""
        self.the_backend_is_read()
        self.i_look()
        self.shown |= {each.id for each in self.view.conflicts}
        self.i_answer(value)
        assert self.is_undisturbed
        self.it_is_delivered()

    def mine(self) -> list[Assessment]:
        return [each for each in self.rows.values() if each.source.id == ME]

    @invariant()
    def what_is_on_its_way_is_what_i_said(self) -> None:
        if self.waiting is not None:
            assert self.word is not None
            assert self.view.answer == self.word.answer

    @invariant()
    def after_a_reading_all_screens_show_what_stands(self) -> None:
        if self.waiting is not None or not self.is_read_since_anybody_wrote or self.read is None:
            return
        if self.word is not None and (self.word.settled_at_ms or 0) >= self.read.at_ms:
            return
        view = self.view
        valid = sorted((each for each in self.mine() if each.valid), key=lambda each: (each.created_at_ms, each.id))
        own = {self.word.answer.assessment_id} if self.word and self.word.answer else set()
        if valid:
            assert view.answer is not None
            assert view.answer.assessment_id in {each.id for each in valid}
            assert (view.is_gone, view.overridden_by) == (False, None)
            unseen = [each.id for each in valid if each.id not in self.shown | own]
            stands = any(each.id in own for each in valid)
            assert names(view.conflicts) == (unseen if stands else [])
            if not view.conflicts:
                assert view.answer.assessment_id == valid[-1].id
            assert len(view.beside) + len(view.conflicts) + 1 == len(valid)
            assert view.supersedes == view.answer.assessment_id
        else:
            assert view.supersedes is None
            assert not view.beside
            if self.word is not None:
                assert view.answer is not None, "what I said once never opens the item again by itself"
                assert view.is_gone or view.overridden_by is not None


TestHarbour = Harbour.TestCase
TestHarbour.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
