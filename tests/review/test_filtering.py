"""A filter: keys that go on stay inside it, keys that go back may leave it and say so; it ends when that is asked."""

from __future__ import annotations

from labeler.domain.worklist import ItemState
from labeler.review.action import Go, GoTo, ShowOnly, Thumb, Undo, Where
from labeler.review.criteria import Criterion, CriterionKind, Filter
from labeler.review.worklist import Item
from tests.review.sitting import HELPFUL, Sitting

NEXT, PREVIOUS, FIRST, LAST, NEXT_OPEN = map(Go, (Where.NEXT, Where.PREVIOUS, Where.FIRST, Where.LAST, Where.NEXT_OPEN))


def filtered(*shown: int, items: int = 8) -> Sitting:
    sitting = Sitting(HELPFUL, items=items)
    sitting.do(GoTo(3), ShowOnly(Filter(Criterion(CriterionKind.FLAGGED), shown)))
    return sitting


def test_setting_a_filter_goes_to_its_first_row_from_mine_on_else_to_its_first() -> None:
    assert filtered(1, 4, 6).here == "t4"
    assert filtered(2, 4).here == "t2", "mine is shown: nothing moves"
    assert filtered(0, 1).here == "t0"


def test_moving_and_advancing_stay_inside() -> None:
    sitting = filtered(1, 4, 6)
    assert [(sitting.do(key), sitting.here)[1] for key in (NEXT, PREVIOUS, PREVIOUS, LAST, FIRST)] == [
        "t6",
        "t4",
        "t1",
        "t6",
        "t1",
    ]
    assert "first item that the filter shows" in sitting.refusal(PREVIOUS)
    sitting.do(Thumb(True))
    assert sitting.here == "t4"
    sitting.do(NEXT_OPEN)
    assert sitting.here == "t6"


def test_when_nothing_is_open_in_it_that_is_said_and_the_rows_stay() -> None:
    sitting = filtered(4, 6)
    sitting.do(Thumb(True))
    assert "no other item of the filter is open" in sitting.refusal(NEXT_OPEN)
    assert sitting.do(Thumb(False)).says.startswith("filter done, 2 of 2 · ")
    assert "shows 6 open" in sitting.refusal(NEXT_OPEN)
    sitting.do(PREVIOUS)
    assert sitting.here == "t4"


def test_keys_that_go_back_may_leave_it_and_say_so() -> None:
    sitting = filtered(4, 6)
    assert "outside the filter" in sitting.do(GoTo(1)).says
    assert sitting.do(GoTo(2)).says == "", "said once"
    sitting.do(NEXT)
    assert sitting.here == "t4", "going on leads back in"
    sitting.do(GoTo(1), Thumb(True))
    assert sitting.here == "t4"
    assert "outside the filter" in sitting.do(Undo()).says


def test_one_that_shows_nothing_says_so_and_leads_nowhere() -> None:
    sitting = filtered()
    assert sitting.here == "t2"
    assert "no item" in sitting.refusal(NEXT)
    assert "filter done, 0 of 0" in sitting.refusal(NEXT_OPEN)
    sitting.do(ShowOnly(None))
    sitting.do(NEXT)
    assert sitting.here == "t3"


def test_items_that_come_while_it_is_set_are_not_shown_until_it_ends() -> None:
    sitting = filtered(6)
    sitting.state.add_items([Item("new", "e", ""), Item("put off", "e", "", ItemState.DEFERRED)])
    assert list(sitting.state.worklist.open_shown()) == [6]
    assert "last item" in sitting.refusal(NEXT)
    sitting.do(ShowOnly(None), LAST)
    assert sitting.here == "put off"


def test_a_deferred_item_comes_back_inside_and_one_outside_does_not() -> None:
    sitting = Sitting(HELPFUL, items=5)
    sitting.state.worklist.set_state("t0", ItemState.DEFERRED)
    sitting.state.worklist.set_state("t3", ItemState.DEFERRED)
    sitting.do(ShowOnly(Filter(Criterion(CriterionKind.TEXT, value="tide"), (1, 3))), Thumb(True))
    assert sitting.here == "t3"
    assert "filter done, 2 of 2" in sitting.do(Thumb(True)).says
