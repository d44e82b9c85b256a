"""A whole report: reviewers, days, the same whatever the order, and never a number that is none."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import WasBlind
from labeler.agreement.report_model import Spread
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType
from tests.agreement.assessments import CORRECT, MODES, QUALITY, Rows, busy_experiment, label, labels_of, report_of

T, F = True, False
DAY_MS = 86_400_000


def test_a_reviewers_time_on_an_item_is_the_longest_of_its_answers() -> None:
    """Each answer has the time since the item was shown, so that of the answers before it too."""

    def timed(trace: str, name: str, milliseconds: str) -> Assessment:
        return label(trace, "ana", T, name, metadata={"labeler.duration_ms": milliseconds})

    answers = [
        timed("t-1", "correct", "23382"),
        timed("t-1", "quality", "23896"),
        timed("t-2", "correct", "1000"),
        timed("t-3", "correct", "3000"),
        timed("t-4", "correct", "9" * 5000),
        timed("t-5", "correct", "soon"),
    ]
    [ana] = report_of(answers[:4]).reviewers
    assert (ana.labels, ana.items) == (4, 3)
    assert ana.active_ms == Spread(1000, 2000, 3000, 13448, 23896)
    assert report_of(answers).reviewers[0].active_ms is not None
    assert report_of(answers[5:]).reviewers[0].active_ms is None


def test_a_reviewers_kappa_is_the_mean_of_the_pairs_weighted_by_their_items() -> None:
    values = [T, F] * 20
    people: Rows = {"ana": values, "bo": values, "cem": [*values[:18], *[F, T] * 6, *[None] * 10]}
    report = report_of(labels_of(people), CORRECT)
    [question] = report.questions
    pairs = {pair.reviewers: pair for pair in question.pairs}
    with_bo, with_cem = pairs["ana", "bo"], pairs["ana", "cem"]
    assert with_cem.kappa.value is not None
    expected = (40 * 1 + 30 * with_cem.kappa.value) / 70
    assert (with_bo.items, with_cem.items) == (40, 30)
    assert report.reviewers[0].kappa.value == pytest.approx(expected)
    assert report_of(labels_of({"ana": [T], "bo": [T]}), CORRECT).reviewers[0].kappa.value is None


def test_labels_by_day_and_by_what_was_seen() -> None:
    answers = [
        label("t-1", "ana", T, at=DAY_MS - 1, metadata={"labeler.blind": "true"}),
        label("t-2", "ana", T, at=DAY_MS),
        label("t-3", "ana", T, at=10**18),  # a clock beyond the calendar
    ]
    report = report_of(answers, CORRECT)
    assert report.days == {"1970-01-01": 1, "1970-01-02": 1}
    assert report.reviewers[0].blind == {WasBlind.TRUE: 1, WasBlind.FALSE: 0, WasBlind.REVEALED: 0, WasBlind.UNKNOWN: 2}


def test_the_order_in_which_labels_come_changes_nothing() -> None:
    answers = busy_experiment(3)
    quick = Bootstrap(seed=7, resamples=50)
    report = report_of(answers, CORRECT, QUALITY, MODES, bootstrap=quick)
    for seed in range(3):
        shuffled = random.Random(seed).sample(answers, len(answers))
        assert report_of(shuffled, CORRECT, QUALITY, MODES, bootstrap=quick) == report
    assert report.method == quick
    assert [judge.source.id for judge in report.judges] == ["v1", "v2", "v1", "v2"]


ANY_VALUE: st.SearchStrategy[Any] = st.one_of(
    st.booleans(),
    st.integers(-2, 6),
    st.integers(),
    st.floats(),
    st.sampled_from(["wrong", "yes", "no", "", "4"]),
    st.lists(st.sampled_from(["wrong", "rude", "else"]), max_size=3),
    st.none(),
    st.just({"accuracy": 4}),
)
ANY_ASSESSMENT = st.builds(
    label,
    st.sampled_from(["t-1", "t-2", "t-3"]),
    st.sampled_from(["ana", "bo", "cem", "default", ""]),
    ANY_VALUE,
    st.sampled_from(["correct", "quality", "modes", "unknown"]),
    kind=st.sampled_from(AssessmentKind),
    source=st.sampled_from(SourceType),
    valid=st.booleans(),
    metadata=st.sampled_from([{}, {"labeler.role": "adjudication"}, {"labeler.blind": "true"}]),
    error=st.sampled_from([None, "failed"]),
    at=st.sampled_from([0, 1, 2, 10**18]),
)


@settings(max_examples=60)
@given(st.lists(ANY_ASSESSMENT, max_size=40))
def test_whatever_people_and_judges_wrote_there_is_a_report_without_a_number_that_is_none(
    answers: list[Assessment],
) -> None:
    report = report_of(answers, CORRECT, QUALITY, MODES, bootstrap=Bootstrap(resamples=10))
    assert all(math.isfinite(number) for number in _floats(dataclasses.replace(report, counted=None)))  # type: ignore[arg-type]


def _floats(found: object) -> Iterator[float]:
    """Every float in a report."""
    if isinstance(found, float):
        yield found
    elif dataclasses.is_dataclass(found):
        for field in dataclasses.fields(found):
            yield from _floats(getattr(found, field.name))
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from _floats(value)
    elif isinstance(found, Sequence) and not isinstance(found, str):
        for value in found:
            yield from _floats(value)
