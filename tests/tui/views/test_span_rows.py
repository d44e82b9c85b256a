"""Rows of spans fit, whatever the spans and the width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labeler.reading.sanitise import one_line
from labeler.reading.views.span_lines import SpanLine
from labeler.tui.appearance import ASCII, UNICODE, Signs
from labeler.tui.review.span_rows import Columns, Standing, columns, span_row
from labeler.tui.widgets.styled_text import width_of

NAMES = st.text(max_size=60).map(one_line)
LINES = st.builds(
    SpanLine,
    depth=st.integers(0, 500),
    span_id=st.just("ab"),
    name=NAMES,
    type=NAMES,
    status=st.sampled_from(["OK", "ERROR", "UNSET"]),
    duration_ms=st.none() | st.floats(0, 1e12),
    tokens=st.none() | st.integers(0, 10**12),
    error=NAMES,
    start_ms=st.floats(0, 1e12),
)


@given(st.lists(LINES, min_size=1, max_size=8), st.integers(46, 200), st.booleans(), st.sampled_from([UNICODE, ASCII]))
def test_a_row_never_takes_more_cells_than_there_are(
    lines: list[SpanLine], width: int, flag: bool, signs: Signs
) -> None:
    shape = columns(lines, width)
    for line in lines:
        row = span_row(line, Standing(flag, flag, flag), shape, signs)
        assert width_of(row) <= width - 2
        assert all(text.isascii() for text, role in row if signs is ASCII and role in ("rule", "fold", "ok"))


def bars(*spans: tuple[float, float | None]) -> list[str]:
    """The bars of spans that start and last so many milliseconds, in a column of four cells."""
    ends = [start + (length or 0) for start, length in spans]
    shape = Columns(4, 0, 4, 0, 4, max(ends))
    rows = []
    for start, length in spans:
        line = SpanLine(0, "ab", "a", "", "OK", length, None, "", start)
        rows.append("".join(text for text, _ in span_row(line, Standing(False, False, False), shape, UNICODE)[-2:]))
    return [row[2:] for row in rows]


def test_bars_show_when_a_span_ran_to_half_a_cell_and_the_shortest_still_shows() -> None:
    assert bars((0, 800), (0, 100), (100, 100), (100, 300), (400, 400), (800, 0), (300, 0.001), (600, None)) == [
        "████", "▌", "▐", "▐█", "  ██", "   ▐", " ▐", "   ▌",
    ]  # fmt: skip
    assert bars((200, None), (0, 800))[0] == " ▌┄┄"
