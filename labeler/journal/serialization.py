"""Converts to and from the JSON in the journal's columns. It is ASCII, so that lone surrogates survive, too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType, person
from labeler.domain.change import Answer, AnswerEffect, Blind, Effect, StateEffect, TracePlace
from labeler.domain.worklist import ItemState, ReviewSpec

_SITTING: Final = ("label", "notes_local", "address", "sprint", "files", "plan", "guide")
"""Fields of a spec that may differ from one sitting to the next."""

_LATER: Final = ("since", "asks", "content", "judge", "role")
"""Fields that earlier versions did not know. They are in a key only where they say something, so that keys last."""

_BLIND: Final = {each.value: each for each in Blind}


def to_json(value: Any) -> str:
    """Encode a value as compact ASCII JSON. Raises ValueError for NaN and infinities."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def spec_to_json(spec: ReviewSpec) -> str:
    """Encode the spec of a review."""
    return to_json(_spec_fields(spec))


def spec_key(spec: ReviewSpec) -> str:
    """Return the key of a spec's review: two specs with the same key are the same review."""
    fields = {
        name: value
        for name, value in _spec_fields(spec).items()
        if name not in _SITTING and (value or name not in _LATER)
    }
    return to_json({**fields, "reviewer": person(spec.reviewer)})


def spec_from_json(text: str) -> ReviewSpec:
    """Decode what `spec_to_json` encoded."""
    fields = json.loads(text)
    for name in ("experiment_ids", "order_by", "trace_ids", "asks"):
        fields[name] = tuple(fields.get(name, ()))
    return ReviewSpec(**fields)


def _spec_fields(spec: ReviewSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in ReviewSpec.__slots__}


def effects_to_json(effects: Sequence[Effect]) -> str:
    """Encode the effects of a change."""
    return to_json([_effect_fields(effect) for effect in effects])


def effects_from_json(text: str) -> tuple[Effect, ...]:
    """Decode what `effects_to_json` encoded."""
    return tuple(map(_effect, json.loads(text)))


def assessment_fields(assessment: Assessment) -> dict[str, Any]:
    """Return an assessment as a JSON object."""
    fields = {name: getattr(assessment, name) for name in Assessment.__slots__}
    return {**fields, "source": [assessment.source.type, assessment.source.id]}


def assessment_of(fields: Mapping[str, Any]) -> Assessment:
    """Return the assessment that `assessment_fields` was given."""
    source_type, source_id = fields["source"]
    return Assessment(
        **{
            **fields,
            "kind": AssessmentKind(fields["kind"]),
            "source": Source(SourceType(source_type), source_id),
        }
    )


def answer_fields(answer: Answer) -> dict[str, Any]:
    """Return an answer as a JSON object."""
    fields = {name: getattr(answer, name) for name in Answer.__slots__}
    if not answer.has_fallen:
        del fields["has_fallen"]
    if answer.repeats is None:
        del fields["repeats"]
    if answer.bulk is None:
        del fields["bulk"]
    if answer.place is None:
        del fields["place"]
    if not answer.adjudicates:
        del fields["adjudicates"]
    return fields


def answer_of(fields: Mapping[str, Any]) -> Answer:
    """Return the answer that `answer_fields` was given."""
    return Answer(
        fields["assessment_id"],
        fields["value"],
        fields["comment"],
        fields["answered_at_ms"],
        fields["duration_ms"],
        _BLIND[fields["blind"]],
        fields["overrides"],
        fields.get("has_fallen", False),
        fields.get("repeats"),
        fields.get("bulk"),
        TracePlace(*fields["place"]) if "place" in fields else None,
        tuple(fields.get("adjudicates", ())),
    )


def _effect_fields(effect: Effect) -> dict[str, Any]:
    if isinstance(effect, StateEffect):
        fields: dict[str, Any] = {"trace_id": effect.trace_id, "state": [effect.before, effect.after]}
        return fields | ({"leaves_queue_alone": True} if effect.leaves_queue_alone else {})
    fields = {
        "trace_id": effect.trace_id,
        "question": effect.question,
        "kind": effect.kind,
        "span_id": effect.span_id,
        "before": None if effect.before is None else answer_fields(effect.before),
        "after": None if effect.after is None else answer_fields(effect.after),
    }
    beside = {"retired": effect.retired, "restored": effect.restored}
    return fields | {name: [assessment_fields(each) for each in rows] for name, rows in beside.items() if rows}


def _effect(fields: dict[str, Any]) -> Effect:
    if "state" in fields:
        before, after = fields["state"]
        alone = bool(fields.get("leaves_queue_alone"))
        return StateEffect(fields["trace_id"], ItemState(before), ItemState(after), alone)
    return AnswerEffect(
        trace_id=fields["trace_id"],
        question=fields["question"],
        kind=AssessmentKind(fields["kind"]),
        before=None if fields["before"] is None else answer_of(fields["before"]),
        after=None if fields["after"] is None else answer_of(fields["after"]),
        span_id=fields["span_id"],
        retired=tuple(map(assessment_of, fields.get("retired", ()))),
        restored=tuple(map(assessment_of, fields.get("restored", ()))),
    )
