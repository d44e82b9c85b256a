"""Items that open with answers filled in: what the walk through their questions has still to pass, and how it is told.

Such an item was answered elsewhere, or left half done. Its questions are gone through as if it were empty, so that the
same keys mean the same there.
"""

from __future__ import annotations

from collections.abc import Iterable

from labeler.dataclass import dataclass
from labeler.domain.moment import recent_day
from labeler.domain.value_words import value_words
from labeler.review.navigation import opening_focus
from labeler.review.parts import Part, answered_names, parts
from labeler.review.state import ReviewState
from labeler.review.worklist import TO_DO


@dataclass(frozen=True, slots=True)
class FilledIn:
    """Answers that were there when an item opened, ``stars 4``, and whose they are: ``yours of Tue``. Unsanitised."""

    answers: str
    whose: str


def open_item(state: ReviewState) -> None:
    """Begin with the current item: at its first question, where anything of it is answered already."""
    state.filled_in = set()
    if state.item is not None:
        fill_in(state, state.item.trace_id, state.answers_of(state.item.trace_id))
    state.focus, state.field_index = opening_focus(state)


def open_as_left(state: ReviewState) -> None:
    """Come back to an item whose answers the reviewer has just gone through: none of them is to be passed again."""
    state.filled_in = set()
    state.focus, state.field_index = opening_focus(state)


def fill_in(state: ReviewState, trace_id: str, names: Iterable[str]) -> None:
    """Note answers, by their questions, that came to the current item by no key pressed there.

    Those of any other item, or of a done one, count for nothing here.
    """
    item = state.item
    if item is not None and item.trace_id == trace_id and item.state in TO_DO:
        given = state.answers_of(trace_id)
        came = {name: given[name] for name in names if name in given}
        state.filled_in |= answered_names(state.questions, came)


def filled_in(state: ReviewState, now_ms: int) -> FilledIn | None:
    """Return what is filled in of the current item and not passed yet; None for nothing."""
    item = state.item
    if item is None or item.state not in TO_DO or state.aim is not None:
        return None
    given = state.answers_of(item.trace_id)
    asked = [part for part in parts(state.questions) if part.name in state.filled_in]
    said = {part: part.value_in(given.get(part.question.name)) for part in asked}
    told = {part: value_words(value, part.asked) for part, value in said.items() if value is not None}
    if not told:
        return None
    answers = ", ".join(f"{_named(part, told)} {words}" for part, words in told.items())
    newest_ms = max(given[part.question.name].answered_at_ms for part in told)
    day = recent_day(newest_ms, now_ms) if newest_ms else ""
    return FilledIn(answers, f"yours of {day}" if day else "yours")


def _named(part: Part, told: Iterable[Part]) -> str:
    """Return what a part is called; of the further fields of a question only their own names."""
    first = next(each for each in told if each.question is part.question)
    return part.name if part is first else part.field_name
