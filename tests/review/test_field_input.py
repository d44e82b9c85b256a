"""What a field asks for, and what is typed into it: every kind of field, its action, its title and its draft."""

from __future__ import annotations

import pytest

from labeler.domain.question import Numeric, PassFail, Question, Text
from labeler.domain.value import UnusableValue
from labeler.review import action as act
from labeler.review.decision import FieldKind, FieldRequest
from labeler.review.field_input import draft_of, draft_slot, meaning_of, takes_several_lines, title_of

THUMB = Question("helpful", PassFail("Helpful", "Not helpful"))
SCORE = Question("score", Numeric(0, 100, 0.5))
REMARK = Question("remark", Text())


@pytest.mark.parametrize(
    ("request_", "question", "text", "means"),
    [
        (FieldRequest(FieldKind.COMMENT, "helpful"), THUMB, " why \n", act.Comment("helpful", " why \n")),
        (FieldRequest(FieldKind.COMMENT_AFTER, "helpful"), THUMB, "", act.Comment("helpful", "")),
        (
            FieldRequest(FieldKind.THUMB_COMMENT, "helpful", positive=True),
            THUMB,
            " ok ",
            act.SetAnswer("helpful", True, "ok"),
        ),
        (FieldRequest(FieldKind.TEXT, "remark"), REMARK, " kept as typed ", act.SetAnswer("remark", " kept as typed ")),
        (FieldRequest(FieldKind.NUMBER, "score"), SCORE, " 7,5 ", act.SetAnswer("score", 7.5)),
        (FieldRequest(FieldKind.DECLINE), None, "no expert", act.Decline("no expert")),
        (FieldRequest(FieldKind.FLAG), None, "", act.SetFlag("")),
    ],
)
def test_a_text_means_what_was_asked_for(
    request_: FieldRequest, question: Question | None, text: str, means: act.Action
) -> None:
    assert meaning_of(request_, question, text) == means


@pytest.mark.parametrize("text", ["", "seven", "101", "1e999", "0x10", "٣"])
def test_what_is_no_number_of_the_question_is_told_with_what_it_takes(text: str) -> None:
    with pytest.raises(UnusableValue, match="100"):
        meaning_of(FieldRequest(FieldKind.NUMBER, "score"), SCORE, text)


def test_a_comment_is_one_draft_whichever_key_opened_it_and_apart_for_each_span() -> None:
    comments = [FieldRequest(kind, "helpful") for kind in (FieldKind.COMMENT, FieldKind.COMMENT_AFTER)]
    comments.append(FieldRequest(FieldKind.THUMB_COMMENT, "helpful", positive=True))
    assert len({draft_slot(each, None) for each in comments}) == 1
    slots = {draft_slot(each, span) for each in comments for span in (None, "s1", "s2")}
    others = {draft_slot(FieldRequest(FieldKind.TEXT, "helpful"), None), draft_slot(FieldRequest(FieldKind.FLAG), "s1")}
    assert len(slots | others) == 5
    assert draft_slot(FieldRequest(FieldKind.FLAG), "s1") == draft_slot(FieldRequest(FieldKind.FLAG), None)


def test_only_what_was_typed_is_a_draft_and_a_half_number_is_none() -> None:
    change = FieldRequest(FieldKind.COMMENT, "helpful", text="as it was")
    assert draft_of(change, "as it was") == ""
    assert draft_of(change, "as it was not") == "as it was not"
    assert draft_of(FieldRequest(FieldKind.NUMBER, "score", text="7"), "75") == ""


def test_a_title_says_for_whom_an_item_is_declined_and_which_numbers_are_taken() -> None:
    decline = FieldRequest(FieldKind.DECLINE)
    assert title_of(decline, None, "", "the whole queue") == "decline for the whole queue, because:"
    assert title_of(decline, None, "", "this review") == "decline for this review, because:"
    assert title_of(FieldRequest(FieldKind.NUMBER, "score"), SCORE, "score") == ("score (0 to 100 in steps of 0.5):")
    down = FieldRequest(FieldKind.THUMB_COMMENT, "helpful")
    assert title_of(down, THUMB, "helpful about span fare") == (
        "thumbs down on helpful about span fare, with a comment"
    )


def test_comments_and_texts_are_written_over_several_lines() -> None:
    several = {kind for kind in FieldKind if takes_several_lines(FieldRequest(kind))}
    assert several == {FieldKind.COMMENT, FieldKind.COMMENT_AFTER, FieldKind.THUMB_COMMENT, FieldKind.TEXT}
