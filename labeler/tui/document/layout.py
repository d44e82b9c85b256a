"""The layout of a document at a width: which row of the screen shows what.

Only what is asked for is wrapped; the heights of the rest are guesses until `measure_next` has been there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Set
from itertools import accumulate
from typing import NamedTuple

from labeler.reading.document import Document
from labeler.tui.appearance import Signs
from labeler.tui.document.arrange import arrange
from labeler.tui.document.pinned import pinned_request
from labeler.tui.document.sections import Section, SectionForm
from labeler.tui.document.wording import Wording


class Place(NamedTuple):
    """A row by its section: `row` counts from the section's first text row; negative in the gap above it."""

    section: int
    row: int


def folded_at_first(document: Document) -> frozenset[int]:
    """Return the blocks that a document opens with folded."""
    return frozenset(number for number, block in enumerate(document.blocks) if block.foldable and block.folded)


class Layout:
    """A document wrapped to `width` cells with the blocks in `folded` closed.

    `folded_on_opening` are those that it opened with, by the rows of the view.
    """

    def __init__(self, document: Document, width: int, signs: Signs) -> None:
        self.document, self.width = document, width
        self.wording = Wording(document, signs)
        self.pinned = pinned_request(document, width, signs.ellipsis)
        self.folded = folded_at_first(document)
        self.folded_on_opening: dict[int, frozenset[int]] = {}
        self.sections: list[Section] = []
        self._heights: list[int] = []
        self._tops: list[int] = []
        self._texts: dict[tuple[int, int], Section] = {}
        self._next = 0
        self._arrange()

    @property
    def height(self) -> int:
        """Rows of the whole document; partly a guess until it `is_measured`."""
        return self._tops[-1]

    @property
    def is_measured(self) -> bool:
        return self._next >= len(self.sections)

    def fold(self, folded: Set[int]) -> None:
        """Close exactly the blocks in `folded`; what stays open keeps its rows."""
        if folded == self.folded:
            return
        self.folded = frozenset(folded)
        self._arrange()

    def measure(self, first: int, last: int) -> None:
        """Wrap whatever lies between two rows; rows below the first may move."""
        number = self._section_at(first)
        top = self._tops[number]
        changed = False
        while number < len(self.sections) and top < last:
            changed |= self._measure_section(number)
            top += self._heights[number]
            number += 1
        if changed:
            self._stack()

    def measure_above(self, place: Place, count: int) -> None:
        """Wrap the section of a place and at least `count` rows above it."""
        self._measure_section(place.section)
        number, left = place.section - 1, count
        while number >= 0 and left > 0:
            self._measure_section(number)
            left -= self._heights[number]
            number -= 1
        self._stack()

    def measure_next(self, characters: int) -> None:
        """Wrap about so many characters of what has not been wrapped, from the top."""
        left = characters
        while left > 0 and not self.is_measured:
            if self._measure_section(self._next):
                left -= 100 + sum(len(line.text) for line in self.sections[self._next].lines)
            self._next += 1
        self._stack()

    def place(self, row: int) -> Place:
        """Return what a row of the screen belongs to; rows beyond the ends belong to the first and last section."""
        number = self._section_at(row)
        return Place(number, row - self._tops[number] - self.sections[number].gap)

    def row(self, place: Place) -> int:
        """Return the row of the screen of a place, after wrapping its section."""
        section = self.wrapped(place.section)
        height = len(section.rows or ())
        return self._tops[place.section] + section.gap + max(-section.gap, min(place.row, height - 1))

    def wrapped(self, number: int) -> Section:
        """Return a section by its number, wrapped."""
        if self._measure_section(number):
            self._stack()
        return self.sections[number]

    def find(self, block: int, offset: int) -> Place:
        """Return the place that shows a character of a block's text, or what stands for the block when it is folded."""
        number = bisect_right(self.sections, (block, offset), key=lambda each: (each.block, each.start)) - 1
        if number < 0:
            return Place(0, 0)
        section = self.wrapped(number)
        return Place(number, section.row_of(offset) if section.block == block else 0)

    def head(self, block: int) -> Place:
        """Return the first row of what belongs to a block: its heading or label if that shows the fold, else
        its text.
        """
        for number, section in enumerate(self.sections):
            if block in (section.fold, section.block):
                return Place(number, 0)
        return Place(0, 0)

    def source(self, place: Place) -> tuple[int, int]:
        """Return the block a place belongs to, and the offset in its text of the first character of the row."""
        section = self.wrapped(place.section)
        return section.block, section.offset_of(max(place.row, 0))

    def rows(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield the places of the rows from `first` up to `last`, as far as the document reaches; `measure`
        them before.
        """
        number, row = self.place(first)
        for _ in range(min(last, self.height) - first):
            section = self.sections[number]
            if section.rows is not None and row >= len(section.rows):
                number += 1
                row = -self.sections[number].gap
            yield number, row
            row += 1

    def _arrange(self) -> None:
        self.sections = arrange(self.document, self.folded)
        for number, section in enumerate(self.sections):
            if section.form is SectionForm.TEXT:
                kept = self._texts.setdefault((section.block, section.start), section)
                kept.gap = section.gap
                self.sections[number] = kept
        self._heights = [section.height for section in self.sections]
        self._next = 0
        self._stack()

    def _measure_section(self, number: int) -> bool:
        section = self.sections[number]
        if section.rows is not None:
            return False
        section.measure(self.wording.content(section), self.width)
        self._heights[number] = section.height
        return True

    def _stack(self) -> None:
        self._tops = list(accumulate(self._heights, initial=0))

    def _section_at(self, row: int) -> int:
        number = bisect_right(self._tops, row) - 1
        return max(0, min(number, len(self.sections) - 1))
