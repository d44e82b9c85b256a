"""Amazon Bedrock's Converse API and its older InvokeModel, whose body is the model vendor's own JSON.

Protocol: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from typing import Final

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import chat
from labeler.reading.formats.messages import Side, exchange, role_message
from labeler.reading.formats.plain import input_message, output_message
from labeler.reading.formats.values import decoded, mapping, text_of
from labeler.reading.formats.vendors import invoke_model
from labeler.reading.message import Message, annotated
from labeler.reading.wire.bounded_json import container_in

_EVENT: Final = "json"
_STOPPED = {
    "max_tokens": "cut off: the token limit was reached",
    "guardrail_intervened": "stopped by a guardrail",
    "content_filtered": "stopped by the content filter",
}


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    events = [decoded(event.attributes[_EVENT]) for event in span.events if _EVENT in event.attributes]

    def answered(value: JsonValue) -> list[Message] | None:
        recorded = None if mapping(value).get("body") == "EventStream" else _response(value)
        streamed = invoke_model.streamed(events) if events else []
        return streamed if invoke_model.says_more(streamed, recorded) else recorded

    return exchange(inputs, outputs, _request, answered)


def _request(value: JsonValue) -> list[Message] | None:
    body = _body(value)
    if body is value:
        return invoke_model.request(value)
    return invoke_model.request(body) or [input_message(body)]


def _response(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    if (body := _body(value)) is not value:
        return invoke_model.response(body) or _response(body) or [output_message(body)]
    said = mapping(holder.get("output")).get("message")
    found = role_message(said)
    if found and (note := _STOPPED.get(text_of(holder.get("stopReason")))):
        return annotated(found, note)
    return found if found is not None else chat.response(holder.get("output"))


def _body(value: JsonValue) -> JsonValue:
    body = mapping(value).get("body")
    if isinstance(body, str):
        return container_in(body.removeprefix("b'").removesuffix("'")) or value
    return body if isinstance(body, dict) else value
