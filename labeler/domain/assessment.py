"""Assessments: what people, judges and code said about a trace."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class AssessmentKind(StrEnum):
    FEEDBACK = "feedback"
    EXPECTATION = "expectation"
    ISSUE = "issue"
    """A link from a trace to an MLflow issue; read and shown, never written by us."""


class SourceType(StrEnum):
    HUMAN = "HUMAN"
    LLM_JUDGE = "LLM_JUDGE"
    CODE = "CODE"
    UNSPECIFIED = "SOURCE_TYPE_UNSPECIFIED"


@dataclass(frozen=True, slots=True)
class Source:
    """Who assessed: `id` is a reviewer's ID, or the name of a judge or a scorer."""

    type: SourceType
    id: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment of a trace, or of one of its spans (`span_id`, hexadecimal).

    `error` is set where a judge failed; `value` is None then. `valid` is False once another assessment overrides this
    one. Times are milliseconds since the epoch, UTC.
    """

    id: str
    trace_id: str
    name: str
    kind: AssessmentKind
    value: JsonValue
    source: Source
    rationale: str | None = None
    span_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    created_at_ms: int = 0
    updated_at_ms: int = 0
    valid: bool = True
    overrides: str | None = None
    error: str | None = None


def is_verdict(assessment: Assessment, names: Container[str]) -> bool:
    """Return whether an assessment is feedback of these names by a judge or by code, which stands and did not fail."""
    return (
        assessment.valid
        and assessment.error is None
        and assessment.name in names
        and assessment.kind is AssessmentKind.FEEDBACK
        and assessment.source.type in (SourceType.LLM_JUDGE, SourceType.CODE)
    )


def person(reviewer: str) -> str:
    """Return the form in which reviewer IDs are compared: trimmed and in lower case."""
    return reviewer.strip().lower()


def same_reviewer(one: str, other: str) -> bool:
    """Return whether two reviewer IDs are one person."""
    return person(one) == person(other)
