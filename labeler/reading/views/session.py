"""The turns of a session as one document: what came before the trace under judgement, and that trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labeler.dataclass import dataclass
from labeler.domain.moment import date_and_time
from labeler.domain.trace import TraceSummary
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import one_line


@dataclass(frozen=True, slots=True)
class Turn:
    """One trace of a session: its summary, and its document without anybody's assessments."""

    summary: TraceSummary
    document: Document


def session_document(earlier: Sequence[Turn], current: Turn, note: str = "") -> Document:
    """Return the turns, oldest first, each under a heading of its own; the last is the trace under judgement.

    Of each turn its request and what followed: what came before is in the turns above. `note` is the reader's own
    sentence about what is missing, put first.
    """
    blocks: list[Block] = []
    if note:
        blocks.append(Block(BlockKind.NOTE, one_line(note, 400)))
    request = answer = None
    for number, turn in enumerate((*earlier, current), 1):
        is_current = turn is current
        heading = blocks[-1].message + 1 if blocks else 0
        what = (
            "the trace under judgement"
            if is_current
            else date_and_time(turn.summary.requested_at_ms) or one_line(turn.summary.id)
        )
        blocks.append(Block(BlockKind.HEADER, f"turn {number}   {what}", message=heading))
        document = turn.document
        first = document.request or 0
        told = [block for block in document.blocks if block.message >= first]
        blocks.extend(replace(block, message=block.message - first + heading + 1) for block in told)
        if is_current:
            request = None if document.request is None else heading + 1
            answer = None if document.answer is None else document.answer - first + heading + 1
    return Document(current.summary.id, "", "", tuple(blocks), request, answer)
