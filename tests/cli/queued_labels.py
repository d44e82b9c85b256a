"""Labels in the program's journal, as if they had been given on the screen."""

from __future__ import annotations

import time

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.destination import Destination
from labeler.domain.value import JsonValue
from labeler.journal.journal import Journal
from tests.cli.program import Program


def queue(labeler: Program, place: Destination, trace_ids: list[str], value: JsonValue = True) -> list[Assessment]:
    """Queue a label a trace in the program's journal, as if answered on the screen."""
    given = [
        Assessment(
            id=f"a-{number:032x}",
            trace_id=trace_id,
            name="user_satisfaction",
            kind=AssessmentKind.FEEDBACK,
            value=value,
            source=Source(SourceType.HUMAN, "ana"),
            rationale="=because",
            metadata={"labeler.id": f"a-{number:032x}"},
            created_at_ms=1_700_000_000_000,
        )
        for number, trace_id in enumerate(trace_ids, time.time_ns())
    ]
    labeler.data.mkdir(exist_ok=True)
    journal = Journal.open(labeler.data / "journal.db")
    journal.imported.enqueue(place, given, time.time_ns() // 1_000_000)
    journal.close()
    return given
