"""Questions of every kind, and any action that a reviewer can take on them, for tests that draw them."""

from __future__ import annotations

from hypothesis import strategies as st

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.value import JsonValue
from labeler.review import action as act

ITEMS = 5
ASKED = (
    Question("helpful", PassFail(), comment_on="negative"),
    Question("modes", Categorical(("wrong", "incomplete", "unsafe"), multiple=True), comment_on="always"),
    Question("polite", PassFail(), takes_comment=False, required=False),
    Question("quality", Numeric(1, 5)),
    Question("score", Numeric(0, 100), required=False),
    Question("area", Categorical(("fees", "tides", "berths")), required=False),
    Question("expected", Text(max_length=20), AssessmentKind.EXPECTATION, required=False),
    Question(
        "style",
        Structured(
            (
                Question("tone", Categorical(("warm", "cold")), takes_comment=False),
                Question("polite", PassFail(), takes_comment=False, required=False),
                Question("flaws", Categorical(("long", "vague"), multiple=True), takes_comment=False, required=False),
                Question("depth", Numeric(0, 100), takes_comment=False),
            )
        ),
        comment_on="always",
    ),
    Question(
        "extra",
        Structured((Question("note", Text(), takes_comment=False, required=False), Question("stars", Numeric(1, 3)))),
        required=False,
    ),
    Question("refuses", PassFail("Yes", "No"), AssessmentKind.EXPECTATION),
)

comments = st.sampled_from(["", "why", " see line 3 "])
values: st.SearchStrategy[JsonValue] = st.one_of(
    st.booleans(),
    st.integers(-1, 101),
    st.sampled_from(["fees", "berths", "tea", "wrong", 2.5, [], ["unsafe", "wrong"], ["fees"]]),
)
answer_keys: st.SearchStrategy[act.Action] = st.one_of(
    st.builds(act.Thumb, st.booleans(), st.none() | comments),
    st.builds(act.Digit, st.sampled_from("1231231234567890-.")),
    st.sampled_from([act.Clear(), act.Submit(), act.Proceed()]),
)
asking_keys: st.SearchStrategy[act.Action] = st.one_of(
    st.builds(act.AskThumbComment, st.booleans()),
    st.sampled_from([act.AskComment(), act.AskText(), act.AskDecline()]),
)
closing_keys: st.SearchStrategy[act.Action] = st.one_of(
    st.sampled_from([act.Submit(), act.Defer(), act.ToggleFlag()]),
    st.builds(act.Decline, comments),
    st.builds(act.SetFlag, comments),
)
aiming_keys: st.SearchStrategy[act.Action] = st.one_of(
    st.builds(act.TargetSpan, st.sampled_from(["0a", "0b"])),
    st.just(act.EndAim()),
)
selecting_keys: st.SearchStrategy[act.Action] = st.one_of(
    st.sampled_from([act.ToggleSelected(), act.SelectRange(), act.DropSelection()]),
    st.builds(act.SelectAll, st.booleans()),
)
moving_keys: st.SearchStrategy[act.Action] = st.one_of(
    st.builds(act.FocusBy, st.sampled_from([-1, 1])),
    st.builds(act.Go, st.sampled_from(act.Where)),
    st.builds(act.GoTo, st.integers(0, ITEMS + 1)),
)


def example(question: Question) -> JsonValue:
    """A value that the question takes."""
    match question.input:
        case PassFail():
            return True
        case Categorical(options, multiple):
            return [options[0]] if multiple else options[0]
        case Numeric():
            return 3
        case Text():
            return "tea"
        case Structured(fields):
            return {field.name: example(field) for field in fields}
