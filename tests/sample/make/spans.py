"""Spans of the sample, and their wire form: what MLflow's ``traces/get`` answers (form A, OTLP-like)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from labeler.domain.trace import NOT_RECORDED, NotRecorded
from labeler.domain.value import JsonValue

_MILLISECOND_NS: Final = 1_000_000

Wire = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception that ended a span."""

    type: str
    message: str
    stacktrace: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call to a model took: tokens in and out, and its price in dollars."""

    model: str
    tokens_in: int
    tokens_out: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span and those below it, which run one after the other.

    `ms` is its own time in milliseconds, without that of its children. `attributes` come after inputs and outputs.
    """

    name: str
    type: str
    inputs: JsonValue | NotRecorded = NOT_RECORDED
    outputs: JsonValue | NotRecorded = NOT_RECORDED
    ms: int = 3
    children: tuple[Span, ...] = ()
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    usage: Usage | None = None
    failure: Failure | None = None

    def walk(self) -> Iterator[Span]:
        """This span and all below it, in start order."""
        yield self
        for child in self.children:
            yield from child.walk()


def digest(*parts: str) -> bytes:
    """Bytes that look random and are always the same for the same parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def span_id(key: str, path: str) -> str:
    """The hexadecimal ID of the span at `path` (names joined by ``/``) of the trace made from `key`."""
    return digest("span", key, path)[:8].hex()


def wire_spans(root: Span, key: str, trace_id: str, start_ns: int) -> list[Wire]:
    """The spans of a trace in start order, as the server sends them; `trace_id` in its ``tr-`` form."""
    return _laid_out(root, key, trace_id, start_ns, root.name, None)[0]


def any_value(value: JsonValue) -> Wire:
    """OTLP's AnyValue of a JSON value; null is the empty one."""
    match value:
        case None:
            return {}
        case bool():
            return {"bool_value": value}
        case int():
            return {"int_value": value}
        case float():
            return {"double_value": value}
        case str():
            return {"string_value": value}
        case Mapping():
            return {"kvlist_value": _values([_key_value(key, content) for key, content in value.items()])}
        case Sequence():
            return {"array_value": _values([any_value(element) for element in value])}


def _laid_out(
    span: Span, key: str, trace_id: str, start_ns: int, path: str, parent: str | None
) -> tuple[list[Wire], int]:
    """The wire spans of a span and those below it, and when it ended."""
    own_id = span_id(key, path)
    now_ns = start_ns + _wobble(key, path, "start")
    below: list[Wire] = []
    for number, child in enumerate(span.children):
        laid_out, ended_ns = _laid_out(child, key, trace_id, now_ns, f"{path}/{number}/{child.name}", own_id)
        below += laid_out
        now_ns = ended_ns + _wobble(key, path, str(number))
    end_ns = now_ns + span.ms * _MILLISECOND_NS + _wobble(key, path, "end")
    wire: Wire = {
        "trace_id": _base64(trace_id.removeprefix("tr-")),
        "span_id": _base64(own_id),
        **({} if parent is None else {"parent_span_id": _base64(parent)}),
        "name": span.name,
        "start_time_unix_nano": start_ns,
        "end_time_unix_nano": end_ns,
        "attributes": [_key_value(name, value) for name, value in _attributes(span, trace_id).items()],
    }
    if span.failure is None:
        return [wire | {"status": {"code": "STATUS_CODE_OK"}}, *below], end_ns
    wire["events"] = [_exception(span.failure, end_ns - _wobble(key, path, "failure"))]
    wire["status"] = {"code": "STATUS_CODE_ERROR", "message": f"{span.failure.type}: {span.failure.message}"}
    return [wire, *below], end_ns


def _attributes(span: Span, trace_id: str) -> dict[str, JsonValue]:
    attributes: dict[str, JsonValue] = {"mlflow.traceRequestId": trace_id, "mlflow.spanType": span.type}
    if not isinstance(span.inputs, NotRecorded):
        attributes["mlflow.spanInputs"] = span.inputs
    if not isinstance(span.outputs, NotRecorded):
        attributes["mlflow.spanOutputs"] = span.outputs
    if span.usage is not None:
        attributes["mlflow.llm.model"] = span.usage.model
        attributes["mlflow.chat.tokenUsage"] = tokens(span.usage.tokens_in, span.usage.tokens_out)
        attributes["mlflow.llm.cost"] = {"total_cost": span.usage.cost}
    return attributes | dict(span.attributes)


def tokens(tokens_in: int, tokens_out: int) -> dict[str, JsonValue]:
    """Token counts as MLflow records them."""
    return {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}


def _exception(failure: Failure, at_ns: int) -> Wire:
    attributes = {
        "exception.message": failure.message,
        "exception.type": failure.type,
        "exception.stacktrace": failure.stacktrace,
    }
    return {
        "time_unix_nano": at_ns,
        "name": "exception",
        "attributes": [_key_value(name, value) for name, value in attributes.items()],
    }


def _key_value(key: str, value: JsonValue) -> Wire:
    return {"key": key} if value is None else {"key": key, "value": any_value(value)}


def _values(values: Sequence[JsonValue]) -> Wire:
    return {"values": values} if values else {}


def _wobble(*parts: str) -> int:
    """Some nanoseconds, less than a millisecond, so that times look measured."""
    return int.from_bytes(digest(*parts)[:4], "big") % _MILLISECOND_NS


def _base64(hexadecimal: str) -> str:
    return b64encode(bytes.fromhex(hexadecimal)).decode("ascii")
