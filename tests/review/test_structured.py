"""Structured questions: fields answered like questions, into one object in which what nobody asks is kept."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Act, Answer
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.action import (
    AskComment,
    AskText,
    AskThumbComment,
    Clear,
    Comment,
    Digit,
    FocusBy,
    Go,
    GoTo,
    Redo,
    Repeat,
    SetAnswer,
    Submit,
    TargetSpan,
    Thumb,
    ToggleSelected,
    Undo,
    Where,
)
from labeler.review.changed_answers import said_of_changes
from labeler.review.converted_values import fitted
from labeler.review.decision import AskBulk, FieldKind
from labeler.review.filled_in import filled_in
from labeler.review.possible import verdict
from labeler.review.state import Advance
from tests.review.sitting import HELPFUL, Sitting
from tests.review.structured_fields import field

ACCURACY = field("accuracy", Numeric(1, 5))
TONE = field("tone", Categorical(("warm", "neutral", "cold")))
POLITE = field("polite", PassFail("Polite", "Rude"))
FLAWS = field("flaws", Categorical(("long", "vague"), multiple=True))
DEPTH = field("depth", Numeric(0, 100), required=False)
NOTE = field("note", Text(), required=False)

QUALITY = Question("quality", Structured((ACCURACY, TONE)))
WITH_NOTE = Question("quality", Structured((ACCURACY, TONE, NOTE)))


def focused(sitting: Sitting) -> str:
    assert sitting.state.part is not None
    return sitting.state.part.name


def holding(question: Question, value: JsonValue, *others: Question) -> Sitting:
    """A review in which the first item has this answer already, written by somebody's script."""
    sitting = Sitting(question, *others, advance=Advance.MANUAL)
    sitting.load("t0", [(question, value)], ItemState.OPEN)
    sitting.do(GoTo(2), GoTo(1))
    return sitting


def test_its_fields_are_answered_one_after_the_other_into_one_object_and_a_key_each_takes_them_back() -> None:
    sitting = Sitting(QUALITY, HELPFUL)
    sitting.digits("4")
    assert sitting.value(QUALITY) == {"accuracy": 4}
    assert focused(sitting) == "quality.tone"
    sitting.digits("3")
    assert sitting.value(QUALITY) == {"accuracy": 4, "tone": "cold"}
    assert focused(sitting) == "helpful"
    sitting.do(Undo())
    assert sitting.value(QUALITY) == {"accuracy": 4}
    assert focused(sitting) == "quality.tone"
    sitting.do(Undo())
    assert sitting.value(QUALITY) is None
    assert focused(sitting) == "quality.accuracy"
    sitting.do(Redo(), Redo(), Thumb(True))
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.value(QUALITY) == {"accuracy": 4, "tone": "cold"}


def test_it_is_answered_when_its_required_fields_are_and_enter_names_those_that_are_missing() -> None:
    sitting = Sitting(WITH_NOTE, HELPFUL)
    sitting.do(FocusBy(1), Digit("1"))
    decision = sitting.do(Submit())
    assert decision.says == "2 still to answer: quality.accuracy, helpful"
    assert focused(sitting) == "quality.accuracy"
    sitting.do(Digit("5"), Thumb(True))
    assert focused(sitting) == "quality.note", "what is left is optional"
    sitting.do(Submit())
    assert sitting.item_state() is ItemState.LABELLED


def test_with_required_fields_alone_an_item_submits_itself_where_that_is_wanted() -> None:
    sitting = Sitting(WITH_NOTE, advance=Advance.REQUIRED)
    sitting.digits("52")
    assert sitting.item_state() is ItemState.LABELLED
    assert sitting.here == "t1"


def test_an_optional_one_may_be_left_out_but_once_begun_needs_its_required_fields() -> None:
    sitting = Sitting(HELPFUL, replace(QUALITY, required=False))
    sitting.do(Thumb(True), Submit())
    assert sitting.item_state() is ItemState.LABELLED
    sitting.do(Thumb(True), Digit("4"))
    assert sitting.do(Submit()).says == "1 still to answer: quality.tone"


def test_one_without_required_fields_needs_any_of_them() -> None:
    fields = tuple(replace(each, required=False) for each in (ACCURACY, TONE))
    sitting = Sitting(Question("quality", Structured(fields)), HELPFUL)
    sitting.do(Thumb(True))
    assert sitting.do(Submit()).says == "1 still to answer: quality.accuracy"
    sitting.do(FocusBy(1), Digit("2"), Submit())
    assert sitting.item_state() is ItemState.LABELLED


def test_tab_walks_by_field_and_backspace_clears_the_field_else_goes_back_to_the_one_before() -> None:
    sitting = Sitting(HELPFUL, QUALITY)
    walked = [focused(sitting)]
    for _ in range(3):
        sitting.do(FocusBy(1))
        walked.append(focused(sitting))
    assert walked == ["helpful", "quality.accuracy", "quality.tone", "helpful"]
    sitting.do(FocusBy(1), Digit("4"))
    sitting.do(Clear())
    assert (sitting.value(QUALITY), focused(sitting)) == ({"accuracy": 4}, "quality.accuracy")
    sitting.do(Clear())
    assert (sitting.value(QUALITY), focused(sitting)) == (None, "quality.accuracy")


