"""Conversations that several calls of a model hold one after the other: what the last of them does not tell of.

Each call repeats what was said before, but not under which instructions an earlier one spoke, nor, where an agent hands
over to another, the call by which it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from labeler.reading.conversation.nesting import Nesting
from labeler.reading.conversation.span_messages import SpanMessages
from labeler.reading.message import Call, Message, Note, Reasoning, Role, annotated

_MOST_INSTRUCTIONS: Final = 4
"""Instructions that change more often (with the time in them, say) are shown as they were first and last."""


def with_earlier_calls(chosen: SpanMessages, models: Sequence[SpanMessages], nesting: Nesting) -> SpanMessages:
    """Return the conversation with the instructions of the calls that led to it, and the calls by which agents handed
    over.
    """
    own = _instructions(chosen.messages)
    spoken = [each for each in chosen.messages if each.role is not Role.SYSTEM]
    made = _made(spoken)
    level = nesting.level(chosen.span)
    earlier = [
        each
        for each in models
        if each.span.start_ns < chosen.span.start_ns and each.is_chat and each.complete
        if _texts(_instructions(each.messages)) != _texts(own) or _made(each.messages[-1:]) - made
        if nesting.level(each.span) == level
    ]
    said = [_said(each) for each in spoken] if earlier else []
    told: list[tuple[int, list[Message]]] = []
    handovers: dict[int, Message] = {}
    start = 0
    for call in earlier:
        *asked, answer = (each for each in call.messages if each.role is not Role.SYSTEM)
        place = len(asked)
        is_repeated = said[place : place + 1] == [_said(answer)]
        is_handover = bool(answer.calls) and not _made([answer]) & made
        if place < start or not (is_repeated or is_handover) or [_said(each) for each in asked] != said[:place]:
            continue
        if is_handover:
            handovers[place] = answer
        instructions = _instructions(call.messages)
        if not _are_told(instructions, own) and (not told or _texts(told[-1][1]) != _texts(instructions)):
            told.append((place if told else 0, instructions))
        start = place + is_repeated
    if not (told or handovers) or list(chosen.messages[: len(own)]) != own:
        return chosen
    if own and told and (_texts(told[-1][1]) != _texts(own)):
        told.append((next((place for place in range(start, len(said)) if said[place][0] is not Role.TOOL), start), own))
    if len(told) > _MOST_INSTRUCTIONS:
        changed = f"changed {len(told) - 1} times before the answer: the span tree has all of them"
        told = [(0, annotated(told[0][1], changed)), told[-1]]
    return SpanMessages(chosen.span, tuple(_woven(spoken, told or [(0, own)], handovers)))


def _woven(
    spoken: Sequence[Message], told: Sequence[tuple[int, list[Message]]], handovers: Mapping[int, Message]
) -> Iterator[Message]:
    """Yield what was said with instructions where they began to hold, and calls that handed over where they
    were made.
    """
    for place, each in enumerate(spoken):
        yield from (message for at, messages in told if at == place < 1 for message in messages)
        if place in handovers:
            yield handovers[place]
        yield from (message for at, messages in told if at == place > 0 for message in messages)
        yield each


def _instructions(messages: Sequence[Message]) -> list[Message]:
    return [each for each in messages if each.role is Role.SYSTEM]


def _are_told(instructions: Sequence[Message], by: Sequence[Message]) -> bool:
    """Return whether others say the same and perhaps more: some agents' instructions grow."""
    text = "\n\n".join(_texts(by))
    return all(each in text for each in _texts(instructions))


def _texts(messages: Sequence[Message]) -> list[str]:
    return [each.text for each in messages]


def _made(messages: Sequence[Message]) -> set[tuple[str, str]]:
    return {(call.name, repr(call.arguments)) for each in messages for call in each.calls}


def _said(message: Message) -> tuple[object, ...]:
    """Return a message to compare: what a model thought and what a call's ID is are not always repeated."""
    spoken = (part for part in message.parts if not isinstance(part, Reasoning | Note))
    return message.role, *(replace(part, id=None) if isinstance(part, Call) else part for part in spoken)
