"""What a handler returns in the place of an answer: null, true, a status. The conversation is then below it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from labeler.domain.trace import NotRecorded
from labeler.domain.value import JsonValue
from labeler.reading.conversation.span_messages import SpanMessages
from labeler.reading.formats.messages import Side
from labeler.reading.message import Role

_STATUS_KEYS: Final = ("status", "statuscode", "status_code", "state", "ok", "success", "code", "error", "done")
_STATUS_WORDS: Final = (
    "ok", "okay", "success", "succeeded", "successful", "done", "sent", "accepted", "queued", "completed", "complete",
    "finished", "processed", "received", "delivered", "created", "updated", "true", "false", "null", "none",
)  # fmt: skip
_MOST_CHARACTERS: Final = 64
"""A remark beside a status is no longer than that."""

_IDENTIFIER: Final = re.compile(r"(?=\D*\d)[\w.:/+-]{1,64}", re.ASCII)


def is_receipt(outputs: Side) -> bool:
    """Return whether recorded outputs can be no more than that the work was done: no prose, only codes, IDs and
    numbers.
    """
    if isinstance(outputs, NotRecorded):
        return False
    has_status = isinstance(outputs, Mapping) and any(key.lower() in _STATUS_KEYS for key in outputs)
    return all(
        _is_status(text)
        or (key.lower() in _STATUS_KEYS or (has_status and len(text) <= _MOST_CHARACTERS))
        or (key and _IDENTIFIER.fullmatch(text))
        for key, text in _texts("", outputs)
    )


def is_told(outputs: Side, exchanges: Sequence[SpanMessages]) -> bool:
    """Return whether short outputs are what a model said, in whole or in part: then they are the answer, and no
    receipt.
    """
    if isinstance(outputs, NotRecorded):
        return False
    wanted = [text for key, text in _texts("", outputs) if not (_is_status(text) or key.lower() in _STATUS_KEYS)]
    if isinstance(outputs, int | float) and not isinstance(outputs, bool):
        wanted.append(str(outputs))
    if not wanted:
        return False
    said = "\n".join(_said(exchanges))
    return any(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", said, re.IGNORECASE) for text in wanted)


def _texts(key: str, value: JsonValue) -> Iterator[tuple[str, str]]:
    """Yield the texts of a value, each with the key it stands under."""
    match value:
        case str() if value:
            yield key, value
        case Mapping():
            for name, each in value.items():
                yield from _texts(name, each)
        case list():
            for each in value:
                yield from _texts(key, each)


def _is_status(text: str) -> bool:
    return text.strip(" .!").lower() in _STATUS_WORDS


def _said(exchanges: Sequence[SpanMessages]) -> Iterator[str]:
    for message in (each for exchange in exchanges for each in exchange.messages if each.role is Role.ASSISTANT):
        yield message.text
        yield from (json.dumps(call.arguments, ensure_ascii=False, default=str) for call in message.calls)
