"""The line above the document: what is known about this trace at a glance."""

from __future__ import annotations

import json
from datetime import datetime

from labeler.domain.trace import TraceState, TraceSummary
from labeler.reading.sanitise import one_line
from labeler.tui.chrome.runs import Line, cut, spread
from labeler.tui.signs import Signs

_GAP = "   "


def header_line(summary: TraceSummary | None, place: str, width: int, signs: Signs) -> Line:
    """Name, state, latency, tokens, model, time, user; on the right `place`, such as ``line 1-14 of 40``."""
    parts: Line = []
    if summary is not None:
        parts.append((cut(one_line(summary.name, 60), 40, signs.ellipsis), "chrome.strong"))
        if summary.state is TraceState.ERROR:
            parts.append((f"{signs.error} error", "error"))
        elif summary.state is TraceState.IN_PROGRESS:
            parts.append(("unfinished", "warning"))
        parts.extend((text, "chrome.dim") for text in _facts(summary) if text)
    line: Line = [(" ", "chrome")]
    for number, part in enumerate(parts):
        line.extend([(_GAP, "chrome"), part] if number else [part])
    return spread(line, [(f"{place} ", "chrome.dim")] if place else [], width, "chrome", signs.ellipsis)


def _facts(summary: TraceSummary) -> list[str]:
    started = datetime.fromtimestamp(summary.requested_at_ms / 1000).astimezone()
    return [
        "" if summary.duration_ms is None else latency_words(summary.duration_ms),
        _tokens(summary),
        started.strftime("%d %b %H:%M") if summary.requested_at_ms else "",
        one_line(summary.user or "", 24),
    ]


def latency_words(ms: int) -> str:
    """How long a trace took, for people: ``840 ms``, ``1.8 s``, ``2 min 05``."""
    if ms < 1000:
        return f"{ms} ms"
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    return f"{ms // 60_000} min {ms % 60_000 // 1000:02}"


def _tokens(summary: TraceSummary) -> str:
    try:
        usage = json.loads(summary.metadata.get("mlflow.trace.tokenUsage", ""))
    except ValueError:
        return ""
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return f"{total:,} tokens" if isinstance(total, int) and not isinstance(total, bool) else ""
