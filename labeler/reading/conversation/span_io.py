"""Where a span's inputs and outputs are, in the attributes of every instrumentation.

MLflow's server copies most of these to its own attributes on arrival; spans from files, and what the server does not
know, are read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from labeler.domain.trace import NOT_RECORDED, NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.values import decoded, unflattened

INPUT_KEYS: Final = (
    "gen_ai.input.messages",
    "input.value",
    "gcp.vertex.agent.tool_call_args",
    "gcp.vertex.agent.llm_request",
    "ai.prompt",
    "ai.toolCall.args",
    "ai.value",
    "ai.values",
    "agent.messages",
    "llm.messages",
    "gen_ai.tool.call.arguments",
    "langfuse.observation.input",
    "langfuse.trace.input",
    "lmnr.span.input",
    "traceloop.entity.input",
    "lk.user_input",
    "lk.user_transcript",
    "lk.chat_ctx",
    "lk.function_tool.arguments",
    "user_prompt",
    "tool_arguments",
    "haystack.component.input",
    "haystack.agent.input",
    "haystack.agent.step.llm.input",
    "haystack.agent.step.tool.input",
    "haystack.pipeline.input_data",
    "full_command",
    "gen_ai.prompt",
    "input",
)
OUTPUT_KEYS: Final = (
    "gen_ai.output.messages",
    "output.value",
    "gcp.vertex.agent.tool_response",
    "gcp.vertex.agent.llm_response",
    "ai.response.text",
    "ai.response.object",
    "ai.toolCall.result",
    "ai.embedding",
    "ai.embeddings",
    "gen_ai.tool.call.result",
    "gen_ai.tool.result.value",
    "langfuse.observation.output",
    "langfuse.trace.output",
    "lmnr.span.output",
    "traceloop.entity.output",
    "lk.response.text",
    "lk.function_tool.output",
    "response.model_output",
    "tool_response",
    "haystack.component.output",
    "haystack.agent.output",
    "haystack.agent.step.llm.output",
    "haystack.agent.step.tool.output",
    "haystack.pipeline.output_data",
    "final_result",
    "gen_ai.completion",
    "output",
)
_FRAMES: Final = (
    (frozenset(("inputs", "tags", "metadata", "kwargs")), "inputs"),
    (frozenset(("outputs", "kwargs")), "outputs"),
)
_TYPE_KEYS: Final = (
    "openinference.span.kind",
    "traceloop.span.kind",
    "langfuse.observation.type",
    "lmnr.span.type",
    "gen_ai.operation.name",
    "ai.operationId",
    "span.type",
    "entity.type",
)
_TYPES: Final = {
    "chat": "CHAT_MODEL",
    "completion": "LLM",
    "text_completion": "LLM",
    "generate_content": "LLM",
    "generation": "LLM",
    "execute_tool": "TOOL",
    "invoke_agent": "AGENT",
    "create_agent": "AGENT",
    "embeddings": "EMBEDDING",
    "ai.toolcall": "TOOL",
    "retrieval": "RETRIEVER",
    "vector_db_retrieve": "RETRIEVER",
    "claude_code.llm_request": "LLM",
    "claude_code.tool": "TOOL",
    "claude_code.interaction": "AGENT",
}
_MARKS: Final = {
    "gcp.vertex.agent.tool_call_args": "TOOL",
    "gcp.vertex.agent.llm_request": "LLM",
    "haystack.tool.name": "TOOL",
    "haystack.agent.step.llm.input": "LLM",
    "haystack.agent.tools": "AGENT",
}
_ADK_TOOL: Final = ("gcp.vertex.agent.tool_call_args", "gcp.vertex.agent.tool_response")
_UNTOLD: Final = (None, "", "UNKNOWN", "TASK")
"""Types that leave open what kind of work a span is."""

_KNOWN_TYPES: Final = frozenset(
    ("LLM", "CHAT_MODEL", "AGENT", "CHAIN", "TOOL", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR")
)


def with_sides(span: Span) -> Span:
    """Return the span with inputs, outputs and type from the attributes of its instrumentation, where MLflow's are
    absent.
    """
    inputs = _unframed(_side(span, span.inputs, INPUT_KEYS, "ai.prompt"))
    outputs = _unframed(_side(span, span.outputs, OUTPUT_KEYS, "ai.response"))
    kind = span.type if span.type not in _UNTOLD else span_type(span) or span.type
    if inputs is span.inputs and outputs is span.outputs and kind == span.type:
        return span
    return replace(span, inputs=inputs, outputs=outputs, type=kind)


def span_type(span: Span) -> str | None:
    """Return what kind of work a span is, in MLflow's words, as its instrumentation says; None where it does not."""
    for value in (span.attributes.get(key) for key in _TYPE_KEYS):
        if isinstance(value, str) and value:
            known = _TYPES.get(value.lower()) or (value.upper() if value.upper() in _KNOWN_TYPES else None)
            if known:
                return known
            if value.startswith("ai.") and value.endswith((".doGenerate", ".doStream")):
                return "LLM"
    return next((kind for mark, kind in _MARKS.items() if mark in span.attributes), None)


def _side(span: Span, recorded: JsonValue | NotRecorded, keys: Iterable[str], prefix: str) -> JsonValue | NotRecorded:
    if not isinstance(recorded, NotRecorded):
        return recorded
    if (flat := _vercel_call(span, prefix)) is not None:
        return flat
    return next(_recorded(span, keys), NOT_RECORDED)


def _unframed(side: JsonValue | NotRecorded) -> JsonValue | NotRecorded:
    """Return a side out of the frame that a recorder put around it: keyword arguments, OpenLLMetry's callback data."""
    if not isinstance(side, dict):
        return side
    keys = side.keys()
    if keys == {"args", "kwargs"} and isinstance(side["kwargs"], dict):
        given = side["args"] if isinstance(side["args"], list) else []
        if len(given) == 1 and not side["kwargs"]:
            only: JsonValue = given[0]
            return only
        if all(each is not None for each in given):
            return {f"args[{place}]": each for place, each in enumerate(given)} | dict(side["kwargs"])
    for frame, name in _FRAMES:
        if name in keys and not keys - frame:
            framed: JsonValue = side[name]
            return framed
    return side


def _recorded(span: Span, keys: Iterable[str]) -> Iterator[JsonValue]:
    """Yield what the attributes hold, the first that is not empty before those that are.

    Google's ADK writes ``{}`` where it was not to record content.
    """
    found = [(key, decoded(span.attributes[key])) for key in keys if span.attributes.get(key) not in (None, {}, [])]
    yield from (value for _, value in found if value not in ({}, []))
    yield from (value for key, value in found if value in ({}, []) and not _is_withheld(span, key))


def _is_withheld(span: Span, key: str) -> bool:
    """Return whether ADK wrote an empty object in the place of content: always for a model, for a tool on both
    sides.
    """
    if key.startswith("gcp.vertex.agent.llm_"):
        return True
    return key in _ADK_TOOL and all(decoded(span.attributes.get(each)) in (None, {}) for each in _ADK_TOOL)


def _vercel_call(span: Span, prefix: str) -> JsonValue:
    """Return a model call of Vercel's AI SDK, which keeps messages, text and calls in attributes of their own."""
    if not str(span.attributes.get("ai.operationId", "")).endswith((".doGenerate", ".doStream")):
        return None
    found = unflattened(span.attributes, prefix)
    return {key: decoded(value) for key, value in found.items()} if isinstance(found, dict) else None
