from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from labeler.tui.document.wrap import row_starts
from tests.tui.document.strategies import words


def rows(text: str, first: int, rest: int | None = None) -> list[str]:
    starts = row_starts(text, first, rest or first)
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


@given(words, st.integers(4, 40), st.integers(4, 40))
def test_rows_joined_are_the_line_and_none_is_wider_than_its_room(text: str, first: int, rest: int) -> None:
    wrapped = rows(text, first, rest)
    assert "".join(wrapped) == text
    assert all(wrapped) or not text
    for number, row in enumerate(wrapped):
        assert cell_len(row.rstrip(" ")) <= (rest if number else first)


def test_what_moves_to_a_narrower_row_is_split_there_again() -> None:
    assert rows("aa日⟨U+202E⟩", 8, 4) == ["aa日", "⟨U+2", "02E⟩"]
    assert rows("aa日⟨U+202E⟩", 9, 4) == ["aa日⟨U+20", "2E⟩"]


def test_words_stay_whole_and_spaces_at_the_edge_hang() -> None:
    assert rows("the quick brown fox", 10) == ["the quick ", "brown fox"]
    assert rows("exactly ten  more", 11) == ["exactly ten  ", "more"]


def test_a_word_longer_than_a_row_is_split_and_leaves_no_row_almost_empty() -> None:
    assert rows("at " + "a" * 20, 10) == ["at aaaaaaa", "a" * 10, "a" * 3]


def test_an_indented_line_is_never_broken_right_after_its_indent() -> None:
    assert rows("        " + "b" * 10, 10) == ["        bb", "b" * 8]


def test_chinese_and_japanese_break_between_characters_but_not_before_closing_punctuation() -> None:
    assert rows("潮汐表显示水位", 6) == ["潮汐表", "显示水", "位"]
    assert rows("水位、高い。", 4) == ["水", "位、", "高", "い。"]


def test_what_is_drawn_as_one_character_is_never_split() -> None:
    assert rows("e\u0301" * 6, 4) == ["e\u0301" * 4, "e\u0301" * 2]
    assert rows("👩\u200d👩\u200d👧" * 3, 4) == ["👩\u200d👩\u200d👧" * 2, "👩\u200d👩\u200d👧"]
