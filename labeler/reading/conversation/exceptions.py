"""What went wrong: the exceptions of a trace, each once, where it was raised."""

from __future__ import annotations

import re
from typing import Final

from labeler.domain.trace import Span
from labeler.reading.formats.values import text_of
from labeler.reading.message import Failure
from labeler.reading.span_tree import SpanTree

_EVENT = "exception"
_PAUSES: Final = ("GraphInterrupt", "NodeInterrupt")
_CONTROL_FLOW: Final = (*_PAUSES, "ParentCommand", "GraphBubbleUp")
"""Exceptions by which LangGraph's nodes pause or hand over: nothing failed."""
_ASKED: Final = re.compile(r"Interrupt\(value=(.*?), (?:id|resumable|ns|when|interrupt_id)=", re.DOTALL)


def failure_of(span: Span) -> Failure | None:
    """Return the exception that ended a span or was recorded on it, or None."""
    event = next((event for event in reversed(span.events) if event.name == _EVENT), None)
    if event is not None:
        kind, message, stack = (
            text_of(event.attributes.get(f"exception.{key}")) for key in ("type", "message", "stacktrace")
        )
        if _name(kind) in _CONTROL_FLOW:
            return None
        return Failure(kind, message or span.status_message, stack, span.name)
    if span.status == "ERROR":
        return Failure("", span.status_message, "", span.name)
    return None


def pauses(tree: SpanTree) -> list[str]:
    """Return what the graph stopped to ask somebody, each once."""
    asked: dict[str, None] = {}
    for event in (event for span in tree.spans for event in span.events if event.name == _EVENT):
        if _name(text_of(event.attributes.get("exception.type"))) in _PAUSES:
            told = text_of(event.attributes.get("exception.message"))
            asked.update(dict.fromkeys(_ASKED.findall(told) or [told]))
    return list(asked)


def origins(tree: SpanTree) -> dict[str, Failure]:
    """Return the exceptions by span ID, without those that are a child's exception passed on."""
    found = {span.id: failure for span in tree.spans if (failure := failure_of(span)) is not None}
    passed_on: set[str] = set()
    for span in tree.spans:
        failure = found.get(span.id)
        for above in tree.ancestors(span):
            outer = found.get(above.id)
            if failure is None or outer is None or above.id in passed_on or not _is_same(outer, failure):
                break
            passed_on.add(above.id)
    return {span_id: failure for span_id, failure in found.items() if span_id not in passed_on}


def _name(kind: str) -> str:
    return kind.rpartition(".")[2]


def _is_same(outer: Failure, inner: Failure) -> bool:
    """Return whether an exception further up adds nothing to the one below it."""
    return outer.message in inner.message or outer.message in inner.line
