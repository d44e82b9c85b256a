"""Requests of OpenAI's and Anthropic's batches, which lie in another file than the answers to them.

A request is known by its `custom_id`. An answer is read together with its request; a request whose answer is in none of
the files is a trace without one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.chat_rows import ANSWERED_REQUEST, batch_request
from labeler.reading.wire.forms.form import as_object, first_text


class BatchRequests:
    """The requests that the files of one command hold. Files of requests are to be read first (see `is_request`)."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._traces: dict[str, RawTrace] = {}

    def keep(self, row: JsonValue, text: str, trace: RawTrace) -> None:
        """Keep a request, and the trace that it is while nothing answers it."""
        custom_id = first_text(as_object(row), "custom_id") or ""
        self._texts[custom_id] = text
        self._traces[custom_id] = trace

    def asked_by(self, row: JsonValue) -> str | None:
        """Return the text of the request that a row answers; None where it answers none that is kept."""
        holder = as_object(row)
        custom_id = first_text(holder, "custom_id")
        if custom_id not in self._texts or is_request(row) or not holder.keys() & {"response", "result"}:
            return None
        self._traces.pop(custom_id, None)
        return self._texts[custom_id]

    def unanswered(self) -> Iterator[RawTrace]:
        """Yield the requests that nothing answered."""
        yield from self._traces.values()


def is_request(row: JsonValue) -> bool:
    """Return whether a row asks something of a batch: an ID, and a body or parameters to be sent."""
    return first_text(as_object(row), "custom_id") is not None and bool(batch_request(as_object(row)))


def begins_with_request(start: bytes) -> bool:
    """Return whether a file begins with a batch's request. `start` are its first bytes, with its first line in them."""
    line = start.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    try:
        return is_request(json.loads(line))
    except (ValueError, RecursionError):
        return False


def with_request(text: str, request: str) -> str:
    """Return an answer's text as it is kept: with its request."""
    return f'{{"{ANSWERED_REQUEST}": {request}, "row": {text}}}'
