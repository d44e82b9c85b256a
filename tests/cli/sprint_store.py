"""An embedded store with traces to make sprints of, and its plans, queues, items and labels as SQL has them."""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from labeler.backends.local import assessments, queues
from labeler.backends.local.database import open_database
from labeler.backends.local.store import LocalStore
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.clock import wall_clock_ms
from labeler.domain.queue import QueueItemState
from labeler.sample import load
from tests.cli.program import Ended, Program

LEAD = "lead@x.io"
EXPERIMENT = "harbour"
QUESTIONS = """
[[questions]]
name = "correct"
input = "pass_fail"
positive = "Correct"
negative = "Wrong"
comment = false
"""


class SprintStore:
    """A store at `path` with so many traces of the sample in one experiment, and a file with one question beside it."""

    def __init__(self, path: Path, traces: int) -> None:
        self.path = path
        self.uri = f"local:{path}"
        self.questions = path.with_name("questions.toml")
        self.questions.write_text(QUESTIONS)
        asyncio.run(self._fill(traces))

    async def _fill(self, traces: int) -> None:
        store = await LocalStore.open_or_create(self.path)
        plain = [
            each for each in load() if (each.summary.request_preview or "").isascii()
        ]  # a test's terminal knows no more
        await store.import_traces(plain[:traces], EXPERIMENT)
        await store.close()

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(sql, parameters).fetchall()

    @property
    def traces(self) -> list[str]:
        """The IDs of all traces."""
        return [row[0] for row in self.rows("SELECT trace_id FROM traces ORDER BY trace_id")]

    def plan(self, slug: str) -> dict[str, Any]:
        """The plan of a sprint."""
        [[text]] = self.rows("SELECT text FROM experiment_tags WHERE name = ?", f"labeler.sprint.{slug}")
        plan: dict[str, Any] = json.loads(text)
        return plan

    def items(self, queue_name: str) -> dict[str, str]:
        """The traces in a queue with their states there."""
        return dict(
            self.rows(
                "SELECT trace_id, state FROM queue_items JOIN review_queues USING (queue_id) WHERE name = ?", queue_name
            )
        )

    def labels(self, by: str, slug: str = "") -> dict[str, object]:
        """What somebody says by trace, as it stands, in a sprint or outside all."""
        found = self.rows("SELECT trace_id, value, metadata FROM assessments WHERE source_id = ? AND valid = 1", by)
        return {
            trace_id: json.loads(value)
            for trace_id, value, metadata in found
            if json.loads(metadata).get("labeler.sprint", "") == slug
        }

    def label(
        self,
        trace_id: str,
        by: str,
        value: bool,
        slug: str = "",
        name: str = "correct",
        at_ms: int = 0,
        **metadata: str,
    ) -> None:
        """Label a trace as labeler does: in a sprint if there is a `slug`, at a time (0: now)."""
        written = {f"labeler.{key}": each for key, each in metadata.items()}
        said = Assessment(
            id=f"a-{secrets.token_hex(16)}",
            trace_id=trace_id,
            name=name,
            kind=AssessmentKind.FEEDBACK,
            value=value,
            source=Source(SourceType.HUMAN, by),
            rationale=metadata.get("comment"),
            metadata=written | ({"labeler.sprint": slug, "labeler.blind": "true"} if slug else {}),
            created_at_ms=at_ms or wall_clock_ms(),
        )
        with closing(open_database(self.path).connection) as connection:
            assessments.create(connection, said)

    def set_status(self, queue_name: str, trace_id: str, status: str, by: str) -> None:
        """Set the state of an item."""
        [[queue_id]] = self.rows("SELECT queue_id FROM review_queues WHERE name = ?", queue_name)
        with closing(open_database(self.path).connection) as connection:
            queues.set_item_state(connection, queue_id, trace_id, QueueItemState(status), by)

    def sprint(self, labeler: Program, *arguments: str, by: str = LEAD) -> Ended:
        """Run `labeler sprint` on this experiment."""
        return labeler.run("sprint", *arguments, "-b", self.uri, "-e", EXPERIMENT, LABELER_REVIEWER=by)

    def create(self, labeler: Program, name: str, people: Sequence[str], overlap: str, *more: str) -> Ended:
        """Make a sprint of all traces."""
        asked = ("--reviewers", ",".join(people), "--overlap", overlap, "--questions", str(self.questions), "--yes")
        return self.sprint(labeler, "create", name, *asked, *more)
