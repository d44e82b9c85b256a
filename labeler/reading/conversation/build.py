"""A trace as a conversation: who asked, who answered, with what tools and documents, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.trace import NotRecorded, Span, Trace, TraceState, TraceSummary
from labeler.reading.conversation.choose_span import choose
from labeler.reading.conversation.exceptions import origins, pauses
from labeler.reading.conversation.merge_tools import weave, with_tool_names
from labeler.reading.conversation.nested_agents import with_nested_agents
from labeler.reading.conversation.plumbing import counted, plumbing_failures
from labeler.reading.conversation.previews import GONE, UNREADABLE, preview_messages
from labeler.reading.conversation.previews import SOURCE as PREVIEWS
from labeler.reading.conversation.receipts import is_receipt
from labeler.reading.conversation.span_facts import writing_models
from labeler.reading.conversation.span_io import with_sides
from labeler.reading.conversation.span_messages import SpanMessages, has_content, read_span
from labeler.reading.conversation.unread_fields import unread_fields
from labeler.reading.formats.plain import main_text
from labeler.reading.message import Aside, Data, Failure, Message, NamedValue, Note, Part, Role, annotated
from labeler.reading.span_tree import SpanTree
from labeler.reading.wire.summary import tokens_of

_MODEL_MARKS: Final = ("gen_ai.", "llm.", "ai.model.", "mlflow.llm.", "mlflow.chat.tokenUsage", "lk.", "model")
_INTERNAL: Final = ("mlflow.traceRequestId", "mlflow.spanType", "mlflow.spanLogLevel", "mlflow.spanFunctionName")
_OTHER_ROOTS: Final = 8
"""How many further top-level spans are shown beside the conversation; the span tree has them all."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages of a trace, oldest first, exact and unsanitised.

    `source` is the name of the span they were read from; `origin` says so where that is not simply the root:
    ``from <span>``, ``answer from <span>``. `request` and `answer` number the last request and the response under
    judgement; None where there is none.
    """

    trace_id: str
    messages: tuple[Message, ...]
    source: str
    source_id: str | None
    origin: str
    request: int | None
    answer: int | None
    roots: frozenset[str] = frozenset()
    """IDs of the top-level spans: what is said about one of them is said about the trace."""
    span_names: Mapping[str, str] = field(default_factory=dict)
    """The name of each span by its ID."""
    models: tuple[str, ...] = ()
    """The models that were called, each once, in the order of their first call; those that wrote text come first."""
    asides: tuple[Aside, ...] = ()
    """What was recorded beside the messages and may matter to who judges them."""
    parameters: tuple[Aside, ...] = ()
    """Parameters of model calls and what their APIs say of themselves, by the names of the spans."""


def converse(trace: Trace) -> Conversation:
    """Return the conversation of a decoded trace."""
    tree = SpanTree([with_sides(span) for span in trace.spans])
    if not tree.spans:
        return _without_spans(trace)
    choice = choose(tree)
    chosen, failures = choice.exchange, origins(tree)
    messages = weave(chosen.messages, tree, chosen.span, failures)
    messages = with_nested_agents(messages, tree, choice)
    if not chosen.asked:
        messages = [*_missing_request(chosen, messages), *messages]
    plumbing = plumbing_failures(tree, chosen.span, failures)
    failures = {span_id: failure for span_id, failure in failures.items() if span_id not in plumbing}
    messages = _with_failures(messages, chosen, tree, failures)
    if not (messages and messages[-1].role is not Role.USER and _speaks(messages[-1])):
        messages.append(_answer_note(_why_no_answer(trace, chosen, tree, messages), chosen.span.id))
    for asked in pauses(tree):
        messages = annotated(messages, f"paused to ask: {asked}")
    if not (chosen.asked or chosen.answered) and not any(_has_side(span) for span in tree.spans):
        messages.extend(_attributes(tree))
    messages = _other_roots(tree, chosen, messages) + messages + _handlers(tree, chosen, messages)
    conversation = _numbered(trace, with_tool_names(messages), chosen.span, _origin(chosen, tree))
    told_of = [root for root in tree.roots[:_OTHER_ROOTS] if root.id != chosen.span.id] + [
        span for span in tree.spans if span.id == chosen.span.id
    ]
    unread = unread_fields(told_of, messages)
    return replace(
        conversation,
        roots=frozenset(span.id for span in tree.roots),
        span_names={span.id: span.name for span in tree.spans},
        models=writing_models(tree.spans),
        asides=(*_failed_beside(plumbing), *unread.content),
        parameters=unread.parameters,
    )


def _without_spans(trace: Trace) -> Conversation:
    """Return what previews tell of a trace; where there are none either, why there is nothing."""
    told = preview_messages(trace.summary, GONE)
    return _from_previews(trace, told) if told else _numbered(trace, [_answer_note(_why_no_spans(trace))], None, "")


def without_readable_spans(summary: TraceSummary, why: str) -> Conversation:
    """Return what says `why` the spans cannot be read, and then what previews tell of the trace, if there are any."""
    told = preview_messages(summary, UNREADABLE)
    role = Role.TOOL if told else Role.ASSISTANT
    failure = Message(role, (Failure("", why),), title="unreadable trace", failed=bool(told))
    trace = Trace(summary, ())
    return _from_previews(trace, [failure, *told]) if told else _numbered(trace, [failure], None, "")


def _from_previews(trace: Trace, messages: list[Message]) -> Conversation:
    return replace(_numbered(trace, messages, None, "from previews"), source=PREVIEWS)


def _failed_beside(plumbing: dict[str, Failure]) -> Iterator[Aside]:
    if plumbing:
        names = ", ".join(dict.fromkeys(failure.span for failure in plumbing.values()))
        spans = "1 span" if len(plumbing) == 1 else f"{len(plumbing):,} spans"
        yield Aside(f"{spans} without content failed: {names}", counted(plumbing))


def _origin(chosen: SpanMessages, tree: SpanTree) -> str:
    if len(tree.roots) != 1 or tree.roots[0].id != chosen.span.id:
        return f"from {chosen.span.name}"
    names = {span.id: span.name for span in tree.spans if span.id != chosen.span.id}
    told = [("system prompt", each) for each in chosen.messages[:1] if each.role is Role.SYSTEM]
    told += [("request", each) for each in chosen.messages if each.role is not Role.SYSTEM][:1]
    ends = told + [("answer", each) for each in chosen.messages[-1:]]
    return ", ".join(f"{side} from {names[each.span_id]}" for side, each in ends if each.span_id in names)


def _numbered(trace: Trace, messages: list[Message], source: Span | None, origin: str) -> Conversation:
    answer = _answer_number(messages)
    requests = [n for n, each in enumerate(messages[:answer]) if each.role is Role.USER]
    return Conversation(
        trace.summary.id,
        tuple(messages),
        source.name if source else trace.summary.name,
        source.id if source else None,
        origin,
        requests[-1] if requests else None,
        answer,
    )


def _answer_number(messages: Sequence[Message]) -> int | None:
    """Return the last thing the assistant said; of several choices in a row the first."""
    spoken = [n for n, each in enumerate(messages) if each.role is Role.ASSISTANT]
    if not spoken:
        tools = [n for n, each in enumerate(messages) if each.role is Role.TOOL]
        return tools[-1] if tools else None
    last = spoken[-1]
    while last - 1 in spoken and _is_choice(messages[last - 1], messages[last]):
        last -= 1
    return last


def _is_choice(one: Message, other: Message) -> bool:
    return one.span_id == other.span_id and one.name == other.name and bool(one.text and other.text) and not one.calls


def _speaks(message: Message) -> bool:
    return bool(message.parts) and message.role is not Role.TOOL


def _failed(message: Message) -> bool:
    return any(isinstance(part, Failure) for part in message.parts)


def _with_failures(
    messages: list[Message], chosen: SpanMessages, tree: SpanTree, failures: dict[str, Failure]
) -> list[Message]:
    """Return the messages with the exceptions that are not shown yet: before an answer, or in place of one."""
    if not failures:
        return messages
    outermost = next((root.id for root in tree.roots if root.id in failures), list(failures)[-1])
    told = [
        Message(
            Role.TOOL, (failures[span_id],), title=f"error in {failures[span_id].span}", span_id=span_id, failed=True
        )
        for span_id in sorted(failures, key=lambda span_id: span_id == outermost)
    ]
    waits = outermost in failures and bool(messages and messages[-1].calls) and not messages[-1].text
    if chosen.answered and messages[-1].role is Role.ASSISTANT and not waits:
        return [*messages[:-1], *told, messages[-1]]
    last = replace(told[-1], role=Role.ASSISTANT, title="output", failed=False)
    return [*messages, *told[:-1], last]


def _missing_request(chosen: SpanMessages, messages: Sequence[Message]) -> list[Message]:
    if any(each.role is Role.USER for each in messages):
        return []
    return [Message(Role.USER, (Note("not recorded"),), title="input", span_id=chosen.span.id)]


def _why_no_answer(trace: Trace, chosen: SpanMessages, tree: SpanTree, messages: Iterable[Message]) -> str:
    if any(_failed(each) for each in messages):
        return "no output: the trace ended with the error above"
    if _in_progress(trace, tree):
        return "not recorded yet: the trace is still in progress"
    if not chosen.asked and _called_a_model(tree):
        return _why_no_content(tree)
    return "not recorded"


def _in_progress(trace: Trace, tree: SpanTree) -> bool:
    return trace.summary.state is TraceState.IN_PROGRESS or any(not root.end_ns for root in tree.roots)


def _called_a_model(tree: SpanTree) -> bool:
    return any(key.startswith(_MODEL_MARKS) for span in tree.spans for key in span.attributes)


def _why_no_content(tree: SpanTree) -> str:
    tokens = tokens_of(tree.spans)
    counts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in tokens.items())
    counted = f" ({counts})" if counts else ""
    return f"content was not captured: the application recorded only what ran and what it cost{counted}"


def _why_no_spans(trace: Trace) -> str:
    if trace.summary.state is TraceState.IN_PROGRESS:
        return "nothing recorded yet: the trace is still in progress"
    return "there are no spans of this trace"


def _answer_note(text: str, span_id: str | None = None) -> Message:
    return Message(Role.ASSISTANT, (Note(text),), title="output", span_id=span_id)


def _attributes(tree: SpanTree) -> Iterable[Message]:
    """Return what is known of spans that recorded neither input nor output."""
    parts: list[Part] = []
    for span in tree.spans[:_OTHER_ROOTS]:
        known = {key: value for key, value in span.attributes.items() if key not in _INTERNAL}
        if known:
            parts.append(NamedValue(span.name, known))
    return [Message(Role.TOOL, tuple(parts), title="attributes")] if parts else []


def _has_side(span: Span) -> bool:
    return not (isinstance(span.inputs, NotRecorded) and isinstance(span.outputs, NotRecorded))


def _other_roots(tree: SpanTree, chosen: SpanMessages, messages: Sequence[Message]) -> list[Message]:
    """Return what further top-level spans say that the conversation does not, each side under the span's name."""
    mine = {chosen.span.id, *(span.id for span in tree.ancestors(chosen.span))}
    others: list[Message] = []
    roots = [root for root in tree.roots if root.id not in mine and root.type != "TOOL"]
    roots = [root for root in roots if _has_side(root) or read_span(root).messages]
    if not roots:
        return others
    shown = {_folded(each) for each in messages} | {_value(part) for each in messages for part in each.parts}
    for root in roots[:_OTHER_ROOTS]:
        for each in read_span(root).messages:
            said = _folded(each)
            if has_content(each) and not any(said in text for text in shown):
                side = each.title or each.role.value
                others.append(replace(each, title=f"{side} of {root.name}"))
    if len(roots) > _OTHER_ROOTS:
        more = len(roots) - _OTHER_ROOTS
        others.append(Message(Role.TOOL, (Note(f"{more} more top-level spans: see the span tree"),), title="spans"))
    return others


def _handlers(tree: SpanTree, chosen: SpanMessages, messages: Sequence[Message]) -> list[Message]:
    """Return what went into and came out of the spans around the conversation that returned only that the work was
    done.
    """
    around = [span for span in tree.ancestors(chosen.span) if is_receipt(span.outputs)]
    shown = {_folded(each) for each in messages} if around else set()
    return [
        replace(each, role=Role.TOOL, title=f"{each.title or each.role.value} of {span.name}")
        for span in around
        for each in read_span(span).messages
        if _folded(each) not in shown
    ]


def _folded(message: Message) -> str:
    return " ".join(main_text(message).split()) or str(message.parts)


def _value(part: Part) -> str:
    return str(part.value) if isinstance(part, Data) else ""
