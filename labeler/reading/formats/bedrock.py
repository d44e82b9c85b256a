"""Amazon Bedrock's Converse API and its older InvokeModel, whose body is the model vendor's own JSON.

Protocol: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from labeler.domain.trace import Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import anthropic, chat, openai
from labeler.reading.formats.messages import Side, exchange, role_message
from labeler.reading.formats.values import mapping, text_of
from labeler.reading.message import Message, annotated
from labeler.reading.wire.json_text import container_in

_STOPPED = {
    "max_tokens": "cut off: the token limit was reached",
    "guardrail_intervened": "stopped by a guardrail",
    "content_filtered": "stopped by the content filter",
}


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return exchange(inputs, outputs, _request, _response)


def _request(value: JsonValue) -> list[Message] | None:
    return openai.request(_body(value))


def _response(value: JsonValue) -> list[Message] | None:
    holder = mapping(value)
    if (body := _body(value)) is not value:
        return anthropic.response(body) or openai.response(body)
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
