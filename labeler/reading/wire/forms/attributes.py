"""Attributes of OpenTelemetry spans as exports write them: flat, nested, or as tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.bounded_json import parse_or_none
from labeler.reading.wire.forms.form import objects
from labeler.reading.wire.identifiers import Object

_NESTED: Final = frozenset(
    ("llm", "input", "output", "retrieval", "reranker", "embedding", "tool", "openinference", "session", "user",
     "message", "exception", "agent", "graph", "gen_ai", "langfuse", "traceloop")
)  # fmt: skip
"""First parts of attribute names that OpenInference and its like write nested."""

_DEEPEST: Final = 12
_MLFLOW: Final = "mlflow."


def flat(attributes: Object) -> dict[str, JsonValue]:
    """Attributes under their dotted names, whether they were written flat or nested."""
    found: dict[str, JsonValue] = {}
    for key, value in attributes.items():
        is_nested = isinstance(value, Mapping) or bool(objects(value))
        if is_nested and key.partition(".")[0] in _NESTED:
            found.update(_flattened(key, value, 0))
        else:
            found[key] = recorded(key, value)
    return found


def recorded(key: str, value: JsonValue) -> JsonValue:
    """Return the value of an attribute: MLflow's own are JSON in a text wherever attributes can only be texts."""
    if key.startswith(_MLFLOW) and isinstance(value, str):
        found = parse_or_none(value)
        return value if found is None else found
    return value


def _flattened(name: str, value: JsonValue, depth: int) -> Iterator[tuple[str, JsonValue]]:
    if depth < _DEEPEST and isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from _flattened(f"{name}.{key}", each, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        for place, each in enumerate(value):
            yield from _flattened(f"{name}.{place}", each, depth + 1)
    elif value is not None:
        yield name, value
