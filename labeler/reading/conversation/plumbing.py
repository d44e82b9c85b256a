"""Failures of plumbing: spans without content that failed beside the conversation, cancelled polls by the hundred."""

from __future__ import annotations

from collections import Counter
from typing import Final

from labeler.domain.trace import NotRecorded, Span
from labeler.reading.message import Failure
from labeler.reading.span_tree import SpanTree

_WORK: Final = ("TOOL", "LLM", "CHAT_MODEL", "AGENT", "RETRIEVER", "RERANKER", "EMBEDDING", "GUARDRAIL", "EVALUATOR")
"""Types of spans whose failure matters to who reads the conversation, whatever was recorded of them."""


def plumbing_failures(tree: SpanTree, source: Span, failures: dict[str, Failure]) -> dict[str, Failure]:
    """Return the failures of spans that recorded nothing, nor did what they failed; they ended in no span that did.

    Those of top-level spans, and of spans that the conversation lies in, are none of them.
    """
    around = {source.id, *(span.id for span in tree.ancestors(source))}
    by_id = {span.id: span for span in tree.spans}
    return {span_id: failure for span_id, failure in failures.items() if _is_plumbing(by_id[span_id], tree, around)}


def _is_plumbing(span: Span, tree: SpanTree, around: set[str]) -> bool:
    failed = [span]
    for above in tree.ancestors(span):
        if above.status != "ERROR":
            break
        failed.append(above)
    else:
        if failed[-1].parent_id is None or len(tree.roots) == 1:
            return False
    return not any(each.id in around or each.type in _WORK or _has_content(each) for each in failed)


def _has_content(span: Span) -> bool:
    return not (isinstance(span.inputs, NotRecorded) and isinstance(span.outputs, NotRecorded))


def counted(failures: dict[str, Failure]) -> str:
    """Return the failures for a line each: where, what and how often."""
    found = Counter(f"{failure.span}: {failure.line}" for failure in failures.values())
    return "\n".join(f"{line} (× {count:,})" if count > 1 else line for line, count in found.most_common())
