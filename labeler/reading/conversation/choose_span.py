"""Where a conversation is read from: the root, or the span below it that tells the same and more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.trace import Span
from labeler.reading.conversation.handovers import with_earlier_calls
from labeler.reading.conversation.nesting import MODELS, Nesting
from labeler.reading.conversation.receipts import is_receipt, is_told
from labeler.reading.conversation.span_messages import SpanMessages, has_content, read_span
from labeler.reading.formats.plain import main_text
from labeler.reading.message import Message, Role
from labeler.reading.span_tree import SpanTree

_BESIDE: Final = ("TOOL", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR", "PARSER", "MEMORY")
"""Types of spans that carry no conversation on."""

_LOOKED_THROUGH: Final = 20
"""How many model calls are searched for the system prompt."""

_DSPY: Final = "[[ ## "
_SPEAKERS: Final = ("LLM", "CHAT_MODEL", "AGENT", "UNKNOWN", None)


@dataclass(frozen=True, slots=True)
class Choice:
    """The conversation of a trace, and which of its agents are nested in others."""

    exchange: SpanMessages
    nesting: Nesting
    read: Mapping[str, SpanMessages]
    """What the spans say that were read for this, by their IDs."""


def choose(tree: SpanTree, known: Mapping[str, SpanMessages] = MappingProxyType({})) -> Choice:
    """Return the conversation of a trace that has at least one span.

    The root's, when somebody asks and is answered there; unless a model or agent below says all of that and more
    (history, system prompt, tool calls), or a handler returned no more than that the work was done. When the root lacks
    a side: the richest model call that has both and contains what the root has, of those that lie in the fewest nested
    agents, the latest of equals; else what the root has, completed by a question or answer from below. `known` is what
    spans say that were read for the conversation around this one, a nested agent's: of that, what tools were given and
    found is read when they are woven in.
    """
    first = max((read_span(root) for root in tree.roots), key=lambda root: (*_told(root), root.is_chat, root.richness))
    first = _through_silent(first, tree)
    receipt = is_receipt(first.span.outputs)
    inside = {span.id for span in tree.below(first.span)}
    below = [span for span in tree.spans if span.id != first.span.id]
    if first.complete and not receipt:
        below = [span for span in below if span.type in MODELS or (span.id in inside and _speaks(span))]
    if known:
        below = [span for span in below if _speaks(span)]
    exchanges = [known[span.id] if span.id in known else read_span(span) for span in below]
    models = [each for each in exchanges if each.span.type in MODELS]
    nesting = Nesting(tree, models)
    if receipt and (answered := _behind(first, [each for each in exchanges if each.span.id in inside])):
        exchange = _outermost(answered, nesting)
    elif first.complete:
        inner = [each for each in exchanges if each.span.id in inside and _speaks(each.span)]
        exchange = _richest(first, inner, nesting)
    else:
        exchange = _completed_from_below(first, exchanges, nesting)
    return Choice(
        with_earlier_calls(_with_system(exchange, models, nesting), models, nesting),
        nesting,
        {**known, **{each.span.id: each for each in exchanges}},
    )


def _behind(handler: SpanMessages, inner: Sequence[SpanMessages]) -> list[SpanMessages]:
    """Return the exchanges below a span that returned only that the work was done; none where it returned what they
    said.
    """
    complete = [each for each in inner if each.complete and _speaks(each.span)]
    found = [each for each in complete if each.span.type in MODELS] or [
        each for each in complete if each.is_chat or (each.span.type == "AGENT" and not is_receipt(each.span.outputs))
    ]
    return [] if is_told(handler.span.outputs, found) else found


def _completed_from_below(first: SpanMessages, exchanges: Sequence[SpanMessages], nesting: Nesting) -> SpanMessages:
    models = [each for each in exchanges if each.span.type in MODELS]
    continuing = [each for each in models if each.complete and (not _says(first) or _continues(each, first))]
    if continuing:
        return _outermost(continuing, nesting).with_arguments_of(first)
    if not _says(first) and (found := next((each for each in exchanges if each.complete), None)) is not None:
        return found
    return _composed(first, exchanges, [each for each in models if nesting.level(each.span) == 0] or models)


def _speaks(span: Span) -> bool:
    return span.type in _SPEAKERS


def _through_silent(first: SpanMessages, tree: SpanTree) -> SpanMessages:
    """Return the first span that says something on the only way down from a root that says nothing: a server's, a
    runner's.
    """
    found = first
    while not _says(found):
        inner = [span for span in tree.children(found.span) if span.type not in _BESIDE]
        if len(inner) != 1 or inner[0].type in MODELS:
            return first
        found = read_span(inner[0])
    return found


def _outermost(exchanges: Sequence[SpanMessages], nesting: Nesting) -> SpanMessages:
    """Return the richest of the exchanges that lie in the fewest nested agents, the latest of equals."""
    return max(reversed(exchanges), key=lambda each: (-nesting.level(each.span), each.is_chat, each.richness))


def _with_system(chosen: SpanMessages, models: Sequence[SpanMessages], nesting: Nesting) -> SpanMessages:
    """Return the conversation with the system prompt of a model call that repeats its request, where it has none.

    Of several such calls one in the fewest nested agents, of these that which gave its answer, else the first.
    DSPy's prompts say nothing that its fields do not.
    """
    asked = [" ".join(main_text(each).split()) for each in chosen.messages if each.role is Role.USER]
    if not asked or not asked[-1] or any(each.role is Role.SYSTEM for each in chosen.messages):
        return chosen
    said = main_text(chosen.messages[-1])
    calls = [each for each in models if each.span.id != chosen.span.id][:_LOOKED_THROUGH]

    def rank(model: SpanMessages) -> tuple[int, bool]:
        return nesting.level(model.span), not (model.answered and main_text(model.messages[-1]) == said)

    for model in sorted(calls, key=rank):
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


def _richest(first: SpanMessages, candidates: Sequence[SpanMessages], nesting: Nesting) -> SpanMessages:
    """Return the richest of the candidates that say all that `first` says and more, of those in the fewest nested
    agents.
    """
    extending = [each for each in (_completed(each, first) for each in candidates) if each.extends(first)]
    if not extending:
        return first
    best = max(reversed(extending), key=lambda each: (-nesting.level(each.span), each.richness))
    return best.with_arguments_of(first)


def _completed(candidate: SpanMessages, first: SpanMessages) -> SpanMessages:
    """Return a model call of which only the request was recorded (a stream's often is), with the answer above it."""
    if candidate.answered or not candidate.is_chat or candidate.span.type not in MODELS:
        return candidate
    return SpanMessages(candidate.span, (*_spoken(candidate).messages, *first.messages[-1:]))


def _composed(first: SpanMessages, others: Sequence[SpanMessages], models: Sequence[SpanMessages]) -> SpanMessages:
    """Return what the root says, its missing question or answer taken from below, where there is one."""
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
    """Return everything up to the last thing that is not the model's own."""
    spoken = _spoken(exchange).messages
    last = max((place for place, each in enumerate(spoken) if each.role is not Role.ASSISTANT), default=-1)
    return list(spoken[: last + 1])


def _answer(exchange: SpanMessages) -> list[Message]:
    return [each for each in _spoken(exchange).messages[-1:] if each.role is Role.ASSISTANT]
