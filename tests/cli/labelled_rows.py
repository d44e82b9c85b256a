"""Rows of files with labels in the program's journal, as if they had been given on the screen."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.destination import Destination
from labeler.domain.question import PassFail, Question
from labeler.domain.question_json import questions_to_json
from labeler.domain.worklist import ReviewSpec
from labeler.journal.journal import Journal
from labeler.labels.row_index import index_of
from labeler.reading.files.read import stream_rows
from tests.cli.program import Program

STORE = Destination("local:of-files", "", "1")
NOW_MS = 1_790_000_000_000


def rows_of(data: bytes, name: str = "data.jsonl") -> list[str]:
    """The trace IDs of a file's rows, in their order; of a file without rows, those of its traces."""
    index = index_of(stream_rows(name, io.BytesIO(data)))
    return [row.trace_id for row in index.rows] if index.is_of_rows else list(index.traces)


def say(labeler: Program, trace_ids: Sequence[str], value: Any = True, reviewer: str = "rhea", **more: Any) -> None:
    """Have the journal hold an answer about each of these traces of files."""
    spec = ReviewSpec(STORE.backend_uri, "", ("1",), reviewer, address=f"local:{labeler.data / 'files.db'}")
    given = [
        Assessment(
            **{
                "id": f"a-{number:04}{abs(hash((reviewer, trace_id))):028x}"[:34],
                "trace_id": trace_id,
                "name": "is_helpful",
                "kind": AssessmentKind.FEEDBACK,
                "value": value,
                "source": Source(SourceType.HUMAN, reviewer),
                "created_at_ms": NOW_MS + number,
            }
            | more
        )
        for number, trace_id in enumerate(trace_ids)
    ]
    labeler.data.mkdir(exist_ok=True)
    journal = Journal.open(labeler.data / "journal.db")
    review = journal.reviews.begin(spec, NOW_MS)
    asked = Question("is_helpful", PassFail("Helpful", "Not helpful"))
    journal.reviews.save_questions(review.id, questions_to_json((asked,)))
    journal.imported.enqueue(STORE, given, NOW_MS)
    journal.close()
