"""What a form of traces in files is: how it is recognised, and what is read out of one of its traces.

Each form is a file of its own in this folder. Whether a value is of a form is told by its structure, never by a file's
name. What is read are spans in the encoded shape of MLflow's artifacts, which `wire.spans` decodes, and the facts that
stand beside them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.assessment import NOTHING, Assessment
from labeler.domain.trace import NOT_RECORDED, NotRecorded
from labeler.domain.value import JsonValue
from labeler.reading.wire.bounded_json import container_in
from labeler.reading.wire.identifiers import Object

Side: TypeAlias = "JsonValue | NotRecorded"
"""What went into a span or came out of it."""

UNTIMED_END_NS: Final = 1
"""The end of a span that is over but says no times: 0 would be a span that still runs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a trace beside its spans.

    `trace_id` is the trace's own, and None for a row, which is known by its content; `own_id` is what a row calls
    itself. Times are nanoseconds since the epoch, 0 where they are not told.
    """

    trace_id: str | None = None
    own_id: str | None = None
    name: str = ""
    started_ns: int = 0
    duration_ms: int | None = None
    session: str | None = None
    user: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    metadata: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    assessments: tuple[Assessment, ...] = ()
    """Without the trace's ID, which is filled in once it is known."""
    notes: tuple[str, ...] = ()
    """What a reader should know of how the trace was read, said once a file."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """One trace of a known form: its spans, still encoded, and what is known beside them."""

    spans: Sequence[Object]
    facts: Facts


def _nothing(_value: JsonValue) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Form:
    """A form of traces in files.

    `recognise` reads one whole trace, or None where the value is of another form. `part_of` names the trace that a
    value is only a part of: the parts of one trace are given to `recognise` as a list. `members` are the traces of a
    value that holds several, or their parts.
    """

    name: str
    recognise: Callable[[JsonValue], Recognised | None]
    part_of: Callable[[JsonValue], str | None] = _nothing
    members: Callable[[JsonValue], Sequence[JsonValue] | None] = _nothing


def encoded_span(
    span_id: str,
    *,
    parent: str | None = None,
    name: str = "",
    kind: str | None = None,
    start: JsonValue = None,
    end: JsonValue = None,
    failed: bool = False,
    message: str = "",
    inputs: Side = NOT_RECORDED,
    outputs: Side = NOT_RECORDED,
    attributes: Mapping[str, JsonValue] = NOTHING,
    events: Sequence[JsonValue] = (),
) -> Object:
    """Return a span in the shape of MLflow's artifacts. Times may be in any notation that `nanoseconds` reads."""
    given: dict[str, JsonValue] = {key: _encoded(value) for key, value in attributes.items() if value is not None}
    if kind:
        given["mlflow.spanType"] = _encoded(kind)
    for key, side in (("mlflow.spanInputs", inputs), ("mlflow.spanOutputs", outputs)):
        if not isinstance(side, NotRecorded):
            given[key] = _encoded(side)
    return {
        "span_id": span_id,
        "parent_span_id": parent,
        "name": name,
        "start_time_unix_nano": nanoseconds(start),
        "end_time_unix_nano": nanoseconds(end),
        "status": {"code": "ERROR" if failed else "UNSET", "message": message},
        "attributes": given,
        "events": events,
    }


def _encoded(value: JsonValue) -> JsonValue:
    """Return a value of an attribute: texts as JSON texts, so that one which looks like JSON stays a text."""
    return json.dumps(value) if isinstance(value, str) else value


def exception_event(message: str, kind: str = "", stack: str = "", at: JsonValue = None) -> JsonValue:
    """Return an event that tells of an exception, as OpenTelemetry has them."""
    attributes = {"exception.type": kind, "exception.message": message, "exception.stacktrace": stack}
    told: dict[str, JsonValue] = {key: text for key, text in attributes.items() if text}
    return {"name": "exception", "time_unix_nano": nanoseconds(at), "attributes": told}


def nanoseconds(value: JsonValue) -> int:
    """Return a time as nanoseconds since the epoch: ISO 8601 (without a zone: UTC), or a number in the unit that its
    size
    tells (seconds, milliseconds, microseconds, nanoseconds). 0 for what is no time."""
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return nanoseconds(float(value) if "." in value else int(value))
        return _from_iso(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        return 0
    if not math.isfinite(value):
        return 0
    scale = next(scale for limit, scale in _UNITS if value < limit)
    return int(value * scale) if isinstance(value, int) else round(value * scale)


def duration_ms(value: JsonValue, per_unit: float) -> int | None:
    """Return a duration in milliseconds from a number in a unit of `per_unit` milliseconds; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value * per_unit < _LONGEST_MS:
        return None
    return round(value * per_unit)


def _from_iso(text: str) -> int:
    if len(text) > _LONGEST_TIME:
        return 0
    try:
        at = datetime.fromisoformat(text.strip().upper().removesuffix(" UTC"))
    except ValueError:
        return 0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        return max(0, (at - _EPOCH) // timedelta(microseconds=1) * 1000)
    except OverflowError:
        return 0


def is_object(value: JsonValue) -> bool:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def as_object(value: JsonValue) -> Object:
    """Return the object that a value is, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: JsonValue) -> Sequence[JsonValue]:
    """Return the list that a value is, else an empty one."""
    return value if isinstance(value, list) else ()


def objects(value: JsonValue) -> list[Object]:
    """Return the objects in a list; empty for what is no list."""
    return [each for each in as_list(value) if isinstance(each, dict)]


def text_or_none(value: JsonValue) -> str | None:
    """Return a text or a number as a text, None for anything else and for the empty text."""
    if isinstance(value, str):
        return value or None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else None


def first_text(holder: Object, *keys: str) -> str | None:
    """Return the first of the keys' values that is a text or a number, as a text."""
    return next((text for key in keys if (text := text_or_none(holder.get(key))) is not None), None)


def unpacked(value: JsonValue) -> JsonValue:
    """Return a value that may have been written as JSON text: the object or list in it, else the value itself."""
    if isinstance(value, str):
        found = container_in(value)
        return value if found is None else found
    return value


def texts_of(values: Iterable[tuple[str, JsonValue]]) -> dict[str, str]:
    """Values as texts for tags and metadata: what is no text as JSON. Without nulls and what is empty."""
    return {
        str(key): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for key, value in values
        if value not in (None, "", [], {})
    }


def usage(holder: Object) -> dict[str, int]:
    """Token counts under any of their usual names, under MLflow's."""
    found = {}
    for name, keys in _TOKENS.items():
        counts = (holder.get(key) for key in keys)
        count = next((c for c in counts if isinstance(c, int) and not isinstance(c, bool) and c >= 0), None)
        if count is not None:
            found[name] = count
    if found and "total_tokens" not in found:
        found["total_tokens"] = sum(found.values())
    return found


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = 10**19
_UNITS: Final = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3), (_LATEST, 1))
_LONGEST_MS: Final = 10**12
_LONGEST_TIME: Final = 64
_NUMBER: Final = re.compile(r"[0-9]{1,19}(\.[0-9]{1,9})?")
_TOKENS: Final = {
    "input_tokens": ("input_tokens", "prompt_tokens", "promptTokens", "inputTokens", "input", "prompt"),
    "output_tokens": ("output_tokens", "completion_tokens", "completionTokens", "outputTokens", "output", "completion"),
    "total_tokens": ("total_tokens", "totalTokens", "total"),
}
