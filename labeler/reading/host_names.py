"""Host names in links that are not what they seem: letters of one script standing in for those of another.

After Unicode's report on security (UTS 39, "highly restrictive"): a label of a name may mix Latin with the scripts of
Chinese, Japanese or Korean, and no others.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HOST: Final = re.compile(
    r"(?<=://)(?:[^\s/?#@]{0,200}+@)?+"  # whom one signs in as
    r"([^\s/?#\\\"'<>()\[\]{}|`,;:⟨⟩]{1,253}+)(?!⟨(?:mixed|looks) )"
)
_MIXED: Final = "⟨mixed scripts⟩"
_LATIN_LOOK: Final = "⟨looks Latin⟩"

_JAPANESE: Final = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"})
_TOGETHER: Final = (
    _JAPANESE,
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
_LIKE_LATIN: Final = frozenset("аеорсухіјѕһԁԛԝӏвкмнтьпгзбꙅԍᴦʏ" + "αονρυικτχεηγω" + "օսոցհզյ")
"""Small letters of Cyrillic, Greek and Armenian that pass for Latin ones."""


def with_deceptive_hosts_marked(text: str) -> str:
    """Return the text with a mark behind every host name of a link that mixes scripts or is foreign and looks Latin.

    Idempotent; texts without such names come back as they are.
    """
    if text.isascii() or "://" not in text:
        return text
    return _HOST.sub(_marked, text)


def _marked(match: re.Match[str]) -> str:
    marks = {_mark(label) for label in match[1].lower().split(".") if not label.isascii()}
    return match[0] + (_MIXED if _MIXED in marks else _LATIN_LOOK if _LATIN_LOOK in marks else "")


def _mark(label: str) -> str:
    letters = [character for character in label if character.isalpha()]
    scripts = {_script(letter) for letter in letters}
    if len(scripts) > 1 and not any(scripts <= each for each in _TOGETHER):
        return _MIXED
    if letters and _LIKE_LATIN.issuperset(letters):
        return _LATIN_LOOK
    return ""


def _script(letter: str) -> str:
    """Return the first word of a letter's name, which is its script's; full-width and mathematical ones are scripts
    here.
    """
    return unicodedata.name(letter, "UNKNOWN").partition(" ")[0]
