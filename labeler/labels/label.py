"""A label: a line of a label file, and its conversion from and to an assessment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import NOTHING, Assessment, AssessmentKind, Source, SourceType, same_reviewer
from labeler.domain.destination import Destination
from labeler.domain.moment import utc_text
from labeler.domain.value import (
    MAX_NAME_LENGTH,
    JsonValue,
    UnusableValue,
    check_expectation_value,
    check_feedback_value,
    check_name,
    check_text,
)
from labeler.labels.exact_json import exact_json

COLUMNS: Final = (
    "trace_id",
    "name",
    "kind",
    "value",
    "rationale",
    "span_id",
    "reviewer",
    "assessment_id",
    "created_at",
    "metadata",
    "valid",
)
"""The fields of a label file, in their order."""

SOURCE_TYPE: Final = "source_type"
"""A field more of what no person said: ``LLM_JUDGE`` or ``CODE``. `reviewer` is then the judge's or scorer's name."""

_MAX_ID_LENGTH: Final = 50
"""Characters: MLflow's PostgreSQL columns for the IDs of traces, spans and assessments."""

_NAME_BASED: Final = 5
"""The version of a UUID that is made of a name."""

_NAMESPACE: Final = uuid.UUID("5d1c3f0e-6f1b-5c1a-9a6e-7a2f6c0b9f41")


@dataclass(frozen=True, slots=True)
class Label:
    """What one reviewer, or a judge or code (`source_type`), said about one trace, as label files carry it.

    `reviewer`, `assessment_id` and `created_at_ms` (milliseconds since the epoch, UTC) are None where the file leaves
    them to whoever pushes it. `valid` is False once another label supersedes this one.
    """

    trace_id: str
    name: str
    value: JsonValue
    kind: AssessmentKind = AssessmentKind.FEEDBACK
    rationale: str | None = None
    span_id: str | None = None
    reviewer: str | None = None
    assessment_id: str | None = None
    created_at_ms: int | None = None
    metadata: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    valid: bool = True
    source_type: SourceType = SourceType.HUMAN


def check_content(label: Label) -> None:
    """Raise `UnusableValue` where no backend could store what the label says, or where it says nothing."""
    check_name(label.name)
    if label.value is None:
        raise UnusableValue('"value" is null, which is no answer')
    is_expectation = label.kind is AssessmentKind.EXPECTATION
    (check_expectation_value if is_expectation else check_feedback_value)(label.value)
    for key in ("trace_id", "span_id", "assessment_id", "reviewer", "rationale"):
        check_text(getattr(label, key) or "", f'"{key}"')
    for text in (*label.metadata, *label.metadata.values()):
        check_text(text, '"metadata"')
    for key in ("span_id", "assessment_id"):
        length = len(getattr(label, key) or "")
        if length > _MAX_ID_LENGTH:
            raise UnusableValue(f'"{key}" is {length} characters long; at most {_MAX_ID_LENGTH} can be stored')


def check_author(label: Label) -> None:
    """Raise `UnusableValue` where the label names nobody who could have given it, or a judge or code."""
    if label.source_type is not SourceType.HUMAN:
        who = "a judge" if label.source_type is SourceType.LLM_JUDGE else "code"
        raise UnusableValue(f"It is what {who} said, and labeler pushes what people say")
    if label.reviewer is None or not label.reviewer.strip():
        raise UnusableValue('"reviewer" names nobody; a line that leaves the key out becomes a label of yours')
    if same_reviewer(label.reviewer, "default"):
        raise UnusableValue('"reviewer" is "default", which MLflow writes when nobody is known')
    if len(label.reviewer) > MAX_NAME_LENGTH:
        raise UnusableValue(
            f'"reviewer" is {len(label.reviewer)} characters long; at most {MAX_NAME_LENGTH} can be stored'
        )


def is_known_only_where_it_is(label: Label) -> bool:
    """Return whether `push` takes this label only where it already is.

    That is one that is superseded, by nobody, by a judge or code, or not storable.
    """
    try:
        check_content(label)
        check_author(label)
    except UnusableValue:
        return True
    return not label.valid


def label_of(assessment: Assessment) -> Label:
    """Return a feedback or an expectation as a label. The comment of an expectation comes from its metadata."""
    rationale = assessment.rationale
    if assessment.kind is AssessmentKind.EXPECTATION:
        rationale = rationale or assessment.metadata.get(answer_metadata.RATIONALE)
    return Label(
        trace_id=assessment.trace_id,
        name=assessment.name,
        value=assessment.value,
        kind=assessment.kind,
        rationale=rationale,
        span_id=assessment.span_id,
        reviewer=assessment.source.id or None,
        assessment_id=assessment.id or None,
        created_at_ms=assessment.created_at_ms or None,
        metadata=assessment.metadata,
        valid=assessment.valid,
        source_type=assessment.source.type,
    )


def assessment_of(label: Label, *, reviewer: str, destination: Destination, now_ms: int) -> Assessment:
    """Return the assessment that a label becomes at a destination.

    `reviewer` and `now_ms` stand in where the label has no reviewer or no time. A label without an ID gets the one from
    `derived_id`, so that the same line pushed twice is one assessment.
    """
    author = label.reviewer or reviewer
    assessment_id = label.assessment_id or derived_id(label, author, destination)
    metadata = {**label.metadata, answer_metadata.ID: assessment_id}
    rationale = label.rationale
    if label.kind is AssessmentKind.EXPECTATION and rationale:
        metadata[answer_metadata.RATIONALE] = rationale
        rationale = None
    created_at_ms = now_ms if label.created_at_ms is None else label.created_at_ms
    return Assessment(
        id=assessment_id,
        trace_id=label.trace_id,
        name=label.name,
        kind=label.kind,
        value=label.value,
        source=Source(label.source_type, author),
        rationale=rationale,
        span_id=label.span_id,
        metadata=metadata,
        created_at_ms=created_at_ms,
        updated_at_ms=created_at_ms,
        valid=label.valid,
    )


def derived_id(label: Label, reviewer: str, destination: Destination) -> str:
    """Return an ID that is the same for the same content, reviewer and destination."""
    content = {**fields_of(label), "assessment_id": None, "reviewer": label.reviewer or reviewer}
    content["metadata"] = dict(sorted(label.metadata.items()))
    place = [destination.backend_uri, destination.workspace, destination.experiment_id]
    return "a-" + uuid.uuid5(_NAMESPACE, exact_json([*place, content])).hex


def is_derived_id(assessment_id: str) -> bool:
    """Return whether an ID was made by `derived_id`, and not at random as the ID of an answer is."""
    try:
        return uuid.UUID(assessment_id.removeprefix("a-")).version == _NAME_BASED
    except ValueError:
        return False


def fields_of(label: Label) -> dict[str, JsonValue]:
    """Return the label as the JSON object of a line, its keys in the order of `COLUMNS`; `SOURCE_TYPE` follows."""
    fields: dict[str, JsonValue] = {
        "trace_id": label.trace_id,
        "name": label.name,
        "kind": label.kind.value,
        "value": label.value,
        "rationale": label.rationale,
        "span_id": label.span_id,
        "reviewer": label.reviewer,
        "assessment_id": label.assessment_id,
        "created_at": None if label.created_at_ms is None else utc_text(label.created_at_ms),
        "metadata": dict(label.metadata),
        "valid": label.valid,
    }
    if label.source_type is not SourceType.HUMAN:
        fields[SOURCE_TYPE] = label.source_type.value
    return fields
