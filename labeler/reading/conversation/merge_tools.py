"""Weaving into a conversation what happened beside it: tools that ran, documents that were found, exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from labeler.domain.trace import NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.conversation.span_messages import read_span
from labeler.reading.formats.documents import LIST_KEYS, documents_in
from labeler.reading.formats.parts import arguments, result_parts
from labeler.reading.formats.plain import is_redacted, side_parts
from labeler.reading.formats.values import first, items, mapping, text_of
from labeler.reading.formats.vendors import openinference
from labeler.reading.formats.vendors.langchain import langchain_message
from labeler.reading.message import Call, Failure, Message, Note, Part, Retrieved, Role, TextPart
from labeler.reading.span_tree import SpanTree

_NAME_KEYS: Final = (
    "gen_ai.tool.name", "tool.name", "tool_name", "ai.toolCall.name", "lk.function_tool.name", "haystack.tool.name",
)  # fmt: skip
_CLASS_METHOD: Final = re.compile(r"\w*Tool\.\w+")
_MODELS: Final = ("LLM", "CHAT_MODEL")
_CALL_FRAME: Final = frozenset(("args", "kwargs", "sanitize_inputs_outputs"))
_ID_KEYS: Final = ("gen_ai.tool.call.id", "tool_call_id", "tool.call.id", "ai.toolCall.id", "lk.function_tool.id")
_NAME_PREFIXES: Final = ("execute_tool ", "running tool: ", "tool:", "Tool.")
SEARCHES: Final = ("RETRIEVER", "RERANKER")
"""Types of spans whose outputs are documents."""


def weave(messages: Sequence[Message], tree: SpanTree, source: Span, failures: dict[str, Failure]) -> list[Message]:
    """Return the conversation with the trace's tools and retrievals, as far as it does not tell of them itself.

    An answer is put behind its call; what the conversation does not know of stands before the answer. `failures` are
    the exceptions of the trace by span ID; those of tools that are shown here are taken out of it.
    """
    calls = _Calls(_paired(messages))
    beside: list[Message] = []
    for tool in _outermost(tree, source, "TOOL"):
        span = _named_as_called(tool, tree)
        failure = failures.get(span.id) or _inner_failure(tree, span, failures)
        if not calls.answer(span, failure):
            if failure is None and (calls.any or not _has_side(span)):
                continue
            given = None if isinstance(span.inputs, NotRecorded) else _given(span)
            call = Call(tool_name(span), given, _call_id(span))
            untold = (Note("its arguments were not recorded"),) if given is None else ()
            beside.append(Message(Role.ASSISTANT, (call, *untold), span_id=span.id))
            beside.append(_answer(span, call.id, failure))
        for inner in (span, *tree.below(span)) if failure is not None else ():
            if failures.get(inner.id) == failure:
                del failures[inner.id]
    for span, documents in _searches(tree, source, [*messages, *beside]):
        beside.append(Message(Role.TOOL, tuple(documents), title=f"documents ({span.name})", span_id=span.id))
    woven = calls.answered()
    before = before_answer(woven)
    return [*woven[:before], *beside, *woven[before:]]


def _paired(messages: Sequence[Message]) -> list[Message]:
    """Return the messages; a run of answers that name no call, as many as the calls before it, with their IDs and
    names.
    """
    known = {None, *(call.id for each in messages for call in each.calls)}
    paired = list(messages)
    for place, each in enumerate(messages):
        count = len(each.calls)
        behind = messages[place + 1 : place + 2 + count] if count else ()
        answers = list(takewhile(lambda answer: answer.role is Role.TOOL, behind))
        is_unpaired = any(answer.call_id not in known or not (answer.call_id or answer.name) for answer in answers)
        if len(answers) == count and is_unpaired:
            for number, (answer, call) in enumerate(zip(answers, each.calls, strict=True), place + 1):
                paired[number] = replace(answer, call_id=call.id, name=answer.name or call.name)
    return paired


class _Calls:
    """The calls of a conversation, each waiting for the span that ran it."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = list(messages)
        self._behind: dict[int, list[Message]] = {}
        self._answers = {each.call_id: place for place, each in enumerate(messages) if each.call_id}
        self._waiting: dict[str, list[tuple[int, Call]]] = {}
        self._by_id: dict[str, tuple[int, Call]] = {}
        for place, each in enumerate(messages):
            for call in each.calls:
                self._waiting.setdefault(call.name, []).append((place, call))
                if call.id:
                    self._by_id.setdefault(call.id, (place, call))
        self.any = bool(self._waiting)

    def answer(self, span: Span, failure: Failure | None) -> bool:
        """Return whether the conversation calls for this span; its answer or its failure is added where it has none."""
        found = self._take(span)
        if found is None:
            return False
        place, call = found
        known = self._answer_to(place, call)
        if known is None:
            self._behind.setdefault(place, []).append(_answer(span, call.id, failure))
        else:
            said = replace(self._messages[known], span_id=span.id)
            if failure is not None:
                more = () if failure.message in _shown(said) else (failure,)
                said = replace(said, parts=(*said.parts, *more), failed=True)
            self._messages[known] = said
        return True

    def answered(self) -> list[Message]:
        """Return the conversation with the answers behind their calls, after those that it had."""
        woven: list[Message] = []
        pending: list[Message] = []
        for place, each in enumerate(self._messages):
            if each.role is not Role.TOOL:
                woven.extend(pending)
                pending = []
            woven.append(each)
            pending.extend(self._behind.get(place, ()))
        return woven + pending

    def _take(self, span: Span) -> tuple[int, Call] | None:
        """Return the call that a span ran: by its ID, else by name and arguments, else the first of that name."""
        identifier = _call_id(span)
        waiting = self._waiting.get(tool_name(span), [])
        if identifier is not None and (known := self._by_id.pop(identifier, None)) is not None:
            if known in waiting:
                waiting.remove(known)
            return known
        given = _given(span)
        found = next((each for each in waiting if each[1].arguments == given), waiting[0] if waiting else None)
        if found is not None:
            waiting.remove(found)
        return found

    def _answer_to(self, place: int, call: Call) -> int | None:
        if call.id is not None and call.id in self._answers:
            return self._answers[call.id]
        unidentified: list[int] = []
        for number in range(place + 1, len(self._messages)):
            each = self._messages[number]
            if each.role is not Role.TOOL:
                break
            if each.call_id is None and each.name == call.name:
                unidentified.append(number)
        order = [each for each in self._messages[place].calls if each.name == call.name].index(call)
        return unidentified[order] if order < len(unidentified) else None


