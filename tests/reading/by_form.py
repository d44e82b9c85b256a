"""Prints, form by form and maker by maker, what is read of the files that the tests have.

The table of ``docs/reading.md`` is what ``python -m tests.reading.by_form`` prints; a test compares the two.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from labeler.domain.trace import RawTrace
from labeler.reading.files.read import read_traces
from labeler.reading.wire.envelopes import trace_summary
from tests.reading.files.examples import EXAMPLES, Example, lines
from tests.reading.files.exported_documents import ANSWER, ASKED, CALL_ARGUMENTS, RESULT, SYSTEM
from tests.reading.must_texts import said, shown

HERE = Path(__file__).parent
COLUMNS = ("read", "from", "traces", "texts that must be seen", "found, in their roles", "in their order", "said once")


NOWHERE = (-1, -1)


class Case(NamedTuple):
    """Traces of a form or a maker, and the texts that must be seen in them, in their order."""

    kind: str
    name: str
    traces: Sequence[RawTrace]
    musts: Sequence[dict[str, Any]]


def musts_of(example: Example) -> list[dict[str, Any]]:
    return [
        *([{"role": "system", "text": SYSTEM}] if example.is_system else []),
        *([{"role": "user", "text": ASKED}] if example.is_asked else []),
        *([{"role": "tool_call", "text": "sailings", "args": CALL_ARGUMENTS}] if example.is_tool else []),
        *([{"role": "tool", "text": RESULT}] if example.is_tool else []),
        {"role": "assistant", "text": ANSWER},
    ]


def cases() -> Iterator[Case]:
    """The examples of every form, the exports, and the recordings of SDKs."""
    for name, example in EXAMPLES.items():
        yield Case("form", name, read_traces(name, lines(example.rows)).traces, musts_of(example))
    for entry in json.loads((HERE / "exports" / "EXPECT.json").read_text("utf-8")):
        found = read_traces(entry["file"], (HERE / "exports" / entry["file"]).read_bytes()).traces
        musts = sorted(entry["must"], key=lambda must: entry["file"].startswith("logs") and must["role"] != "system")
        yield Case("export", entry["file"].partition(".")[0], found, musts)
    for entry in json.loads((HERE / "recordings" / "EXPECT.json").read_text("utf-8")):
        payload = (HERE / "recordings" / f"{entry['name']}.json").read_bytes()
        raw = RawTrace(trace_summary(json.loads(payload)["trace"]["trace_info"]), payload)
        yield Case("SDK", entry["name"].partition("_")[0], [raw], [m for m in entry["must"] if m["role"] != "any"])


def counts() -> dict[tuple[str, str], Counter[str]]:
    """For each form or maker how many traces and texts there are, and how many of them read right."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for case in cases():
        row = found.setdefault((case.kind, case.name), Counter())
        views = [shown(raw)["messages"] for raw in case.traces]
        places = [
            [
                (number, place)
                for number, view in enumerate(views)
                for place, each in enumerate(view)
                if said(must, [each])
            ]
            for must in case.musts
        ]
        firsts = [each[0] if each else NOWHERE for each in places]
        row["traces"] += len(case.traces)
        row["texts that must be seen"] += len(places)
        row["found, in their roles"] += sum(bool(each) for each in places)
        row["in their order"] += sum(
            NOWHERE < place >= max(firsts[:number], default=NOWHERE) for number, place in enumerate(firsts)
        )
        row["said once"] += sum(bool(each) and len({view for view, _ in each}) == len(each) for each in places)
    return found


def table() -> str:
    """The table as Markdown."""
    rows = counts()
    rows["", "**all**"] = sum(rows.values(), Counter())
    return "\n".join(
        [
            "| " + " | ".join(COLUMNS) + " |",
            "|" + "---|" * len(COLUMNS),
            *(
                f"| {name} | {kind} | " + " | ".join(str(row[column]) for column in COLUMNS[2:]) + " |"
                for (kind, name), row in rows.items()
            ),
        ]
    )


if __name__ == "__main__":
    print(table())
