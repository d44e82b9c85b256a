"""The messages that MLflow 2 and early MLflow 3 copied to an attribute of their own, beside inputs and outputs."""

from __future__ import annotations

from labeler.domain.trace import Span
from labeler.reading.formats.messages import Side, messages_in
from labeler.reading.formats.values import decoded
from labeler.reading.message import Message


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    return messages_in(decoded(span.attributes.get("mlflow.chat.messages")))
