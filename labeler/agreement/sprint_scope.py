"""Which labels belong to a sprint, also where whoever wrote them knew nothing of sprints."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from labeler.agreement.counted_labels import reviewer_key
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment


@dataclass(frozen=True, slots=True)
class SprintScope:
    """The labels of one sprint, by its slug, its queues, or the traces that it gave to each reviewer.

    `opened_at_ms` is in milliseconds since the epoch, UTC, less whatever grace clocks are given. `assigned` has
    reviewer IDs trimmed and in lower case.
    """

    slug: str
    queues: Collection[str] = ()
    opened_at_ms: int = 0
    assigned: Mapping[str, Collection[str]] | None = None

    def __call__(self, assessment: Assessment) -> bool:
        """Whether an assessment is of this sprint: by its own word, else by its queue, else by time and trace."""
        sprint = assessment.metadata.get(answer_metadata.SPRINT)
        if sprint:
            return sprint == self.slug
        queue = assessment.metadata.get(answer_metadata.QUEUE)
        if queue:
            return queue in self.queues
        traces = (self.assigned or {}).get(reviewer_key(assessment.source.id), ())
        return assessment.created_at_ms >= self.opened_at_ms and assessment.trace_id in traces