def test_a_thumb_goes_to_the_focused_field_else_to_the_first_that_takes_one() -> None:
    asked = Question("quality", Structured((ACCURACY, POLITE)))
    sitting = Sitting(asked, HELPFUL)
    sitting.do(Thumb(False))
    assert sitting.value(asked) == {"polite": False}
    assert sitting.do(AskThumbComment(True)).ask is not None
    decision = sitting.do(FocusBy(0), AskThumbComment(True))
    assert decision.ask is not None
    assert (decision.ask.question, decision.ask.field_name) == ("helpful", "")


def test_a_choice_of_several_is_ended_by_enter_and_none_of_them_is_the_minus() -> None:
    asked = Question("quality", Structured((FLAWS, ACCURACY)))
    sitting = Sitting(asked)
    sitting.digits("21")
    assert sitting.value(asked) == {"flaws": ["long", "vague"]}
    sitting.digits("21")
    assert sitting.value(asked) is None
    assert sitting.refusal(Submit()) == "quality.flaws: choose, or {answer.option.minus} for none"
    sitting.digits("-")
    assert (sitting.value(asked), focused(sitting)) == ({"flaws": []}, "quality.accuracy")
    sitting.digits("3")
    assert sitting.item_state() is ItemState.LABELLED


def test_numbers_and_texts_are_typed_for_their_field_and_what_it_does_not_take_is_refused() -> None:
    asked = Question("quality", Structured((DEPTH, NOTE, TONE)))
    sitting = Sitting(asked)
    number = sitting.do(Digit("7")).ask
    assert number is not None
    assert (number.field, number.field_name) == (FieldKind.NUMBER, "depth")
    assert sitting.refusal(SetAnswer("quality", 101, field_name="depth")) == "101 is out of range; 0 to 100"
    sitting.do(SetAnswer("quality", 70, field_name="depth"))
    text = sitting.do(AskText()).ask
    assert text is not None
    assert (text.field, text.field_name) == (FieldKind.TEXT, "note")
    assert "nothing is written" in sitting.refusal(SetAnswer("quality", "  ", field_name="note")).lower()
    sitting.do(SetAnswer("quality", "dry", field_name="note"))
    assert sitting.value(asked) == {"depth": 70, "note": "dry"}
    assert sitting.refusal(Digit("9")) == "quality.tone: {answer.option.1} to {answer.option.3}"


def test_a_comment_is_on_the_whole_and_opens_by_itself_after_the_last_field() -> None:
    sitting = Sitting(replace(QUALITY, comment_on="always"), HELPFUL)
    assert sitting.digits("4").ask is None
    asked = sitting.digits("1").ask
    assert asked is not None
    assert (asked.field, asked.question, asked.field_name) == (FieldKind.COMMENT_AFTER, "quality", "")
    sitting.do(Comment("quality", "why"))
    assert sitting.comment(QUALITY) == "why"
    sitting.do(FocusBy(-1), Digit("2"))
    assert (sitting.value(QUALITY), sitting.comment(QUALITY)) == ({"accuracy": 4, "tone": "neutral"}, "why")
    commented = sitting.do(AskComment()).ask
    assert commented is not None
    assert commented.text == "why"


def test_an_item_that_opens_with_fields_filled_in_is_walked_through_field_by_field() -> None:
    sitting = Sitting(QUALITY, HELPFUL)
    sitting.do(Digit("4"), Go(Where.NEXT), Go(Where.PREVIOUS))
    told = filled_in(sitting.state, 0)
    assert told is not None
    assert (told.answers, focused(sitting)) == ("quality.accuracy 4", "quality.accuracy")
    sitting.do(Digit("4"), Digit("1"), Thumb(True))
    assert (sitting.here, sitting.value(QUALITY)) == ("t1", {"accuracy": 4, "tone": "warm"})
    sitting.load("t1", [(QUALITY, {"accuracy": 1, "tone": "cold"}), (HELPFUL, False)], ItemState.OPEN)
    sitting.do(GoTo(1), GoTo(2), Digit("5"))
    assert (sitting.here, focused(sitting)) == ("t1", "quality.tone"), "what is there is not passed yet"
    sitting.do(Digit("2"), Thumb(True))
    assert (sitting.item_state("t1"), sitting.value(QUALITY, "t1")) == (
        ItemState.LABELLED,
        {"accuracy": 5, "tone": "neutral"},
    )


def test_about_a_span_it_is_answered_apart() -> None:
    sitting = Sitting(QUALITY)
    sitting.do(TargetSpan("0a"), Digit("4"))
    assert sitting.value(QUALITY) is None
    assert sitting.state.answers_of("t0", "0a")["quality"].value == {"accuracy": 4}
    assert focused(sitting) == "quality.tone"


