"""Lines that are cut say so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labeler.tui.widgets.styled_text import fit, width_of

_LINES = st.lists(st.tuples(st.text(alphabet="ab c船🚢", max_size=8), st.just("chrome")), max_size=8)


@given(_LINES, st.integers(0, 40), st.sampled_from(["…", "..."]))
def test_a_line_that_does_not_fit_ends_in_an_ellipsis_and_no_other_does(
    line: list[tuple[str, str]], width: int, ellipsis: str
) -> None:
    fitted = fit(line, width, ellipsis)
    whole, told = ("".join(text for text, _ in each) for each in (line, fitted))
    assert width_of(fitted) <= width
    if width_of(line) <= width:
        assert told == whole
    elif width >= len(ellipsis):
        assert told.endswith(ellipsis)
        assert whole.startswith(told.removesuffix(ellipsis).rstrip())