def with_tool_names(messages: Sequence[Message]) -> list[Message]:
    """Return the messages, tools' answers with the names in the calls that they answer."""
    names = {call.id: call.name for each in messages for call in each.calls if call.id}
    return [
        replace(each, name=names[each.call_id]) if not each.name and each.call_id in names else each
        for each in messages
    ]


def tool_name(span: Span) -> str:
    """Return the name of the tool that a span ran."""
    named = text_of(first(span.attributes, *_NAME_KEYS)) or span.name
    if _CLASS_METHOD.fullmatch(named):
        told = span.attributes.get("name") or mapping(_value(span.outputs)).get("tool_name")
        named = told if isinstance(told, str) else named
    for prefix in _NAME_PREFIXES:
        named = named.removeprefix(prefix)
    return named or "unnamed tool"


def _named_as_called(span: Span, tree: SpanTree) -> Span:
    """Return a tool's span that is named for a method, by the name that a model beside it called with these
    arguments.
    """
    if not _CLASS_METHOD.fullmatch(tool_name(span)):
        return span
    given = _given(span)
    beside = [each for each in tree.spans if each.parent_id == span.parent_id and each.type in _MODELS]
    for model in reversed([each for each in beside if each.start_ns <= span.start_ns]):
        for call in (call for each in read_span(model).messages for call in each.calls):
            if call.arguments == given:
                return replace(span, name=call.name)
    return span


def _outermost(tree: SpanTree, source: Span, kind: str) -> list[Span]:
    """Return the spans of a kind that lie in no other of that kind, in start order; the source is none of them."""
    found: list[Span] = []
    pending = list(tree.roots)
    seen: set[str] = set()
    while pending:
        span = pending.pop()
        if span.id in seen:
            continue
        seen.add(span.id)
        if span.type == kind and span.id != source.id:
            found.append(span)
        else:
            pending.extend(tree.children(span))
    return sorted(found, key=lambda span: span.start_ns)


def _inner_failure(tree: SpanTree, span: Span, failures: dict[str, Failure]) -> Failure | None:
    return next((failures[each.id] for each in tree.below(span) if each.id in failures), None)


def _call_id(span: Span) -> str | None:
    return text_of(first(span.attributes, *_ID_KEYS)) or None


def _given(span: Span) -> JsonValue:
    given = arguments(_value(span.inputs))
    if isinstance(given, dict) and "kwargs" in given and not given.keys() - _CALL_FRAME and not given.get("args"):
        kwargs: JsonValue = given["kwargs"]
        return kwargs
    return given


def _value(side: JsonValue | NotRecorded) -> JsonValue:
    return None if isinstance(side, NotRecorded) else side


def _has_side(span: Span) -> bool:
    return _value(span.inputs) is not None or _value(span.outputs) is not None


def before_answer(messages: Sequence[Message]) -> int:
    """Return where the answer begins: before the last run of the assistant's messages that call no tool."""
    place = len(messages)
    while place > 0 and messages[place - 1].role is Role.ASSISTANT and not messages[place - 1].calls:
        place -= 1
    return place


def _answer(span: Span, call_id: str | None, failure: Failure | None) -> Message:
    parts: tuple[Part, ...] = ()
    output = _output(span)
    if not (isinstance(output, NotRecorded) or (output is None and failure is not None)):
        spoken = langchain_message(output)
        if spoken and spoken[0].role is Role.TOOL:
            parts = spoken[0].parts
        else:
            parts = side_parts(output) if output in ("", {}) or is_redacted(output) else _result(output)
    if failure is not None:
        parts = (*parts, failure)
    elif not parts:
        parts = (Note("not recorded"),)
    return Message(Role.TOOL, parts, tool_name(span), call_id, failure is not None, span_id=span.id)


def _result(output: JsonValue) -> tuple[Part, ...]:
    if output is None:
        return (Note("null"),)
    if isinstance(output, dict):
        if output.keys() == {"_value"}:
            return result_parts(output["_value"])
        if "tool_name" in output and isinstance(output.get("blocks"), list):
            return result_parts(output["blocks"])
    return tuple(documents_in(output) or result_parts(output))


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
        if span.type in SEARCHES and span.id != source.id:
            found = found_documents(span)
            if {document.text for document in found} - shown:
                shown.update(document.text for document in found)
                yield span, found


def found_documents(span: Span) -> list[Retrieved]:
    """Return the documents that a search found, in its order."""
    if not isinstance(span.outputs, NotRecorded):
        if (documents := documents_in(span.outputs)) is not None:
            return documents
        for listed in (each for key, each in mapping(span.outputs).items() if key in LIST_KEYS):
            if (documents := documents_in(listed)) is not None:
                return documents
        texts = [Retrieved(text) for text in items(span.outputs) if isinstance(text, str)]
        if texts:
            return texts
    return openinference.documents(span)


def _shown(message: Message) -> str:
    return "\n".join(part.text if isinstance(part, TextPart) else str(part) for part in message.parts)
