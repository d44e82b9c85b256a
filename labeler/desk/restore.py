"""From the journal to the state of a review: the worklist, the states of its items, and the reviewer's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from labeler.domain.change import Answer
from labeler.domain.question import Question
from labeler.domain.worklist import ItemState, WorklistRow
from labeler.reading.sanitise import one_line
from labeler.review.navigation import first_to_work, opening_focus
from labeler.review.own_answers import is_labelled
from labeler.review.state import ReviewState, Rules
from labeler.review.worklist import Item

TITLE_CHARACTERS = 80

Cells = Mapping[tuple[str, str | None, str], Answer | None]
"""The reviewer's current answers by trace, span and question, as the journal has them; None: cleared."""


def restore(
    questions: tuple[Question, ...],
    rules: Rules,
    rows: Iterable[WorklistRow],
    states: Mapping[str, ItemState],
    cells: Cells,
    position: str | None,
) -> ReviewState:
    """Rebuild the state as it was left, standing at `position` (a trace ID) or else at the first open item.

    `states` are those of the items that this review touched, by trace ID, in the order in which they were reached.
    """
    state = ReviewState(questions, rules)
    state.add_items(map(to_item, rows))
    for trace_id, item_state in states.items():
        state.worklist.set_state(trace_id, item_state)
    state.touched.update(states)
    for (trace_id, span_id, question), answer in cells.items():
        if trace_id in state.index_of:
            state.set_answer((trace_id, span_id), question, answer)
    for trace_id, span_id in state.answers:
        if span_id is None:
            note_labelled(state, trace_id)
    here = state.index_of.get(position or "")
    state.position = first_to_work(state) if here is None else here
    state.focus = opening_focus(state, state.position)
    state.trail.visit(state.position)
    return state


def to_item(row: WorklistRow) -> Item:
    """Make the item of a worklist row, with its title made safe to show."""
    return Item(row.trace_id, row.experiment_id, one_line(row.title, TITLE_CHARACTERS))


def note_labelled(state: ReviewState, trace_id: str) -> bool:
    """Mark an open item labelled if answers given elsewhere make it so; return whether it was marked.

    An item that this review itself touched stays as the reviewer left it: answered does not yet mean submitted.
    """
    item = state.items[state.index_of[trace_id]]
    if item.state is not ItemState.OPEN or trace_id in state.touched:
        return False
    if not is_labelled(state.answers_of(trace_id), state.questions):
        return False
    state.worklist.set_state(trace_id, ItemState.LABELLED)
    return True


def open_anew(state: ReviewState, trace_id: str) -> None:
    """Move the focus to where the current item opens, now that answers given elsewhere are known."""
    if state.item is not None and state.item.trace_id == trace_id:
        state.focus = opening_focus(state, state.position)
