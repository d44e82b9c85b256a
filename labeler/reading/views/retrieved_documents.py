"""The documents that were found for a trace, search by search, with rank, source and score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment
from labeler.domain.trace import NotRecorded, Span, Trace
from labeler.reading.conversation.build import converse
from labeler.reading.conversation.merge_tools import SEARCHES, found_documents
from labeler.reading.conversation.span_io import with_sides
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.formats.plain import input_message, main_text, side_parts
from labeler.reading.json.pretty import compact
from labeler.reading.message import Retrieved
from labeler.reading.sanitise import one_line, sanitise
from labeler.reading.span_tree import SpanTree
from labeler.reading.views.assessments import AsAsked, note, unasked

_PREPARING: Final = ("PARSER", "EMBEDDING")
"""Types of spans that cut and count documents, and find none."""

_LINE: Final = 200
_OPEN_LINES: Final = 40
_OPEN_CHARACTERS: Final = 4_000
"""Longer texts open folded."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What one span found, best first. `query` is exact text; `span_id` None: handed over in the conversation."""

    name: str
    query: str
    documents: tuple[Retrieved, ...]
    span_id: str | None = None


def searches(trace: Trace) -> list[Retrieval]:
    """Return every search of a trace in start order; a span that only passes on what one found is none.

    Where no span found anything: the documents in the conversation itself.
    """
    tree = SpanTree([with_sides(span) for span in trace.spans])
    found: list[Retrieval] = []
    shown: set[tuple[tuple[str, float | None], ...]] = set()
    texts: set[str] = set()
    for span in sorted(tree.spans, key=lambda span: span.type not in SEARCHES):
        documents = _documents(span)
        listed = tuple((document.text, document.score) for document in documents)
        is_new = listed not in shown if span.type in SEARCHES else not {text for text, _ in listed} <= texts
        if documents and is_new:
            shown.add(listed)
            texts.update(text for text, _ in listed)
            found.append(Retrieval(span.name, _query(span), tuple(documents), span.id))
    if found:
        starts = {span.id: number for number, span in enumerate(tree.spans)}
        return sorted(found, key=lambda search: starts[search.span_id or ""])
    given = [document for message in converse(trace).messages for document in message.each(Retrieved)]
    return [Retrieval("in the conversation", "", tuple(given))] if given else []


def retrieved_document(trace: Trace, said: Iterable[Assessment] = (), as_asked: AsAsked = unasked) -> Document:
    """Return the searches and their documents, each document a message of its own.

    `said`: assessments to show beside them.
    """
    found = searches(trace)
    relevance = [each for each in said if each.span_id is not None]
    blocks: list[Block] = []
    for search in found:
        number = blocks[-1].message + 1 if blocks else 0
        blocks.extend(_heading(search, number))
        for rank, document in enumerate(search.documents, 1):
            about = [each for each in relevance if _is_about(each, search, rank)]
            notes = [replace(note(each, number + rank, as_asked=as_asked), span_id=search.span_id) for each in about]
            blocks.extend(_blocks(document, rank, number + rank, search.span_id, notes))
    if not blocks:
        nothing = "no documents were retrieved for this trace"
        blocks = [Block(BlockKind.NOTE, nothing if trace.spans else "there are no spans of this trace to tell")]
    return Document(trace.summary.id, "", "", tuple(blocks), None, None)


def _documents(span: Span) -> Sequence[Retrieved]:
    if span.type in SEARCHES:
        return found_documents(span)
    if span.type in _PREPARING or isinstance(span.outputs, NotRecorded):
        return ()
    return [part for part in side_parts(span.outputs) if isinstance(part, Retrieved)]


def _query(span: Span) -> str:
    return "" if isinstance(span.inputs, NotRecorded | None) else main_text(input_message(span.inputs))


def _heading(search: Retrieval, number: int) -> Iterator[Block]:
    count = len(search.documents)
    counted = f"{count} document{'s' if count > 1 else ''}"
    title = one_line(f"{search.name}: {counted}", _LINE)
    yield Block(BlockKind.HEADER, title, role="tool", message=number, span_id=search.span_id)
    if search.query:
        yield Block(BlockKind.FIELD, sanitise(search.query), message=number, summary="query", span_id=search.span_id)


def _blocks(
    document: Retrieved, rank: int, number: int, span_id: str | None, notes: Sequence[Block]
) -> Iterator[Block]:
    score = f"score {document.score:.3g}" if document.score is not None else ""
    title = one_line(" · ".join(filter(None, (str(rank), score, document.title, document.source))), _LINE)
    text = sanitise(document.text)
    is_long = text.count("\n") > _OPEN_LINES or len(text) > _OPEN_CHARACTERS
    yield Block(BlockKind.HEADER, title, message=number, span_id=span_id)
    if text.strip():
        yield Block(BlockKind.PROSE, text, message=number, foldable=True, folded=is_long, span_id=span_id)
    else:
        yield Block(BlockKind.NOTE, "an empty text", message=number, span_id=span_id)
    yield from notes
    for key, value in document.metadata.items():
        yield Block(
            BlockKind.FIELD,
            one_line(compact(value), _LINE),
            role="tool",
            message=number,
            summary=one_line(key, _LINE),
            span_id=span_id,
        )


def _is_about(assessment: Assessment, search: Retrieval, rank: int) -> bool:
    """MLflow's relevance scorers assess the retriever's span and number the chunk in the metadata, from 0."""
    return assessment.span_id == search.span_id and assessment.metadata.get("chunk_index") == str(rank - 1)
