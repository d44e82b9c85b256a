"""Searching a document: where a word stands, and walking from one place to the next."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from labeler.reading.document import Document
from labeler.tui.document.lines import Line, Span


class Match(NamedTuple):
    """From `start` to `end` in the text of a block."""

    block: int
    start: int
    end: int


class Search:
    """All matches of `text` in a document, and the one it stands at (`index`, from 0).

    Upper case is told from lower only when `text` has upper case.
    """

    def __init__(self, document: Document, text: str) -> None:
        self.matches = [
            Match(number, at, at + len(text))
            for number, block in enumerate(document.blocks)
            for at in _occurrences(block.text, text)
        ]
        self.index = 0
        self._by_block: defaultdict[int, list[Match]] = defaultdict(list)
        for match in self.matches:
            self._by_block[match.block].append(match)

    @property
    def current(self) -> Match | None:
        return self.matches[self.index] if self.matches else None

    def stand_at(self, block: int, offset: int) -> None:
        """Go to the first match from a place on, or to the first of all."""
        index = bisect_left(self.matches, Match(block, offset, 0))
        self.index = index if index < len(self.matches) else 0

    def step(self, count: int) -> None:
        """Go on by `count` matches, round the ends."""
        if self.matches:
            self.index = (self.index + count) % len(self.matches)

    def spans(self, block: int, line: Line) -> list[Span]:
        """The matches on a line of a block, as spans of the line's text."""
        matches = self._by_block.get(block)
        if not matches:
            return []
        end = line.source(len(line.text))
        first = max(0, bisect_left(matches, line.start, key=lambda match: match.start) - 1)
        spans: list[Span] = []
        for match in matches[first:]:
            if match.start >= end:
                break
            if match.end > line.start:
                role = "search.current" if match is self.current else "search.match"
                left, right = max(match.start, line.start), min(match.end, end)
                spans.append((line.shown(left), line.shown(right - 1) + 1, (role,)))
        return spans


def _occurrences(text: str, word: str) -> Iterator[int]:
    """Where `word` stands in `text`, without overlaps."""
    if word == word.lower():
        lowered = text.lower()
        if len(lowered) != len(text):
            yield from (match.start() for match in re.finditer(re.escape(word), text, re.IGNORECASE))
            return
        text = lowered
    at = text.find(word)
    while at >= 0 and word:
        yield at
        at = text.find(word, at + len(word))
