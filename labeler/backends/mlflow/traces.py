"""Traces of an MLflow server by ID: summaries, whole traces, attachments.

Spans come from ``get-trace-artifact`` (MLflow 3.2 and later; the smallest response, and right for partial and legacy
traces). If the trace's info is needed as well, both come from ``traces/get`` (3.7 and later) in one call, with
``allow_partial=true``, because without it a trace with one abandoned span never arrives. Each call is the fallback of
the other: a server stores some traces where only one of them looks, and says so only by failing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

from labeler.backends.base import (
    MOST_ATTACHED,
    Ambiguous,
    BackendError,
    Malformed,
    MissingTarget,
    MissingTrace,
    Refused,
    UnreadableSpans,
)
from labeler.backends.mlflow.asking import Cautions, WrongAnswer, ask, check_about, segment, why_not_asked
from labeler.backends.mlflow.failures import MissingRoute
from labeler.backends.mlflow.json_body import parse, worked_out
from labeler.backends.mlflow.recent import RecentSummaries
from labeler.backends.mlflow.transport import Transport
from labeler.domain.trace import RawTrace, TraceState, TraceSummary, short_id
from labeler.reading.wire.envelopes import MalformedEnvelope, readable_trace_id, trace_summary
from labeler.reading.wire.spans import SpansOfAnother, check_owner

ROUTE: Final = "/api/3.0/mlflow/traces"
_ARTIFACT: Final = "/ajax-api/2.0/mlflow/get-trace-artifact"
_NO_SPANS: Final = b'{"spans":[]}'
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:~-]+")
"""IDs that a search filter can quote."""

_AT_ONCE: Final = 4
_IDS_A_SEARCH: Final = 500
"""The most traces that a page of a search holds."""


class Traces:
    """The traces of one server, by ID. `recent` has the summaries that searches returned a moment ago."""

    def __init__(self, transport: Transport, cautions: Cautions) -> None:
        self._transport = transport
        self._cautions = cautions
        self._experiments: dict[str, None] = {}
        self._whole_in_one_call = True
        self.recent = RecentSummaries()

    def expect_in(self, experiment_ids: Iterable[str]) -> None:
        """Remember experiments that traces are in, because a search by trace ID has to name them."""
        self._experiments.update(dict.fromkeys(experiment_ids))

    async def summary(self, trace_id: str) -> TraceSummary:
        """Return the summary of a trace, with its assessments. Raises `MissingTrace`, `Malformed`."""
        return await ask(self._transport, partial(_summary, trace_id))

    async def summaries(self, trace_ids: Sequence[str]) -> list[TraceSummary]:
        """Return the summaries of those of `trace_ids` that exist, in their order."""
        found: dict[str, TraceSummary] = {}
        asked = [trace_id for trace_id in dict.fromkeys(trace_ids) if not why_not_asked(trace_id)]
        plain = [trace_id for trace_id in asked if _PLAIN.fullmatch(trace_id)]
        if self._experiments and len(plain) > 1:  # one alone is a plain GET
            for start in range(0, len(plain), _IDS_A_SEARCH):
                found |= await self._search_by_id(plain[start : start + _IDS_A_SEARCH])
        one_by_one = [trace_id for trace_id in asked if trace_id not in found]
        for start in range(0, len(one_by_one), _AT_ONCE):
            chunk = one_by_one[start : start + _AT_ONCE]
            looked_up = await asyncio.gather(*map(self._summary_if_there, chunk))
            found |= {summary.id: summary for summary in looked_up if summary is not None}
        return [found[trace_id] for trace_id in dict.fromkeys(trace_ids) if trace_id in found]

    async def whole(self, trace_id: str) -> RawTrace:
        """Return a trace with its spans, undecoded. Raises `MissingTrace`, `Malformed` and `UnreadableSpans`."""
        trace_path(trace_id)
        summary = self.recent.get(trace_id)
        tried_one_call = summary is None and self._whole_in_one_call
        if tried_one_call and (whole := await self._in_one_call(trace_id)) is not None:
            return whole
        if summary is None:
            summary = await self.summary(trace_id)
        payload = await self._spans(summary)
        if payload is _NO_SPANS:
            return RawTrace(await self.summary(trace_id), payload)
        if tried_one_call:
            self._whole_in_one_call = False
        return RawTrace(summary, payload)

    async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
        """Return the bytes of an attachment. Raises what `Backend.attachment` raises."""
        trace_path(trace_id)
        named = {"request_id": trace_id, "path": path}

        async def fetch(transport: Transport) -> bytes:
            content = await transport.body(_ARTIFACT, named, transport.timeouts.whole_trace, MOST_ATTACHED)
            if size is not None and len(content) != size:
                told = f"What came is {len(content):,} bytes long, and the attachment is {size:,}: it is something else"
                raise WrongAnswer(told, trace_id)
            return content

        try:
            return await ask(self._transport, fetch)
        except Refused as refused:
            raise MissingTarget(str(refused)) from None

    async def _search_by_id(self, trace_ids: Sequence[str]) -> dict[str, TraceSummary]:
        quoted = ", ".join(f"'{trace_id}'" for trace_id in trace_ids)
        query = search_payload(list(self._experiments), f"request_id IN ({quoted})", len(trace_ids))
        try:
            page = await self._transport.query(f"{ROUTE}/search", query)
        except Refused:
            return {}
        asked = frozenset(trace_ids)
        found = [each for each in read_page(page) if each.id in asked]
        self.recent.add(found)
        return {summary.id: summary for summary in found}

    async def _summary_if_there(self, trace_id: str) -> TraceSummary | None:
        try:
            return await self.summary(trace_id)
        except MissingTrace:
            return None
        except Malformed:
            return bare_summary(trace_id)

    async def _in_one_call(self, trace_id: str) -> RawTrace | None:
        """Return a whole trace, or None if this call does not return it. Another one may."""
        try:
            body, info = await ask(self._transport, partial(_info_and_spans, trace_id))
            return RawTrace(_checked(info, trace_id), body)
        except (MissingTarget, MissingRoute, Malformed):
            return None
        except Ambiguous as failed:
            if not failed.server_answered:
                raise
            return None

    async def _spans(self, summary: TraceSummary) -> bytes:
        """Return the body with the spans, or `_NO_SPANS` if the server says that the trace has none.

        Raises `UnreadableSpans` where it has previews at least, else `Malformed`.
        """
        trace_id, has_none, came, why = summary.id, False, b"", ""
        try:
            came, has_spans = await ask(self._transport, partial(_artifact, trace_id))
            if has_spans:
                return came
            why = "The spans that the server keeps of this trace cannot be read: they are cut off, or something else."
        except (MissingRoute, WrongAnswer):
            pass
        except MissingTarget:
            has_none = True
        except (Ambiguous, Refused) as failed:
            if isinstance(failed, Ambiguous) and not failed.server_answered:
                raise
            why = _not_given(failed)
        try:
            return (await ask(self._transport, partial(_info_and_spans, trace_id)))[0]
        except WrongAnswer:
            raise
        except (MissingTarget, MissingRoute, Malformed, Ambiguous, Refused) as failed:
            if isinstance(failed, Ambiguous) and not failed.server_answered:
                raise
            if has_none:
                return _NO_SPANS
            why = why or _not_given(failed)
            if summary.request_preview or summary.response_preview:
                raise UnreadableSpans(RawTrace(summary, came, why)) from None
            raise Malformed(why, trace_id) from None


def _not_given(failed: BackendError) -> str:
    return f"The server has the trace and fails to give its spans: {failed}"


async def _summary(trace_id: str, transport: Transport) -> TraceSummary:
    try:
        answer = await transport.get(trace_path(trace_id))
    except MissingTarget as missing:
        raise MissingTrace(str(missing)) from None
    trace = answer.get("trace")
    return _checked(trace.get("trace_info") if isinstance(trace, dict) else None, trace_id)


async def _artifact(trace_id: str, transport: Transport) -> tuple[bytes, bool]:
    """Return the body of ``get-trace-artifact``, and whether it has spans. Raises `WrongAnswer` for others' spans.

    Raises `MissingTarget` if the file that held the spans is empty.
    """
    body = await transport.body(_ARTIFACT, {"request_id": trace_id}, transport.timeouts.whole_trace)
    if not body:
        raise MissingTarget("The file that held the spans is empty")
    parsed = await parse(body)
    if not isinstance(parsed, dict) or not isinstance(spans := parsed.get("spans"), list):
        return body, False
    await _check_spans(spans, trace_id, len(body))
    return body, True


async def _info_and_spans(trace_id: str, transport: Transport) -> tuple[bytes, object]:
    """Return the body of ``traces/get`` and the info in it. Raises `Malformed`, and `WrongAnswer` for others' spans."""
    asked = {"trace_id": trace_id, "allow_partial": "true"}
    body = await transport.body(f"{ROUTE}/get", asked, transport.timeouts.whole_trace)
    parsed = await parse(body)
    trace = parsed.get("trace") if isinstance(parsed, dict) else None
    if not isinstance(trace, dict) or not isinstance(spans := trace.get("spans"), list):
        raise Malformed("The spans are not of MLflow's form", trace_id)
    check_about("trace", trace_id, readable_trace_id(trace.get("trace_info")) or trace_id, trace_id)
    await _check_spans(spans, trace_id, len(body))
    return body, trace.get("trace_info")


