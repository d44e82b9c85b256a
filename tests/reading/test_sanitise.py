import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.reading.sanitise import one_line, sanitise

HOSTILE = st.sampled_from(
    [
        *map(chr, range(0x20)),
        *"\x7f\x9b\xad\u200b\u200c\u200d\u202e\u2028\u2066\ufe0f\ufeff\ud800\U000e0041",
        *"🔥❤👨یخक्a ",
    ]
)
TEXTS = st.text(HOSTILE | st.characters(codec=None))

INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u2028\u2029]")


@given(TEXTS)
def test_nothing_that_a_terminal_obeys_or_a_reader_cannot_see_is_left(text: str) -> None:
    safe = sanitise(text)
    assert not [c for c in safe if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not INVISIBLE.search(safe)


@given(TEXTS)
def test_sanitising_twice_changes_nothing_more(text: str) -> None:
    assert sanitise(sanitise(text)) == sanitise(text)


@given(TEXTS)
def test_joiners_are_left_only_between_characters_that_they_join(text: str) -> None:
    safe = sanitise(text)
    for position, character in enumerate(safe):
        if character in "\u200c\u200d":
            neighbours = safe[position - 1] + safe[position + 1]
            assert position > 0
            assert all(unicodedata.category(each)[0] in "LM" or each in "🔥❤👨" for each in neighbours) or (
                character == "\u200d"
            )


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Mn", "Lo", "Zl", "Zp", "Cn"])))
def test_visible_text_comes_through_unchanged(text: str) -> None:
    assert sanitise(text) == text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x07", "␛[31mred␇"),
        ("nul\x00 del\x7f csi\x9b", "nul␀ del␡ csi⟨U+009B⟩"),
        ("a\r\nb\rc\n", "a\nb␍c\n"),
        ("tab\tstays", "tab\tstays"),
        ("\u202egnp.exe", "⟨U+202E⟩gnp.exe"),
        ("pass\u200bword", "pass⟨U+200B⟩word"),
        ("heart ❤\ufe0f", "heart ❤"),
        ("❤\ufe0f\u200d🔥", "❤\u200d🔥"),
        ("x\u200dy", "x⟨U+200D⟩y"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x\u200cy", "x⟨U+200C⟩y"),
        ("half \ud83d", "half ⟨U+D83D⟩"),
        ("hidden\U000e0041", "hidden⟨U+E0041⟩"),
    ],
)
def test_dangerous_characters_become_visible(hostile: str, shown: str) -> None:
    assert sanitise(hostile) == shown


@given(TEXTS, st.integers(2, 40))
def test_a_row_is_one_line_of_bounded_length(text: str, length: int) -> None:
    row = one_line(text, length)
    assert len(row) <= length
    assert not set(row) & set("\n\t")


def test_a_cut_row_says_so() -> None:
    assert one_line("one\n two\tthree", 40) == "one two three"
    assert one_line("word " * 1000, 12) == "word word w…"
