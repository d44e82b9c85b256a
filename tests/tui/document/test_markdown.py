import pytest
from hypothesis import given

from labeler.tui.document.contents import DocumentText, TextStyle
from labeler.tui.document.lines import Line, Span
from labeler.tui.document.markdown import Markdown, rough_spans
from tests.tui.document.strategies import texts, words


def looks(text: str) -> list[list[tuple[str, tuple[str, ...]]]]:
    """For each line, the stretches that look other than plain."""
    markdown = Markdown(text)
    return [
        [(line[start:end], roles) for start, end, roles in markdown.spans(number)]
        for number, line in enumerate(text.split("\n"))
    ]


def assert_orderly(spans: list[Span], length: int) -> None:
    at = 0
    for start, end, roles in spans:
        assert at <= start < end <= length
        assert roles
        at = end


def without_insertions(line: Line) -> str:
    text = line.text
    for offset, count in reversed(line.inserted):
        text = text[:offset] + text[offset + count :]
    return text


@given(texts)
def test_looks_never_overlap_and_never_leave_their_line(text: str) -> None:
    markdown = Markdown(text)
    for number, line in enumerate(text.split("\n")):
        assert_orderly(markdown.spans(number), len(line))


@given(texts)
def test_every_character_of_the_source_stays_where_it_is(text: str) -> None:
    for style in TextStyle:
        content = DocumentText(text, 0, len(text), style, opening=[("tool   ", ("dim",))])
        lines = content.lines(60)
        assert "\n".join(without_insertions(line) for line in lines) == text.replace("\t", " ")
        for number, line in enumerate(lines):
            assert_orderly(content.spans(number), len(line.text))
            for offset in range(len(without_insertions(line)) + 1):
                assert line.source(line.shown(line.start + offset)) == line.start + offset


@given(words)
def test_long_texts_are_styled_line_by_line_and_as_orderly(line: str) -> None:
    assert_orderly(rough_spans(line), len(line))


def test_markers_are_dimmed_and_what_they_mark_is_styled() -> None:
    assert looks("It is **red** and *slow*, `N4`.") == [
        [
            ("**", ("marker",)),
            ("red", ("strong",)),
            ("**", ("marker",)),
            ("*", ("marker",)),
            ("slow", ("emphasis",)),
            ("*", ("marker",)),
            ("`", ("marker",)),
            ("N4", ("code",)),
            ("`", ("marker",)),
        ]
    ]
    assert looks('See [the *chart*](https://example.org/c_1 "b) c") now.') == [
        [
            ("[", ("marker",)),
            ("the ", ("link",)),
            ("*", ("marker",)),
            ("chart", ("link", "emphasis")),
            ("*", ("marker",)),
            ('](https://example.org/c_1 "b) c")', ("marker",)),
        ]
    ]


def test_headings_lists_quotes_and_fences_are_styled_in_place() -> None:
    assert looks("## Moorings") == [[("##", ("heading", "marker")), (" Moorings", ("heading",))]]
    assert looks("- a *b*\n  c") == [
        [("-", ("marker",)), ("*", ("marker",)), ("b", ("emphasis",)), ("*", ("marker",))],
        [],
    ]
    assert looks("> deep")[0] == [("> ", ("quote", "marker")), ("deep", ("quote",))]
    fence = looks("> ```python\n> return 1\n> ```")
    assert fence[0] == [("> ```python", ("quote", "marker"))]
    assert ("return", ("quote", "code", "code.keyword")) in fence[1]
    assert fence[2] == [("> ```", ("quote", "marker"))]


@pytest.mark.parametrize(
    "text",
    ["**never closed", "[broken](http://x", "a * b * c_d_e", "| a | b |\n| 1 | 2 |", "`open", "\\`", "<not html"],
)
def test_malformed_markdown_stays_literal(text: str) -> None:
    assert all("strong" not in roles and "link" not in roles for line in looks(text) for _, roles in line)


def test_an_escape_dims_its_backslash_only() -> None:
    assert looks(r"\*not em\*") == [[("\\", ("marker",)), ("\\", ("marker",))]]


def test_tables_are_aligned_by_padding_alone() -> None:
    text = "| water | at |\n|---|:-:|\n| high 日 | 04:12 |\n| low | `a\\|b` |"
    lines = DocumentText(text, 0, len(text), TextStyle.MARKDOWN).lines(80)
    assert [line.text for line in lines] == [
        "| water   | at     |",
        "|---      |:-:     |",
        "| high 日 | 04:12  |",
        "| low     | `a\\|b` |",
    ]
    assert "\n".join(without_insertions(line) for line in lines) == text


def test_a_table_too_wide_for_the_view_and_pipes_in_code_are_left_as_they_are() -> None:
    wide = f"| a | b |\n|---|---|\n| {'x' * 50} | y |"
    code = "```\n| a | b |\n|---|---|\n```"
    for text in (wide, code):
        assert [line.text for line in DocumentText(text, 0, len(text), TextStyle.MARKDOWN).lines(40)] == text.split(
            "\n"
        )


@pytest.mark.parametrize("text", ["[" * 4000, "*a " * 1300, "`" * 9000, '"\\' * 9000, "- a\n" * 4000, "> " * 9000])
def test_hostile_repetition_is_styled_all_the_same(text: str) -> None:
    for style in TextStyle:
        content = DocumentText(text, 0, len(text), style, language="python")
        for number, line in enumerate(content.lines(80)[:50]):
            assert_orderly(content.spans(number), len(line.text))
