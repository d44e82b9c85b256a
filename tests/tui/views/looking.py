"""At the table with views open: traces of the sample by name, and waiting for what a key opens."""

from __future__ import annotations

from functools import cache

from labeler.domain.trace import RawTrace
from labeler.reading.document import Document
from labeler.sample import load
from tests.tui.review.table import Table


@cache
def _sample() -> tuple[RawTrace, ...]:
    return tuple(load())


def trace_named(name: str, asked: str = "") -> RawTrace:
    """The trace of the sample of that name whose request holds a text."""
    return next(raw for raw in _sample() if raw.summary.name == name and asked in (raw.summary.request_preview or ""))


def session_of(session: str) -> list[RawTrace]:
    """The traces of a session of the sample, oldest first."""
    found = [raw for raw in _sample() if raw.summary.session_id == session]
    return sorted(found, key=lambda raw: raw.summary.requested_at_ms)


def document_of(table: Table, trace: RawTrace) -> Document:
    """The document of a trace that is ready to be read."""
    ready = table.desk.document(trace.summary.id)
    assert ready is not None
    return ready.document


async def opened(table: Table, key: str, shows: str) -> None:
    """Press a key and wait for what it opens: a text in the header or in the view."""
    await table.press(key)
    await table.wait_for(lambda: shows in table.screen, f"“{shows}” after {key}")
    await table.settle()


async def go_to(table: Table, trace: RawTrace) -> None:
    """Make a trace the current item."""
    number = table.desk.state.index_of[trace.summary.id] + 1
    await table.command(str(number))
    await table.settle()
    assert table.position == number - 1


def reading(table: Table) -> str:
    """What stands in the document's area, without the worklist."""
    lines = table.screen.splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith(("─────", "-----")))
    lines = lines[2:last]
    edge = min((line.index("│") for line in lines if "│" in line), default=-1)
    return "\n".join(line[edge + 1 :].rstrip() for line in lines)


async def all_of(table: Table) -> str:
    """The whole view, from its beginning to its end."""
    await table.press("g")
    shown = reading(table)
    while table.review.views.conversation.line_range()[1] < table.review.views.conversation.line_range()[2]:
        await table.press("space")
        shown += reading(table)
    return shown
