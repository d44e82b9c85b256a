"""What people, judges and code said about a trace and its spans, whole: as blocks of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.answer_metadata import RATIONALE, comment_of
from labeler.domain.assessment import NOTHING, Assessment, AssessmentKind, SourceType
from labeler.domain.moment import date_and_time
from labeler.domain.question import Question, Structured
from labeler.domain.value import JsonValue, same_value
from labeler.domain.value_words import is_ambiguous, labelled_fields, short_json, value_lines, value_words
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.sanitise import one_line, sanitise

AsAsked: TypeAlias = Callable[[Assessment], tuple[Question, JsonValue] | None]
"""Finds the question that an assessment answers, and its value as that question takes it; None where it takes none."""

_SOURCES: Final = {
    SourceType.HUMAN: "reviewer",
    SourceType.LLM_JUDGE: "judge",
    SourceType.CODE: "code",
    SourceType.UNSPECIFIED: "unknown source",
}
_KINDS: Final = {AssessmentKind.EXPECTATION: " (expected)", AssessmentKind.ISSUE: " (issue)"}
_NAME: Final = 200
_BRIEF: Final = 120
_SHORT: Final = 200
"""Characters of a value that stands beside its source on one line; longer ones stand below."""

_EXACT: Final = 1_000
_ALSO: Final = "also recorded"
_OPEN_LINES: Final = 40
_OPEN_CHARACTERS: Final = 4_000
"""What is longer opens folded."""


def unasked(assessment: Assessment) -> tuple[Question, JsonValue] | None:
    """Return None: where no questions are known, values are told as they were recorded."""
    return None


def about_trace(assessment: Assessment, document: Document) -> Assessment:
    """Return the assessment as one of the trace where it is about the top-level span, as judges often write them."""
    return replace(assessment, span_id=None) if assessment.span_id in document.roots else assessment


def with_assessments(
    document: Document,
    assessments: Iterable[Assessment],
    span_names: Mapping[str, str] = NOTHING,
    as_asked: AsAsked = unasked,
) -> Document:
    """Return the document with a section of assessments at its end; unchanged when there are none.

    Spans go by their names in `span_names`, else by their IDs.
    """
    said = sorted(assessments, key=lambda a: (a.source.type is not SourceType.HUMAN, a.name))
    if not said:
        return document
    message = max((block.message for block in document.blocks), default=-1) + 1
    header = Block(BlockKind.HEADER, "assessments", message=message)
    notes = (note(each, message, about(each, span_names), as_asked) for each in said)
    return replace(document, blocks=(*document.blocks, header, *notes))


def brief(assessment: Assessment, as_asked: AsAsked = unasked) -> str:
    """Who said what, on one line of display text, cut where it is long: ``judge/gpt-4o: Correct``."""
    source = f"{_SOURCES[assessment.source.type]}/{assessment.source.id}"
    return one_line(f"{source}: {_in_words(assessment, as_asked).text}", _BRIEF)


def note(assessment: Assessment, message: int, about: str = "", as_asked: AsAsked = unasked) -> Block:
    """Return an assessment as a note below what it is about, under its name."""
    words = _in_words(assessment, as_asked)
    first = f"{name_words(assessment)}: {_first_line(words, [source_words(assessment), about])}"
    text = _text(first, words, assessment)
    is_long = "\n" in text
    return Block(
        BlockKind.NOTE, text, message=message, summary=first, foldable=is_long, folded=is_long and _opens_folded(text)
    )


def field(
    assessment: Assessment, message: int, before: Iterable[str], after: Iterable[str], as_asked: AsAsked = unasked
) -> Block:
    """Return an assessment as a field of its name: value, then its source between what is told `before` and
    `after` it.
    """
    words = _in_words(assessment, as_asked)
    told = [*before, source_words(assessment), *after, words.exact]
    text = _text(_first_line(words, told), words, assessment)
    is_long = "\n" in text
    return Block(
        BlockKind.FIELD,
        text,
        role="" if assessment.valid else "tool",
        message=message,
        summary=name_words(assessment),
        foldable=is_long,
        folded=is_long and _opens_folded(text),
    )


def also_recorded(assessments: Iterable[Assessment], message: int) -> Block:
    """Return what was recorded with assessments and is not told with them, such as IDs and metadata, folded away."""
    text = f"IDs, metadata\n{_lines([_rest(each) for each in assessments])}"
    return Block(BlockKind.FIELD, text, role="tool", message=message, summary=_ALSO, foldable=True, folded=True)


def name_words(assessment: Assessment) -> str:
    """Return the name, and what kind of assessment it is where it is no feedback: ``expected_response (expected)``."""
    return one_line(assessment.name, _NAME) + _KINDS.get(assessment.kind, "")


def source_words(assessment: Assessment) -> str:
    """Who said it, as display text: ``judge gpt-4o``."""
    return one_line(f"{_SOURCES[assessment.source.type]} {assessment.source.id}", _NAME)


def about(assessment: Assessment, span_names: Mapping[str, str]) -> str:
    """Return which span it is about, as display text; nothing where it is about the trace."""
    span_id = assessment.span_id
    return "" if span_id is None else f"about span {span_names.get(span_id) or one_line(span_id, _NAME)}"


@dataclass(frozen=True, slots=True)
class _Words:
    """A value as display text, whole. `exact` tells how it was recorded, where the text alone does not."""

    text: str
    exact: str = ""

    @property
    def is_short(self) -> bool:
        """Whether it has room on the line that tells who said it."""
        return "\n" not in self.text and len(self.text) <= _SHORT

    @property
    def extent(self) -> str:
        """How long it is: ``21 lines``."""
        lines = self.text.count("\n") + 1
        return f"{lines:,} lines" if lines > 1 else f"{len(self.text):,} characters"


def _in_words(assessment: Assessment, as_asked: AsAsked) -> _Words:
    """Return what was said: in the words of its question, else as it was recorded."""
    if assessment.error is not None:
        return _Words(sanitise(f"failed: {assessment.error}"))
    value = assessment.value
    asked = as_asked(assessment)
    recorded = f"recorded as {one_line(short_json(value, _EXACT), _EXACT)}"
    if asked is None:
        return _Words(_lines(value), recorded if isinstance(value, str) and is_ambiguous(value) else "")
    question, taken = asked
    return _Words(_asked_words(question, taken), "" if same_value(taken, value) else recorded)


def _asked_words(question: Question, taken: JsonValue) -> str:
    """Return a value in the words of its question; of several options one a line where commas in them would
    blur them.
    """
    if isinstance(taken, list) and any("," in str(option) for option in taken):
        return "\n".join(f"- {sanitise(str(option))}" for option in taken)
    if isinstance(taken, Mapping) and isinstance(question.input, Structured):
        return _lines(labelled_fields(taken, question.input))
    return sanitise(value_words(taken, question))


def _lines(value: JsonValue) -> str:
    """Return a value as display text, whole, unless it is nested more deeply than anybody could read."""
    try:
        return sanitise(value_lines(value))
    except RecursionError:
        return "a value nested too deeply to be shown"


def _first_line(words: _Words, told: Iterable[str]) -> str:
    return " · ".join(part for part in (words.text if words.is_short else words.extent, *told) if part)


def _text(first: str, words: _Words, assessment: Assessment) -> str:
    """Return the first line, the value where it has no room there, and the comment."""
    comment = sanitise(comment_of(assessment) or "")
    below = [] if words.is_short else [words.text]
    if comment:
        below += [comment] if words.is_short else ["comment:", comment]
    return "\n".join((first, *below))


def _opens_folded(text: str) -> bool:
    return text.count("\n") > _OPEN_LINES or len(text) > _OPEN_CHARACTERS


def _rest(assessment: Assessment) -> dict[str, JsonValue]:
    comment, metadata = comment_of(assessment), dict(assessment.metadata)
    if comment is not None and metadata.get(RATIONALE) == comment:
        del metadata[RATIONALE]
    was_updated = assessment.updated_at_ms != assessment.created_at_ms
    known: dict[str, JsonValue] = {
        "name": assessment.name,
        "source": assessment.source.id,
        "ID": assessment.id,
        "overrides": assessment.overrides,
        "span": assessment.span_id,
        "updated": date_and_time(assessment.updated_at_ms) if was_updated else None,
        "value": None if assessment.error is None else assessment.value,
        "rationale": None if assessment.rationale == comment else assessment.rationale,
        "metadata": metadata,
    }
    return {key: value for key, value in known.items() if value not in (None, "", {})}
