"""Every text of a trace's inputs and outputs is in its reading view, folded or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.trace import NotRecorded, RawTrace
from labeler.domain.value import JsonValue
from labeler.reading.conversation.span_io import with_sides
from labeler.reading.conversation.unsaid import LEAST_CHARACTERS
from labeler.reading.files.read import read_traces
from labeler.reading.media.detect import described, encoded
from labeler.reading.read import read_conversation, read_document
from labeler.reading.span_tree import SpanTree
from labeler.reading.wire.bounded_json import container_in
from labeler.reading.wire.envelopes import trace_summary
from labeler.reading.wire.spans import decode
from tests.reading.corpus import NAMES, recording, span, trace_of
from tests.reading.must_texts import folded

RECORDINGS = sorted(path for path in (Path(__file__).parent / "recordings").glob("*.json") if path.stem != "EXPECT")
EXPORTS = sorted(path for path in (Path(__file__).parent / "exports").glob("*.json*") if path.stem != "EXPECT")


def texts(value: JsonValue) -> Iterator[str]:
    """The texts in a value that are long enough, and no media: those are placeholders."""
    match value:
        case str():
            if (inner := container_in(value)) is not None:
                yield from texts(inner)
            elif len(value.strip()) >= LEAST_CHARACTERS and described(value) is None and encoded(value) is None:
                yield value
        case dict():
            yield from (text for each in value.values() for text in texts(each))
        case list():
            yield from (text for each in value for text in texts(each))


def dropped(raw: RawTrace) -> list[str]:
    """Texts of the top-level spans, and of the span that is read, that the view lacks."""
    shown = folded(read_document(raw).plain_text)
    tree = SpanTree([with_sides(each) for each in decode(raw).spans])
    read = {root.id for root in tree.roots} | {read_conversation(raw).source_id}
    sides = [side for each in tree.spans if each.id in read for side in (each.inputs, each.outputs)]
    return [
        text for side in sides if not isinstance(side, NotRecorded) for text in texts(side) if folded(text) not in shown
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


def test_what_is_no_part_of_the_conversation_is_one_folded_line_behind_it() -> None:
    asked = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "How deep is it?"}]}
    said = {"id": "chatcmpl-1", "choices": [{"message": {"role": "assistant", "content": "Six metres."}}]}
    document = read_document(trace_of(span(asked, said, type="CHAT_MODEL", name="Completions")))
    assert document.blocks[-1].folded
    assert document.blocks[-1].summary == "also recorded of Completions: model, id"
    assert not any(text in document.blocks[-1].text for text in ("How deep", "Six metres"))
    short = {"messages": asked["messages"], "temperature": 0.2}
    told = read_document(trace_of(span(short, {"choices": said["choices"]}, type="CHAT_MODEL"))).plain_text
    assert "also recorded" not in told
