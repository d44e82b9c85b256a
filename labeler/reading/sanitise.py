"""The one door between text from outside and a terminal.

What a terminal would obey, or a reader could not see, becomes visible: control characters turn into their control
pictures, invisible and direction-changing ones into ``⟨U+202E⟩``. Newline and tab stay.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from labeler.reading.host_names import with_deceptive_hosts_marked

ELLIPSIS: Final = "…"

_ZERO_WIDTH_NON_JOINER: Final = "\u200c"
_ZERO_WIDTH_JOINER: Final = "\u200d"
_EMOJI_VARIATION: Final = "\ufe0f"

_SUSPECT: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but newline and tab, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # direction
    "\u2028\u2029\ufff9-\ufffb"  # separators that split lines; annotations
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # Unicode's default-ignorable ones
    "\ud800-\udfff"  # halves of characters, which cannot be written at all
    "]"
)
_EMOJI: Final = re.compile(
    "[\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_JOINING_SCRIPT: Final = re.compile(
    "[\u0600-\u07ff\u0840-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\ua840-\ua87f\ua8e0-\ua8ff\ua980-\ua9df"
    "\uaa60-\uaa7f\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00010ac0-\U00010aff\U00011000-\U000114df"
    "\U0001e900-\U0001e95f]"
)


def sanitise(text: str) -> str:
    """Return text that is safe to show: no C0 but newline and tab, no DEL, C1, bidi control or invisible character.

    Joiners stay where they shape what is seen: U+200D between emoji, U+200C and U+200D between letters of joining
    scripts. U+FE0F is dropped (terminals disagree on its width), and so is a carriage return before a newline. Host
    names in links that mix scripts are marked. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return with_deceptive_hosts_marked(_SUSPECT.sub(_visible, text))


def one_line(text: str, length: int = 80) -> str:
    """Safe text on one line of at most `length` characters: white space runs become one space, the rest is cut."""
    line = " ".join(sanitise(text[: _ENOUGH * length]).split())
    cut = len(line) > length or len(text) > _ENOUGH * length
    return line[: length - 1].rstrip() + ELLIPSIS if cut else line


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if character == _EMOJI_VARIATION:
        return ""
    if character in (_ZERO_WIDTH_JOINER, _ZERO_WIDTH_NON_JOINER) and _joins(match.string, match.start()):
        return character
    return f"⟨U+{code:04X}⟩"


def _joins(text: str, position: int) -> bool:
    before = position - 1
    while before >= 0 and text[before] == _EMOJI_VARIATION:
        before -= 1
    if before < 0 or position + 1 >= len(text):
        return False
    left, right = text[before], text[position + 1]
    if text[position] == _ZERO_WIDTH_JOINER and _EMOJI.match(left) and _EMOJI.match(right):
        return True
    return _is_joining_letter(left) and _is_joining_letter(right)


def _is_joining_letter(character: str) -> bool:
    if not _JOINING_SCRIPT.match(character) or _SUSPECT.match(character):
        return False
    return unicodedata.category(character)[0] in "LM"


_ENOUGH: Final = 8
