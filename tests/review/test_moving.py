"""Moving through the worklist."""

from __future__ import annotations

from labeler.domain.worklist import ItemState
from labeler.review.action import Decline, Defer, Go, GoTo, Thumb, Undo, Where
from labeler.review.navigation import first_to_work, next_open
from labeler.review.worklist import Item
from tests.review.sitting import HELPFUL, POLITE, Sitting

UP = Thumb(True)
BACK, FORWARD, NEXT, PREVIOUS = Go(Where.BACK), Go(Where.FORWARD), Go(Where.NEXT), Go(Where.PREVIOUS)


def test_neighbours_first_last_and_the_nth() -> None:
    sitting = Sitting(HELPFUL, items=4)
    sitting.do(NEXT)
    assert sitting.here == "t1"
    sitting.do(PREVIOUS)
    assert sitting.here == "t0"
    sitting.do(Go(Where.LAST))
    assert sitting.here == "t3"
    sitting.do(Go(Where.FIRST))
    assert sitting.here == "t0"
    sitting.do(GoTo(3))
    assert sitting.here == "t2"


def test_the_ends_say_so() -> None:
    sitting = Sitting(HELPFUL, items=2)
    assert "first" in sitting.refusal(PREVIOUS)
    sitting.do(NEXT)
    assert "last" in sitting.refusal(NEXT)
    for number in (0, 3, -1):
        assert sitting.refusal(GoTo(number)) == "There are items 1 to 2"


def test_moving_changes_nothing_but_where_i_stand() -> None:
    sitting = Sitting(HELPFUL, POLITE)
    sitting.do(UP, NEXT, BACK)
    assert len(sitting.changes) == 1
    assert sitting.value(HELPFUL) is True


def test_back_and_forward_follow_the_items_i_was_at_in_my_order() -> None:
    sitting = Sitting(HELPFUL, items=6)
    sitting.do(GoTo(5), GoTo(2), UP)
    path = [sitting.here]
    for _ in range(3):
        sitting.do(BACK)
        path.append(sitting.here)
    assert path == ["t2", "t1", "t4", "t0"]
    assert "nowhere before" in sitting.refusal(BACK)
    for expected in "t4", "t1", "t2":
        sitting.do(FORWARD)
        assert sitting.here == expected
    assert sitting.refusal(FORWARD)


def test_going_elsewhere_after_going_back_begins_a_new_way_forward() -> None:
    sitting = Sitting(HELPFUL, items=6)
    sitting.do(GoTo(3), GoTo(5), BACK, GoTo(6))
    assert sitting.refusal(FORWARD)
    sitting.do(BACK)
    assert sitting.here == "t2"


def test_the_next_open_item_is_searched_from_here_and_wraps() -> None:
    sitting = Sitting(HELPFUL, items=4)
    sitting.do(GoTo(2), UP)
    assert sitting.here == "t2"
    sitting.do(Go(Where.NEXT_OPEN))
    assert sitting.here == "t3"
    sitting.do(Go(Where.NEXT_OPEN))
    assert sitting.here == "t0"
    sitting.do(Go(Where.NEXT_OPEN))
    assert sitting.here == "t2"


def test_the_deferred_ones_come_after_every_open_one() -> None:
    sitting = Sitting(HELPFUL, items=3)
    sitting.do(NEXT, Defer(), Go(Where.NEXT_OPEN))
    assert sitting.here == "t0"
    sitting.do(UP, UP)
    assert sitting.here == "t1"


def test_next_open_passes_over_what_is_labelled_declined_or_not_downloaded() -> None:
    sitting = Sitting(HELPFUL, items=5)
    sitting.load("t1", [(HELPFUL, True)], ItemState.LABELLED)
    sitting.do(GoTo(3), Decline("spam"), Go(Where.FIRST))
    sitting.state.worklist.set_absent({"t3"})
    sitting.do(Go(Where.NEXT_OPEN))
    assert sitting.here == "t4"


def test_when_only_absent_items_are_left_the_sentence_says_that_they_follow() -> None:
    for state in ItemState.OPEN, ItemState.DEFERRED:
        sitting = Sitting(HELPFUL, items=2)
        sitting.load("t1", [], state)
        sitting.state.worklist.set_absent({"t1"})
        decision = sitting.do(UP)
        assert sitting.here == "t0"
        assert "downloaded" in decision.says


def test_the_current_item_is_not_the_next_open_one() -> None:
    sitting = Sitting(HELPFUL, items=1)
    assert "No other item is open" in sitting.refusal(Go(Where.NEXT_OPEN))


def test_a_review_opens_at_the_first_open_item() -> None:
    sitting = Sitting(HELPFUL, items=3)
    sitting.load("t0", [(HELPFUL, True)], ItemState.LABELLED)
    sitting.state.worklist.set_absent({"t1"})
    assert first_to_work(sitting.state) == 2


def test_new_items_go_to_the_end_once_and_move_nothing() -> None:
    sitting = Sitting(HELPFUL, items=2)
    sitting.do(NEXT)
    more = [
        Item("t1", "e", "again"),
        Item("t9", "e", "new", ItemState.LABELLED),
        Item("t8", "e", "", ItemState.DEFERRED),
    ]
    assert sitting.state.add_items(more) == 2
    assert [item.trace_id for item in sitting.state.items] == ["t0", "t1", "t9", "t8"]
    assert sitting.here == "t1"
    assert sitting.state.labelled == 1
    assert list(sitting.state.worklist.deferred) == ["t8"]


def test_an_undo_goes_where_it_took_something_back_and_the_trail_knows() -> None:
    sitting = Sitting(HELPFUL, items=4)
    sitting.do(UP, GoTo(4), Undo())
    assert sitting.here == "t0"
    sitting.do(BACK)
    assert sitting.here == "t3"


def test_what_is_passed_over_is_found_by_no_key_that_looks_for_work_and_can_be_gone_to() -> None:
    sitting = Sitting(HELPFUL, items=4)
    sitting.do(GoTo(3), Defer(), GoTo(1))
    for trace_id in ("t1", "t2"):
        sitting.state.worklist.pass_over(trace_id)
    assert next_open(sitting.state) == 3
    sitting.do(Thumb(True))
    assert sitting.here == "t3"
    assert not sitting.state.worklist.has_absent_to_do, "nothing waits for the network"
    sitting.do(Thumb(True), GoTo(2))
    assert (sitting.here, sitting.item_state("t1")) == ("t1", ItemState.OPEN)
    sitting.state.worklist.set_absent({"t1"})
    sitting.state.worklist.set_present("t1")
    assert next_open(sitting.state) is None
