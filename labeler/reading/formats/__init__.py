"""The formats of traces: one file a vendor, and the order in which they are asked.

To add a vendor, write a file with ``recognise(inputs, outputs, span)`` that returns the span's messages, or None when
a recorded side is not of its shape, and add a line here. Structure decides; a span's ``mlflow.message.format`` only
says whom to ask first.
"""

from __future__ import annotations

from typing import Final, Protocol

from labeler.domain.trace import Span
from labeler.reading.formats.messages import Side
from labeler.reading.formats.vendors import (
    anthropic,
    autogen,
    bedrock,
    crewai,
    dspy,
    gemini,
    haystack,
    langchain,
    livekit,
    llamaindex,
    mlflow_chat,
    openai,
    openai_responses,
    openinference,
    otel_genai,
    pydantic_ai,
    strands,
    traceloop,
    vercel_ai,
)
from labeler.reading.message import Message


class Recognise(Protocol):
    def __call__(self, inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
        """Return the messages of a span in order, or None when a side that was recorded is not of this format's
        shape.
        """
        ...


FORMATS: Final[dict[str, Recognise]] = {
    "otel-genai": otel_genai.recognise,
    "gemini": gemini.recognise,
    "pydantic_ai": pydantic_ai.recognise,
    "autogen": autogen.recognise,
    "anthropic": anthropic.recognise,
    "bedrock": bedrock.recognise,
    "openai": openai.recognise,
    "openai-responses": openai_responses.recognise,
    "langchain": langchain.recognise,
    "llamaindex": llamaindex.recognise,
    "dspy": dspy.recognise,
    "crewai": crewai.recognise,
    "haystack": haystack.recognise,
    "vercel_ai": vercel_ai.recognise,
    "strands": strands.recognise,
    "livekit": livekit.recognise,
}
"""Formats that read a span's inputs and outputs, by the name MLflow gives the format where it has one."""

ATTRIBUTE_FORMATS: Final[tuple[Recognise, ...]] = (
    otel_genai.recognise_attributes,
    mlflow_chat.recognise,
    openinference.recognise,
    traceloop.recognise,
)
"""Formats that read a span's attributes and events, where inputs and outputs do not hold the conversation."""

_ALIASES: Final = {"openai-agent": "openai-responses", "mistral": "openai", "groq": "openai", "ag2": "openai"}


def in_order(span: Span) -> list[Recognise]:
    """Return the formats to ask about a span, the one it names first; lists with items of the Responses API name it."""
    named = span.attributes.get("mlflow.message.format")
    if named is None and any(map(openai_responses.is_item_list, (span.inputs, span.outputs))):
        named = "openai-responses"
    preferred = _ALIASES.get(named, named) if isinstance(named, str) else None
    first = [FORMATS[preferred]] if preferred in FORMATS else []
    return first + [recognise for name, recognise in FORMATS.items() if name != preferred]
