"""What one span says: its messages, and whether it holds a question and an answer."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.trace import NOT_RECORDED, NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.conversation.instructions import with_instructions
from labeler.reading.formats import ATTRIBUTE_FORMATS, in_order
from labeler.reading.formats.chat import with_other_arguments
from labeler.reading.formats.messages import Side, joined, messages_in
from labeler.reading.formats.plain import input_message, is_repr, main_text, output_message
from labeler.reading.formats.vendors.langchain import langchain_message
from labeler.reading.message import Call, Message, NamedValue, Note, Part, Reasoning, Role

_FORMAT = "mlflow.message.format"
_CHUNK = "mlflow.chunk."
_WRAPPERS: Final = (
    "request",
    "req",
    "payload",
    "body",
    "state",
    "data",
    "inputs",
    "input_data",
    "model_input",
    "event",
)
"""Arguments in which applications hand on what they were asked."""
_HISTORY: Final = ("chat_history", "history", "message_history", "conversation_history", "previous_messages")
"""Arguments that hold the turns before the one that is asked."""


_KNOWN_SIDES: Final = frozenset(("messages", "choices", "contents", "candidates", "generations"))
"""Keys that formats read themselves: looking into them for a whole conversation would read every span twice."""

_Said: TypeAlias = tuple[bool, str]
"""Whether the model said it, and what."""


@dataclass(frozen=True)
class SpanMessages:
    """The messages of a span, told apart no further into sides: history may lie in either."""

    span: Span
    messages: tuple[Message, ...]

    @cached_property
    def asked(self) -> bool:
        """Whether somebody or something asked: there is content that is not the model's own."""
        return any(each.role is not Role.ASSISTANT and has_content(each) for each in self.messages)

    @cached_property
    def answered(self) -> bool:
        """Whether the last to speak was the model, or what stands in for it."""
        return bool(self.messages) and self.messages[-1].role is Role.ASSISTANT and has_content(self.messages[-1])

    @property
    def complete(self) -> bool:
        return self.asked and self.answered

    @property
    def is_chat(self) -> bool:
        """Whether messages were recorded, not plain values."""
        return not any(each.title for each in self.messages)

    @cached_property
    def richness(self) -> int:
        """How much there is to read: messages, calls, reasoning and what was said beside a call."""
        extras = sum(isinstance(part, Call | Reasoning) for each in self.messages for part in each.parts)
        return len(self.messages) + extras + sum(bool(each.calls and each.text) for each in self.messages)

    def extends(self, other: SpanMessages) -> bool:
        """Return whether this holds all that the other says, in its order, and more."""
        if self.richness <= other.richness or not other.messages:
            return False
        if any(each.role is Role.ASSISTANT and sum(1 for _ in each.each(NamedValue)) > 1 for each in other.messages):
            return False
        silent = [each for each in other.messages if each.calls and not _folded(each)]
        if not _made(silent) <= _made(self.messages):
            return False
        wanted = [(each.role is Role.ASSISTANT, _folded(each)) for each in other.messages if each not in silent]
        said = [(each.role is Role.ASSISTANT, _folded(each)) for each in self.messages]
        if wanted and other.answered and _joined(self.messages) == _joined(other.messages[-1:]):
            wanted[-1] = said[-1]
        if not wanted or not wanted[-1][1] or (other.answered and said[-1] != wanted[-1]):
            return False
        if any(each.calls for each in self.messages):
            return _in_order(wanted, said, _is_quoted)
        return _in_order(wanted, said, operator.eq)

    def with_arguments_of(self, other: SpanMessages) -> SpanMessages:
        """This, the request with the further arguments that the other was given beside it."""
        asked = next((each for each in other.messages if any(True for _ in each.each(NamedValue))), None)
        if asked is None or asked.role is Role.ASSISTANT:
            return self
        said = main_text(asked)
        known = {_folded(each) for each in self.messages}
        further = [field for field in asked.each(NamedValue) if field.value != said and not _repeats(field, known)]
        for place, each in enumerate(self.messages):
            if each.role is asked.role and _folded(each) == _folded(asked):
                extended = replace(each, parts=(*each.parts, *further))
                return SpanMessages(self.span, (*self.messages[:place], extended, *self.messages[place + 1 :]))
        return self


