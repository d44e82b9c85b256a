"""One span as a document: what it was, what went wrong, what went in and out, and all else that was recorded of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from labeler.domain.assessment import Assessment
from labeler.domain.duration import duration_words
from labeler.domain.moment import date_and_time
from labeler.domain.trace import NOT_RECORDED, NotRecorded, Span, SpanEvent, Trace
from labeler.domain.value import JsonValue
from labeler.reading.conversation.build import Conversation
from labeler.reading.conversation.merge_tools import SEARCHES, found_documents
from labeler.reading.conversation.span_facts import cost_words, model_of, token_words
from labeler.reading.conversation.span_io import with_sides
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.formats import in_order
from labeler.reading.formats.messages import Side
from labeler.reading.formats.plain import side_parts
from labeler.reading.formats.values import decoded, text_of
from labeler.reading.layout import lay_out
from labeler.reading.message import Data, Failure, Message, NamedValue, Note, Part, Role
from labeler.reading.span_tree import SpanTree
from labeler.reading.views.assessments import AsAsked, note, unasked
from labeler.reading.wire.spans import INPUTS, OUTPUTS, SPAN_TYPE
from labeler.reading.wire.summary import NANOSECONDS_PER_MS, span_tokens

_CHUNK: Final = "mlflow.chunk."
_LEVELS: Final = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}
_ABOVE: Final = (INPUTS, OUTPUTS, SPAN_TYPE)
"""Attributes that are shown above the others, read."""

_EXACT: Final = " as recorded"
_OPEN_STACK_LINES: Final = 60
"""Lines of a stack trace that open by themselves."""


def span_document(
    trace: Trace, span_id: str, said: Sequence[Assessment] = (), as_asked: AsAsked = unasked
) -> Document | None:
    """Return the span of that ID, every message of the document being one side of it; None when there is no such span.

    What was `said` about it follows its facts.
    """
    tree = SpanTree([with_sides(span) for span in trace.spans])
    span = next((span for span in tree.spans if span.id == span_id), None)
    if span is None:
        return None
    messages = [
        _facts(span, tree),
        *_exceptions(span),
        *_side(span, "inputs", span.inputs, NOT_RECORDED),
        *_side(span, "outputs", NOT_RECORDED, span.outputs),
        *_attributes(span),
        *_events(span),
    ]
    laid_out = lay_out(Conversation(trace.summary.id, tuple(messages), span.name, span.id, "", None, None), span.name)
    blocks = [_of_span(block, messages[block.message], span) for block in laid_out.blocks]
    return replace(laid_out, blocks=tuple(_with_said(blocks, said, span, as_asked)))


def _with_said(blocks: Sequence[Block], said: Sequence[Assessment], span: Span, as_asked: AsAsked) -> Iterator[Block]:
    """Yield the blocks of a span with what was said about it after the first message."""
    yield from (block for block in blocks if block.message == 0)
    if said:
        told = [Block(BlockKind.HEADER, "assessments", message=1), *(note(each, 1, "", as_asked) for each in said)]
        yield from (replace(block, span_id=span.id) for block in told)
    rest = (block for block in blocks if block.message > 0)
    yield from (replace(block, message=block.message + 1) for block in rest) if said else rest


def _of_span(block: Block, message: Message, span: Span) -> Block:
    """Return a block of the span. Only what went in and out is somebody's; stack traces are what one came here for."""
    is_short_stack = block.kind is BlockKind.CODE and block.text.count("\n") < _OPEN_STACK_LINES
    is_exact = message.title.endswith(_EXACT) and block.foldable
    return replace(
        block,
        role=block.role if message.span_id is not None else "",
        folded=is_exact or (block.folded and not is_short_stack),
        span_id=span.id,
    )


def _facts(span: Span, tree: SpanTree) -> Message:
    usage = span.attributes.get("mlflow.chat.tokenUsage") or dict(span_tokens(span))
    level = span.attributes.get("mlflow.spanLogLevel")
    parent = next(tree.ancestors(span), None)
    facts = {
        "type": span.type or "",
        "status": " ".join(part for part in (span.status, span.status_message) if part),
        "took": _took(span),
        "began": _began(span, tree),
        "model": model_of(span),
        "tokens": token_words(usage),
        "cost": cost_words(span.attributes.get("mlflow.llm.cost")),
        "level": _LEVELS.get(level, str(level)) if isinstance(level, int) else "",
        "function": text_of(span.attributes.get("mlflow.spanFunctionName")),
        "inside": parent.name if parent else "",
        "ID": span.id,
    }
    parts = tuple(NamedValue(name, value) for name, value in facts.items() if value)
    return Message(Role.TOOL, parts, title=span.name or "unnamed span")


