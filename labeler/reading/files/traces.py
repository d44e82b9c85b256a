"""From the values of one file to its traces: each value read by the form it is of, parts of one trace put together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.byte_size import limit_words
from labeler.domain.trace import RawTrace, short_id, why_no_id
from labeler.domain.value import JsonValue
from labeler.reading.files.batch_requests import is_request, with_request
from labeler.reading.files.entry import MAX_VALUE_BYTES, Entry, FileRow, Problem, ReadOptions, Remark, Unusable
from labeler.reading.files.identity import OWN_ID_KEY, RowCounter, row_digest
from labeler.reading.files.mlflow import mlflow_traces, span_owner, traces_of_exports, traces_of_spans
from labeler.reading.files.refusals import why_no_trace
from labeler.reading.files.tables import rows_in
from labeler.reading.wire.bounded_json import parse_deep
from labeler.reading.wire.forms import FORMS, recognise
from labeler.reading.wire.forms.chat_rows import NAMED
from labeler.reading.wire.forms.form import Form, Recognised, as_object, first_text
from labeler.reading.wire.forms.row_facts import labels_of
from labeler.reading.wire.otlp import is_otlp
from labeler.reading.wire.spans import UnreadableTrace, decode_all
from labeler.reading.wire.summary import NANOSECONDS_PER_MS, summary_of

_DEEPEST: Final = 3
"""Containers of traces within containers of traces."""

_LISTS: Final = ("data", "rows", "items", "results", "records", "examples", "samples")
"""Keys under which answers of APIs and exports list their rows."""

Found = RawTrace | Problem | Remark | FileRow
_SPANS: Final = "spans"
_UNREADABLE_SIGN: Final = "\ufffd"


@dataclass(slots=True)
class _Parts:
    """Values of one trace that stand in a file one by one, as their texts."""

    form: Form | None
    first: Entry
    texts: list[str] = field(default_factory=list)


class TracesOfOneFile:
    """Reads the values of one file in their order. Not to be used for a second file."""

    def __init__(self, name: str, options: ReadOptions) -> None:
        self._name = name
        self._options = options
        self._rows = RowCounter()
        self._parts: dict[tuple[str, int, str], _Parts] = {}
        self._exports: list[Entry] = []
        self._kept_bytes = 0
        self._contents: dict[str, bytes] = {}
        self._remarked: set[str] = set()
        self._entries = 0
        self._told: list[str] = []

    def read(self, entries: Iterator[Entry]) -> Iterator[Found]:
        """Yield the traces and the rows that they are, and in their places the problems.

        Raises `Unusable` where nothing can be read.
        """
        before: Entry | None = None
        for entry in entries:
            self._entries += 1
            if before is not None:
                yield from self._read(before, before)
            before = entry
        if before is not None:  # a file's only value is called "it"
            is_only = self._entries == 1 and before.position.startswith("line ")
            yield from self._read(replace(before, position="it") if is_only else before, before)
        yield from self._put_together()

    def _read(self, entry: Entry, as_found: Entry) -> Iterator[Found]:
        if entry.problem:
            yield self._problem(entry.position, entry.problem)
            return
        if _UNREADABLE_SIGN in entry.text:
            yield from self._remark(
                f"{self._name} holds bytes that are no text in its encoding; each stands as {_UNREADABLE_SIGN}"
            )
        self._told.clear()
        try:
            yield from self._read_value(entry, 0)
        except (Unusable, UnreadableTrace) as reason:
            yield self._problem(entry.position, str(reason).rstrip("."))
        else:
            is_one = len(self._told) == 1 and isinstance(entry.value, dict)
            yield FileRow(as_found, self._told[0] if is_one else "")

    def _read_value(self, entry: Entry, depth: int) -> Iterator[Found]:
        value = entry.value
        if isinstance(value, Mapping) and (self._options.request or self._options.response):
            yield from self._read_named(entry, value)
            return
        if is_otlp(value):
            self._keep(len(entry.text))
            self._exports.append(entry)
            return
        if (traces := mlflow_traces(entry)) is not None:
            for found in traces:
                if isinstance(found, Remark):
                    yield from self._remark(f"{self._name}: {found.sentence}")
                else:
                    yield from self._once(found, entry)
            return
        if (owner := span_owner(value)) is not None:
            self._add_part(None, owner, entry)
            return
        if depth < _DEEPEST and (rows := rows_in(value)) is not None:
            yield from self._read_members(entry, rows, depth)
            return
        requests = self._options.requests
        if requests is not None and (asked := requests.asked_by(value)) is not None:
            text = with_request(entry.text, asked)
            if (answered := recognise(parse_deep(text))) is not None:
                yield from self._trace(answered, text, value, entry)
                return
        for form in FORMS:
            if (trace_id := form.part_of(value)) is not None:
                self._add_part(form, trace_id, entry)
                return
            if depth < _DEEPEST and (inner := form.members(value)) is not None:
                yield from self._read_members(entry, inner, depth)
                return
            if (recognised := form.recognise(value)) is not None:
                for told in self._trace(recognised, entry.text, value, entry):
                    if requests is not None and isinstance(told, RawTrace) and is_request(value):
                        requests.keep(value, entry.text, told)
                    else:
                        yield told
                return
        if depth < _DEEPEST and (listed := _listed(value)) is not None:
            yield from self._read_members(entry, listed, depth)
            return
        raise Unusable(why_no_trace(value))

    def _read_members(self, entry: Entry, values: Sequence[JsonValue], depth: int) -> Iterator[Found]:
        self._told.append("")
        for number, value in enumerate(values, 1):
            text = json.dumps(value, ensure_ascii=False)
            member = replace(entry, position=f"entry {number}", text=text, value=value)
            try:
                yield from self._read_value(member, depth + 1)
            except (Unusable, UnreadableTrace) as reason:
                yield self._problem(member.position, str(reason).rstrip("."))

    def _read_named(self, entry: Entry, row: Mapping[str, JsonValue]) -> Iterator[Found]:
        """Yield a row of which the user named the keys: they are kept with it, so that it is read so wherever it is
        kept.
        """
        named = {"request": self._options.request, "response": self._options.response}
        if missing := [key for key in named.values() if key is not None and key not in row]:
            raise Unusable(f"has no key {missing[0]!r}")
        told = json.dumps({key: name for key, name in named.items() if name is not None})
        text = f'{{"{NAMED}": {told}, "row": {entry.text}}}'
        wrapped = {NAMED: named, "row": row}
        recognised = next((found for form in FORMS if (found := form.recognise(wrapped)) is not None), None)
        if recognised is None:
            raise Unusable(why_no_trace(row))
        yield from self._trace(recognised, text, row, entry)

    def _add_part(self, form: Form | None, trace_id: str, entry: Entry) -> None:
        self._keep(len(entry.text))
        key = (form.name if form else _SPANS, 0 if trace_id else entry.group, trace_id)
        parts = self._parts.get(key)
        if parts is None:
            parts = self._parts[key] = _Parts(form, entry)
        parts.texts.append(entry.text)

    def _keep(self, size: int) -> None:
        self._kept_bytes += size
        if self._kept_bytes > MAX_VALUE_BYTES:
            raise Unusable(
                f"holds more than {limit_words(MAX_VALUE_BYTES)} of traces whose parts lie apart; split it by trace"
            )

    def _join_nameless(self) -> None:
        """Give parts that name no trace to the first trace of their form that is named: they stand in its file."""
        for key in [key for key in self._parts if not key[2]]:
            named = next((each for each in self._parts if each[0] == key[0] and each[2]), None)
            if named is not None:
                self._parts[named].texts[:0] = self._parts.pop(key).texts

    def _put_together(self) -> Iterator[Found]:
        self._join_nameless()
        for parts in self._parts.values():
            values = [parse_deep(text) for text in parts.texts]
            text = f"[{','.join(parts.texts)}]"
            try:
                if parts.form is None:
                    for trace in traces_of_spans(parts.texts, values):
                        yield from self._once(trace, parts.first)
                elif (recognised := parts.form.recognise(values)) is not None:
                    yield from self._trace(recognised, text, values, parts.first)
                else:
                    raise Unusable(f"begins something of {parts.form.name} without a single message")
            except (Unusable, UnreadableTrace) as reason:
                yield self._problem(parts.first.position, str(reason).rstrip("."))
        for found in traces_of_exports(self._exports):
            if isinstance(found, RawTrace):
                yield from self._once(found, self._exports[0])
            elif isinstance(found, Problem):
                yield self._problem(found.sentence, "")
            else:
                yield from self._remark(f"{self._name}: {found.sentence}")

    def _trace(self, recognised: Recognised, text: str, value: JsonValue, entry: Entry) -> Iterator[Found]:
        facts = recognised.facts
        payload = text.encode("utf-8", "surrogatepass")
        for note in facts.notes:
            yield from self._remark(f"{self._name}: {note}")
        metadata = dict(facts.metadata)
        trace_id = facts.trace_id
        own_id = facts.own_id
        if trace_id is None:
            trace_id = self._rows.trace_id(row_digest(value))
            if self._options.own_id is not None:
                own_id = first_text(as_object(value), self._options.own_id)
            if own_id is not None:
                metadata[OWN_ID_KEY] = own_id
        elif why := why_no_id(trace_id):
            raise Unusable(f"has an ID that no trace can have: {short_id(trace_id)} {why}")
        summary = summary_of(trace_id, decode_all(recognised.spans), payload)
        said = tuple(replace(each, trace_id=trace_id) for each in facts.assessments)
        started_ms = facts.started_ns // NANOSECONDS_PER_MS
        whole = replace(
            summary,
            requested_at_ms=started_ms or summary.requested_at_ms,
            duration_ms=facts.duration_ms if facts.duration_ms is not None else summary.duration_ms,
            name=own_id or facts.name or ("" if facts.trace_id is None else summary.name),
            session_id=facts.session or summary.session_id,
            user=facts.user or summary.user,
            tags=facts.tags,
            metadata={**summary.metadata, **metadata},
            assessments=said,
        )
        yield from self._once(RawTrace(whole, payload), entry)

    def _once(self, trace: RawTrace, entry: Entry) -> Iterator[Found]:
        """Yield the trace, unless one of its ID came before; that is said where its content is another."""
        trace_id = trace.summary.id
        self._told.append(trace_id)
        if said := labels_of(as_object(entry.value)):
            labels = tuple(replace(each, trace_id=trace_id) for each in said)
            trace = replace(trace, summary=replace(trace.summary, assessments=(*trace.summary.assessments, *labels)))
        content = hashlib.sha256(trace.payload).digest()[:16]
        earlier = self._contents.setdefault(trace_id, content)
        if earlier is not content:
            if earlier != content:
                yield self._problem(
                    entry.position, f"has the ID of an earlier trace, {short_id(trace_id)}, and other content: left out"
                )
            else:
                yield from self._remark(f"{self._name} holds {short_id(trace_id)} more than once; it is taken once")
            return
        yield trace

    def _problem(self, position: str, reason: str) -> Problem:
        return Problem(f"{self._name}: {position} {reason}".rstrip() + ".")

    def _remark(self, sentence: str) -> Iterator[Remark]:
        if sentence not in self._remarked:
            self._remarked.add(sentence)
            yield Remark(f"{sentence}.")


def _listed(value: JsonValue) -> Sequence[JsonValue] | None:
    """Return the rows that an object lists, told by the first of them; None where it lists none that is a trace."""
    for key in _LISTS:
        listed = as_object(value).get(key)
        first = listed[0] if isinstance(listed, list) and listed else None
        if isinstance(first, Mapping) and any(
            form.recognise(first) is not None or form.part_of(first) is not None for form in FORMS
        ):
            return listed if isinstance(listed, list) else None
    return None
