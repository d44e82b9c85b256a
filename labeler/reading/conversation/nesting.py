"""How deep a model call lies in agents within agents: the exchange under judgement is the outermost one.

An agent that another one runs is work done for the answer, as a tool's is, however many model calls it makes. It shows
in its span's type, in a model that called it by its name, or in an outer conversation that goes on after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.trace import Span
from labeler.reading.conversation.merge_tools import tool_name
from labeler.reading.conversation.span_messages import SpanMessages
from labeler.reading.formats.plain import main_text
from labeler.reading.message import Role
from labeler.reading.span_tree import SpanTree

MODELS: Final = ("LLM", "CHAT_MODEL")
"""Types of spans that are calls of a model."""


class Nesting:
    """The nested agents of a trace, told from all its model calls."""

    def __init__(self, tree: SpanTree, models: Sequence[SpanMessages]) -> None:
        self._tree = tree
        self._above = {each.span.id: list(tree.ancestors(each.span)) for each in models}
        self._inside = {call: {span.id for span in above} for call, above in self._above.items()}
        self._calls = _calls(models)
        self._last_call_ns = self._last_calls(models)
        self._nested = dict(self._typed(models)) | dict(self._surrounded(models))

    def level(self, span: Span) -> int:
        """Return how many nested agents and tools a span lies in; one that is a nested agent itself lies in it."""
        return sum(each.id in self._nested for each in (span, *self._tree.ancestors(span)))

    @property
    def outermost(self) -> Sequence[Span]:
        """The nested agents that lie in no other, in start order."""
        found = [each for each in self._nested.values() if self.level(each) == 1]
        return sorted(found, key=lambda span: span.start_ns)

    def _typed(self, models: Sequence[SpanMessages]) -> Iterator[tuple[str, Span]]:
        """Tools and agents in which models were called, by their types and by the calls of models outside of them."""
        seen: set[str] = set()
        for model in models:
            for span in self._above[model.span.id]:
                if span.id not in seen:
                    seen.add(span.id)
                    if span.type == "TOOL" or self._is_called(span) or self._is_agent_within_agent(span):
                        yield span.id, span

    def _is_called(self, span: Span) -> bool:
        callers = self._calls.get(tool_name(span), ())
        return any(span.id not in self._inside[caller] for caller in callers)

    def _is_agent_within_agent(self, span: Span) -> bool:
        """Return whether the agent around an agent goes on calling models itself."""
        if span.type != "AGENT":
            return False
        outer = next((each for each in self._tree.ancestors(span) if each.type == "AGENT"), None)
        return outer is not None and self._last_call_ns.get(outer.id, 0) > span.start_ns

    def _last_calls(self, models: Sequence[SpanMessages]) -> Mapping[str, int]:
        """When each agent and tool began the last call of a model that it made itself."""
        last: dict[str, int] = {}
        for model in models:
            caller = next((each for each in self._above[model.span.id] if each.type in ("AGENT", "TOOL")), None)
            if caller is not None:
                last[caller.id] = max(last.get(caller.id, 0), model.span.start_ns)
        return last

    def _surrounded(self, models: Sequence[SpanMessages]) -> Iterator[tuple[str, Span]]:
        """Spans between the calls of a conversation, below where all of it happens, that hold another conversation."""
        threads: dict[str, list[Span]] = {}
        for model in models:
            if asked := _opening(model):
                threads.setdefault(asked, []).append(model.span)
        homes = {asked: self._home(calls) for asked, calls in threads.items() if len(calls) > 1}
        for asked, home in homes.items():
            first, last = threads[asked][0].start_ns, threads[asked][-1].start_ns
            for other, calls in threads.items():
                if other == asked or home is None:
                    continue
                if all(home in self._inside[call.id] and first < call.start_ns < last for call in calls):
                    for call in calls:
                        inner = self._below(home, call)
                        if all(self._below(home, own).id != inner.id for own in threads[asked]):
                            yield inner.id, inner

    def _home(self, calls: Sequence[Span]) -> str | None:
        """Return the innermost span around all of the calls."""
        shared = set.intersection(*(self._inside[call.id] for call in calls))
        return next((span.id for span in self._above[calls[0].id] if span.id in shared), None)

    def _below(self, home: str, call: Span) -> Span:
        """Return the span right below `home` that a call is or lies in."""
        path = [call, *self._above[call.id]]
        return path[next(place for place, span in enumerate(path) if span.id == home) - 1]


def _calls(models: Sequence[SpanMessages]) -> Mapping[str, list[str]]:
    """Return the IDs of the spans of the models that called a tool, by its name."""
    found: dict[str, list[str]] = {}
    for model in models:
        for name in {call.name for each in model.messages for call in each.calls}:
            found.setdefault(name, []).append(model.span.id)
    return found


def _opening(model: SpanMessages) -> str:
    """Return the question that a conversation began with."""
    asked = next((each for each in model.messages if each.role is Role.USER), None)
    return " ".join(main_text(asked).split()) if asked is not None else ""
