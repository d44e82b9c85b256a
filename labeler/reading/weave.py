"""Weaving into a conversation what happened beside it: tools that ran, documents that were found, exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from labeler.domain.trace import NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.formats import openinference
from labeler.reading.formats.documents import documents_in
from labeler.reading.formats.langchain import langchain_message
from labeler.reading.formats.parts import arguments, result_parts
from labeler.reading.formats.plain import side_parts
from labeler.reading.formats.values import first, items, text_of
from labeler.reading.message import Call, Failure, Message, Note, Part, Retrieved, Role, Text
from labeler.reading.tree import SpanTree

_NAME_KEYS: Final = ("gen_ai.tool.name", "tool.name", "tool_name", "ai.toolCall.name", "lk.function_tool.name")
_ID_KEYS: Final = ("gen_ai.tool.call.id", "tool_call_id", "tool.call.id", "ai.toolCall.id", "lk.function_tool.id")
_NAME_PREFIXES: Final = ("execute_tool ", "running tool: ", "tool:")
_SEARCHES: Final = ("RETRIEVER", "RERANKER")


def weave(messages: Sequence[Message], tree: SpanTree, source: Span, failures: dict[str, Failure]) -> list[Message]:
    """The conversation with the trace's tools and retrievals, as far as it does not tell of them itself.

    What was woven in stands before the answer. `failures` are the exceptions of the trace by span ID; those of tools
    that are shown here are taken out of it.
    """
    woven = list(messages)
    made_calls = any(each.calls for each in messages)
    for span in _outermost(tree, source, "TOOL"):
        failure = failures.get(span.id) or _inner_failure(tree, span, failures)
        place = _call_of(span, woven)
        if place is not None:
            answered = _answer_to(place, woven)
            if answered is None:
                woven.insert(_after_calls(place[0], woven), _answer(span, place[1].id, failure))
            elif failure is not None and failure.message not in _shown(woven[answered]):
                woven[answered] = replace(woven[answered], parts=(*woven[answered].parts, failure), failed=True)
        elif not made_calls or failure is not None:
            before = _before_answer(woven)
            call = Call(tool_name(span), _given(span), _call_id(span))
            woven[before:before] = [
                Message(Role.ASSISTANT, (call,), span_id=span.id),
                _answer(span, call.id, failure),
            ]
        else:
            continue
        for inner in (span, *tree.below(span)):
            if failure is not None and failures.get(inner.id) == failure:
                del failures[inner.id]
    for span, documents in _searches(tree, source, woven):
        before = _before_answer(woven)
        woven.insert(before, Message(Role.TOOL, tuple(documents), title=f"documents ({span.name})", span_id=span.id))
    return woven


def tool_name(span: Span) -> str:
    """The name of the tool that a span ran."""
    named = text_of(first(span.attributes, *_NAME_KEYS)) or span.name
    for prefix in _NAME_PREFIXES:
        named = named.removeprefix(prefix)
    return named or "unnamed tool"


def _outermost(tree: SpanTree, source: Span, kind: str) -> Iterator[Span]:
    for span in tree.spans:
        if span.type == kind and span.id != source.id:
            above = [each for each in tree.ancestors(span) if each.id != source.id]
            if not any(each.type == kind for each in above):
                yield span


def _inner_failure(tree: SpanTree, span: Span, failures: dict[str, Failure]) -> Failure | None:
    return next((failures[each.id] for each in tree.below(span) if each.id in failures), None)


def _call_id(span: Span) -> str | None:
    return text_of(first(span.attributes, *_ID_KEYS)) or None


def _given(span: Span) -> JsonValue:
    return {} if isinstance(span.inputs, NotRecorded) else arguments(span.inputs)


def _call_of(span: Span, messages: Sequence[Message]) -> tuple[int, Call] | None:
    """Where the conversation calls for this span: by the call's ID, else by name, the first unanswered one."""
    identifier, name, given = _call_id(span), tool_name(span), _given(span)
    calls = [(place, call) for place, each in enumerate(messages) for call in each.calls]
    if identifier is not None:
        for place, call in calls:
            if call.id == identifier:
                return place, call
    named = [(place, call) for place, call in calls if call.name == name and call.arguments == given]
    named = named or [(place, call) for place, call in calls if call.name == name]
    unanswered = [each for each in named if _answer_to(each, messages) is None]
    return next(iter(unanswered or named), None)


def _answer_to(called: tuple[int, Call], messages: Sequence[Message]) -> int | None:
    place, call = called
    calls = messages[place].calls
    after = [
        number
        for number in range(place + 1, len(messages))
        if messages[number].role is Role.TOOL and (messages[number].call_id or messages[number].name)
    ]
    for number in after:
        if call.id is not None and messages[number].call_id == call.id:
            return number
    unidentified = [n for n in after if messages[n].call_id is None and messages[n].name == call.name]
    order = [each for each in calls if each.name == call.name].index(call)
    return unidentified[order] if order < len(unidentified) else None


def _after_calls(place: int, messages: Sequence[Message]) -> int:
    place += 1
    while place < len(messages) and messages[place].role is Role.TOOL:
        place += 1
    return place


def _before_answer(messages: Sequence[Message]) -> int:
    """Where the answer begins: before the last run of the assistant's messages that call no tool."""
    place = len(messages)
    while place > 0 and messages[place - 1].role is Role.ASSISTANT and not messages[place - 1].calls:
        place -= 1
    return place


def _answer(span: Span, call_id: str | None, failure: Failure | None) -> Message:
    parts: tuple[Part, ...] = ()
    output = _output(span)
    if not isinstance(output, NotRecorded):
        spoken = langchain_message(output)
        if spoken and spoken[0].role is Role.TOOL:
            parts = spoken[0].parts
        else:
            parts = side_parts(output) if output in (None, "", {}) else _result(output)
    if failure is not None:
        parts = (*parts, failure)
    elif not parts:
        parts = (Note("not recorded"),)
    return Message(Role.TOOL, parts, tool_name(span), call_id, failure is not None, span_id=span.id)


def _result(output: JsonValue) -> tuple[Part, ...]:
    documents = documents_in(output) if not isinstance(output, str) else None
    return tuple(documents) if documents else result_parts(output)


def _output(span: Span) -> JsonValue | NotRecorded:
    if not isinstance(span.outputs, NotRecorded):
        return span.outputs
    for event in span.events:
        if event.name == "tool.output":
            return first(event.attributes, "output", "content", "diff")
    return span.outputs


def _searches(tree: SpanTree, source: Span, messages: Sequence[Message]) -> Iterator[tuple[Span, list[Retrieved]]]:
    shown = {document.text for each in messages for document in each.each(Retrieved)}
    for span in tree.spans:
        if span.type in _SEARCHES and span.id != source.id:
            found = _found(span)
            if {document.text for document in found} - shown:
                shown.update(document.text for document in found)
                yield span, found


def _found(span: Span) -> list[Retrieved]:
    if not isinstance(span.outputs, NotRecorded):
        if (documents := documents_in(span.outputs)) is not None:
            return documents
        texts = [Retrieved(text) for text in items(span.outputs) if isinstance(text, str)]
        if texts:
            return texts
    return openinference.documents(span)


def _shown(message: Message) -> str:
    return "\n".join(part.text if isinstance(part, Text) else str(part) for part in message.parts)
