"""The lines of the keys in a TOML text, which the standard library's parser does not tell.

This is only for text that `tomllib` has accepted: the scanner relies on its being valid.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""A key as a path: names, and for arrays of tables the index from 0."""

_KEY_PART = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")
_SKIPPED = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the line, from 1, of every key and table header. Keys of inline tables are left out."""
    return _Scanner(text).scan()


def nearest_line(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of `path`, or of the innermost key around it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._line = 1
        self._counted_to = 0
        self._table: KeyPath = ()
        self._counts: dict[KeyPath, int] = {}
        self._lines: dict[KeyPath, int] = {}

    def scan(self) -> Mapping[KeyPath, int]:
        while self._skip_to_next_key():
            line = self._line_here()
            if self._text.startswith("[[", self._at):
                self._at += 2
                path = self._resolve((), self._key())
                self._counts[path] = self._counts.get(path, -1) + 1
                self._table = (*path, self._counts[path])
                self._note(self._table, line)
                self._end_of_line()
            elif self._text.startswith("[", self._at):
                self._at += 1
                self._table = self._resolve((), self._key())
                self._note(self._table, line)
                self._end_of_line()
            else:
                self._note(self._resolve(self._table, self._key()), line)
                self._at += 1
                self._skip_value()
        return self._lines

    def _line_here(self) -> int:
        """Return the line of the current position, counting on from the last one: a file has many keys."""
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line

    def _note(self, path: KeyPath, line: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)

    def _resolve(self, table: KeyPath, key: list[str]) -> KeyPath:
        """Return `key` below `table`, with the index of the current element after every array of tables."""
        path = table
        for position, name in enumerate(key):
            path = (*path, name)
            if path in self._counts and position < len(key) - 1:
                path = (*path, self._counts[path])
        return path

    def _skip_to_next_key(self) -> bool:
        while self._at < len(self._text):
            if self._text[self._at].isspace():
                self._at += 1
            elif self._text[self._at] == "#":
                self._end_of_line()
            else:
                return True
        return False

    def _key(self) -> list[str]:
        parts = []
        while match := _KEY_PART.match(self._text, self._at):
            parts.append(_unquoted(match[1]))
            self._at = match.end()
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
        return parts

    def _skip_value(self) -> None:
        depth = 0
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == "\n" and depth == 0:
                return
            depth += (char in "[{") - (char in "]}")
            match = _SKIPPED.match(self._text, self._at)
            self._at = match.end() if match else self._at + 1

    def _end_of_line(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end


def _unquoted(part: str) -> str:
    if part[0] not in "\"'":
        return part
    key: str = next(iter(tomllib.loads(f"{part} = 0")))
    return key
