"""Nested agents in a conversation: what each of them did, folded, behind the answer that it gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from labeler.domain.trace import NOT_RECORDED, Span
from labeler.reading.conversation.choose_span import Choice, choose
from labeler.reading.conversation.exceptions import origins
from labeler.reading.conversation.merge_tools import before_answer, tool_name, weave, with_tool_names
from labeler.reading.conversation.nesting import MODELS
from labeler.reading.conversation.span_messages import SpanMessages
from labeler.reading.message import Message, Note, Role, Turns
from labeler.reading.span_tree import SpanTree

_MOST_AGENTS: Final = 20
_MOST_LEVELS: Final = 4
"""Nested agents that are told one within the other; the span tree has all of them."""


def with_nested_agents(messages: Sequence[Message], tree: SpanTree, choice: Choice, level: int = 1) -> list[Message]:
    """Return the conversation with the turns of the agents that work for it, each agent's as one folded part."""
    around = {choice.exchange.span.id, *(span.id for span in tree.ancestors(choice.exchange.span))}
    agents = [span for span in choice.nesting.outermost if span.id not in around and span.type not in MODELS]
    behind: dict[int, list[Message]] = {}
    taken: set[int] = set()
    for agent in agents[:_MOST_AGENTS]:
        part = (
            Turns(_turns(agent, tree, choice.read, level), agent.name)
            if level <= _MOST_LEVELS
            else Note(f"{agent.name}: {_MORE}")
        )
        place = _answer_of(agent, messages, taken)
        told = Message(Role.TOOL, (part,), title=f"{agent.name} (nested agent)", span_id=agent.id)
        behind.setdefault(before_answer(messages) if place is None else place + 1, []).append(told)
    if len(agents) > _MOST_AGENTS:
        more = Note(f"{len(agents) - _MOST_AGENTS} more nested agents: {_MORE}")
        behind.setdefault(before_answer(messages), []).append(Message(Role.TOOL, (more,), title="nested agents"))
    woven: list[Message] = []
    for place in range(len(messages) + 1):
        woven.extend(behind.get(place, ()))
        woven.extend(messages[place : place + 1])
    return woven


def _turns(agent: Span, tree: SpanTree, read: Mapping[str, SpanMessages], level: int) -> tuple[Message, ...]:
    root = replace(agent, inputs=NOT_RECORDED, outputs=NOT_RECORDED) if agent.type == "TOOL" else agent
    inner = SpanTree([root, *tree.below(agent)])
    choice = choose(inner, {span_id: each for span_id, each in read.items() if span_id != agent.id})
    messages = weave(choice.exchange.messages, inner, choice.exchange.span, origins(inner))
    return tuple(with_tool_names(with_nested_agents(messages, inner, choice, level + 1)))


def _answer_of(agent: Span, messages: Sequence[Message], taken: set[int]) -> int | None:
    """Return the message that a nested agent's answer is: by its span, else the first of a tool of its name."""
    name = tool_name(agent)
    answers = [place for place, each in enumerate(messages) if each.role is Role.TOOL and place not in taken]
    own = [place for place in answers if messages[place].span_id == agent.id]
    own = own or [place for place in answers if messages[place].name == name]
    taken.update(own[:1])
    return own[0] if own else None


_MORE: Final = "the span tree has what they did"
