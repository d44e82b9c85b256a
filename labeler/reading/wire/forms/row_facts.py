"""What stands in a row beside its request and response: its ID, retrieved texts, scores, expected answers, labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.value import JsonValue
from labeler.reading.wire.bounded_json import parse_or_none
from labeler.reading.wire.forms.form import as_object, first_text, objects, text_or_none, unpacked
from labeler.reading.wire.forms.said import IN_FILE, expected, feedback
from labeler.reading.wire.identifiers import Object

OWN_ID_KEYS: Final = ("id", "uuid", "custom_id", "trace_id")
CONTEXT_KEYS: Final = ("contexts", "documents", "retrieved_contexts", "context", "source_documents")
EXPECTED_KEYS: Final = (
    "expected",
    "ground_truth",
    "expected_response",
    "expected_output",
    "reference",
    "target",
    "ideal",
    "expectations",
)
SCORE_KEYS: Final = ("scores", "score", "rating", "feedback", "feedback_scores")
LABEL_KEYS: Final = ("labeler_labels", "labels")
_TAKEN: Final = frozenset(
    (*CONTEXT_KEYS, *EXPECTED_KEYS, *SCORE_KEYS, *OWN_ID_KEYS, *LABEL_KEYS, "tools", "tags", "usage")
)
_LABEL: Final = "label."
_COMMENT: Final = "comment."
_MOST_CONTEXTS: Final = 10_000


def is_taken(key: str) -> bool:
    """Return whether a key's value is read as something of its own, or was written by this program."""
    return key in _TAKEN or is_label_key(key)


def is_label_key(key: str) -> bool:
    """Return whether a key holds labels that were joined into the row."""
    return key in LABEL_KEYS or key.startswith((_LABEL, _COMMENT))


def contexts_of(row: Object) -> list[JsonValue]:
    """Return the retrieved texts or documents of a row, empty where it has none."""
    for key in CONTEXT_KEYS:
        value = unpacked(row.get(key))
        if isinstance(value, str) and value:
            return [value]
        if isinstance(value, list) and value and all(isinstance(each, str | Mapping) for each in value):
            return value[:_MOST_CONTEXTS]
    return []


def assessments_of(row: Object, used: Sequence[str] = ()) -> tuple[Assessment, ...]:
    """Return what a row says about its response: expected answers, scores, feedback.

    Not the labels that were joined in.
    """
    said: list[Assessment] = []
    for key in EXPECTED_KEYS:
        value = unpacked(row.get(key)) if key == "expectations" else row.get(key)
        if key in used or value in (None, "", {}):
            continue
        by_name = value if key == "expectations" and isinstance(value, Mapping) else {key: value}
        said.extend(expected(name, each) for name, each in by_name.items())
    for key in SCORE_KEYS:
        if key not in used:
            said.extend(_scores(key, unpacked(row.get(key))))
    return tuple(said)


def _scores(key: str, value: JsonValue) -> list[Assessment]:
    if value in (None, "", [], {}):
        return []
    if isinstance(value, Mapping) and key == "scores":
        return [_score(name, each) for name, each in value.items() if each is not None]
    if isinstance(value, list) and (named := [each for each in objects(value) if first_text(each, "name", "key")]):
        return [_score(first_text(each, "name", "key") or key, each) for each in named]
    return [_score(key, value)]


def _score(name: str, value: JsonValue) -> Assessment:
    holder = as_object(value)
    source = IN_FILE
    if (judge := first_text(holder, "judge", "scorer", "evaluator")) is not None:
        source = Source(SourceType.LLM_JUDGE, judge)
    inner = next((holder[key] for key in ("value", "score", "rating") if holder.get(key) is not None), value)
    comment = first_text(holder, "comment", "rationale", "reason", "explanation")
    return feedback(name, inner, source, comment=comment)


def labels_of(row: Object) -> tuple[Assessment, ...]:
    """Return the labels that a labelled file has joined into a row; empty for a key `labels` that holds something else.

    Those in keys of their own, of the flat form, are of an unknown source: the file does not say whose they are.
    """
    for key in LABEL_KEYS:
        labels = objects(row.get(key))
        if labels and all({"name", "value", "reviewer"} <= each.keys() for each in labels):
            return tuple(map(_label, labels))
    names = (
        key.removeprefix(_LABEL) for key, value in row.items() if key.startswith(_LABEL) and value not in (None, "")
    )
    return tuple(
        feedback(name, _cell_value(row[_LABEL + name]), IN_FILE, comment=row.get(_COMMENT + name)) for name in names
    )


def _cell_value(value: JsonValue) -> JsonValue:
    """Return a value of the flat form.

    A table has texts for all: one that is a JSON value of another kind stands for that.
    """
    if not isinstance(value, str):
        return value
    parsed = parse_or_none(value)
    return value if parsed is None or isinstance(parsed, str) else parsed


def _label(label: Object) -> Assessment:
    is_expectation = label.get("kind") == AssessmentKind.EXPECTATION.value
    return feedback(
        text_or_none(label.get("name")) or "label",
        label.get("value"),
        Source(SourceType.HUMAN, text_or_none(label.get("reviewer")) or ""),
        comment=label.get("rationale"),
        at=label.get("at"),
        span_id=text_or_none(label.get("span_id")),
        assessment_id=text_or_none(label.get("assessment_id")) or "",
        kind=AssessmentKind.EXPECTATION if is_expectation else AssessmentKind.FEEDBACK,
    )
