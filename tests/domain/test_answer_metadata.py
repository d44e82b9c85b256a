"""What somebody else wrote under our keys is read as far as it makes sense, and ends nothing."""

from __future__ import annotations

import pytest

from labeler.domain.answer_metadata import DURATION_MS, RATIONALE, answer_of, comment_of, duration_ms_of
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType


def assessment(
    metadata: dict[str, str], kind: AssessmentKind = AssessmentKind.FEEDBACK, rationale: str | None = None
) -> Assessment:
    source = Source(SourceType.HUMAN, "ana")
    return Assessment("a-1", "tr-1", "clear", kind, True, source, rationale, None, metadata, 1, 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [("5120", 5120), ("", 0), ("soon", 0), ("-3", 0), ("1.5", 0), ("\u0665", 0), ("9" * 5000, int("9" * 15))],
)
def test_a_duration_is_a_whole_number_of_milliseconds_or_none(written: str, read: int) -> None:
    assert duration_ms_of(assessment({DURATION_MS: written})) == read


def test_the_comment_of_an_expectation_travels_as_metadata() -> None:
    assert comment_of(assessment({RATIONALE: "because"}, AssessmentKind.EXPECTATION)) == "because"
    assert comment_of(assessment({RATIONALE: "elsewhere"}, rationale="because")) == "because"
    assert comment_of(assessment({}, rationale="")) is None
    assert answer_of(assessment({DURATION_MS: "7"}, rationale="because"), 4).duration_ms == 7
