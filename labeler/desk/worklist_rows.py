"""From a backend's listing to rows of a worklist: what is labelled already is left out, unless all are wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping

from labeler.delivery.listing import ListedTrace
from labeler.domain.change import Answer
from labeler.domain.question import Question
from labeler.domain.queue import QueueItemState
from labeler.domain.sprint import NO_SPRINT, in_scope
from labeler.domain.worklist import WorklistRow
from labeler.review.labelled import is_labelled
from labeler.review.own_assessments import own_answers

_TITLE_CHARACTERS = 200
"""Characters kept of a preview; the title is cut to what a row shows when it is made safe."""


def worklist_rows(
    page: Iterable[ListedTrace],
    reviewer: str,
    questions: tuple[Question, ...],
    retired: Collection[str],
    scope: str = NO_SPRINT,
    journaled: Callable[[str], Mapping[str, Answer | None]] = lambda trace_id: {},
    *,
    only_unlabelled: bool,
) -> list[WorklistRow]:
    """Make the rows of a page, in its order.

    With `only_unlabelled`, what the reviewer has labelled in this scope is left out; in a queue what is not pending:
    there the queue's own state decides. `journaled` returns what the journal knows of answers about a trace, by
    question; None for one that was cleared. It counts more than what the backend told.
    """

    def is_open(trace: ListedTrace) -> bool:
        if trace.queue_state is not None:
            return trace.queue_state is QueueItemState.PENDING
        told = own_answers(trace.summary.assessments, reviewer, questions, retired, in_scope(scope))
        known = {**told, **journaled(trace.summary.id)}
        return not is_labelled({name: each for name, each in known.items() if each is not None}, questions)

    return [to_row(trace) for trace in page if not only_unlabelled or is_open(trace)]


def to_row(trace: ListedTrace) -> WorklistRow:
    """Make the row of a trace, titled by its request as far as the listing tells it."""
    summary, item = trace.summary, trace.queue_item
    preview = (summary.request_preview or summary.metadata.get("mlflow.traceInputs") or summary.name).strip()
    title = _longest_text(preview) if preview[:1] in ("{", "[") else preview
    return WorklistRow(
        summary.id,
        summary.experiment_id,
        title[:_TITLE_CHARACTERS],
        summary.requested_at_ms,
        summary.state,
        trace.queue_state,
        queue_by=None if item is None else item.completed_by,
    )


def _longest_text(preview: str) -> str:
    """Return what a person wrote in a preview that is raw JSON, for as long as the trace itself is not here to tell."""
    try:
        pending: list[object] = [json.loads(preview)]
    except (ValueError, RecursionError):
        return preview
    texts: list[str] = []
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return max(texts, key=len, default=preview)
