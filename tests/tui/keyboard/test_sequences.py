"""What terminals send, cut anywhere by a slow line: whole keys, or nothing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping

import pytest
from textual import events

from labeler.tui.keyboard.driver import Meaning
from labeler.tui.keyboard.sequences import InputKind, InputPiece, Sequences

TERMINALS = ("xterm", "xterm-256color", "tmux-256color", "screen", "screen-256color", "linux")
ESCAPE_DELAY_MS = 100
GAPS_MS = (0, 1, 50, 99, 100, 101, 300, 600, 900)

MODIFIED = [f"\x1b[1;{modifiers}{key}" for modifiers in range(2, 9) for key in "ABCDFHPQRS"]
MODIFIED += [f"\x1b[{key};{modifiers}~" for modifiers in range(2, 9) for key in (2, 3, 5, 6, *range(15, 25))]
KITTY = ["\x1b[27u", "\x1b[13u", "\x1b[121;;121u", "\x1b[121;2;89u", "\x1b[57376u", "\x1b[3;5~", "\x1b[27;5;9~"]
RXVT = ["\x1b[3$", "\x1b[3^", "\x1b[7@", "\x1bOa", "\x1b[a"]
LINUX = [f"\x1b[[{key}" for key in "ABCDE"]
KEYPAD = [f"\x1bO{key}" for key in "jklmnopqrstuvwxyMXEABCDHFPQRS"]
"""The keypad of an application sends letters that answer: ``ESC O y``."""

REPORTS = {
    "a mouse button": ["\x1b[<0;33;12M", "\x1b[<0;33;12m", "\x1b[<64;1;1M", "\x1b[96;10;20M", "\x1b[M !!", "\x1b[Mn1y"],
    "focus": ["\x1b[I", "\x1b[O"],
    "a size": ["\x1b[48;40;120;800;1200t", "\x1b[8;40;120t", "\x1b[4;800;1200t"],
    "what the terminal is": ["\x1b[?64;1;2;6c", "\x1b[>41;390;0c", "\x1b[?2026;2$y", "\x1b[4;2$y", "\x1b[0n"],
    "where the cursor is": ["\x1b[12;40R", "\x1b[?12;40R"],
    "a colour": ["\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", "\x1b]10;rgb:ffff/ffff/ffff\x07", "\x1b]4;1;rgb:ff/00/00\x07"],
    "a string": ["\x1bP1$r0m\x1b\\", "\x1bP>|XTerm(390)\x1b\\", "\x1b_Gi=31;OK\x1b\\"],
}


def terminfo_keys(terminal: str) -> Mapping[str, str]:
    """The escape sequences that a terminal's keys send, by capability, as its description has them."""
    told = subprocess.run(["infocmp", "-1", "-x", terminal], capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip(f"no description of {terminal} here")
    found = re.findall(r"^\t(k\w+)=(.*),$", told.stdout, re.MULTILINE)
    sequences = {name: text.replace("\\E", "\x1b").replace("^I", "\t") for name, text in found if name != "kmous"}
    return {name: text for name, text in sequences.items() if text.startswith("\x1b")}


def sent(*parts: str, gap_ms: float = 0) -> list[InputPiece]:
    """What comes of parts that arrive `gap_ms` apart, until nothing more can come of them."""
    sequences, now_ms = Sequences(ESCAPE_DELAY_MS), 0.0
    pieces: list[InputPiece] = []
    for part in parts:
        pieces += sequences.feed(part, now_ms)
        now_ms += gap_ms
    return pieces + sequences.tick(now_ms + 10_000) + sequences.tick(now_ms + 20_000)


def kinds(pieces: Iterable[InputPiece]) -> list[InputKind]:
    return [piece.kind for piece in pieces]


def keys(pieces: Iterable[InputPiece]) -> list[str]:
    """What Textual makes keys of."""
    meaning = Meaning(debug=False)
    told = [message for piece in pieces for message in meaning.of(piece)]
    return [message.key for message in told if isinstance(message, events.Key)]


def cuts(sequence: str) -> list[tuple[str, ...]]:
    """Cut in two at every byte, and into single bytes."""
    in_two = [(sequence[:at], sequence[at:]) for at in range(1, len(sequence))]
    return [*in_two, tuple(sequence)]


def check_that_no_cut_acts(sequence: str) -> None:
    whole = keys(sent(sequence))
    for parts in cuts(sequence):
        for gap_ms in GAPS_MS:
            pieces = sent(*parts, gap_ms=gap_ms)
            if parts[0] == "\x1b" and gap_ms >= ESCAPE_DELAY_MS:
                assert kinds(pieces)[0] is InputKind.ESCAPE, (parts, gap_ms)
                assert keys(pieces) == ["escape"], (parts, gap_ms)
            else:
                assert keys(pieces) == whole, (parts, gap_ms)


@pytest.mark.parametrize("terminal", TERMINALS)
def test_a_key_cut_anywhere_is_that_key_or_nothing(terminal: str) -> None:
    found = terminfo_keys(terminal)
    assert {"kcub1", "kcuf1", "kcuu1", "kcud1", "khome", "kend", "kpp", "knp", "kich1", "kdch1", "kf1", "kf12"} <= set(
        found
    )
    for sequence in found.values():
        if sequence == "\x1b\t":  # Shift+Tab of the Linux console: behind a lone Esc it is Tab, which only moves
            assert keys(sent("\x1b", "\t", gap_ms=300)) == ["escape", "tab"]
        else:
            check_that_no_cut_acts(sequence)


@pytest.mark.parametrize("sequence", [*MODIFIED, *KITTY, *RXVT, *LINUX, *KEYPAD], ids=repr)
def test_keys_with_modifiers_and_of_other_protocols_are_whole_or_nothing(sequence: str) -> None:
    check_that_no_cut_acts(sequence)


@pytest.mark.parametrize("sequence", [each for group in REPORTS.values() for each in group], ids=repr)
def test_what_a_terminal_reports_is_no_key_however_it_is_cut(sequence: str) -> None:
    assert keys(sent(sequence)) in ([], ["f3"], ["shift+f3"])
    for parts in cuts(sequence):
        for gap_ms in GAPS_MS:
            pressed = keys(sent(*parts, "j", gap_ms=gap_ms))
            string_after_escape = parts[0] == "\x1b" and sequence[1] in "P_" and gap_ms >= ESCAPE_DELAY_MS
            if not string_after_escape:  # nobody asks for those; behind a lone Esc they cannot be told from keys
                assert [key for key in pressed if key not in ("escape", "shift+f3")] == ["j"], (parts, gap_ms)


def test_a_mouse_report_whose_esc_acted_moves_no_mouse_but_focus_and_sizes_count() -> None:
    meaning = Meaning(debug=False)
    rest = {text: list(meaning.of(sent("\x1b", text, gap_ms=300)[1])) for text in ("[<0;33;12M", "[O", "[48;9;80;9;9t")}
    assert [type(each[0]) if each else None for each in rest.values()] == [None, events.AppBlur, events.Resize]


def test_esc_acts_as_soon_as_no_sequence_can_be_meant() -> None:
    sequences = Sequences(ESCAPE_DELAY_MS)
    assert sequences.feed("\x1b", 1000) == []
    assert sequences.due_ms == 1100
    assert sequences.tick(1099) == []
    assert sequences.tick(1100) == [InputPiece(InputKind.ESCAPE, "\x1b", 1000)]
    assert not sequences.due_ms


def test_an_o_right_after_esc_is_nothing_and_later_it_is_a_key() -> None:
    assert kinds(sent("\x1b", "O", gap_ms=900)) == [InputKind.ESCAPE, InputKind.UNFINISHED]
    assert kinds(sent("\x1b", "[", gap_ms=900)) == [InputKind.ESCAPE, InputKind.UNFINISHED]
    assert keys(sent("\x1b", "O", gap_ms=1100)) == ["escape", "O"]
    assert keys(sent("\x1b", "/", "[", gap_ms=200)) == ["escape", "slash", "left_square_bracket"]
    assert keys(sent("\x1b", "]", "j", gap_ms=200)) == ["escape", "right_square_bracket", "j"]


def test_what_waits_for_its_rest_holds_nothing_up_for_longer_than_a_second() -> None:
    assert keys(sent("\x1b[", "y", gap_ms=1001)) == ["y"]
    assert keys(sent("\x1b[1;", "\r", gap_ms=100)) == ["enter"]
    assert keys(sent("\x1b]11;rgb:", "y", gap_ms=1001)) == ["y"]
    assert keys(sent("\x1b]11;rgb:12", "\x1b[A", gap_ms=10)) == ["up"]
    assert keys(sent("\x1b[1;5", "\x1b[A", gap_ms=10)) == ["up"]
    assert keys(sent("\x1b[" + "1" * 5000, "y", gap_ms=10))[-1:] == ["y"]


def test_ctrl_c_is_heard_behind_whatever_has_begun() -> None:
    for begun in ("\x1b", "\x1b[", "\x1bO", "\x1b[1;", "\x1b]11;", "\x1bP1$r"):
        assert keys(sent(begun + "\x03"))[-1] == "ctrl+c", begun


@pytest.mark.parametrize("key", [*"ynsDf123=-. ", "\r"])
def test_alt_and_a_key_is_not_that_key(key: str) -> None:
    assert keys(sent(f"\x1b{key}")) != keys(sent(key))
    assert [
        each.character for each in Meaning(debug=False).of(sent(f"\x1b{key}")[0]) if isinstance(each, events.Key)
    ] != [key]


@pytest.mark.parametrize("gap_ms", [0, 30, 300, 900, 5000])
def test_pasted_text_is_one_text_wherever_it_is_cut(gap_ms: float) -> None:
    sequence = "\x1b[200~yn\r\x1b[31m1 s\x1b[201~"
    for parts in cuts(sequence):
        pieces = [piece for piece in sent(*parts, gap_ms=gap_ms) if piece.kind is not InputKind.ESCAPE]
        begins = len("\x1b[200~")
        cut_late = gap_ms > 1000 and len(parts[0]) < begins
        if not cut_late:
            assert [(piece.kind, piece.text) for piece in pieces] == [(InputKind.PASTED, "yn\r\x1b[31m1 s")], parts


def test_an_end_inside_pasted_text_makes_no_keys_of_the_rest() -> None:
    hostile = "\x1b[200~one\x1b[201~yn\rD\x1b[200~two\x1b[201~ss\x1b[201~"
    assert [(piece.kind, piece.text) for piece in sent(hostile)] == [(InputKind.PASTED, "oneyn\rDtwoss")]
    assert [piece.text for piece in sent(hostile[:20], hostile[20:], gap_ms=40)] == ["oneyn\rDtwoss"]


def test_pasted_text_without_an_end_takes_no_key_for_ever() -> None:
    sequences = Sequences(ESCAPE_DELAY_MS)
    assert sequences.feed("\x1b[200~yes, it", 0) == []
    assert sequences.tick(9999) == []
    assert sequences.tick(10_000) == [InputPiece(InputKind.PASTED, "yes, it", 0)]
    assert not sequences.due_ms
    assert sequences.feed("y", 15_000) == []
    assert sequences.due_ms == 15_060
    assert sequences.tick(15_060) == [InputPiece(InputKind.CHARACTER, "y", 15_000)]
    assert sequences.feed("n", 15_061) == [InputPiece(InputKind.CHARACTER, "n", 15_061)]


@pytest.mark.parametrize("key", ["\x1b", "\x03", "\x1b[A"])
def test_esc_and_every_other_key_leads_out_of_pasted_text_without_an_end(key: str) -> None:
    sequences = Sequences(ESCAPE_DELAY_MS)
    sequences.feed("\x1b[200~", 0)
    assert sequences.tick(10_000) == []
    sequences.feed(key, 13_000)
    (piece,) = [*sequences.tick(13_060), *sequences.tick(13_200)]
    assert (piece.text, piece.kind is InputKind.PASTED) == (key, False)


def test_the_rest_of_pasted_text_that_a_line_held_up_answers_nothing() -> None:
    sequences = Sequences(ESCAPE_DELAY_MS)
    sequences.feed("\x1b[200~yes, ", 0)
    assert kinds(sequences.tick(12_500)) == [InputKind.PASTED]
    pieces = [*sequences.feed("no 1 s", 16_000), *sequences.tick(16_100)]
    pieces += [*sequences.feed(" u q\x1b[201~", 16_200), *sequences.tick(16_300)]
    assert pieces == [InputPiece(InputKind.PASTED, "no 1 s u q", 16_200)]
    assert sequences.feed("y", 17_000) == [InputPiece(InputKind.CHARACTER, "y", 17_000)]


def test_keys_behind_pasted_text_are_keys_of_the_moment_they_came() -> None:
    sequences = Sequences(ESCAPE_DELAY_MS)
    assert sequences.feed("\x1b[200~text\x1b[201~", 1000) == []
    assert sequences.feed("X", 1020) == []
    assert sequences.due_ms == 1080
    pasted, key = sequences.tick(1080)
    assert pasted == InputPiece(InputKind.PASTED, "text", 1000)
    assert key == InputPiece(InputKind.CHARACTER, "X", 1020)


def test_a_key_held_behind_pasted_text_is_heard_in_the_end() -> None:
    sequences = Sequences(ESCAPE_DELAY_MS)
    pieces = sequences.feed("\x1b[200~text\x1b[201~", 1000)
    for now_ms in range(1030, 2000, 30):
        pieces += sequences.feed("j", now_ms)
    assert kinds(pieces)[:2] == [InputKind.PASTED, InputKind.CHARACTER]
    assert len(pieces) > 30


def test_what_came_in_one_read_has_one_time() -> None:
    assert {piece.at_ms for piece in Sequences(ESCAPE_DELAY_MS).feed("yn\x1b[Ay\x1bOA", 4711)} == {4711}
