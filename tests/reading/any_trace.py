"""Arbitrary traces and damaged recordings, and the check that reading one gives a document."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from hypothesis import strategies as st

from labeler.domain.trace import RawTrace
from labeler.reading.conversation.build import converse
from labeler.reading.document import Document
from labeler.reading.formats import FORMATS
from labeler.reading.json.export import as_json
from labeler.reading.layout import lay_out
from labeler.reading.read import read_document
from labeler.reading.views.span_lines import span_lines
from labeler.reading.wire.spans import SpansOfAnother, UnreadableTrace, decode
from tests.reading.corpus import NAMES, body, recording, span, trace_of
from tests.reading.wire_forms import as_artifact

WORDS = st.sampled_from(
    [
        "user", "assistant", "human", "ai", "tool", "text", "tool_use", "tool_result", "reasoning", "image_url",
        "hello", "function_call", "message", "data:image/png;base64,AAAA", "mlflow-attachment://x?size=9",
        "{\"a\": 1}", "", "\u001b[",
    ]
)  # fmt: skip
KEYS = st.sampled_from(
    [
        "role", "content", "parts", "type", "text", "messages", "choices", "message", "tool_calls", "function",
        "name", "arguments", "id", "input", "output", "contents", "candidates", "kwargs", "lc", "data",
        "generations", "update", "block_type", "blocks", "kind", "part_kind", "source", "trajectory", "thought_0",
        "tool_name_0", "documents", "page_content", "metadata", "score", "node", "replies", "delta", "body",
        "items", "system", "config", "image", "bytes", "toolUse", "toolResult", "inline_data", "function_response",
        "_state", "message_history", "summary",
    ]
)  # fmt: skip
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            "gen_ai.input.messages", "gen_ai.prompt.0.role", "gen_ai.prompt.0.content", "input.value",
            "ai.operationId", "llm.input_messages.0.message.role", "llm.input_messages.0.message.content",
            "openinference.span.kind", "mlflow.message.format", "gen_ai.system_instructions",
            "retrieval.documents.0.document.content", "events", "llm.input_messages.0", "gen_ai.tool.name",
            "lk.chat_ctx", "pydantic_ai.all_messages", "final_result",
        ]
    ),
    ANY_JSON | st.sampled_from(["ai.generateText.doGenerate", "TOOL", *FORMATS]),
    max_size=4,
)  # fmt: skip
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(
                ["exception", "gen_ai.choice", "gen_ai.user.message", "tool.output", "mlflow.chunk.0"]
            ),
            "attributes": st.dictionaries(
                st.sampled_from(["content", "message", "exception.message", "exception.type", "output"]), ANY_JSON
            ),
        }
    ),
    max_size=2,
)
KINDS = st.sampled_from([None, "LLM", "CHAT_MODEL", "AGENT", "TOOL", "RETRIEVER", "CHAIN"])


def read_strictly(raw: RawTrace) -> Document:
    """As `read_document`, but a defect is an exception."""
    try:
        conversation = converse(decode(raw))
    except UnreadableTrace:
        return read_document(raw)
    document = lay_out(conversation, raw.summary.name)
    json.dumps(as_json(raw, conversation, document), allow_nan=False)
    assert all(str(line) for line in span_lines(decode(raw)))
    return document


def check_any_values(inputs: object, outputs: object, kind: str | None) -> None:
    document = read_strictly(trace_of(span(inputs, outputs, type=kind)))
    assert document.plain_text.strip()
    assert document.answer is not None


def check_any_trace(spans: list[tuple[object, object, str | None, dict[str, Any], list[Any], bool]]) -> None:
    raw = trace_of(
        *(
            span(
                inputs,
                outputs,
                number=number,
                parent=number // 2 or None,
                type=kind,
                attributes=attributes,
                events=events,
                status="STATUS_CODE_ERROR" if failed else "STATUS_CODE_OK",
            )
            for number, (inputs, outputs, kind, attributes, events, failed) in enumerate(spans, 1)
        )
    )
    assert read_strictly(raw).plain_text.strip()


SIDES = ANY_JSON | st.just(...)
SPANS = st.lists(st.tuples(SIDES, SIDES, KINDS, ATTRIBUTES, EVENTS, st.booleans()), max_size=5)


def mutated(value: Any, chance: random.Random, rate: float) -> Any:
    """A copy with parts dropped, nulled, or swapped for another type."""
    if chance.random() < rate:
        return chance.choice([None, [], {}, "", "text", 0, 7.5, True, ["text"], {"text": "t"}, [None], [[]], value])
    if isinstance(value, dict):
        return {key: mutated(each, chance, rate) for key, each in value.items() if chance.random() > rate / 2}
    if isinstance(value, list):
        return [mutated(each, chance, rate) for each in value if chance.random() > rate / 2]
    return value


def check_mutations(name: str, seeds: range) -> None:
    original = json.loads(as_artifact(body(name)))
    for each in original["spans"]:
        each["attributes"] = {key: json.loads(text) for key, text in each["attributes"].items()}
    refused = 0
    for seed in seeds:
        chance = random.Random(f"{name} {seed}")
        whole = mutated(copy.deepcopy(original), chance, chance.choice([0.003, 0.02, 0.08]))
        damaged = RawTrace(recording(name).summary, json.dumps(whole).encode())
        try:
            assert read_strictly(damaged).plain_text.strip()
        except SpansOfAnother:  # the damage was to the very ID
            refused += 1
    assert refused <= len(seeds) // 2


SMALL = [name for name in NAMES if len(recording(name).payload) < 60_000]