async def _check_spans(spans: list[Any], trace_id: str, size: int) -> None:
    """Raise `WrongAnswer` unless all spans are those of the trace. `size` is the number of bytes that they came in."""
    try:
        await worked_out(size, lambda: check_owner([span for span in spans if isinstance(span, dict)], trace_id))
    except SpansOfAnother as error:
        raise WrongAnswer(str(error), trace_id) from None


def _checked(info: object, trace_id: str) -> TraceSummary:
    """Return the summary in the trace info. Raises `Malformed`, and `WrongAnswer` if it is not that of `trace_id`."""
    try:
        summary = trace_summary(info)
    except MalformedEnvelope as error:
        raise Malformed(str(error), trace_id) from None
    check_about("trace", trace_id, summary.id, trace_id)
    _check_assessments(summary)
    return summary


def _check_assessments(summary: TraceSummary) -> None:
    """Raise `WrongAnswer` for assessments of another trace."""
    for each in summary.assessments:
        check_about("assessments of trace", summary.id, each.trace_id, summary.id)


def trace_path(trace_id: str) -> str:
    """Return the path of a trace. Raises `MissingTrace` for an ID that no path can hold."""
    if why := why_not_asked(trace_id):
        raise MissingTrace(f"There is no trace {short_id(trace_id)}: the ID {why}")
    return f"{ROUTE}/{segment(trace_id)}"


def search_payload(experiment_ids: Sequence[str], clauses: str, max_results: int) -> dict[str, Any]:
    """Return the payload of a search in these experiments, for the first page and without an order."""
    locations = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": each}} for each in experiment_ids]
    return {"locations": locations, "filter": clauses, "max_results": max_results}


def read_page(page: dict[str, Any]) -> list[TraceSummary]:
    """Return the summaries on a page of a search. Of a malformed one there is the ID alone, if that can be read."""
    listed = page.get("traces") or []
    if not isinstance(listed, list):
        raise Malformed("The page of traces is not of MLflow's form")
    summaries = []
    for info in listed:
        try:
            summary = trace_summary(info)
            _check_assessments(summary)
            summaries.append(summary)
        except (MalformedEnvelope, Malformed):
            if (trace_id := readable_trace_id(info)) is not None:
                summaries.append(bare_summary(trace_id))
    return summaries


def bare_summary(trace_id: str) -> TraceSummary:
    """Return a summary with nothing but the ID, for a trace with malformed info: it is listed, and fails to open."""
    return TraceSummary(trace_id, "", 0, None, TraceState.UNSPECIFIED, "")
