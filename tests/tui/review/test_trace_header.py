"""The line above the document: what is known of a trace, as much as there is room for, nothing cut in half."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.trace import TraceState, TraceSummary
from labeler.review.filled_in import FilledIn
from labeler.tui.appearance import UNICODE
from labeler.tui.review.trace_header import HeaderView, header_line
from labeler.tui.widgets.styled_text import width_of

TRACE = TraceSummary(
    "tr-1", "7", 0, 1800, TraceState.OK, "desk", user="guest-4825",
    metadata={"mlflow.trace.tokenUsage": '{"total_tokens": 1006}'},
)  # fmt: skip


def header(width: int, *models: str, turn: str = "3/5") -> str:
    line = header_line(HeaderView(TRACE, models, turn, "line 1–14 of 40"), width, UNICODE)
    assert width_of(line) == width
    return "".join(text for text, _ in line).rstrip()


def test_with_room_everything_is_told_in_one_order() -> None:
    told = " desk   1.8 s   1,006 tokens   gpt-4o-mini   turn 3/5   guest-4825"
    assert header(100, "gpt-4o-mini") == told + "line 1–14 of 40".rjust(99 - len(told))


def test_what_matters_least_goes_first_and_nothing_is_cut_in_half() -> None:
    facts = ["1.8 s", "turn 3/5", "1,006 tokens", "gpt-4o-mini", "guest-4825"]
    seen = []
    for width in range(100, 24, -1):
        told = header(width, "gpt-4o-mini")
        assert told.startswith(" desk")
        assert told.endswith("line 1–14 of 40")
        assert "…" not in told
        seen.append([fact for fact in facts if fact in told])
    assert all(told == facts[: len(told)] for told in seen)
    assert seen[-1] == []


@pytest.mark.parametrize("usage", ["[" * 100_000, "9" * 100_000, '{"total_tokens": "many"}'])
def test_a_count_of_tokens_that_is_none_is_left_out(usage: str) -> None:
    trace = replace(TRACE, metadata={"mlflow.trace.tokenUsage": usage})
    told = "".join(text for text, _ in header_line(HeaderView(trace, (), "3/5", ""), 100, UNICODE))
    assert "tokens" not in told
    assert "1.8 s" in told


def test_a_long_model_is_cut_and_further_ones_are_counted() -> None:
    told = header(120, "a-model-with-a-very-long-name-indeed", "another")
    assert "a-model-with-a-very-lon… +1" in told
    assert "turn" not in header(120, turn="")


def test_a_time_that_is_in_no_calendar_is_left_out() -> None:
    view = HeaderView(replace(TRACE, requested_at_ms=10**17), (), "", "")
    assert "1.8 s" in "".join(text for text, _ in header_line(view, 80, UNICODE))


@pytest.mark.parametrize("answers", ["stars 4", "tone friendly, stars 4, failure_modes wrong and incomplete " * 3])
def test_what_is_filled_in_outlasts_everything_and_always_says_of_when_it_is(answers: str) -> None:
    view = HeaderView(TRACE, ("gpt-4o-mini",), "3/5", "line 1–14 of 40", filled_in=FilledIn(answers, "yours of Tue"))
    for width in range(140, 48, -1):
        told = "".join(text for text, _ in header_line(view, width, UNICODE))
        assert width_of([(told, "")]) == width
        assert f" filled in: {answers[:3]}" in told
        assert ", yours of Tue " in told
        assert told.rstrip().endswith("line 1–14 of 40")
