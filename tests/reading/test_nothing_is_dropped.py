"""Every text of a trace's inputs and outputs is in its reading view, folded or not, or a parameter in its metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.trace import NotRecorded, RawTrace
from labeler.domain.value import JsonValue
from labeler.reading.conversation.span_io import with_sides
from labeler.reading.conversation.unread_fields import LEAST_CHARACTERS
from labeler.reading.document import BlockKind, Document
from labeler.reading.files.read import read_traces
from labeler.reading.media.detect import described, encoded
from labeler.reading.read import read_conversation, read_document
from labeler.reading.span_tree import SpanTree
from labeler.reading.views.trace_metadata import trace_facts
from labeler.reading.wire.bounded_json import container_in
from labeler.reading.wire.envelopes import trace_summary
from labeler.reading.wire.spans import decode
from tests.reading.corpus import NAMES, recording, span, trace_of
from tests.reading.must_texts import folded

RECORDINGS = sorted(path for path in (Path(__file__).parent / "recordings").glob("*.json") if path.stem != "EXPECT")
EXPORTS = sorted(path for path in (Path(__file__).parent / "exports").glob("*.json*") if path.stem != "EXPECT")


_DEFINITIONS = {
    "tools",
    "output_tools",
    "toolConfig",
    "HTTPHeaders",
    "headers",
    "extra_headers",
    "metadata_template",
    "text_template",
}
"""Keys under which tools are defined, protocols keep headers and LlamaIndex its templates, in prose too."""

_MOMENT = re.compile(r"[0-9T:.+Z -]+")


def texts(value: JsonValue, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The texts in a value that are long enough, each with the keys above it; no media: those are placeholders."""
    match value:
        case str():
            if (inner := container_in(value)) is not None:
                yield from texts(inner, *path)
            elif len(value.strip()) >= LEAST_CHARACTERS and described(value) is None and encoded(value) is None:
                yield path, value
        case dict():
            yield from (text for key, each in value.items() for text in texts(each, *path, key))
        case list():
            yield from (text for each in value for text in texts(each, *path))


def is_word(text: str) -> bool:
    """Whether a text is one word, a moment or what Python prints of an object, and nobody's prose."""
    return len(text.split()) == 1 or bool(_MOMENT.fullmatch(text)) or " at 0x" in text


def told_and_read(raw: RawTrace) -> tuple[Document, list[tuple[tuple[str, ...], str]]]:
    """The document, and the texts of the top-level spans and of the span that is read."""
    tree = SpanTree([with_sides(each) for each in decode(raw).spans])
    read = {root.id for root in tree.roots} | {read_conversation(raw).source_id}
    sides = [side for each in tree.spans if each.id in read for side in (each.inputs, each.outputs)]
    found = [text for side in sides if not isinstance(side, NotRecorded) for text in texts(side)]
    return read_document(raw), found


def dropped(raw: RawTrace) -> list[str]:
    """Texts that stand nowhere, or in the metadata alone though they are neither one word nor define something."""
    document, recorded = told_and_read(raw)
    read, whole = folded(document.plain_text), folded(document.whole_text)
    lost = [text for _, text in recorded if folded(text) not in whole]
    return lost + [
        f"only in the metadata: {'.'.join(path)}: {text}"
        for path, text in recorded
        if folded(text) not in read and not (is_word(text) or _DEFINITIONS & set(path))
    ]


@pytest.mark.parametrize("name", NAMES)
def test_of_the_corpus(name: str) -> None:
    assert dropped(recording(name)) == []


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_of_the_recordings(path: Path) -> None:
    payload = path.read_bytes()
    assert dropped(RawTrace(trace_summary(json.loads(payload)["trace"]["trace_info"]), payload)) == []


@pytest.mark.parametrize("path", [path for path in EXPORTS if path.stem != "lookalike1"], ids=lambda path: path.stem)
def test_of_the_exports(path: Path) -> None:
    for raw in read_traces(path.name, path.read_bytes()).traces:
        assert dropped(raw) == []


_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(0, 99), st.text("abc xyz", max_size=20))
_KEYS = st.sampled_from(
    ["messages", "role", "content", "system", "prompt", "input", "output", "question", "choices", "message", "type",
     "text", "tool_calls", "function", "name", "arguments", "id", "parts", "items", "metadata", "answer", "status"]
)  # fmt: skip
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12
)


@given(_VALUES, _VALUES, st.sampled_from(["LLM", "CHAT_MODEL", "AGENT", "CHAIN", "TOOL", None]))
def test_of_whatever_was_recorded(inputs: object, outputs: object, kind: str | None) -> None:
    assert dropped(trace_of(span(inputs, outputs, type=kind))) == []


ASKED = {"messages": [{"role": "user", "content": "How deep is it?"}]}
SAID = {"choices": [{"message": {"role": "assistant", "content": "Six metres."}}]}


def test_what_may_matter_beside_the_conversation_is_one_folded_line_at_its_end_outside_the_response() -> None:
    asked = {**ASKED, "pier_note": "The sill was measured at low water."}
    document = read_document(trace_of(span(asked, SAID, type="CHAT_MODEL", name="Completions")))
    last = document.blocks[-1]
    assert (last.folded, last.role, last.summary) == (True, "tool", "also recorded of Completions: pier_note")
    assert document.answer is not None
    assert last.message > document.answer
    assert not any(text in last.text for text in ("How deep", "Six metres"))


def test_parameters_and_bookkeeping_stand_in_the_metadata_and_take_no_line_of_the_conversation() -> None:
    asked = {
        "model": "gpt-4o-mini",
        "temperature": 0.2,
        "tools": [{"name": "gauge", "description": "Reads the gauge."}],
    }
    said = {"id": "chatcmpl-1", "created": 1777629600, "usage": {"total_tokens": 42}, "system_fingerprint": "fp_5a1b"}
    raw = trace_of(span({**ASKED, **asked}, {**SAID, **said}, type="CHAT_MODEL", name="Completions"))
    document = read_document(raw)
    assert [block.text for block in document.blocks] == ["user", "How deep is it?", "assistant", "Six metres."]
    fields = [block.summary for block in document.parameters if block.kind is BlockKind.FIELD]
    assert fields == ["model", "temperature", "tools", "id", "created", "usage", "system_fingerprint"]
    told = trace_facts(raw.summary, decode(raw).spans, [], parameters=document.parameters).plain_text
    for each in ("parameters of Completions", "chatcmpl-1", "Reads the gauge.", "temperature: 0.2"):
        assert each in told
        assert each in document.whole_text


def test_prose_under_a_parameter_s_name_is_no_parameter() -> None:
    document = read_document(trace_of(span({**ASKED, "model": "The old tide gauge of pier two"}, SAID)))
    assert "The old tide gauge of pier two" in document.plain_text
