"""The history of a review is the same however little of the log is read at a time, and whoever else wrote to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.change import Act, Change
from labeler.review.history import History

logs = st.lists(st.sampled_from([Act.ANSWER, Act.UNDO, Act.UNDO, Act.REDO]), max_size=30).map(
    lambda acts: [Change(f"c-{number}", act, "t0", number, ()) for number, act in enumerate(acts)]
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