def test_a_change_to_a_submitted_item_tells_the_field() -> None:
    sitting = Sitting(QUALITY)
    sitting.digits("42")
    sitting.do(Go(Where.BACK))
    decision = sitting.do(FocusBy(0), Digit("5"))
    assert decision.says.startswith("changed: quality.accuracy 4 → 5 · goes out when")
    decision = sitting.do(Clear())
    assert decision.change is not None
    told = said_of_changes((QUALITY,), decision.change.effects)
    assert told.startswith("changed: quality.accuracy 5 → nothing")
    assert sitting.item_state() is ItemState.OPEN, "a required field is gone"


def test_fields_that_are_not_asked_are_kept_with_every_answer() -> None:
    sitting = holding(QUALITY, {"tone": "boiling", "accuracy": 2, "model": "m-1", "nested": {"a": [1]}})
    sitting.digits("4")
    rest = {"model": "m-1", "nested": {"a": [1]}}
    assert sitting.value(QUALITY) == {"accuracy": 4, "tone": "boiling", **rest}
    sitting.digits("1")
    assert sitting.value(QUALITY) == {"accuracy": 4, "tone": "warm", **rest}
    sitting.do(Clear(), FocusBy(-1), Clear())
    assert sitting.value(QUALITY) == rest, "nobody asked for these to go"
    sitting.do(Clear())
    assert sitting.value(QUALITY) is None
    sitting.do(Undo())
    assert sitting.value(QUALITY) == rest


def test_an_answer_that_is_no_object_is_never_overwritten_unasked() -> None:
    sitting = holding(WITH_NOTE, "rather good")
    kept = "quality holds an answer without fields, which is kept; {answer.clear} takes it away"
    for key in (Digit("4"), AskText(), SetAnswer("quality", {"accuracy": 3, "tone": "warm"})):
        assert sitting.refusal(key) == kept
    assert sitting.value(QUALITY) == "rather good"
    sitting.do(Clear(), Digit("4"))
    assert sitting.value(QUALITY) == {"accuracy": 4}
    sitting.do(Undo(), Undo())
    assert sitting.value(QUALITY) == "rather good"


def test_objects_written_elsewhere_are_taken_by_field_where_that_is_certain() -> None:
    def taken(value: JsonValue) -> tuple[JsonValue, bool]:
        answer, fits = fitted(QUALITY, Answer("a-1", value, None, 0, 0))
        return answer.value, fits

    assert taken({"accuracy": 4.0, "tone": "Warm"}) == ({"accuracy": 4, "tone": "warm"}, True)
    assert taken('{"accuracy": "4", "tone": "warm", "by": "m"}') == ({"accuracy": 4, "tone": "warm", "by": "m"}, True)
    assert taken({"accuracy": 4, "tone": None}) == ({"accuracy": 4, "tone": None}, True)
    assert taken({"accuracy": "4", "tone": "boiling"}) == ({"accuracy": 4, "tone": "boiling"}, False)
    for stranger in ("rather good", "{", '{"a": NaN}', "[" * 9_000, 4, ["warm"], {"by": "m"}, {}):
        assert taken(stranger) == (stranger, False)


def judged(value: JsonValue) -> Assessment:
    return Assessment("a-j", "t0", "quality", AssessmentKind.FEEDBACK, value, Source(SourceType.LLM_JUDGE, "judge"))


def test_a_judges_object_is_taken_whole_without_what_is_not_asked() -> None:
    sitting = holding(QUALITY, {"accuracy": 1, "mine": True})
    found = verdict(sitting.state, QUALITY, [judged({"accuracy": "3", "tone": "COLD", "explanation": "…"})])
    assert found is not None
    assert (found.value, found.why_not) == ({"accuracy": 3, "tone": "cold"}, "")
    sitting.do(SetAnswer("quality", found.value))
    assert sitting.value(QUALITY) == {"accuracy": 3, "tone": "cold", "mine": True}


def test_a_judges_object_that_does_not_fit_is_not_taken() -> None:
    sitting = Sitting(QUALITY)
    for value in ({"accuracy": 9}, {"explanation": "…"}, "good", None):
        found = verdict(sitting.state, QUALITY, [judged(value)])
        assert found is not None
        assert found.why_not


def test_repeating_takes_the_fields_that_are_asked_and_keeps_what_this_item_has_beside_them() -> None:
    sitting = Sitting(QUALITY)
    sitting.load("t0", [(QUALITY, {"by": "script 1"})], ItemState.OPEN)
    sitting.load("t1", [(QUALITY, {"by": "script 2"})], ItemState.OPEN)
    sitting.digits("42")
    decision = sitting.do(Repeat())
    assert decision.change is not None
    assert decision.change.act is Act.REPEAT
    assert sitting.value(QUALITY, "t1") == {"accuracy": 4, "tone": "neutral", "by": "script 2"}
    assert sitting.item_state("t1") is ItemState.LABELLED


def test_for_a_selection_it_is_not_offered() -> None:
    sitting = Sitting(QUALITY, HELPFUL)
    sitting.do(ToggleSelected())
    refused = "quality has fields, which are answered item by item; {question.next} goes on"
    for key in (Digit("4"), Thumb(True), AskText(), SetAnswer("quality", {"accuracy": 4})):
        assert sitting.refusal(key) == refused
    sitting.do(FocusBy(2))
    assert isinstance(sitting.attempt(Thumb(True)), AskBulk)
