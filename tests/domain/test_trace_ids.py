"""The two spellings of one OpenTelemetry trace ID: the file's, and MLflow's with its prefix."""

from __future__ import annotations

import pytest

from labeler.domain.trace import other_spelling

DIGITS = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("trace_id", "other"),
    [
        (DIGITS, f"tr-{DIGITS}"),
        (f"tr-{DIGITS}", DIGITS),
        (DIGITS.upper(), None),
        (f"tr-tr-{DIGITS}", None),
        ("row-4bf92f3577b34da6", None),
        ("tr-", None),
    ],
)
def test_only_an_open_telemetry_id_has_another_spelling(trace_id: str, other: str | None) -> None:
    assert other_spelling(trace_id) == other
