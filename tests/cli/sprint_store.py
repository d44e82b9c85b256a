"""An embedded store with traces to make sprints of, and its plans, queues, items and labels as SQL has them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from labeler.backends.local.store import LocalStore
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
        await store.import_traces(load()[:traces], EXPERIMENT)
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

    def labels(self, by: str) -> dict[str, object]:
        """What a reviewer says by trace, as it stands."""
        found = self.rows("SELECT trace_id, value FROM assessments WHERE source_id = ? AND valid = 1", by)
        return {trace_id: json.loads(value) for trace_id, value in found}

    def sprint(self, labeler: Program, *arguments: str, by: str = LEAD) -> Ended:
        """Run `labeler sprint` on this experiment."""
        return labeler.run("sprint", *arguments, "-b", self.uri, "-e", EXPERIMENT, LABELER_REVIEWER=by)

    def create(self, labeler: Program, name: str, people: Sequence[str], overlap: str, *more: str) -> Ended:
        """Make a sprint of all traces."""
        asked = ("--reviewers", ",".join(people), "--overlap", overlap, "--questions", str(self.questions), "--yes")
        return self.sprint(labeler, "create", name, *asked, *more)
