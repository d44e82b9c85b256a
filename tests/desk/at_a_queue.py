"""A reviewer's desk at a review queue on a real server, with its traffic running at a quick pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from labeler.backends.base import Backend
from labeler.backends.mlflow.backend import open_backend
from labeler.cache.async_cache import AsyncCache
from labeler.delivery.listing import listed_traces
from labeler.delivery.reading_intervals import ReadingIntervals
from labeler.delivery.review_sync import ReviewSync, Traffic
from labeler.desk.desk import Desk, Done
from labeler.desk.events import Announcement, DeskEvent, Notice
from labeler.desk.open_desk import open_desk
from labeler.domain.question import Question
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.review.action import Action
from labeler.review.decision import Refusal
from labeler.review.state import Rules
from tests.desk.stored_queue import StoredQueue
from tests.servers.filling import create_schema, log_many
from tests.servers.mlflow_server import MlflowServer, shared_server

QUICK: Final = ReadingIntervals(
    queue_s=0.2, near_end_s=0.2, rest_share=1, in_view_s=0.5, look_s=0.05, settings_s=0.4, flicker_s=0.2, echo_s=0.1
)
"""Everything within a second."""

_IN_ORDER: Final = 20
"""Items of a queue whose order a test may rely on."""

HELPFUL_AND_TONE: Final[Mapping[str, Mapping[str, Any]]] = {
    "helpful": {"pass_fail": {"positive_label": "Yes", "negative_label": "No"}},
    "tone": {"categorical": {"options": ["warm", "cold"]}},
}

_TRACES: Final = "/api/3.0/mlflow/traces"
_QUEUES: Final = "/api/3.0/mlflow/review-queues"
_SCHEMAS: Final = "/api/3.0/mlflow/label-schemas"


@dataclass
class ServedQueue:
    """A queue on a server as whoever runs it sees it: items come and go, colleagues finish them, questions change."""

    server: MlflowServer
    experiment: str
    id: str
    trace_ids: list[str]
    schemas: dict[str, str]

    @property
    def address(self) -> str:
        """What a reviewer gives as the backend."""
        return self.server.url

    @property
    def backend_uri(self) -> str:
        """What answers are addressed to."""
        return self.server.url

    async def connect(self) -> Backend:
        """Open the backend; the caller closes it."""
        return await open_backend(self.server.url)

    def set(self, trace_id: str, status: str, by: str | None = None) -> None:
        """Have somebody give an item a state."""
        body = {"queue_id": self.id, "item_id": trace_id, "status": status}
        self.server.post(f"{_QUEUES}/items/set-status", body | ({"completed_by": by} if by else {}))

    def remove(self, *trace_ids: str) -> None:
        self.server.post(f"{_QUEUES}/items/remove", {"queue_id": self.id, "item_ids": list(trace_ids)})

    def add(self, *trace_ids: str) -> None:
        self.server.post(f"{_QUEUES}/items/add", {"queue_id": self.id, "item_ids": list(trace_ids)})

    def answer(self, trace_id: str, name: str, value: object, by: str, kind: str = "feedback") -> str:
        """Have somebody answer a question elsewhere, without metadata; returns the assessment's ID."""
        said = {
            "assessment_name": name,
            "source": {"source_type": "HUMAN", "source_id": by},
            kind: {"value": value},
        }
        answered = self.server.post(f"{_TRACES}/{trace_id}/assessments", {"assessment": said})
        assessment_id: str = answered["assessment"]["assessment_id"]
        return assessment_id

    def change_schema(self, name: str, **changes: object) -> None:
        answer = self.server.http.patch(f"{_SCHEMAS}/update", json={"schema_id": self.schemas[name], **changes})
        assert answer.is_success, answer.text

    def delete_schema(self, name: str) -> None:
        answer = self.server.http.request("DELETE", f"{_SCHEMAS}/delete", json={"schema_id": self.schemas.pop(name)})
        assert answer.is_success, answer.text

    def delete(self) -> None:
        self.server.post(f"{_QUEUES}/delete", {"queue_id": self.id})

    def let_in(self, *users: str) -> None:
        """Make these the queue's members, and nobody else."""
        self.server.post(f"{_QUEUES}/update", {"queue_id": self.id, "users": list(users), "update_users": True})

    def items(self) -> dict[str, dict[str, Any]]:
        """The items as the server has them, by trace ID."""
        asked = {"queue_id": self.id, "max_results": "1000"}
        listed = self.server.http.get(f"{_QUEUES}/items/list", params=asked).json().get("items", [])
        return {item["item_id"]: item for item in listed}

    def said(self, trace_id: str) -> list[dict[str, Any]]:
        """The assessments of a trace as the server has them."""
        info = self.server.http.get(f"{_TRACES}/{trace_id}").json()["trace"]["trace_info"]
        found: list[dict[str, Any]] = info.get("assessments", [])
        return found


