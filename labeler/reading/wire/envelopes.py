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
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

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
        return _domain(_AssessmentEnvelope.model_validate(obj), trace_id)
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
    if not isinstance(value, str):
        return value
    if _INTEGER.fullmatch(value):
        return int(value)
    if not _RFC3339.fullmatch(value):
        raise ValueError("not an RFC 3339 time")
    return (datetime.fromisoformat(value.upper().replace(" ", "T")) - _EPOCH) // _MILLISECOND


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


class _Error(_Envelope):
    error_code: _Text = ""
    error_message: _Text = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.error_code, self.error_message) if part) or "failed"


class _Feedback(_Envelope):
    value: Any = None
    error: _Error | None = None


class _SerializedValue(_Envelope):
    value: str


class _Expectation(_Envelope):
    value: Any = None
    serialized_value: _SerializedValue | None = None


class _Issue(_Envelope):
    issue_name: _Text = ""


class _Source(_Envelope):
    source_type: _Text = ""
    source_id: _Text = ""


class _AssessmentEnvelope(_Envelope):
    assessment_id: _Text = ""
    assessment_name: _Text = ""
    trace_id: _Text = ""
    span_id: _Text = ""
    source: _Source | None = None
    rationale: str | None = None
    metadata: _Strings = Field(default_factory=dict)
    create_time: _Timestamp | None = None
    last_update_time: _Timestamp | None = None
    overrides: _Text = ""
    valid: bool | None = None
    feedback: _Feedback | None = None
    expectation: _Expectation | None = None
    issue: _Issue | None = None
    error: _Error | None = None


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
    about = envelope.trace_id or trace_id
    if not about:
        raise MalformedEnvelope("The assessment does not say which trace it is about")
    kind, value, error = _value(envelope)
    created = envelope.create_time or 0
    source = envelope.source or _Source()
    return Assessment(
        id=envelope.assessment_id,
        trace_id=about,
        name=envelope.assessment_name,
        kind=kind,
        value=value,
        source=Source(_SOURCE_TYPES.get(source.source_type, SourceType.UNSPECIFIED), source.source_id),
        rationale=envelope.rationale or None,
        span_id=envelope.span_id or None,
        metadata=_read_only(envelope.metadata),
        created_at_ms=created,
        updated_at_ms=envelope.last_update_time or created,
        valid=envelope.valid is not False,
        overrides=envelope.overrides or None,
        error=str(error) if error else None,
    )


def _value(envelope: _AssessmentEnvelope) -> tuple[AssessmentKind, JsonValue, _Error | None]:
    if (feedback := envelope.feedback) is not None:
        return AssessmentKind.FEEDBACK, feedback.value, feedback.error or envelope.error
    if (expectation := envelope.expectation) is not None:
        if expectation.serialized_value is None:
            return AssessmentKind.EXPECTATION, expectation.value, None
        try:
            return AssessmentKind.EXPECTATION, json.loads(expectation.serialized_value.value), None
        except (ValueError, RecursionError):
            raise MalformedEnvelope("The assessment's expectation.serialized_value is not JSON") from None
    if (issue := envelope.issue) is not None:
        return AssessmentKind.ISSUE, issue.issue_name, None
    raise MalformedEnvelope("The assessment has neither feedback, expectation nor issue")


def _read_only(mapping: dict[str, str]) -> Mapping[str, str]:
    return MappingProxyType(mapping) if mapping else NOTHING


def _told(what: str, error: ValidationError) -> str:
    problems = [
        f"{'.'.join(map(str, problem['loc'])) or 'it'}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False, include_context=False)[:3]
    ]
    return f"The {what} is not of MLflow's form ({'; '.join(problems)})"
