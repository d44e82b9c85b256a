"""Reads how a sprint stands: its queues' items, and what was said about their traces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Final

from labeler.backends.base import LacksPermission, MissingTarget, TeamBackend, UnknownName
from labeler.dataclass import dataclass
from labeler.domain.question import Question
from labeler.domain.queue import QueueItem
from labeler.domain.trace import TraceSummary
from labeler.sprint.assignment import Placed
from labeler.sprint.errors import MissingRight
from labeler.sprint.plan import SprintState
from labeler.sprint.plan_tags import Sprint

_IDS_AT_ONCE: Final = 500
_IN_FLIGHT: Final = 2

OnTracesRead = Callable[[int, int], None]
"""Hears how many traces of how many have been read."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sprint as it was read at `at_ms`, in milliseconds since the epoch.

    `items` has the items of each reviewer by trace ID, and nothing for one whose queue is gone. `traces` are those that
    are still there.
    """

    sprint: Sprint
    at_ms: int
    items: Mapping[str, Mapping[str, QueueItem]]
    traces: Mapping[str, TraceSummary] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()

    @property
    def placed(self) -> Placed:
        """The states of the items in each reviewer's queue."""
        return {who: {trace: item.state for trace, item in items.items()} for who, items in self.items.items()}

    @property
    def trace_ids(self) -> list[str]:
        """Every trace that somebody has or had, sorted."""
        return sorted({trace for items in self.items.values() for trace in items})

    @property
    def missing_queues(self) -> list[str]:
        """Reviewers who have not left, and have no queue any more."""
        return [reviewer for reviewer in self.sprint.plan.active_queues if reviewer not in self.items]

    @property
    def missing_traces(self) -> list[str]:
        """Traces of the sprint that are not on the server any more, as far as it is known which ones."""
        return sorted(set(self.wanted_traces) - self.traces.keys())

    @property
    def wanted_traces(self) -> list[str]:
        """Every trace that is known to be of the sprint, sorted."""
        return sorted({*self.trace_ids, *self.sprint.plan.calibration})

    @property
    def unplaced_traces(self) -> int:
        """How many of the traces that the sprint was made of are in no queue, beside those that are missing.

        A trace that is deleted leaves its queues, so that only their number tells. 0 where it does not tell, as while a
        queue is gone itself.
        """
        plan = self.sprint.plan
        if plan.items is None or plan.state is SprintState.CALIBRATING or len(self.items) < len(plan.queues):
            return 0
        return max(0, plan.items - len(self.wanted_traces))

    @property
    def fewest_places_lost(self) -> int:
        """How many places in queues went with these traces at least: an item of gold, or one drawn for more, has
        more.
        """
        plan, people = self.sprint.plan, len(self.sprint.plan.active_queues)
        each = people if plan.overlap == "all" else min(int(plan.overlap), people)
        first = sum(trace in plan.calibration for trace in self.missing_traces)
        return first * people + (len(self.missing_traces) - first + self.unplaced_traces) * each


async def read_items(backend: TeamBackend, sprint: Sprint, at_ms: int) -> Snapshot:
    """Read the items of every reviewer's queue. Raises `MissingRight`."""
    listed = {queue.id: queue for queue in await backend.queues(sprint.experiment_id)}
    items: dict[str, dict[str, QueueItem]] = {}
    for queue_id, reviewer in sprint.plan.queues.items():
        try:
            # A server with sign-in leaves out of its list what this login may not see: asked for by ID, it says so.
            queue = listed.get(queue_id) or await backend.queue(sprint.experiment_id, queue_id)
            items[reviewer] = {item.trace_id: item async for page in backend.items(queue) for item in page}
        except (UnknownName, MissingTarget):
            continue
        except LacksPermission as error:
            raise MissingRight(
                "To see others' queues takes MANAGE on the experiment, for whoever did not make the sprint. Ask for "
                f"MANAGE ({error})"
            ) from error
    return Snapshot(sprint, at_ms, items)


async def read_traces(
    backend: TeamBackend, experiment_id: str, trace_ids: Iterable[str], notify: OnTracesRead
) -> dict[str, TraceSummary]:
    """Read what was said about traces, of those that are there."""
    ids = list(trace_ids)
    parts = [ids[start : start + _IDS_AT_ONCE] for start in range(0, len(ids), _IDS_AT_ONCE)]
    found: dict[str, TraceSummary] = {}
    for start in range(0, len(parts), _IN_FLIGHT):
        pages = await asyncio.gather(
            *(backend.summaries(part, [experiment_id]) for part in parts[start : start + _IN_FLIGHT])
        )
        found |= {summary.id: summary for page in pages for summary in page}
        notify(len(found), len(ids))
    return found


async def read_questions(backend: TeamBackend, sprint: Sprint) -> tuple[Question, ...]:
    """Return the questions of a sprint that are still on the server, in the plan's order."""
    there = {question.name: question for question in (await backend.schemas(sprint.experiment_id)).questions}
    return tuple(there[each.name] for each in sprint.plan.questions if each.name in there)
