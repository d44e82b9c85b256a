"""A review at a real server, without its screen: what a reviewer does, written to the program's journal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from labeler.backends.base import Backend
from labeler.backends.mlflow.backend import open_backend
from labeler.delivery.drain import SyncResult
from labeler.delivery.engine import DeliveryEngine
from labeler.delivery.verification import Mismatch, Verification, verify
from labeler.domain.change import Answer, Change
from labeler.domain.trace import TraceState
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ReviewSpec, WorklistRow
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.journal import Journal
from tests.cli.program import Ended, Program
from tests.journal.sitting import Sitting
from tests.servers.mlflow_server import MlflowServer

REVIEWER = "rhea.k"
_T = TypeVar("_T")
_TRACES = "/api/3.0/mlflow/traces"


@dataclass
class ReviewBeside:
    """Does what a reviewer does, in a journal that the program has too, and looks at the server past the program."""

    labeler: Program
    server: MlflowServer
    experiment: str
    trace_ids: Sequence[str]
    queue_id: str | None = None
    sitting: Sitting = field(default_factory=Sitting)

    def give(self, place: str, question: str, value: JsonValue, comment: str | None = None) -> str:
        """Answer a question about a trace, or a span (``trace@span``). The assessment's ID."""
        self._record(self.sitting.answer(place, question, value, comment, _now_ms()))
        return self.answer(place, question).assessment_id

    def answer(self, place: str, question: str) -> Answer:
        return self.sitting.cells[place, question]

    def clear(self, place: str, question: str) -> None:
        self._record(self.sitting.clear(place, question, _now_ms()))

    def undo(self) -> None:
        self._record(self.sitting.undo(_now_ms()))

    def leave_as(self, trace_id: str, state: Any) -> None:
        self._record(self.sitting.set_state(trace_id, state, _now_ms()))

    def sync(self) -> None:
        """Have everything delivered."""
        result = asyncio.run(self._at_backend(self._drain))
        assert (result.queued, result.parked, result.refused) == (0, 0, 0)

    def verify(self) -> list[Mismatch]:
        """The problems that a verification finds."""
        found = asyncio.run(self._at_backend(self._verify))
        assert (found.ok == found.checked) or found.problems
        return found.problems

    def queue_lost(self) -> int:
        """Queue again what was lost, without asking. How much it was."""

        async def find_and_queue(journal: AsyncJournal, backend: Backend) -> int:
            found = await self._verify(journal, backend)
            return await journal.run(journal.resending.send_again, [each.lost for each in found.resendable], _now_ms())

        return asyncio.run(self._at_backend(find_and_queue))

    def resend(self) -> None:
        """Send again what was lost, and have it delivered."""
        assert self.queue_lost()
        self.sync()

    def run(self, *arguments: str) -> Ended:
        """Run the program itself."""
        return self.labeler.run(*arguments, "-b", self.server.url)

    async def _at_backend(self, work: Callable[[AsyncJournal, Backend], Awaitable[_T]]) -> _T:
        journal = await AsyncJournal.open(self.labeler.data / "journal.db")
        backend = await open_backend(self.server.url)
        try:
            return await work(journal, backend)
        finally:
            await backend.close()
            await journal.close()

    async def _verify(self, journal: AsyncJournal, backend: Backend) -> Verification:
        return await verify(journal, backend, await journal.run(journal.queries.destinations), lambda done, total: None)

    async def _drain(self, journal: AsyncJournal, backend: Backend) -> SyncResult:
        engine = DeliveryEngine(
            journal,
            backend,
            await journal.run(journal.queries.destinations),
            grace_s=0,
            concurrency=2,
            on_event=lambda event: None,
        )
        return await engine.drain()

    def stored(self, trace_id: str) -> dict[str, dict[str, Any]]:
        """The assessments that the server has of a trace, by ID."""
        info = self.server.http.get(f"{_TRACES}/{trace_id}").json()["trace"]["trace_info"]
        return {each["assessment_id"]: each for each in info.get("assessments", [])}

    def valid(self, trace_id: str) -> dict[str, dict[str, Any]]:
        return {key: each for key, each in self.stored(trace_id).items() if each["valid"]}

    def delete(self, trace_id: str, assessment_id: str) -> None:
        """Delete an assessment on the server, as MLflow's page does."""
        self.server.http.delete(f"{_TRACES}/{trace_id}/assessments/{assessment_id}").raise_for_status()

    def put(self, trace_id: str, name: str, value: object, **fields: object) -> str:
        """Create an assessment on the server, as another program does. Its ID."""
        source = {"source_type": "HUMAN", "source_id": REVIEWER}
        body = {"assessment_name": name, "source": source, **fields, "feedback": {"value": value}}
        answered = self.server.post(f"{_TRACES}/{trace_id}/assessments", {"assessment": body})
        assessment_id: str = answered["assessment"]["assessment_id"]
        return assessment_id

    def item(self, trace_id: str) -> dict[str, Any]:
        """A queue item as the server has it."""
        asked = {"queue_id": self.queue_id or "", "max_results": "100"}
        listed = self.server.http.get("/api/3.0/mlflow/review-queues/items/list", params=asked).json()["items"]
        (item,) = [each for each in listed if each["item_id"] == trace_id]
        found: dict[str, Any] = item
        return found

    def set_item(self, trace_id: str, status: str, by: str | None = None) -> None:
        """Set a queue item's state, as another program does."""
        body = {"queue_id": self.queue_id, "item_id": trace_id, "status": status}
        self.server.post("/api/3.0/mlflow/review-queues/items/set-status", body | ({"completed_by": by} if by else {}))

    def _record(self, change: Change) -> None:
        self.labeler.data.mkdir(exist_ok=True)
        journal = Journal.open(self.labeler.data / "journal.db")
        spec = ReviewSpec(self.server.url, "", (self.experiment,), REVIEWER, queue_id=self.queue_id)
        review = journal.reviews.begin(spec, _now_ms())
        rows = [WorklistRow(each, self.experiment, each, 1_000, TraceState.OK) for each in self.trace_ids]
        journal.reviews.add_items(review.id, rows)
        journal.changes.record(review.id, change)
        journal.outbox.release_all(_now_ms())
        journal.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