def _took(span: Span) -> str:
    if not span.end_ns:
        return "not ended"
    if span.end_ns < span.start_ns or not span.start_ns:
        return ""
    return duration_words((span.end_ns - span.start_ns) / NANOSECONDS_PER_MS)


def _began(span: Span, tree: SpanTree) -> str:
    if not span.start_ns:
        return ""
    first_ns = min(each.start_ns for each in tree.spans if each.start_ns)
    at = date_and_time(span.start_ns / NANOSECONDS_PER_MS)
    after = f"{duration_words((span.start_ns - first_ns) / NANOSECONDS_PER_MS)} into the trace"
    return ", ".join(part for part in (at, after if span.start_ns > first_ns else "") if part)


def _exceptions(span: Span) -> Iterator[Message]:
    """Yield every exception that was recorded, and the failure of a span that recorded none."""
    raised = [event for event in span.events if event.name == "exception"]
    failures = [
        Failure(*(text_of(event.attributes.get(f"exception.{key}")) for key in ("type", "message", "stacktrace")))
        for event in raised
    ]
    if not failures and span.status == "ERROR":
        failures = [Failure("", span.status_message)]
    return (Message(Role.TOOL, (failure,), title="exception") for failure in failures)


def _side(span: Span, title: str, inputs: Side, outputs: Side) -> list[Message]:
    """Return a side as messages where a format knows it alone, and as recorded; else the values and documents it is."""
    side = inputs if isinstance(outputs, NotRecorded) else outputs
    role = Role.USER if isinstance(outputs, NotRecorded) else Role.ASSISTANT
    if isinstance(side, NotRecorded):
        return [Message(role, (Note("not recorded"),), title=title, span_id=span.id)]
    messages = _recognised(span, inputs, outputs) if isinstance(side, dict | list) and side else None
    if messages is not None:
        read = [replace(each, title=f"{title}: {_speaker(each)}", span_id=span.id) for each in messages]
        return [*read, Message(Role.TOOL, (Data(side),), title=title + _EXACT)]
    parts: tuple[Part, ...] = ()
    if title == "outputs" and span.type in SEARCHES:
        parts = tuple(found_documents(span))
    return [Message(role, parts or side_parts(side), title=title, span_id=span.id)]


def _speaker(message: Message) -> str:
    return " ".join(part for part in (message.title or message.role.value, message.name) if part)


def _recognised(span: Span, inputs: Side, outputs: Side) -> list[Message] | None:
    bare = replace(span, attributes={key: span.attributes[key] for key in _NAMING if key in span.attributes}, events=())
    return next((found for recognise in in_order(bare) if (found := recognise(inputs, outputs, bare))), None)


def _attributes(span: Span) -> list[Message]:
    fields = tuple(NamedValue(name, decoded(value)) for name, value in span.attributes.items() if name not in _ABOVE)
    return [Message(Role.TOOL, fields, title="attributes")] if fields else []


def _events(span: Span) -> Iterator[Message]:
    """Yield the events but exceptions, which stand above; the chunks of a stream are one."""
    chunks: list[JsonValue] = []
    for event in span.events:
        if event.name.startswith(_CHUNK):
            chunks.append({name.removeprefix(_CHUNK): decoded(value) for name, value in event.attributes.items()})
        elif event.name != "exception":
            fields = tuple(NamedValue(name, decoded(value)) for name, value in event.attributes.items())
            title = f"event {event.name} {_after(span, event)}".rstrip()
            yield Message(Role.TOOL, fields or (Note("no attributes"),), title=title)
    if chunks:
        yield Message(Role.TOOL, (NamedValue(f"{len(chunks)} chunks of a stream", chunks),), title="stream")


def _after(span: Span, event: SpanEvent) -> str:
    if not event.at_ns or not span.start_ns or event.at_ns < span.start_ns:
        return ""
    return f"after {duration_words((event.at_ns - span.start_ns) / NANOSECONDS_PER_MS)}"


_NAMING: Final = ("mlflow.message.format",)
