"""What a report of a sprint says beside its figures: calibration and gold, which are apart, and labels from outside."""

from __future__ import annotations

from collections.abc import Mapping

from labeler.agreement.report_model import AgreementReport
from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ReviewerGold:
    """How many answers to gold items a reviewer got right, of those given."""

    reviewer: str
    right: int
    of: int


@dataclass(frozen=True, slots=True)
class SprintPart:
    """A sprint in a report. None of this is part of the report's agreement.

    `calibration` has the figures of the calibration items, None in a sprint without any. `gold_items` is None in a
    sprint without gold; `gold` is None where the right answers are not known. `outside` counts the assessments of
    people on the sprint's traces that are not of the sprint, by whose they are.
    """

    name: str
    slug: str
    state: str
    calibration_items: int
    calibration: AgreementReport | None
    gold_items: int | None
    gold: tuple[ReviewerGold, ...] | None
    outside: Mapping[str, int]
    missing_traces: tuple[str, ...]
