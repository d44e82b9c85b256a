"""Plain texts: a bare string, or an object with a ``text`` or ``content``. The text is under judgement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.form import (
    UNTIMED_END_NS,
    Facts,
    Form,
    Recognised,
    encoded_span,
    first_text,
    nanoseconds,
    texts_of,
)
from labeler.reading.wire.forms.row_facts import OWN_ID_KEYS, assessments_of, is_taken

_KEYS: Final = ("text", "content")
_TIMES: Final = ("timestamp", "created_at", "time")


def recognise(value: JsonValue) -> Recognised | None:
    """Return the text that a row is or holds."""
    row: Mapping[str, JsonValue] = {"text": value} if isinstance(value, str) else {}
    if isinstance(value, Mapping):
        row = value
    spelled = {key.strip().lower(): key for key, each in row.items() if isinstance(each, str)}
    key = next((spelled[name] for name in _KEYS if name in spelled), None)
    if key is None or row.keys() & {"role", "spans", "trace_id", "span_id", "error_code", "assessment_id", "code"}:
        return None
    start = nanoseconds(next((row[name] for name in _TIMES if name in row), None))
    answer = {"role": "assistant", "content": row[key]}
    span = encoded_span("row", name="text", start=start or None, end=start or UNTIMED_END_NS, outputs=answer)
    own_id = first_text(row, *OWN_ID_KEYS)
    rest = ((name, each) for name, each in row.items() if name != key and not is_taken(name))
    facts = Facts(
        own_id=own_id,
        name=own_id or "",
        started_ns=start,
        metadata=texts_of(rest),
        assessments=assessments_of(row, (key,)),
    )
    return Recognised([span], facts)


PLAIN_TEXT: Final = Form("plain texts", recognise)
