"""The forms of traces in files that are neither MLflow's nor OTLP: one file a form, tried in the order of the table."""

from __future__ import annotations

from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.agent_sessions import ADK_SESSION, CLAUDE_CODE, CODEX
from labeler.reading.wire.forms.chat_rows import CHAT_ROWS
from labeler.reading.wire.forms.datadog import DATADOG
from labeler.reading.wire.forms.form import Form, Recognised
from labeler.reading.wire.forms.inspect_ai import INSPECT
from labeler.reading.wire.forms.jaeger import JAEGER
from labeler.reading.wire.forms.langfuse import LANGFUSE
from labeler.reading.wire.forms.langsmith import LANGSMITH
from labeler.reading.wire.forms.open_telemetry import PHOENIX
from labeler.reading.wire.forms.plain_text import PLAIN_TEXT
from labeler.reading.wire.forms.weave import WEAVE

FORMS: Final[tuple[Form, ...]] = (
    JAEGER,
    LANGFUSE,
    LANGSMITH,
    PHOENIX,
    CLAUDE_CODE,
    CODEX,
    ADK_SESSION,
    DATADOG,
    WEAVE,
    INSPECT,
    CHAT_ROWS,
    PLAIN_TEXT,
)
"""Forms of whole traces first, forms of rows last: what fits both is the first."""


def recognise(value: JsonValue) -> Recognised | None:
    """Return the trace that a value is, read by the first form that it is of; None where it is of none."""
    return next((found for form in FORMS if (found := form.recognise(value)) is not None), None)
