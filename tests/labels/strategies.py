"""Labels of every kind that can be submitted, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from labeler.domain.assessment import AssessmentKind
from labeler.domain.value import MAX_EXACT_INTEGER
from labeler.labels.label import Label

storable_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
words = storable_text.filter(lambda text: bool(text.strip()))

values = st.recursive(
    st.booleans()
    | st.integers(-MAX_EXACT_INTEGER, MAX_EXACT_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | storable_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(storable_text, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def labels(draw: st.DrawFn) -> Label:
    return Label(
        trace_id=draw(words),
        name=draw(words.filter(lambda text: len(text) <= 250)),
        value=draw(values),
        kind=draw(st.sampled_from([AssessmentKind.FEEDBACK, AssessmentKind.EXPECTATION])),
        rationale=draw(st.none() | words),
        span_id=draw(st.none() | st.from_regex(r"\A[0-9a-f]{16}\Z")),
        reviewer=draw(words.filter(lambda text: len(text) <= 250 and text.strip().lower() != "default")),
        assessment_id=draw(st.none() | st.from_regex(r"\Aa-[0-9a-f]{32}\Z")),
        created_at_ms=draw(st.none() | st.integers(-(10**12), 10**13)),
        metadata=draw(st.dictionaries(storable_text, storable_text, max_size=3)),
        valid=draw(st.booleans()),
    )
