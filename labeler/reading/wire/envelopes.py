"""MLflow's envelopes: trace info and assessments as JSON, to and from the domain's types.

The forms are those of MLflow's REST API (``/api/3.0/mlflow/traces``: proto3 JSON, in which empty fields are absent),
and of ``Trace.to_json()`` in MLflow 3 (``execution_duration_ms``) and 2 (``request_id``, ``timestamp_ms``, ``status``).
Unknown and missing keys are tolerated; a key of the wrong structure is a `MalformedEnvelope`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from labeler.domain.assessment import NOTHING, Assessment, AssessmentKind, Source, SourceType
from labeler.domain.moment import utc_text
from labeler.domain.trace import TraceState, TraceSummary
from labeler.domain.value import JsonValue

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_INTEGER: Final = re.compile(r"-?[0-9]{1,15}")
_SECONDS: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]+)?s")
_RFC3339: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:]{8}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
_SOURCE_TYPES: Final = {**{kind.value: kind for kind in SourceType}, "AI_JUDGE": SourceType.LLM_JUDGE}
_STATES: Final = {state.value: state for state in TraceState}


class MalformedEnvelope(ValueError):
    """Trace info or an assessment that breaks the protocol. The message names the keys, never their values.

    `trace_id` is the trace it is about, where that could be read.
    """

    def __init__(self, message: str, trace_id: str | None = None) -> None:
        super().__init__(message)
        self.trace_id = trace_id


def trace_summary(obj: object) -> TraceSummary:
    """Return the summary in a trace info object. Raises `MalformedEnvelope`.

    A trace that was logged without a name (OTLP) has the empty one: its root span's name is in its spans.
    Without previews (MLflow 2) the inputs and outputs of the metadata stand in, cut by the client at 250 characters.
    """
    trace_id = readable_trace_id(obj)
    try:
        info = _TraceInfo.model_validate(obj)
        return TraceSummary(
            id=info.trace_id,
            experiment_id=info.trace_location.mlflow_experiment.experiment_id or info.experiment_id,
            requested_at_ms=info.request_time,
            duration_ms=info.execution_duration if info.execution_duration is not None else info.execution_duration_ms,
            state=_STATES.get(info.state, TraceState.UNSPECIFIED),
            name=info.tags.get("mlflow.traceName") or info.trace_metadata.get("mlflow.traceName") or "",
            session_id=info.trace_metadata.get("mlflow.trace.session") or None,
            user=info.trace_metadata.get("mlflow.trace.user") or None,
            tags=_read_only(info.tags),
            metadata=_read_only(info.trace_metadata),
            request_preview=info.request_preview or info.trace_metadata.get("mlflow.traceInputs"),
            response_preview=info.response_preview or info.trace_metadata.get("mlflow.traceOutputs"),
            assessments=tuple(_domain(envelope, info.trace_id) for envelope in info.assessments),
        )
    except ValidationError as error:
        raise MalformedEnvelope(_told("trace info", error), trace_id) from None
    except MalformedEnvelope as error:
        raise MalformedEnvelope(str(error), trace_id) from None


def readable_trace_id(obj: object) -> str | None:
    """Return the trace ID in an object that may otherwise be malformed, or None."""
    if isinstance(obj, Mapping):
        for key in ("trace_id", "request_id"):
            if isinstance(value := obj.get(key), str) and value:
                return value
    return None


def assessment(obj: object, trace_id: str | None = None) -> Assessment:
    """Return the assessment in a wire object; `trace_id` where the object itself does not say. Raises
    `MalformedEnvelope`.

    Assessments that were never stored (in files) have the empty ID. The value of an issue link is the issue's name,
    its own name the issue's ID.
    """
    try:
        return _domain(_ASSESSMENT.validate_python(obj), trace_id)
    except ValidationError as error:
        raise MalformedEnvelope(_told("assessment", error), trace_id or readable_trace_id(obj)) from None


def assessment_to_wire(assessment: Assessment) -> dict[str, JsonValue]:
    """Return the object that a create sends, the value key last.

    A wrongly typed field stops the server's parser, and what was read before it is stored with status 200: only with
    the value last does every such stop end in an error. Times of 0 are left to the server. Of an expectation the
    server stores neither `rationale` nor `overrides`; both are sent as given, so that its echo shows the loss.
    """
    wire: dict[str, JsonValue] = {
        "assessment_id": assessment.id,
        "assessment_name": assessment.name,
        "trace_id": assessment.trace_id,
        "source": {"source_type": assessment.source.type.value, "source_id": assessment.source.id},
        "rationale": assessment.rationale or None,
        "metadata": dict(assessment.metadata),
        "span_id": assessment.span_id,
        "create_time": utc_text(assessment.created_at_ms) if assessment.created_at_ms else None,
        "last_update_time": utc_text(assessment.updated_at_ms) if assessment.updated_at_ms else None,
        "overrides": assessment.overrides,
    }
    present = {key: value for key, value in wire.items() if value not in (None, {})}
    return present | value_to_wire(assessment)


def value_to_wire(assessment: Assessment) -> dict[str, JsonValue]:
    """Return the value key alone: ``feedback``, ``expectation`` or ``issue`` with its content."""
    match assessment.kind:
        case AssessmentKind.EXPECTATION:
            return {"expectation": _expectation_to_wire(assessment.value)}
        case AssessmentKind.ISSUE:
            return {"issue": {"issue_name": assessment.value}}
        case AssessmentKind.FEEDBACK if assessment.error is not None:
            code, _, message = assessment.error.partition(": ")
            return {"feedback": {"value": assessment.value, "error": {"error_code": code, "error_message": message}}}
        case AssessmentKind.FEEDBACK:
            return {"feedback": {"value": assessment.value}}


def _expectation_to_wire(value: JsonValue) -> dict[str, JsonValue]:
    """Lists and objects go as JSON text, in which integers survive; of plain values the server makes doubles."""
    if isinstance(value, Sequence | Mapping) and not isinstance(value, str):
        return {"serialized_value": {"serialization_format": "JSON_FORMAT", "value": json.dumps(value)}}
    return {"value": value}


def _milliseconds(value: object) -> object:
    return _moment_ms(value) if isinstance(value, str) else value


@lru_cache(maxsize=256)  # an assessment was mostly changed last when it was made, and others in the same second
def _moment_ms(text: str) -> int:
    if _INTEGER.fullmatch(text):
        return int(text)
    if not _RFC3339.fullmatch(text):
        raise ValueError("not an RFC 3339 time")
    return (datetime.fromisoformat(text.upper().replace(" ", "T")) - _EPOCH) // _MILLISECOND


def _duration_ms(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _SECONDS.fullmatch(value):
        raise ValueError("not a duration in seconds")
    return round(Decimal(value[:-1]) * 1000)


def _mapping(value: object) -> object:
    """MLflow 2 writes maps as lists of ``{"key", "value"}``; null is an absent key."""
    if value is None:
        return {}
    if isinstance(value, list) and all(isinstance(entry, dict) and entry.keys() == {"key", "value"} for entry in value):
        return {entry["key"]: entry["value"] for entry in value}
    return value


def _list(value: object) -> object:
    return [] if value is None else value


def _text(value: object) -> object:
    return "" if value is None else value


_Text = Annotated[str, BeforeValidator(_text)]
_Timestamp = Annotated[int, BeforeValidator(_milliseconds)]
_Duration = Annotated[int, BeforeValidator(_duration_ms)]
_Strings = Annotated[dict[str, str], BeforeValidator(_mapping)]


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


# A page has thousands of assessments: checked as dictionaries they take half the time that models take.


class _Error(TypedDict, total=False):
    error_code: str | None
    error_message: str | None


class _Feedback(TypedDict, total=False):
    value: Any
    error: _Error | None


class _SerializedValue(TypedDict):
    value: str


class _Expectation(TypedDict, total=False):
    value: Any
    serialized_value: _SerializedValue | None


class _Issue(TypedDict, total=False):
    issue_name: str | None


class _Source(TypedDict, total=False):
    source_type: str | None
    source_id: str | None


class _AssessmentEnvelope(TypedDict, total=False):
    assessment_id: str | None
    assessment_name: str | None
    trace_id: str | None
    span_id: str | None
    source: _Source | None
    rationale: str | None
    metadata: _Strings
    create_time: _Timestamp | None
    last_update_time: _Timestamp | None
    overrides: str | None
    valid: bool | None
    feedback: _Feedback | None
    expectation: _Expectation | None
    issue: _Issue | None
    error: _Error | None


_ASSESSMENT: Final = TypeAdapter(_AssessmentEnvelope)


class _Experiment(_Envelope):
    experiment_id: _Text = ""


class _Location(_Envelope):
    mlflow_experiment: Annotated[_Experiment, BeforeValidator(_mapping)] = Field(default_factory=_Experiment)


class _TraceInfo(_Envelope):
    trace_id: str = Field(min_length=1, validation_alias=AliasChoices("trace_id", "request_id"))
    trace_location: Annotated[_Location, BeforeValidator(_mapping)] = Field(default_factory=_Location)
    experiment_id: _Text = ""
    request_time: _Timestamp = Field(default=0, validation_alias=AliasChoices("request_time", "timestamp_ms"))
    execution_duration: _Duration | None = None
    execution_duration_ms: int | None = Field(
        default=None, validation_alias=AliasChoices("execution_duration_ms", "execution_time_ms")
    )
    state: _Text = Field(default="", validation_alias=AliasChoices("state", "status"))
    trace_metadata: _Strings = Field(
        default_factory=dict, validation_alias=AliasChoices("trace_metadata", "request_metadata")
    )
    tags: _Strings = Field(default_factory=dict)
    request_preview: str | None = None
    response_preview: str | None = None
    assessments: Annotated[list[_AssessmentEnvelope], BeforeValidator(_list)] = Field(default_factory=list)


def _domain(envelope: _AssessmentEnvelope, trace_id: str | None) -> Assessment:
    about = envelope.get("trace_id") or trace_id
    if not about:
        raise MalformedEnvelope("The assessment does not say which trace it is about")
    kind, value, error = _value(envelope)
    created, source = envelope.get("create_time") or 0, envelope.get("source") or {}
    return Assessment(
        id=envelope.get("assessment_id") or "",
        trace_id=about,
        name=envelope.get("assessment_name") or "",
        kind=kind,
        value=value,
        source=Source(
            _SOURCE_TYPES.get(source.get("source_type") or "", SourceType.UNSPECIFIED), source.get("source_id") or ""
        ),
        rationale=envelope.get("rationale") or None,
        span_id=envelope.get("span_id") or None,
        metadata=_read_only(envelope.get("metadata")),
        created_at_ms=created,
        updated_at_ms=envelope.get("last_update_time") or created,
        valid=envelope.get("valid") is not False,
        overrides=envelope.get("overrides") or None,
        error=None if error is None else _error_words(error),
    )


def _value(envelope: _AssessmentEnvelope) -> tuple[AssessmentKind, JsonValue, _Error | None]:
    if (feedback := envelope.get("feedback")) is not None:
        error = feedback.get("error")
        return AssessmentKind.FEEDBACK, feedback.get("value"), envelope.get("error") if error is None else error
    if (expectation := envelope.get("expectation")) is not None:
        serialized = expectation.get("serialized_value")
        if serialized is None:
            return AssessmentKind.EXPECTATION, expectation.get("value"), None
        try:
            return AssessmentKind.EXPECTATION, json.loads(serialized["value"]), None
        except (ValueError, RecursionError):
            raise MalformedEnvelope("The assessment's expectation.serialized_value is not JSON") from None
    if (issue := envelope.get("issue")) is not None:
        return AssessmentKind.ISSUE, issue.get("issue_name") or "", None
    raise MalformedEnvelope("The assessment has neither feedback, expectation nor issue")


def _error_words(error: _Error) -> str:
    return ": ".join(part for part in (error.get("error_code"), error.get("error_message")) if part) or "failed"


def _read_only(mapping: dict[str, str] | None) -> Mapping[str, str]:
    return MappingProxyType(mapping) if mapping else NOTHING


def _told(what: str, error: ValidationError) -> str:
    problems = [
        f"{'.'.join(map(str, problem['loc'])) or 'it'}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False, include_context=False)[:3]
    ]
    return f"The {what} is not of MLflow's form ({'; '.join(problems)})"
