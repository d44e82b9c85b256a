"""Labels of several people on the same traces, as files and as rows to compare with."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from labeler.labels.label import Label
from labeler.labels.label_lines import write_labels

PEOPLE = ("ana@x.io", "bo@x.io", "cem@x.io", "dee@x.io")


def team_labels(traces: int = 40, seed: int = 3) -> list[Label]:
    """Three of four people on each trace, two questions, some of each superseded or by nobody known."""
    draw = random.Random(seed)
    found: list[Label] = []
    for trace in range(traces):
        truth = draw.random() < 0.7
        for who in draw.sample(PEOPLE, 3):
            said = truth if draw.random() < 0.85 else not truth
            found.append(_label(len(found), trace, who, "correct", said, "misses the bar" if not said else None))
            found.append(_label(len(found), trace, f" {who.upper()}", "quality", draw.randint(1, 5)))
    found.append(_label(len(found), 0, "ana@x.io", "correct", True, valid=False))
    found.append(_label(len(found), 1, "default", "correct", True))
    return found


def write_team_labels(file: Path, labels: Iterable[Label]) -> Path:
    """Write a label file as `labeler export` does."""
    with file.open("w", encoding="utf-8") as out:
        write_labels(labels, out)
    return file


def _label(
    number: int, trace: int, who: str, name: str, value: bool | int, why: str | None = None, valid: bool = True
) -> Label:
    return Label(
        f"tr-{trace:03}",
        name,
        value,
        rationale=why,
        reviewer=who,
        assessment_id=f"a-{number:032x}",
        created_at_ms=1_790_000_000_000 + number * 3_600_000,
        metadata={"labeler.duration_ms": str(1000 * (number % 30 + 1)), "labeler.blind": "true"},
        valid=valid,
    )