def has_content(message: Message) -> bool:
    """Return whether a message says more than that there is nothing."""
    return any(not isinstance(part, Note) for part in message.parts)


def read_span(span: Span) -> SpanMessages:
    """Return the messages of a span in the first format that knows it; sides that none knows are read as plain
    values.
    """
    span = _opened(replace(span, inputs=_without_reprs(span.inputs)))
    messages = _from_sides(span)
    told = _from_attributes(span)
    if messages is None:
        if told is not None and SpanMessages(span, tuple(told)).complete:
            messages = told
        else:
            messages = _side_by_side(span, told or [])
    elif told is not None and SpanMessages(span, tuple(told)).extends(SpanMessages(span, tuple(messages))):
        messages = told
    messages = _with_history(with_other_arguments(messages, span), span)
    messages = with_instructions(messages, span)
    return SpanMessages(span, tuple(replace(each, span_id=span.id) for each in messages))


def _from_sides(span: Span) -> list[Message] | None:
    if _is_absent(span.inputs) and _is_absent(span.outputs):
        return None
    answers = (recognise(span.inputs, span.outputs, span) for recognise in in_order(span))
    found = next((found for found in answers if found is not None), None)
    if found is not None and span.outputs is None:
        return [*found, output_message(None)]
    return found


def _from_attributes(span: Span) -> list[Message] | None:
    answers = (recognise(span.inputs, span.outputs, span) for recognise in ATTRIBUTE_FORMATS)
    return max((found for found in answers if found), key=len, default=None)


def _side_by_side(span: Span, told: list[Message]) -> list[Message]:
    """Return each side in whatever format knows it alone; `told` stands in for a side that no format knows."""
    bare = replace(span, attributes={_FORMAT: span.attributes.get(_FORMAT)}, events=())
    asked = _one_side(bare, span.inputs, NOT_RECORDED)
    answered = _one_side(bare, NOT_RECORDED, span.outputs)
    asked_by_attributes = [each for each in told if each.role is not Role.ASSISTANT]
    if told and told[-1].role is Role.ASSISTANT:
        answered = answered or told
    elif asked_by_attributes:
        asked = asked or told
    if asked is None:
        asked = [] if isinstance(span.inputs, NotRecorded) else [input_message(span.inputs)]
    if answered is None:
        outputs = span.outputs
        recorded = [] if isinstance(outputs, NotRecorded) else [_unstreamed(_news(span.inputs, outputs), span)]
        answered = [output_message(value) for value in recorded]
    told_to = [] if any(each.role is Role.SYSTEM for each in asked) else answered[:1]
    if told_to and told_to[0].role is Role.SYSTEM:
        return joined(told_to + asked, answered[1:])
    return joined(asked, answered)


def _news(inputs: Side, outputs: JsonValue) -> JsonValue:
    """Return the outputs without what they only repeat of the inputs, as chains and graphs hand on their whole
    state.
    """
    if not isinstance(outputs, dict) or not isinstance(inputs, dict):
        return outputs
    return {name: each for name, each in outputs.items() if name not in inputs or each != inputs[name]} or outputs


def _with_history(messages: list[Message], span: Span) -> list[Message]:
    """Return the messages behind the earlier turns that were given beside the question, where they do not tell them
    yet.
    """
    for name, value in _present(span.inputs).items():
        history = messages_in(value, langchain_message) if name in _HISTORY else None
        if not history:
            continue
        told = {_folded(each) for each in messages}
        bare = [replace(each, parts=_without(each, name)) for each in messages]
        if any(_folded(each) not in told for each in history):
            start = next((place for place, each in enumerate(bare) if each.role is not Role.SYSTEM), 0)
            return [*bare[:start], *history, *bare[start:]]
        return bare
    return messages


def _without(message: Message, name: str) -> tuple[Part, ...]:
    rest = tuple(part for part in message.parts if not (isinstance(part, NamedValue) and part.name == name))
    return rest or message.parts


