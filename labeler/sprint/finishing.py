"""Finishes the items of a queue whose answers are there already: from before the sprint, or in a queue that is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from labeler.backends.base import LacksPermission, TeamBackend
from labeler.domain.question import Question
from labeler.domain.queue import Queue, QueueItemState
from labeler.sprint.traces import SelectedTrace


def names_to_answer(questions: Iterable[Question]) -> frozenset[str]:
    """Return the names of the questions without an answer to which an item is not done: all, where none is required."""
    asked = list(questions)
    return frozenset(each.name for each in asked if each.required) or frozenset(each.name for each in asked)


def answered_already(
    traces: Iterable[SelectedTrace], reviewers: Iterable[str], questions: Iterable[Question]
) -> dict[str, list[str]]:
    """Return which traces each reviewer has answered already, in no sprint and as far as it has to be."""
    names, listed = names_to_answer(questions), list(traces)
    if not names:
        return {}
    return {who: [each.id for each in listed if each.is_answered_by(who, names)] for who in reviewers}


async def finish_answered(
    backend: TeamBackend, queues: Mapping[str, Queue], answered: Mapping[str, Collection[str]]
) -> bool:
    """Set the open items that each reviewer has answered to complete. Return whether the server lets us.

    A server with sign-in takes this from a queue's members alone. The items stay open there: the reviewers' programs
    show them with their answers, and finishing one takes a key.
    """
    for reviewer, trace_ids in answered.items():
        queue = queues[reviewer]
        is_open = {
            item.trace_id
            async for page in backend.items(queue)
            for item in page
            if item.state is QueueItemState.PENDING
        }
        for trace_id in sorted(is_open.intersection(trace_ids)):
            try:
                await backend.set_item_state(queue.id, trace_id, QueueItemState.COMPLETE, reviewer)
            except LacksPermission:
                return False
    return True
