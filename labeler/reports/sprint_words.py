"""Sentences about what is apart from the figures in a report of a sprint: calibration, gold items, deleted traces."""

from __future__ import annotations

from labeler.reports.figure_words import counted
from labeler.reports.sprint_part import SprintPart


def calibration_words(part: SprintPart) -> str:
    """Return which items were the calibration, and that they are apart."""
    return f"calibration: {counted(part.calibration_items, 'item')} that everybody labelled first, apart from the rest"


def gold_words(part: SprintPart) -> str:
    """Return how many gold items there are, and what is known of their answers."""
    items = counted(part.gold_items or 0, "item")
    if part.gold is None:
        return f"gold: {items}, apart from the rest; who got them right is known with --gold FILE.jsonl"
    if not part.gold:
        return f"gold: {items}, apart from the rest; nobody has labelled them yet"
    return f"gold: {items}, apart from the rest; answers that are right"


def missing_words(part: SprintPart) -> str:
    """Return how many of the sprint's traces are deleted."""
    missing = len(part.missing_traces)
    were = "was" if missing == 1 else "were"
    return f"{counted(missing, 'trace')} {were} deleted, with the labels on {'it' if missing == 1 else 'them'}"
