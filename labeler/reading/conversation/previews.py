"""The conversation of a trace without spans that can be read, from the previews kept of its request and response.

Source of the limits: `mlflow.tracing.constant` (MLflow 3.17). A preview holds the last text of a side, or its JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from labeler.domain.trace import TraceSummary
from labeler.reading.formats.plain import side_parts
from labeler.reading.formats.values import decoded
from labeler.reading.message import Message, Note, Role

REQUEST: Final = "request preview"
RESPONSE: Final = "response preview"
SOURCE: Final = "previews"
GONE: Final = "are not there"
UNREADABLE: Final = "cannot be read"
"""What is the matter with the spans."""

_CUT: Final = "..."
_LIMITS: Final = (250, 1_000, 10_000)
"""Characters after which MLflow 2, MLflow 3 and Databricks cut a preview."""


def preview_messages(summary: TraceSummary, matter: str) -> list[Message]:
    """Return the previews as messages, each with what it is and where it was cut; none where no preview is kept.

    `matter` is what is the matter with the spans.
    """
    kept = ((Role.USER, REQUEST, summary.request_preview), (Role.ASSISTANT, RESPONSE, summary.response_preview))
    if not any(preview for _, _, preview in kept):
        return []
    return [
        Message(role, (*side_parts(decoded(preview)), Note(_what(preview, matter))), title=title)
        if preview
        else Message(role, (Note(f"no preview is kept, and the spans {matter}"),), title=title)
        for role, title, preview in kept
    ]


def previews(summary: TraceSummary) -> Iterator[tuple[str, str]]:
    """Yield the previews by what they are, with a word where they were cut."""
    for name, preview in ((REQUEST, summary.request_preview), (RESPONSE, summary.response_preview)):
        if preview:
            yield f"{name}, cut" if is_cut(preview) else name, preview


def is_cut(preview: str) -> bool:
    """Return whether a preview was cut by the client that recorded it."""
    return len(preview) in _LIMITS and preview.endswith(_CUT)


def _what(preview: str, matter: str) -> str:
    cut = f", cut after {len(preview):,} characters" if is_cut(preview) else ""
    return f"a preview{cut}: the spans with the whole {matter}"
