"""What an adjudication begins with, and what it asks of the backend's side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from labeler.dataclass import dataclass
from labeler.domain.destination import Destination
from labeler.journal.models import ReviewRecord
from labeler.sprint.adjudication import Case


class DecisionRemote(Protocol):
    """The backend's side of an adjudication. Nothing here waits for the network."""

    def need(self, now: Sequence[str], later: Sequence[str]) -> None:
        """Download these traces now, and those of `later` after them."""

    def wake(self) -> None:
        """Deliver what was released, without waiting for the next look into the journal."""

    def show(self, trace_id: str, read_at_ms: int) -> None:
        """Keep what is said about this trace fresh: it is in view, and was read at that moment."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """What an adjudication begins with.

    `cases` are to be decided, in order; `labelled` is everything that was labelled, also what nobody disagrees on;
    `read_at_ms` is when that was read, in milliseconds since the epoch.
    """

    record: ReviewRecord
    experiment_id: str
    cases: Sequence[Case]
    labelled: Sequence[Case]
    read_at_ms: int
    shows_judges: bool

    @property
    def home(self) -> Destination:
        """Where decisions go."""
        spec = self.record.spec
        return Destination(spec.backend_uri, spec.workspace, self.experiment_id)
