"""Labels and assessments: one becomes the other, and a line without an ID always gets the same one."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.assessment import AssessmentKind, SourceType
from labeler.domain.destination import Destination
from labeler.labels.label import Label, assessment_of, derived_id, label_of
from tests.labels.strategies import labels

HERE = Destination("https://tracking.example", "", "1")
THERE = Destination("https://tracking.example", "", "2")


@pytest.mark.slow
@given(labels())
def test_a_label_survives_becoming_an_assessment(label: Label) -> None:
    assessment = assessment_of(label, reviewer="ana", destination=HERE, now_ms=1_000)
    assert assessment.source.type is SourceType.HUMAN
    assert assessment.metadata["labeler.id"] == assessment.id
    back = label_of(assessment)
    assert back == dataclasses.replace(
        label,
        reviewer=label.reviewer or "ana",
        assessment_id=assessment.id,
        created_at_ms=(1_000 if label.created_at_ms is None else label.created_at_ms) or None,
        metadata=assessment.metadata,
    )


def test_an_expectations_comment_goes_where_the_server_keeps_it() -> None:
    label = Label("tr-1", "expected_response", "By the harbour office.", AssessmentKind.EXPECTATION, rationale="page 3")
    assessment = assessment_of(label, reviewer="ana", destination=HERE, now_ms=1_000)
    assert assessment.rationale is None
    assert assessment.metadata["labeler.rationale"] == "page 3"
    assert label_of(assessment).rationale == "page 3"


@given(labels(), st.text())
def test_a_derived_id_is_the_same_whenever_it_is_derived(label: Label, reviewer: str) -> None:
    derived = derived_id(label, reviewer, HERE)
    assert re.fullmatch(r"a-[0-9a-f]{32}", derived)
    turned = dataclasses.replace(label, metadata=dict(sorted(label.metadata.items(), reverse=True)))
    assert derived_id(turned, reviewer, HERE) == derived


def test_a_derived_id_differs_with_the_destination_the_reviewer_and_the_content() -> None:
    label = Label("tr-1", "helpful", True)
    others = {
        derived_id(label, "ana", HERE),
        derived_id(label, "ana", THERE),
        derived_id(label, "bo", HERE),
        derived_id(dataclasses.replace(label, value=False), "ana", HERE),
        derived_id(dataclasses.replace(label, rationale="no"), "ana", HERE),
        derived_id(dataclasses.replace(label, span_id="00"), "ana", HERE),
    }
    assert len(others) == 6


def test_derived_ids_stay_as_they_are_from_version_to_version() -> None:
    assert derived_id(Label("tr-1", "helpful", True), "ana", HERE) == "a-7287b7ef459f5e528b761fb0ad7153ee"
