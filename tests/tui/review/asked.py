"""What is asked at the table, and about what: questions of every kind, traces of the sample."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.domain.trace import RawTrace
from labeler.sample import load

THUMB = Question("user_satisfaction", PassFail("Helpful", "Not helpful"))
RATING = Question("quality_rating", Numeric(1, 5, 1))
SCORE = Question("score", Numeric(0, 100, 1))
CHOICE = Question("tone", Categorical(("friendly", "neutral", "rude")))
MODES = Question("failure_modes", Categorical(("wrong", "incomplete", "unsafe", "off topic"), multiple=True))
EXPECTED = Question("expected_response", Text(), AssessmentKind.EXPECTATION, required=False)
REMARK = Question("remark", Text(max_length=20), required=False)

SILENT = replace(THUMB, takes_comment=False)
"""A thumb that takes no comment."""


@cache
def _sample() -> tuple[RawTrace, ...]:
    return tuple(load())


def traces(count: int) -> list[RawTrace]:
    """The first `count` traces of the sample; a worklist shows the latest of them first."""
    return list(_sample()[:count])


def trace_about(words: str) -> RawTrace:
    """The trace of the sample whose request begins with these words."""
    return next(raw for raw in _sample() if (raw.summary.request_preview or "").startswith(words))
