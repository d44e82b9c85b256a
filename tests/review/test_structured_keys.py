"""Structured questions, any keys on any fields: the object is what was pressed, and undo gives the start."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.action import Action, Clear, Digit, FocusBy, Submit, Thumb, Undo
from labeler.review.state import Advance
from tests.review.sitting import Sitting
from tests.review.structured_fields import field

names = st.sampled_from(["a", "b", "tone", "é", "x.y", "with space", '"'])
inputs = st.one_of(
    st.just(PassFail()),
    st.builds(Categorical, st.just(("one", "two", "three")), st.booleans()),
    st.builds(Numeric, st.just(0), st.integers(1, 9)),
)
structured = st.lists(
    st.builds(lambda *asked, required: field(*asked, required=required), names, inputs, required=st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.name,
).map(lambda fields: Question("q", Structured(tuple(fields))))
keys = st.lists(
    st.one_of(st.sampled_from("0123456789yn").map(str), st.sampled_from(["tab", "back", "enter"])), max_size=25
)
beside = st.dictionaries(st.sampled_from(["by", "score"]), st.integers() | st.none(), max_size=2)


@settings(max_examples=150, deadline=None)
@given(question=structured, pressed=keys, kept=beside)
def test_the_object_is_what_was_pressed_and_undo_gives_the_start(
    question: Question, pressed: list[str], kept: Mapping[str, JsonValue]
) -> None:
    assert isinstance(question.input, Structured)
    sitting = Sitting(question, items=1, advance=Advance.MANUAL)
    if kept:
        sitting.load("t0", [(question, dict(kept))], ItemState.OPEN)
    said: dict[str, JsonValue] = {}
    rest = dict(kept)
    for key in pressed:
        part, before = sitting.state.part, sitting.value(question)
        assert part is not None
        sitting.attempt(_action(key))
        after = sitting.value(question)
        if after == before:
            pass  # refused, a move, or what stood there already
        elif key == "back":
            said.pop(part.asked.name, None)
            rest = rest if after is not None else {}
        elif key in "yn":
            (thumbed,) = [each.name for each in question.input.fields if _of(before, each) is not _of(after, each)]
            said[thumbed] = key == "y"
        elif key == "enter":
            said[part.asked.name] = []
        else:
            said[part.asked.name] = _meant(part.asked, key, said.get(part.asked.name))
            if said[part.asked.name] == []:
                del said[part.asked.name]  # until Enter ends the choice
        assert after == ({**said, **rest} or None)
        assert key != "tab" or after == before
    while sitting.state.history.done:
        sitting.do(Undo())
    assert sitting.value(question) == (kept or None)


def _action(key: str) -> Action:
    named: dict[str, Action] = {
        "y": Thumb(True),
        "n": Thumb(False),
        "tab": FocusBy(1),
        "back": Clear(),
        "enter": Submit(),
    }
    return named.get(key) or Digit(key)


def _of(value: JsonValue, asked: Question) -> JsonValue:
    return value.get(asked.name) if isinstance(value, Mapping) else None


def _meant(asked: Question, digit: str, before: JsonValue) -> JsonValue:
    """What a digit says to a field, as the contract has it."""
    match asked.input:
        case PassFail():
            return digit == "1"
        case Categorical(options, multiple):
            option = options[int(digit) - 1]
            chosen = before if isinstance(before, list) else []
            return [each for each in options if (each in chosen) != (each == option)] if multiple else option
        case _:
            return int(digit)
