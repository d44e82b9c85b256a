"""From a backend's listing to rows of a worklist: what is labelled already is left out, unless all are wanted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from labeler.delivery.listing import ListedTrace
from labeler.domain.question import Question
from labeler.domain.queue import QueueItemState
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import WorklistRow
from labeler.review.own_answers import is_labelled, own_answers

_TITLE_CHARACTERS = 200
"""Characters kept of a preview; the title is cut to what a row shows when it is made safe."""


def worklist_rows(
    page: Iterable[ListedTrace],
    reviewer: str,
    questions: tuple[Question, ...],
    retired: Collection[str],
    *,
    only_unlabelled: bool,
) -> list[WorklistRow]:
    """The rows of a page, in its order."""
    return [
        to_row(trace.summary) for trace in page if not only_unlabelled or _is_open(trace, reviewer, questions, retired)
    ]


def to_row(summary: TraceSummary) -> WorklistRow:
    """The row of a trace, titled by its request as far as the listing tells it."""
    preview = (summary.request_preview or summary.metadata.get("mlflow.traceInputs") or summary.name).strip()
    title = _longest_text(preview) if preview[:1] in ("{", "[") else preview
    return WorklistRow(
        summary.id, summary.experiment_id, title[:_TITLE_CHARACTERS], summary.requested_at_ms, summary.state
    )


def _longest_text(preview: str) -> str:
    """What a person wrote in a preview that is raw JSON, for as long as the trace itself is not here to tell."""
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


def _is_open(trace: ListedTrace, reviewer: str, questions: tuple[Question, ...], retired: Collection[str]) -> bool:
    if trace.queue_state is not None and trace.queue_state is not QueueItemState.PENDING:
        return False
    return not is_labelled(own_answers(trace.summary.assessments, reviewer, questions, retired), questions)
