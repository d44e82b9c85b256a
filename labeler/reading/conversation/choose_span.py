"""Where a conversation is read from: the root, or the span below it that tells the same and more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from labeler.reading.conversation.span_messages import SpanMessages, has_content, read_span
from labeler.reading.formats.plain import main_text
from labeler.reading.message import Message, Role
from labeler.reading.span_tree import SpanTree

_MODELS: Final = ("LLM", "CHAT_MODEL")
_LOOKED_THROUGH: Final = 20
"""How many model calls are searched for the system prompt."""

_DSPY: Final = "[[ ## "
_SPEAKERS: Final = ("LLM", "CHAT_MODEL", "AGENT", "UNKNOWN", None)


def choose(tree: SpanTree) -> SpanMessages:
    """The conversation of a trace that has at least one span.

    The root's, when somebody asks and is answered there; unless a model or agent below says all of that and more
    (history, system prompt, tool calls). When the root lacks a side: the richest model call that has both and contains
    what the root has, the latest of equals; else what the root has, completed by a question or answer from below.
    """
    return _with_system(_choose(tree), tree)


def _choose(tree: SpanTree) -> SpanMessages:
    first = max((read_span(root) for root in tree.roots), key=lambda root: (*_told(root), root.is_chat, root.richness))
    below = [span for span in tree.spans if span.id != first.span.id]
    if first.complete:
        inside = {span.id for span in tree.below(first.span)}
        return _richest(first, (read_span(span) for span in below if span.id in inside and span.type in _SPEAKERS))
    exchanges = [read_span(span) for span in below]
    models = [each for each in exchanges if each.span.type in _MODELS]
    complete = [each for each in models if each.complete and (not _says(first) or _continues(each, first))]
    if complete:
        return max(reversed(complete), key=lambda each: (each.is_chat, each.richness)).with_arguments_of(first)
    if not _says(first) and (found := next((each for each in exchanges if each.complete), None)) is not None:
        return found
    return _composed(first, exchanges, models)


def _with_system(chosen: SpanMessages, tree: SpanTree) -> SpanMessages:
    """The conversation with the system prompt of a model call that repeats its request, where it has none.

    Of several such calls that which gave its answer, else the first.
    DSPy's prompts say nothing that its fields do not.
    """
    asked = [" ".join(main_text(each).split()) for each in chosen.messages if each.role is Role.USER]
    if not asked or not asked[-1] or any(each.role is Role.SYSTEM for each in chosen.messages):
        return chosen
    calls = [span for span in tree.spans if span.type in _MODELS and span.id != chosen.span.id]
    said = main_text(chosen.messages[-1])
    models = [read_span(span) for span in calls[:_LOOKED_THROUGH]]
    for model in sorted(models, key=lambda model: not (model.answered and main_text(model.messages[-1]) == said)):
        told = [each for each in model.messages if each.role is Role.SYSTEM]
        quotes = any(asked[-1] in " ".join(main_text(each).split()) for each in model.messages)
        if told and quotes and not any(_DSPY in each.text for each in told):
            return SpanMessages(chosen.span, (*told, *chosen.messages))
    return chosen


def _told(exchange: SpanMessages) -> tuple[bool, bool, bool]:
    return exchange.complete, exchange.answered, exchange.asked


def _says(exchange: SpanMessages) -> bool:
    return exchange.asked or exchange.answered


def _continues(model: SpanMessages, first: SpanMessages) -> bool:
    return model.is_chat and model.extends(_spoken(first))


def _spoken(exchange: SpanMessages) -> SpanMessages:
    return SpanMessages(exchange.span, tuple(filter(has_content, exchange.messages)))


def _richest(first: SpanMessages, candidates: Iterable[SpanMessages]) -> SpanMessages:
    best = first
    for candidate in (_completed(each, first) for each in candidates):
        if candidate.extends(first) and candidate.richness >= best.richness:
            best = candidate
    return best.with_arguments_of(first) if best is not first else first


def _completed(candidate: SpanMessages, first: SpanMessages) -> SpanMessages:
    """A model call of which only the request was recorded (a stream's often is), with the answer above it."""
    if candidate.answered or not candidate.is_chat or candidate.span.type not in _MODELS:
        return candidate
    return SpanMessages(candidate.span, (*_spoken(candidate).messages, *first.messages[-1:]))


def _composed(first: SpanMessages, others: list[SpanMessages], models: list[SpanMessages]) -> SpanMessages:
    """What the root says, its missing question or answer taken from below, where there is one."""
    if first.asked:
        question = _question(first)
        failed = first.span.status == "ERROR"
        answer = [] if failed else next((_answer(each) for each in reversed(models) if each.answered), [])
    else:
        question = next((_question(each) for each in others if each.asked), [])
        if first.answered:
            answer = list(_spoken(first).messages)
        else:
            answer = next((_answer(each) for each in reversed(models) if each.answered), [])
    if not question or not answer:
        return first if _says(first) or not (question or answer) else SpanMessages(others[0].span, (*question, *answer))
    return SpanMessages(first.span if _says(first) else others[0].span, (*question, *answer))


def _question(exchange: SpanMessages) -> list[Message]:
    """Everything up to the last thing that is not the model's own."""
    spoken = _spoken(exchange).messages
    last = max((place for place, each in enumerate(spoken) if each.role is not Role.ASSISTANT), default=-1)
    return list(spoken[: last + 1])


def _answer(exchange: SpanMessages) -> list[Message]:
    return [each for each in _spoken(exchange).messages[-1:] if each.role is Role.ASSISTANT]
