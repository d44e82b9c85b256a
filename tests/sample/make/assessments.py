"""What judges, code and colleagues said about traces of the sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from labeler.domain.value import JsonValue
from tests.sample.make.spans import Span, Wire, digest, span_id

_JUDGE: Final = "openai:/gpt-4.1-mini"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One assessment. `span` is the name of the span it is about; `after_s` is when, in seconds after the request.

    `overrides` is the assessment on the same trace that this one supersedes.
    """

    name: str
    value: JsonValue
    source_type: str
    source_id: str
    kind: str = "feedback"
    rationale: str | None = None
    span: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    after_s: int = 95
    valid: bool = True
    overrides: Said | None = None
    error: Mapping[str, str] | None = None


def judge(name: str, value: JsonValue, rationale: str, *, span: str | None = None, chunk: int | None = None) -> Said:
    """What a model judged; `chunk` is the number of the retrieved document it is about."""
    metadata = {"mlflow.assessment.sourceRunId": digest("run", name).hex()[:32]}
    if chunk is not None:
        metadata |= {"span_output_key": str(chunk), "chunk_index": str(chunk)}
    return Said(
        name=name,
        value=value,
        source_type="LLM_JUDGE",
        source_id=_JUDGE,
        rationale=rationale,
        span=span,
        metadata=metadata,
    )


def failed_judge(name: str, code: str, message: str) -> Said:
    """A judge that gave no verdict."""
    error = {"error_code": code, "error_message": message}
    return Said(name=name, value=None, source_type="LLM_JUDGE", source_id=_JUDGE, error=error)


def code(name: str, value: JsonValue) -> Said:
    """What a scorer computed."""
    return Said(name=name, value=value, source_type="CODE", source_id=f"desk_checks.{name}", after_s=2)


def colleague(
    who: str,
    name: str,
    value: JsonValue,
    rationale: str | None = None,
    *,
    kind: str = "feedback",
    after_s: int = 5400,
    overrides: Said | None = None,
    valid: bool = True,
) -> Said:
    """What another reviewer said."""
    return Said(
        name=name,
        value=value,
        source_type="HUMAN",
        source_id=who,
        kind=kind,
        rationale=rationale,
        after_s=after_s,
        overrides=overrides,
        valid=valid,
    )


def wire_assessment(said: Said, key: str, trace_id: str, requested: datetime, root: Span) -> Wire:
    """The assessment as the server sends it inside a trace's info."""
    moment = (requested + timedelta(seconds=said.after_s)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    wire: Wire = {
        "assessment_id": _assessment_id(said, key),
        "assessment_name": said.name,
        "trace_id": trace_id,
        "source": {"source_type": said.source_type, "source_id": said.source_id},
        "create_time": moment,
        "last_update_time": moment,
        "valid": said.valid,
    }
    if said.span is not None:
        wire["span_id"] = span_id(key, _path_of(root, said.span, root.name))
    if said.rationale is not None:
        wire["rationale"] = said.rationale
    if said.overrides is not None:
        wire["overrides"] = _assessment_id(said.overrides, key)
    if said.metadata:
        wire["metadata"] = dict(said.metadata)
    content: Wire = {"value": said.value}
    if said.error is not None:
        content["error"] = dict(said.error)
    return wire | {said.kind: content}


def _assessment_id(said: Said, key: str) -> str:
    parts = (key, said.name, said.source_id, str(said.after_s), str(said.metadata))
    return "a-" + digest("assessment", *parts).hex()[:32]


def _path_of(span: Span, name: str, path: str) -> str:
    """The path of the first span of that name, as `spans.wire_spans` counts paths."""
    found = _search(span, name, path)
    if found is None:
        raise LookupError(f"no span {name} below {path}")
    return found


def _search(span: Span, name: str, path: str) -> str | None:
    if span.name == name:
        return path
    for number, child in enumerate(span.children):
        found = _search(child, name, f"{path}/{number}/{child.name}")
        if found is not None:
            return found
    return None
