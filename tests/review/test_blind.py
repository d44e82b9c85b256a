"""Blind reviews: what is hidden when, and what is written down of the answers given meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.change import Blind
from labeler.domain.worklist import ItemState
from labeler.review.action import Go, Repeat, SetFlag, Submit, Thumb, Undo, Where
from labeler.review.blind import ask_to_turn, reveal, why_hidden
from labeler.review.decision import Refusal
from labeler.review.state import Advance, Blindness
from tests.review.sitting import HELPFUL, POLITE, Sitting

ALL = tuple(Blindness)


def blind(how: Blindness, *, shows_after: bool = False, advance: Advance = Advance.AUTO) -> Sitting:
    """Two thumbs on four items, in a review that is blind like this."""
    sitting = Sitting(HELPFUL, POLITE, advance=advance)
    sitting.state.rules = replace(sitting.state.rules, blind=how, shows_after=shows_after)
    return sitting


def look(sitting: Sitting) -> None:
    """Have the current item on the screen, with what others said of it if that is not hidden."""
    item = sitting.state.item
    assert item is not None
    reveal(sitting.state, item.trace_id)


def written(sitting: Sitting, trace_id: str = "t0") -> dict[str, Blind]:
    return {name: answer.blind for name, answer in sitting.state.answers_of(trace_id).items()}


@pytest.mark.parametrize(
    ("how", "said"),
    [(how, Blind.NO if how is Blindness.OFF else Blind.YES) for how in ALL],
)
def test_an_answer_tells_whether_it_was_given_blind_and_so_do_flags_and_what_is_repeated(
    how: Blindness, said: Blind
) -> None:
    sitting = blind(how)
    sitting.do(SetFlag("odd"), Thumb(True), Thumb(False), Repeat())
    assert set(written(sitting).values()) == set(written(sitting, "t1").values()) == {said}


def test_until_answered_shows_an_item_once_it_is_submitted_and_never_question_by_question() -> None:
    sitting = blind(Blindness.UNTIL_ANSWERED, advance=Advance.MANUAL)
    for action in (Thumb(True), Thumb(True)):
        assert sitting.state.hides_others_of("t0")
        sitting.do(action)
    assert sitting.state.hides_others_of("t0")
    sitting.do(Submit())
    assert sitting.state.position == 1
    assert not sitting.state.hides_others_of("t0")
    assert sitting.state.hides_others_of("t1")
    assert why_hidden(sitting.state)
    sitting.do(Go(Where.BACK))
    look(sitting)
    assert not why_hidden(sitting.state)
    sitting.do(Thumb(False))
    assert written(sitting) == {"helpful": Blind.REVEALED, "polite": Blind.YES}


def test_a_submission_taken_back_before_anything_was_seen_leaves_the_item_blind() -> None:
    sitting = blind(Blindness.UNTIL_ANSWERED)
    sitting.do(Thumb(True), Thumb(True), Undo())
    assert sitting.state.hides_others_of("t0")
    sitting.do(Thumb(False))
    assert set(written(sitting).values()) == {Blind.YES}


def test_a_submission_taken_back_after_it_was_seen_makes_the_next_answer_no_blind_one() -> None:
    sitting = blind(Blindness.UNTIL_ANSWERED)
    sitting.do(Thumb(True), Thumb(True), Go(Where.BACK))
    look(sitting)
    sitting.do(Undo())
    assert sitting.state.hides_others_of("t0")
    sitting.do(Thumb(False))
    assert written(sitting)["polite"] is Blind.REVEALED


def test_with_show_after_a_submitted_item_stays_until_enter_goes_to_the_next_open_one() -> None:
    sitting = blind(Blindness.UNTIL_ANSWERED, shows_after=True)
    sitting.do(Go(Where.NEXT), Go(Where.NEXT), Thumb(True))
    decision = sitting.do(Thumb(True))
    assert decision.says.startswith("submitted; what others said is shown")
    assert (sitting.state.position, sitting.state.items[2].state) == (2, ItemState.LABELLED)
    assert not sitting.state.hides_others_of("t2")
    look(sitting)
    sitting.do(Submit())
    assert sitting.state.position == 3
    assert set(written(sitting, "t2").values()) == {Blind.YES}
    others = blind(Blindness.UNTIL_SHOWN, shows_after=True)
    others.do(Thumb(True), Thumb(True))
    assert others.state.position == 1


def test_what_was_shown_stays_seen_however_it_is_hidden_again() -> None:
    sitting = blind(Blindness.UNTIL_SHOWN)
    sitting.state.turned_blind = False
    look(sitting)
    sitting.do(Thumb(True))
    sitting.state.turned_blind = True
    sitting.do(Thumb(True))
    assert written(sitting) == {"helpful": Blind.REVEALED, "polite": Blind.REVEALED}
    sitting.do(Thumb(True))
    assert written(sitting, "t1") == {"helpful": Blind.YES}


def test_in_an_open_review_what_was_seen_before_b_hid_it_makes_no_answer_blind() -> None:
    sitting = blind(Blindness.OFF)
    look(sitting)
    sitting.state.turned_blind = True
    sitting.do(Thumb(True), Thumb(True), Thumb(True))
    assert set(written(sitting).values()) == {Blind.REVEALED}
    assert set(written(sitting, "t1").values()) == {Blind.YES}
    sitting.state.turned_blind = False
    sitting.do(Go(Where.NEXT), Thumb(True))
    assert written(sitting, "t2") == {"helpful": Blind.NO}
    sitting.do(Go(Where.PREVIOUS), Thumb(False))
    assert written(sitting, "t1") == {"helpful": Blind.REVEALED}


def test_b_asks_either_way_and_is_refused_where_it_cannot_be() -> None:
    assert "Hide" in str(ask_to_turn(blind(Blindness.OFF).state))
    for how in (Blindness.UNTIL_SHOWN, Blindness.UNTIL_ANSWERED):
        assert "Show" in str(ask_to_turn(blind(how).state))
    assert isinstance(ask_to_turn(blind(Blindness.LOCKED).state), Refusal)
    checking = blind(Blindness.OFF)
    checking.state.rules = replace(checking.state.rules, checked="helpful_v1")
    assert isinstance(ask_to_turn(checking.state), Refusal)
