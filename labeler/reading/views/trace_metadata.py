"""What is known of a trace beside its conversation: facts, tags, metadata, and everything ever said about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from labeler.domain.assessment import Assessment
from labeler.domain.duration import duration_words
from labeler.domain.moment import date_and_time
from labeler.domain.trace import Span, TraceSummary
from labeler.reading.conversation.previews import previews
from labeler.reading.conversation.span_facts import LINKED_PROMPTS, cost_words, models_of, prompts_in, token_words
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.formats.values import decoded
from labeler.reading.json.pretty import pretty
from labeler.reading.sanitise import one_line, sanitise
from labeler.reading.views.assessments import AsAsked, about, also_recorded, field, unasked
from labeler.reading.wire.summary import tokens_of

_LINE: Final = 200
_SPAN_NAME: Final = 60
_TOLD_ABOVE: Final = frozenset(
    (
        "mlflow.traceName",
        "mlflow.trace.session",
        "mlflow.trace.user",
        "mlflow.trace.tokenUsage",
        "mlflow.trace.cost",
        "mlflow.sourceRun",
        "mlflow.modelId",
        LINKED_PROMPTS,
    )
)
"""Tags and metadata that are among the facts, in words."""


def trace_facts(
    summary: TraceSummary,
    spans: Sequence[Span],
    assessments: Iterable[Assessment],
    fates: Mapping[str, str] = MappingProxyType({}),
    *,
    parameters: Sequence[Block] = (),
    hidden: str = "",
    as_asked: AsAsked = unasked,
    as_of_ms: int = 0,
) -> Document:
    """Return the facts as a document.

    `fates` says how far assessments got that were given here, by ID. `parameters` are what the conversation leaves out
    (see `Document`). `hidden` says why some of what was said is not among `assessments`, in a sentence.
    `as_of_ms` is when all this was read, in milliseconds since the epoch; 0 while it is kept fresh.
    """
    names = {span.id: f"{one_line(span.name, _SPAN_NAME)} ({span.id})" for span in spans if span.name}
    blocks = [
        *_section(0, "trace", _facts(summary, spans, as_of_ms)),
        *_said(1, list(assessments), names, fates, hidden, as_asked),
        *_section(2, "tags", _rest(summary.tags)),
        *_section(3, "metadata", _rest(summary.metadata)),
        *(replace(block, message=4) for block in parameters),
    ]
    return Document(summary.id, "", "", tuple(blocks), None, None)


def _facts(summary: TraceSummary, spans: Sequence[Span], as_of_ms: int) -> Iterator[tuple[str, str]]:
    tags, metadata = summary.tags, summary.metadata
    usage = metadata.get("mlflow.trace.tokenUsage") or tokens_of(spans)
    prompts = [each for holder in (tags, metadata) for each in prompts_in(holder.get(LINKED_PROMPTS))]
    prompts += [each for span in spans for each in prompts_in(span.attributes.get(LINKED_PROMPTS))]
    facts = {
        "ID": summary.id,
        "name": summary.name,
        "state": summary.state.value,
        "requested": date_and_time(summary.requested_at_ms),
        "latency": "" if summary.duration_ms is None else duration_words(summary.duration_ms),
        "tokens": token_words(usage),
        "cost": cost_words(metadata.get("mlflow.trace.cost")),
        "model": ", ".join(models_of(spans)),
        "spans": f"{len(spans):,}" if spans else "",
        "user": summary.user or "",
        "session": summary.session_id or "",
        "prompts": "; ".join(dict.fromkeys(prompts)),
        "source run": metadata.get("mlflow.sourceRun", ""),
        "logged model": metadata.get("mlflow.modelId", ""),
        "experiment": summary.experiment_id,
        "known since": date_and_time(as_of_ms),
    }
    if not spans:
        facts.update(previews(summary))
    return ((name, value) for name, value in facts.items() if value)


def _rest(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield everything that is not among the facts; JSON in texts is spread over lines."""
    for key in sorted(values.keys() - _TOLD_ABOVE):
        value = decoded(values[key])
        yield key, value if isinstance(value, str) else pretty(value).text


def _section(number: int, title: str, entries: Iterable[tuple[str, str]]) -> list[Block]:
    fields = [_field(number, name, value) for name, value in entries]
    return [Block(BlockKind.HEADER, title, message=number), *fields] if fields else []


def _field(number: int, name: str, value: str) -> Block:
    text = sanitise(value)
    is_long = "\n" in text or len(text) > _LINE
    return Block(BlockKind.FIELD, text, message=number, summary=one_line(name, _LINE), foldable=is_long, folded=is_long)


def _said(
    number: int,
    assessments: Sequence[Assessment],
    span_names: Mapping[str, str],
    fates: Mapping[str, str],
    hidden: str,
    as_asked: AsAsked,
) -> Iterator[Block]:
    """Yield everything said, by name; of each name what stands first, then what it superseded, the latest first.

    Last, folded, what was recorded with it.
    """
    if not assessments and not hidden:
        return
    yield Block(BlockKind.HEADER, "assessments", message=number)
    if hidden:
        yield Block(BlockKind.NOTE, hidden, message=number)
    for assessment in sorted(assessments, key=lambda a: (a.name, not a.valid, -a.created_at_ms)):
        stands = "" if assessment.valid else "superseded"
        when = date_and_time(assessment.created_at_ms)
        rest = (when, about(assessment, span_names), fates.get(assessment.id, ""))
        yield field(assessment, number, [stands], rest, as_asked)
    if assessments:
        yield also_recorded(assessments, number)