def served_queue(
    traces: int,
    users: Sequence[str] = (),
    *,
    server: MlflowServer | None = None,
    more: int = 0,
    asks: Mapping[str, Mapping[str, Any]] = HELPFUL_AND_TONE,
) -> ServedQueue:
    """A queue of so many traces with these questions, by name; `more` traces are not in it."""
    server = server or shared_server()
    experiment = server.new_experiment()
    log_many(server, experiment, traces + more, together=1)
    places = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}]
    searched = {"locations": places, "max_results": 500, "order_by": ["timestamp_ms ASC"]}
    trace_ids, token = list[str](), ""
    while len(trace_ids) < traces + more:
        page = server.post(f"{_TRACES}/search", searched | ({"page_token": token} if token else {}))
        trace_ids += [each["trace_id"] for each in page["traces"]]
        token = page.get("next_page_token", "")
    schemas = {name: create_schema(server, experiment, name, dict(answered_by)) for name, answered_by in asks.items()}
    body = {
        "experiment_id": experiment,
        "name": "autumn",
        "queue_type": "CUSTOM",
        "schema_ids": list(schemas.values()),
        "users": list(users),
    }
    queue_id = server.post(f"{_QUEUES}/create", body)["review_queue"]["queue_id"]
    queue = ServedQueue(server, experiment, queue_id, trace_ids, schemas)
    for start in range(0, traces, 1 if traces <= _IN_ORDER else 500):
        queue.add(*trace_ids[:traces][start : start + (1 if traces <= _IN_ORDER else 500)])
        time.sleep(0.002)  # a queue's order is that of the milliseconds in which its items were added
    return queue


AnyQueue: TypeAlias = ServedQueue | StoredQueue


@dataclass
class AtQueue:
    """A desk at a queue. `told` are the sentences that the reviewer was shown, in order."""

    desk: Desk
    remote: ReviewSync
    queue: AnyQueue
    told: list[str] = field(default_factory=list)
    rounds: int = 0

    async def act(self, *actions: Action) -> str:
        """Do what keys would; returns what the last one said."""
        says = ""
        for action in actions:
            outcome = await self.desk.act(action)
            says = outcome.says if isinstance(outcome, Refusal) else outcome.decision.says
            assert isinstance(outcome, Done | Refusal)
        return says

    async def see(self) -> None:
        """Have the item in view painted, as a screen tells the desk."""
        item = self.desk.state.item
        assert item is not None
        await self.until(lambda: self.desk.document(item.trace_id) is not None, "the document")
        self.desk.seen(item.trace_id)

    async def until(self, holds: Callable[[], object], what: str, seconds: float = 20) -> None:
        for _ in range(int(seconds * 100)):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"waited {seconds} s for {what}; told were {self.told}")

    async def until_told(self, words: str) -> None:
        await self.until(lambda: any(words in each for each in self.told), f"being told {words!r}")

    async def delivered(self) -> None:
        """Wait until nothing is queued any more."""
        for _ in range(1_000):
            if (await self.desk.deliveries.counts_now()).waiting == 0:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"still queued; told were {self.told}")

    def state_of(self, trace_id: str) -> str:
        return self.desk.state.items[self.desk.state.index_of[trace_id]].state.value

    def is_offered(self, trace_id: str) -> bool:
        """Whether keys that look for work find an item."""
        return not self.desk.state.worklist.is_passed_over(trace_id)


@asynccontextmanager
async def at_queue(
    directory: Path,
    queue: AnyQueue,
    reviewer: str = "ana",
    *,
    url: str = "",
    pace: ReadingIntervals = QUICK,
    only_unlabelled: bool = True,
    rules: Rules = Rules(for_queue=True),  # noqa: B008 - frozen
    required: Sequence[str] = ("helpful",),
    own_questions: Sequence[Question] = (),
    order_by: tuple[str, ...] = (),
) -> AsyncIterator[AtQueue]:
    """A reviewer at the queue, in a directory of their own; opened there again the review goes on.

    `own_questions` are asked besides those of the queue. `order_by` is the order that the reviewer asked for.
    """
    await asyncio.to_thread(directory.mkdir, exist_ok=True)
    spec = ReviewSpec(
        url or queue.backend_uri,
        "",
        (queue.experiment,),
        reviewer,
        queue.id,
        order_by=order_by,
        label="autumn",
        address=url or queue.address,
    )
    journal = await AsyncJournal.open(directory / "journal.db")
    cache = await AsyncCache.open(directory / "cache.db", 1 << 26)
    record = await journal.run(journal.reviews.begin, spec, 1)

    async def connect() -> Backend:
        return await (open_backend(url) if url else queue.connect())

    async def questions(backend: Backend) -> list[Question]:
        there = await backend.queue(queue.experiment, queue.id)
        of_experiment = (await backend.schemas(queue.experiment)).questions
        asked = [each for each in of_experiment if each.schema_id in there.schema_ids]
        return [*(replace(each, required=each.name in required) for each in asked), *own_questions]

    first = await connect()
    asked = tuple(await questions(first))
    traffic = Traffic(0.0, 2, 500, only_unlabelled)
    remote = ReviewSync(spec, journal, cache, connect, traffic, read_questions=questions, pace=pace)
    desk = await open_desk(record, asked, rules, journal, cache, remote)
    async for page in listed_traces(first, spec):
        await desk.take_in(page, only_unlabelled=only_unlabelled)
    await first.close()
    there = AtQueue(desk, remote, queue)

    def hear(event: DeskEvent) -> None:
        if isinstance(event, Notice | Announcement):
            there.told.append(event.says)

    desk.on_event = hear
    remote.start(desk)
    desk.need()
    try:
        yield there
    finally:
        await desk.close()
        await remote.close(5)
        await cache.close()
        await journal.close()
