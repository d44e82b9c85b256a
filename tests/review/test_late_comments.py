"""A comment or a flag right after an advance may be meant for the item before."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.change import Act, AnswerEffect
from labeler.review import action as act
from labeler.review.apply import apply
from labeler.review.decide import decide
from labeler.review.decision import Decision, FieldKind, FieldRequest
from tests.review.sitting import HELPFUL, QUALITY, Sitting


def asked_after(sitting: Sitting, action: act.Action, ms: int) -> FieldRequest:
    """The field that an action opens so long after the reviewer went on."""
    assert sitting.state.advance is not None
    stamp = replace(sitting.stamp(), at_ms=sitting.state.advance.at_ms + ms)
    decision = decide(sitting.state, action, stamp)
    assert isinstance(decision, Decision)
    assert decision.ask is not None
    return decision.ask


def test_within_five_seconds_of_an_advance_the_item_before_may_be_meant() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(act.Thumb(False, "late"), act.Digit("2"))
    for action, kind in ((act.AskComment(), FieldKind.COMMENT), (act.ToggleFlag(), FieldKind.FLAG)):
        now, later = (asked_after(sitting, action, ms) for ms in (5_000, 5_001))
        assert later.instead is None
        assert now.instead is not None
        assert (now.trace_id, now.instead.trace_id, now.instead.field) == ("", "t0", kind)
    asked = asked_after(sitting, act.AskComment(), 0).instead
    assert asked is not None
    assert asked.question == "quality", "the one answered last"


def test_it_is_not_once_something_is_answered_here_or_the_reviewer_came_another_way() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    sitting.do(act.Thumb(False), act.Digit("2"), act.Thumb(True))
    assert asked_after(sitting, act.AskComment(), 10).instead is None
    sitting.do(act.Go(act.Where.NEXT))
    assert sitting.state.advance is None
    sitting.do(act.Go(act.Where.PREVIOUS), act.Undo(), act.Defer())
    assert sitting.state.advance is None, "there is no answer to comment on"


def test_a_comment_on_the_item_before_supersedes_its_answer_and_the_reviewer_stays() -> None:
    sitting = Sitting(QUALITY)
    sitting.do(act.Digit("2"))
    given = sitting.answer(QUALITY)
    assert given is not None
    decision = sitting.do(act.OnItem("t0", act.Comment("quality", " too late ")))
    assert (sitting.here, sitting.comment(QUALITY), sitting.value(QUALITY)) == ("t1", "too late", 2)
    assert decision.change is not None
    assert (decision.change.act, decision.change.trace_id) == (Act.COMMENT, "t0")
    after = sitting.answer(QUALITY)
    assert after is not None
    assert (after.overrides, after.duration_ms) == (given.assessment_id, given.duration_ms)
    assert not sitting.state.is_edited("t0"), "nothing of it waits until the item is left"
    sitting.do(act.Undo())
    assert (sitting.here, sitting.comment(QUALITY)) == ("t0", None)


def test_a_flag_goes_to_the_item_before_and_a_comment_only_while_its_answer_stands() -> None:
    sitting = Sitting(QUALITY)
    sitting.do(act.Digit("2"), act.OnItem("t0", act.SetFlag("ask Sam")))
    assert sitting.comment("labeler.flag") == "ask Sam"
    assert asked_after(sitting, act.ToggleFlag(), 10).instead is None, "it is flagged already"
    answer = sitting.answer(QUALITY)
    cleared = AnswerEffect("t0", "quality", QUALITY.kind, answer, None)
    apply(sitting.state, Decision(change=replace(sitting.changes[0], id="c-x", effects=(cleared,))))
    assert "not answered there any more" in sitting.refusal(act.OnItem("t0", act.Comment("quality", "x")))
