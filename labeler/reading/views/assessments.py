"""What judges, code and other reviewers said about a trace, as blocks under its conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from labeler.domain.answer_metadata import comment_of
from labeler.domain.assessment import NOTHING, Assessment, AssessmentKind, SourceType
from labeler.domain.value_words import value_words
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import one_line, sanitise

_SOURCES = {
    SourceType.HUMAN: "reviewer",
    SourceType.LLM_JUDGE: "judge",
    SourceType.CODE: "code",
    SourceType.UNSPECIFIED: "unknown source",
}


def about_trace(assessment: Assessment, document: Document) -> Assessment:
    """The assessment as one of the trace where it is about the top-level span, as judges often write them."""
    return replace(assessment, span_id=None) if assessment.span_id in document.roots else assessment


def with_assessments(
    document: Document, assessments: Iterable[Assessment], span_names: Mapping[str, str] = NOTHING
) -> Document:
    """The document with a section of assessments at its end; unchanged when there are none.

    Spans go by their names in `span_names`, else by their IDs.
    """
    said = sorted(assessments, key=lambda a: (a.source.type is not SourceType.HUMAN, a.name))
    if not said:
        return document
    message = max((block.message for block in document.blocks), default=-1) + 1
    header = Block(BlockKind.HEADER, "assessments", message=message)
    return replace(document, blocks=(*document.blocks, header, *(_block(each, message, span_names) for each in said)))


def brief(assessment: Assessment) -> str:
    """Who said what, on one line of display text: ``judge/gpt-4o: yes``."""
    source = f"{_SOURCES[assessment.source.type]}/{assessment.source.id}"
    return one_line(f"{source}: {said_words(assessment)}", 120)


def _block(assessment: Assessment, message: int, span_names: Mapping[str, str]) -> Block:
    span_id = assessment.span_id
    about = f" (span {span_names.get(span_id) or span_id})" if span_id else ""
    kind = " (expected)" if assessment.kind is AssessmentKind.EXPECTATION else ""
    line = one_line(f"{assessment.name}{kind}: {said_words(assessment)} · {source_words(assessment)}{about}", 300)
    rationale = sanitise(comment_of(assessment) or "")
    text = f"{line}\n{rationale}" if rationale else line
    return Block(BlockKind.NOTE, text, message=message, summary=line, foldable=bool(rationale))


def source_words(assessment: Assessment) -> str:
    """Who said it, unsanitised: ``judge gpt-4o``."""
    return f"{_SOURCES[assessment.source.type]} {assessment.source.id}"


def said_words(assessment: Assessment) -> str:
    """What was said, unsanitised: ``yes``, ``4``, ``wrong, unsafe``."""
    return value_words(assessment.value) if assessment.error is None else f"failed: {assessment.error}"
