"""The history of a review is the same however little of the log is read at a time, and whoever else wrote to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change, StateEffect
from labeler.domain.worklist import ItemState
from labeler.review.history import History

ANSWERS = (None, Answer("a-1", ["wrong"], None, 0, 0), Answer("a-1", ["unsafe"], None, 0, 0))


def answering(question: str, before: Answer | None, after: Answer | None) -> AnswerEffect:
    return AnswerEffect("t0", question, AssessmentKind.FEEDBACK, before, after)


effects = st.one_of(
    st.just(()),
    st.just((StateEffect("t0", ItemState.OPEN, ItemState.LABELLED),)),
    st.tuples(st.builds(answering, st.sampled_from(["modes", "modes", "tone"]), *[st.sampled_from(ANSWERS)] * 2)),
)
acts = st.sampled_from([Act.ANSWER, Act.CHOOSE, Act.CHOOSE, Act.UNDO, Act.UNDO, Act.REDO])
begun = Change("c-begun", Act.ANSWER, "t0", 0, ())
logs = st.lists(st.tuples(acts, effects), max_size=30).map(
    lambda done: [begun, *(Change(f"c-{at}", act, "t0", at, made) for at, (act, made) in enumerate(done, 1))]
)


@given(log=logs, at_once=st.integers(1, 7))
def test_read_back_from_the_newest_change_it_is_the_history_that_all_changes_make(
    log: list[Change], at_once: int
) -> None:
    """Also of logs in which two programs took back more than there was: each undo and redo is then one of its own."""
    plain = History()
    for change in log:
        plain.add(change)
    history = History(is_whole=False)
    for end in range(len(log), 0, -at_once):
        history.add_earlier(reversed(log[max(end - at_once, 0) : end]))
        assert history.done == plain.done[len(plain.done) - len(history.done) :]
        assert history.undone == plain.undone[len(plain.undone) - len(history.undone) :]
        if history.knows_what_redo_takes_back:
            assert history.undone[-1:] == plain.undone[-1:]
    assert (history.done, history.undone) == (plain.done, plain.undone)


def test_of_a_choice_of_several_only_what_it_comes_to_is_a_step() -> None:
    nothing, wrong, unsafe = ANSWERS
    chosen = [(Act.ANSWER, nothing, wrong), (Act.CHOOSE, wrong, unsafe), (Act.CHOOSE, unsafe, nothing)]
    log = [
        Change(f"c-{at}", act, "t0", at, (answering("modes", before, after),))
        for at, (act, before, after) in enumerate([*chosen[:2], *chosen])
    ]
    history = History()
    for change in log[:2]:
        history.add(change)
    assert history.done == [Change("c-0", Act.ANSWER, "t0", 1, (answering("modes", nothing, unsafe),))]
    for change in log[2:]:
        history.add(change)
    assert len(history.done) == 1, "what was chosen second is off again"
