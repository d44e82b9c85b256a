"""From a raw trace to its document, whatever the trace holds."""

from __future__ import annotations

import logging

from labeler.domain.trace import RawTrace, Trace
from labeler.reading.conversation.build import Conversation, converse, without_readable_spans
from labeler.reading.document import Document
from labeler.reading.layout import lay_out
from labeler.reading.wire.spans import SpansOfAnother, UnreadableTrace, decode

_log = logging.getLogger(__name__)


def read_document(raw: RawTrace) -> Document:
    """Return the document of a trace; what cannot be read is said in an error block. Raises `SpansOfAnother` alone."""
    return lay_out(read_conversation(raw), raw.summary.name)


def read_conversation(raw: RawTrace) -> Conversation:
    """Return the conversation of a trace; of an unreadable one what its previews tell, and a message that says why.

    Raises `SpansOfAnother` alone: a sentence in the place of an answer could be labelled, and there is nothing here
    of the trace to label.
    """
    return read_with_spans(raw)[0]


def read_with_spans(raw: RawTrace) -> tuple[Conversation, Trace]:
    """Return the conversation of a trace, as `read_conversation`, and the trace decoded: without spans where it cannot
    be.
    """
    trace = Trace(raw.summary, ())
    try:
        trace = decode(raw)
        return converse(trace), trace
    except SpansOfAnother:
        raise
    except UnreadableTrace as error:
        return without_readable_spans(raw.summary, str(error)), trace
    except Exception as error:
        _log.exception("Reading trace %s failed", raw.summary.id)
        told = f"This trace could not be read because of a defect in labeler ({type(error).__name__}). Its exact JSON "
        return without_readable_spans(raw.summary, f"{told}is in the raw view; please report the defect."), trace
