"""Traces and their spans, from the summary in a worklist to the decoded span."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import NOTHING, Assessment
from labeler.domain.value import JsonValue

MOST_ID_CHARACTERS: Final = 250
"""MLflow's database keeps 50 of an ID, Databricks' IDs are longer."""

_ID_SHOWN: Final = 60
_MLFLOW_PREFIX: Final = "tr-"
_OPEN_TELEMETRY_ID: Final = re.compile(r"[0-9a-f]{32}")


class TraceState(StrEnum):
    OK = "OK"
    ERROR = "ERROR"
    IN_PROGRESS = "IN_PROGRESS"
    UNSPECIFIED = "STATE_UNSPECIFIED"


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """What a search returns of a trace. Previews are cut by the server and never judged.

    Text is as the backend sent it: sanitise it before showing. `requested_at_ms` is in milliseconds since the epoch
    (UTC); `duration_ms` is None while the trace is unfinished, or where it was not recorded. `read_at_ms` is when the
    backend was asked for it, by this machine's clock; 0 where that is not known.
    """

    id: str
    experiment_id: str
    requested_at_ms: int
    duration_ms: int | None
    state: TraceState
    name: str
    session_id: str | None = None
    user: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    metadata: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    request_preview: str | None = None
    response_preview: str | None = None
    assessments: tuple[Assessment, ...] = ()
    read_at_ms: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RawTrace:
    """A whole trace as it came: `payload` is the exact JSON body with its spans, undecoded.

    Its structure shows which of the wire forms it is; `reading.wire` decodes it. `failure` says in a sentence why the
    backend gave no spans that can be read, where it should have some; the payload is then what came in their place.
    """

    summary: TraceSummary
    payload: bytes
    failure: str = ""


@dataclass(frozen=True, slots=True)
class SpanEvent:
    name: str
    at_ns: int
    attributes: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """The absence of a span's input or output, which is not the same as a recorded null."""


NOT_RECORDED = NotRecorded()


@dataclass(frozen=True, slots=True)
class Span:
    """One decoded span. IDs are hexadecimal, times nanoseconds since the epoch (`end_ns` 0: unfinished).

    `inputs` and `outputs` are `NOT_RECORDED` where the span has no such attribute; `attributes` holds all attributes,
    decoded, including those two.
    """

    id: str
    parent_id: str | None
    name: str
    type: str | None
    start_ns: int
    end_ns: int
    status: str
    """``OK``, ``ERROR`` or ``UNSET``."""
    status_message: str
    inputs: JsonValue | NotRecorded
    outputs: JsonValue | NotRecorded
    attributes: Mapping[str, JsonValue]
    events: tuple[SpanEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """A decoded trace: its summary and every span, in start order."""

    summary: TraceSummary
    spans: tuple[Span, ...]


def why_no_id(identifier: str) -> str:
    """Return why no trace can have this ID, as the end of a sentence that starts with it; empty where one can."""
    if not identifier:
        return "is empty"
    if len(identifier) > MOST_ID_CHARACTERS:
        return f"is {len(identifier):,} characters long, and no ID is longer than {MOST_ID_CHARACTERS}"
    return "" if identifier.isprintable() else "holds characters that no ID has: controls, or halves of characters"


def other_spelling(trace_id: str) -> str | None:
    """Return how MLflow spells an OpenTelemetry trace ID of a file, or the file one of MLflow's; None for other IDs.

    MLflow puts ``tr-`` before such an ID, and so did earlier versions of labeler to those of files.
    """
    digits = trace_id.removeprefix(_MLFLOW_PREFIX)
    if not _OPEN_TELEMETRY_ID.fullmatch(digits):
        return None
    return digits if digits != trace_id else f"{_MLFLOW_PREFIX}{digits}"


def short_id(identifier: str) -> str:
    """Return an ID for a sentence, cut where it is endless."""
    return identifier if len(identifier) <= _ID_SHOWN else f"{identifier[:_ID_SHOWN]}…"
