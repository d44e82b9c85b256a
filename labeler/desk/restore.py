"""From the journal to the state of a review: the worklist, the states of its items, and the reviewer's answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from labeler.domain.change import Answer
from labeler.domain.question import Question
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.trace import TraceState
from labeler.domain.worklist import ItemState, WorklistRow
from labeler.review.converted_values import FittedAnswers
from labeler.review.filled_in import fill_in, open_item
from labeler.review.labelled import is_labelled
from labeler.review.navigation import first_to_work
from labeler.review.parts import is_answered
from labeler.review.queue_items import QueueItems
from labeler.review.shared_queue import learn_item, take_out
from labeler.review.state import ReviewState, Rules
from labeler.review.worklist import Item

Cells = Mapping[tuple[str, str | None, str], Answer | None]
"""The reviewer's current answers by trace, span and question, as the journal has them; None: cleared."""


def restore(
    questions: tuple[Question, ...],
    rules: Rules,
    rows: Iterable[WorklistRow],
    states: Mapping[str, ItemState],
    cells: Cells,
    position: str | None,
    queue: QueueItems | None = None,
    aside: Collection[str] = (),
) -> ReviewState:
    """Rebuild the state as it was left, standing at `position` (a trace ID) or else at the first open item.

    `states` are what the reviewer has made of items, by trace ID, in the order of the acts (`Reviews.states`). `queue`
    knows the reviewer's own names in the review queue. `aside` are the traces that were put off again.
    """
    state = ReviewState(questions, rules, queue=queue or QueueItems())
    listed = list(rows)
    wanted = {row.trace_id for row in listed}
    as_asked = FittedAnswers(questions)
    for (trace_id, span_id, name), answer in cells.items():
        if trace_id in wanted:
            state.set_answer((trace_id, span_id), name, as_asked.fitted(name, answer))
    required = _required(state)
    stands = {
        trace_id: _as_it_stands(state.answers_of(trace_id), required, done)
        for trace_id, done in states.items()
        if trace_id in wanted
    }
    # Deferred items take their turns in the order of the acts, which is not that of the worklist.
    deferred = [trace_id for trace_id, done in stands.items() if done is ItemState.DEFERRED]
    begun = {**stands, **dict.fromkeys(deferred, ItemState.OPEN)}
    state.add_items(to_item(row, begun.get(row.trace_id, ItemState.OPEN)) for row in listed)
    for trace_id in deferred:
        state.worklist.set_state(trace_id, ItemState.DEFERRED)
    set_aside(state, aside)
    if rules.for_queue:
        for row in listed:
            _note_queue_state(state, row)
    for trace_id, span_id in state.answers:
        if span_id is None and stands.get(trace_id) is not ItemState.LABELLED:
            note_labelled(state, trace_id)  # without an answer about itself no item is
    stand_at(state, state.index_of.get(position or ""))
    return state


def stand_at(state: ReviewState, index: int | None) -> None:
    """Open the review at an item; None: at the first to work on."""
    state.position = first_to_work(state) if index is None else index
    open_item(state)
    state.trail.visit(state.position)


def take_up(
    state: ReviewState,
    row: WorklistRow,
    answers: Mapping[tuple[str | None, str], Answer | None],
    done: ItemState | None,
) -> None:
    """Give an item that has just come into the worklist what the journal knows of it: `answers` by span and question,
    and what was made of it (None: nothing).
    """
    as_asked = FittedAnswers(state.questions)
    for (span_id, name), answer in answers.items():
        state.set_answer((row.trace_id, span_id), name, as_asked.fitted(name, answer))
    if done is not None:
        state.worklist.set_state(row.trace_id, _as_it_stands(state.answers_of(row.trace_id), _required(state), done))
    _note_queue_state(state, row)
    note_labelled(state, row.trace_id)


def set_aside(state: ReviewState, trace_ids: Iterable[str]) -> None:
    """Let no key that looks for work find these items, which were put off again, as far as they are deferred."""
    for trace_id in trace_ids:
        if trace_id in state.worklist.deferred:
            state.worklist.set_aside(trace_id)


def _required(state: ReviewState) -> list[Question]:
    """Return the questions that an item needs answers to, to be labelled; in a queue its own state says that."""
    return [] if state.rules.for_queue else [question for question in state.questions if question.required]


def _as_it_stands(answers: Mapping[str, Answer], required: Sequence[Question], done: ItemState) -> ItemState:
    """Return where an item stands that came to `done`. What a selection submitted needs its required answers."""
    if done is ItemState.LABELLED:
        for each in required:
            if not is_answered(each, answers.get(each.name)):
                return ItemState.OPEN
    return done


def to_item(row: WorklistRow, begun: ItemState = ItemState.OPEN) -> Item:
    """Make the item of a worklist row, in the state that it begins in."""
    has_failed = row.state is TraceState.ERROR
    return Item(row.trace_id, row.experiment_id, row.title, begun, row.requested_at_ms, has_failed)


def take_over(state: ReviewState, trace_id: str, told: Mapping[str | None, Mapping[str, Answer]]) -> None:
    """Take over answers that were given elsewhere, by span ID and question."""
    known = state.answers_of(trace_id)
    new = [name for name, answer in told.get(None, {}).items() if known.get(name) != answer]
    for span_id, answers in told.items():
        for name, answer in answers.items():
            state.set_answer((trace_id, span_id), name, answer)
    note_labelled(state, trace_id)
    fill_in(state, trace_id, new)


def _note_queue_state(state: ReviewState, row: WorklistRow) -> None:
    """Take over what the queue has of an item. One that was taken out of it, with an answer of mine, is no work."""
    if not state.rules.for_queue:
        return
    if row.queue_state is not None:
        learn_item(state, QueueItem("", row.trace_id, row.queue_state, row.queue_by))
    if not row.is_selected:
        take_out(state, row.trace_id)


def note_labelled(state: ReviewState, trace_id: str) -> bool:
    """Mark an open item labelled if its answers make it so, wherever they were given; return whether it was marked.

    In a queue the item's own state decides instead: it is work until it is complete there, whoever has answered what.
    Elsewhere an item that was changed in this sitting stays as it is: its reviewer is at it.
    """
    item = state.items[state.index_of[trace_id]]
    if item.state is not ItemState.OPEN:
        return False
    if state.rules.for_queue:
        if not state.queue.finished_by_me(trace_id, QueueItemState.COMPLETE):
            return False
    elif trace_id in state.touched:
        return False
    if not is_labelled(state.answers_of(trace_id), state.questions):
        return False
    state.worklist.set_state(trace_id, ItemState.LABELLED)
    return True


def note_deferred(state: ReviewState, trace_id: str) -> None:
    """Mark an item deferred that nothing was made of here, in this sitting or before."""
    if state.items[state.index_of[trace_id]].state is ItemState.OPEN and trace_id not in state.touched:
        state.worklist.set_state(trace_id, ItemState.DEFERRED)


def open_anew(state: ReviewState, trace_id: str) -> None:
    """Move the focus to where the current item opens, now that answers given elsewhere are known."""
    if state.item is not None and state.item.trace_id == trace_id:
        open_item(state)
