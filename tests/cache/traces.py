"""Traces for the cache's tests: any the domain allows, and plain ones of a given size."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, TraceState, TraceSummary

HOME = Destination("http://127.0.0.1:5000", "", "1")

any_text = st.text(st.characters(), max_size=20)
"""Half characters included: servers pass them on."""

storable_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)
string_maps = st.dictionaries(any_text, any_text, max_size=3)
assessments = st.builds(
    Assessment,
    id=any_text,
    trace_id=any_text,
    name=any_text,
    kind=st.sampled_from(AssessmentKind),
    value=json_values,
    source=st.builds(Source, st.sampled_from(SourceType), any_text),
    rationale=st.none() | any_text,
    span_id=st.none() | any_text,
    metadata=string_maps,
    created_at_ms=st.integers(0, 2**45),
    updated_at_ms=st.integers(0, 2**45),
    valid=st.booleans(),
    overrides=st.none() | any_text,
    error=st.none() | any_text,
)
summaries = st.builds(
    TraceSummary,
    id=storable_text,
    experiment_id=any_text,
    requested_at_ms=st.integers(0, 2**45),
    duration_ms=st.none() | st.integers(0, 2**40),
    state=st.sampled_from(TraceState),
    name=any_text,
    session_id=st.none() | any_text,
    user=st.none() | any_text,
    tags=string_maps,
    metadata=string_maps,
    request_preview=st.none() | any_text,
    response_preview=st.none() | any_text,
    assessments=st.lists(assessments, max_size=3).map(tuple),
)


def trace(trace_id: str, size: int = 100) -> RawTrace:
    """A trace whose payload is `size` bytes that do not compress."""
    summary = TraceSummary(trace_id, "1", 1_700_000_000_000, 12, TraceState.OK, "chat")
    return RawTrace(summary, random.Random(trace_id).randbytes(size))