def _one_side(span: Span, inputs: Side, outputs: Side) -> list[Message] | None:
    side = inputs if isinstance(outputs, NotRecorded) else outputs
    if not isinstance(side, dict | list) or not side:
        return None
    answers = (recognise(inputs, outputs, span) for recognise in in_order(span))
    return next((found for found in answers if found), None)


def _opened(span: Span) -> Span:
    """Return the span, a conversation that a function was given as one argument out of that argument (``request``,
    ``state``).

    So is one that is the only thing it returned.
    """
    bare = replace(span, attributes={_FORMAT: span.attributes.get(_FORMAT)}, events=())
    inputs, outputs = span.inputs, span.outputs
    for name, inner in _candidates(inputs, _WRAPPERS):
        if _one_side(bare, inputs, NOT_RECORDED) is None and _one_side(bare, inner, NOT_RECORDED):
            others = {key: each for key, each in _present(inputs).items() if key != name}
            inputs = {**others, **inner} if isinstance(inner, dict) else inner
            break
    for _, inner in _candidates(outputs, ()):
        if _one_side(bare, NOT_RECORDED, outputs) is None and _one_side(bare, NOT_RECORDED, inner):
            outputs = inner
    return replace(span, inputs=inputs, outputs=outputs)


def _candidates(side: Side, wrappers: Iterable[str]) -> list[tuple[str, JsonValue]]:
    """Return the members of a side that a whole conversation may lie in: those of such a name, or the only one there
    is.
    """
    members = _present(side)
    if members.keys() <= _KNOWN_SIDES:
        return []
    names = list(members) if len(members) == 1 else [name for name in wrappers if isinstance(members.get(name), dict)]
    return [(name, members[name]) for name in names if isinstance(members[name], dict | list)]


def _present(side: Side) -> dict[str, JsonValue]:
    return {name: each for name, each in side.items() if each is not None} if isinstance(side, dict) else {}


def _unstreamed(outputs: JsonValue, span: Span) -> JsonValue:
    """Return the outputs of a span; of a generator, its chunks as one text."""
    if isinstance(outputs, list) and any(event.name.startswith(_CHUNK) for event in span.events):
        chunks = [chunk for chunk in outputs if isinstance(chunk, str)]
        if chunks and len(chunks) == len(outputs):
            return "".join(chunks)
    return outputs


def _without_reprs(inputs: Side) -> Side:
    """Inputs without the arguments of which only a Python object's name was kept (clients, contexts, ``Omit``)."""
    if not isinstance(inputs, dict):
        return inputs
    return {name: value for name, value in inputs.items() if not is_repr(value)} or inputs


def _is_absent(side: Side) -> bool:
    return side is None or isinstance(side, NotRecorded)


def _repeats(field: NamedValue, known: set[str]) -> bool:
    """Return whether an argument is the history that the conversation tells already."""
    history = messages_in(field.value, langchain_message)
    return history is not None and all(_folded(each) in known for each in history)


def _folded(message: Message) -> str:
    return " ".join(main_text(message).split())


def _joined(messages: Sequence[Message]) -> str:
    """Return all that a model said since it was asked, as one text: some agents answer with that."""
    asked = max((place for place, each in enumerate(messages) if each.role is Role.USER), default=-1)
    own = (each for each in messages[asked + 1 :] if each.role is Role.ASSISTANT)
    return "".join("".join(main_text(each).split()) for each in own)


def _made(messages: Iterable[Message]) -> set[tuple[str, str]]:
    return {(call.name, repr(call.arguments)) for each in messages for call in each.calls}


def _is_quoted(wanted: _Said, said: _Said) -> bool:
    """Return whether a request is said, be it within a prompt; what a model answered must be said as it is."""
    by_model, text = wanted
    return by_model == said[0] and (text == said[1] or (not by_model and text in said[1]))


def _in_order(wanted: Iterable[_Said], said: Iterable[_Said], is_said: Callable[[_Said, _Said], bool]) -> bool:
    remaining = iter(said)
    return all(any(is_said(each, one) for one in remaining) for each in wanted)
