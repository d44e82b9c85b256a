"""Snippets: texts of the reviewer's own that stand under short names, put in place of the name in a field. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.reading.sanitise import one_line

Snippets: TypeAlias = Mapping[str, str]
"""Texts by name. No name has white space in it."""

_WORD: Final = re.compile(r"\S+$")
_SHOWN: Final = 60
"""Characters of a text, or of all names, that are shown."""


@dataclass(frozen=True, slots=True)
class FoundSnippet:
    """The word before the cursor: where in its line it begins, and the snippet that it names; None for none."""

    start: int
    word: str
    name: str | None


def named_before(line: str, snippets: Snippets) -> FoundSnippet | None:
    """Return the word at the end of a line, and the snippet of that name or, of several names, the only one that begins
    so; None where no word is there.
    """
    match = _WORD.search(line)
    if match is None:
        return None
    word = match.group()
    if word in snippets:
        return FoundSnippet(match.start(), word, word)
    beginning = [name for name in snippets if name.startswith(word)]
    return FoundSnippet(match.start(), word, beginning[0] if len(beginning) == 1 else None)


def offer(found: FoundSnippet, snippets: Snippets, key: str) -> str:
    """Say what the key would put in; empty where the word names no snippet."""
    if found.name is None or not key:
        return ""
    return f"{key}: {one_line(found.name, 24)} “{one_line(snippets[found.name], _SHOWN)}”"


def unknown(found: FoundSnippet | None, snippets: Snippets) -> str:
    """Say that a word names no snippet, and which names there are."""
    if not snippets:
        return "there are no snippets; the configuration takes them under [snippets]"
    names = one_line(", ".join(snippets), _SHOWN)
    return f"no snippet “{one_line(found.word, 24)}”: {names}" if found is not None else f"snippets: {names}"
