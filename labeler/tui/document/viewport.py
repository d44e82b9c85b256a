"""A window on a layout: which rows are in it, and every way to move it. No widget, no drawing."""

from __future__ import annotations

import sys
from collections.abc import Set
from typing import Final

from labeler.reading.document import Block, BlockKind
from labeler.tui.document.landmarks import message_place, messages, opening
from labeler.tui.document.layout import Layout, Place, folded_at_first
from labeler.tui.document.pinned import PinnedRow
from labeler.tui.document.position import ViewPosition
from labeler.tui.document.search import Match, Search
from labeler.tui.document.sections import Section

_LEAST_TO_PIN: Final = 6
"""Rows of a window from which a request is pinned in it."""


class Viewport:
    """Rows `top` to `top + height` of a layout. What is in it has always been wrapped.

    While the request is out of view it is pinned: it stands in front of the first rows of the window. So that no row is
    out of reach behind it, `top` may lie above the beginning of the document. `message` is the message last jumped to,
    until the window is scrolled.
    """

    def __init__(self, layout: Layout, height: int, position: ViewPosition | None = None) -> None:
        self.layout, self.height = layout, max(1, height)
        self.top = 0
        self.message: int | None = None
        self.search: Search | None = None
        self._block: int | None = None
        self._revealed: int | None = None
        if position is None:
            self._bring(*opening(layout, self.height))
        else:
            layout.fold(folded_at_first(layout.document) ^ set(position.toggled))
            self._show(layout.find(position.block, position.offset), position.above)
        self._opened_at = self.position
        self._opened_as_usual = position is None

    @property
    def has_moved(self) -> bool:
        """Whether anything was scrolled or folded since the document was opened."""
        return self.position != self._opened_at

    @property
    def position(self) -> ViewPosition:
        """Where the window stands, for coming back to. What only a search holds open counts as folded."""
        return self._position(self.layout.folded | ({self._revealed} if self._revealed is not None else set()))

    def on(self, layout: Layout, height: int) -> Viewport:
        """Return the same on another layout of the document: the text at the top, the folds, the search.

        Where nothing was moved, the document opens anew: the response is to be in view on a smaller screen, too.
        """
        untouched = self._opened_as_usual and self.search is None and not self.has_moved
        again = Viewport(layout, height, None if untouched else self._position(self.layout.folded))
        again.search, again._revealed = self.search, self._revealed
        return again

    def _position(self, folded: Set[int]) -> ViewPosition:
        block, offset = self.layout.source(self.layout.place(self.first))
        above = self.layout.row(self.layout.find(block, offset)) - self.top
        toggled = folded ^ folded_at_first(self.layout.document)
        return ViewPosition(block, offset, above, tuple(sorted(toggled)))

    @property
    def pinned(self) -> tuple[PinnedRow, ...]:
        """The rows of the pinned request; none while the request is in view."""
        return self._pinned_at(self.top)

    @property
    def is_request_above(self) -> bool:
        """Whether the request lies above the window, not below."""
        return (row := self._request_row()) is not None and row < self.top

    @property
    def first(self) -> int:
        """The first row of the document that nothing stands in front of."""
        return self.top + len(self.pinned)

    @property
    def lowest_top(self) -> int:
        """Where the window stands when it shows the beginning: 0, or above it by the rows of a pinned request."""
        return -len(self._pinned_at(0))

    @property
    def rows(self) -> tuple[int, int, int]:
        """The first and last row in view, from 1, and how many there are."""
        total = self.layout.height
        return min(self.first + 1, total), min(self.top + self.height, total), total

    @property
    def current_message(self) -> int:
        """The message last jumped to, else the one at the top of the window."""
        return (
            self.layout.sections[self.layout.place(self.first).section].message
            if self.message is None
            else self.message
        )

    @property
    def match_place(self) -> tuple[int, int]:
        """The number of the match the search stands at, from 1, and how many there are; 0, 0 without one."""
        if self.search is None or not self.search.matches:
            return 0, 0
        return self.search.index + 1, len(self.search.matches)

    def marks(self, place: Place) -> bool:
        """Return whether a row is the beginning of the message last jumped to."""
        if place.row != 0 or self.layout.sections[place.section].message != self.message:
            return False
        return place.section == 0 or self.layout.sections[place.section - 1].message != self.message

    def has_thumb(self, y: int) -> bool:
        """Return whether row `y` of the window lies in the part of its edge that stands for what is in view."""
        total = self.layout.height
        if total <= self.height:
            return False
        length = max(1, round(self.height * self.height / total))
        first = round((self.height - length) * max(self.top, 0) / (total - self.height))
        return first <= y < first + length

    def measure_next(self, characters: int) -> None:
        """Wrap some of what has not been wrapped; the window stays on what it shows."""
        place, above = self._kept()
        self.layout.measure_next(characters)
        self._show(place, above)

    def scroll_to(self, row: int) -> None:
        """Bring a row to the top, or as near as the ends allow."""
        self.message = self._block = None
        self._bring(self.layout.place(row))

    def scroll_by(self, count: int) -> None:
        """Move by rows, downwards when positive, stopping at the ends."""
        self.message = self._block = None
        place, above = self._kept()
        self._show(place, above - count)

    def scroll_to_end(self) -> None:
        self.message = self._block = None
        self._show(Place(len(self.layout.sections) - 1, sys.maxsize))

    def step_message(self, step: int) -> bool:
        """Bring the next message (`step` 1) or the previous one (-1) to the top. False when there is none.

        The previous one is the current one while its beginning is out of view.
        """
        known = messages(self.layout)
        if self.message is not None:
            index = next(number for number, (message, _) in enumerate(known) if message == self.message) + step
        else:
            top = self.layout.place(self.first)
            begun = [number for number, (_, place) in enumerate(known) if place <= Place(top.section, max(0, top.row))]
            index = begun[-1]
            on_its_start = known[index][1] == Place(top.section, max(0, top.row))
            if step > 0 or on_its_start:
                index += step
        if not 0 <= index < len(known):
            return False
        self._jump(*known[index])
        return True

    def go_message(self, message: int) -> bool:
        """Bring a message to the top. False when the document shows nothing of it."""
        place = message_place(self.layout, message)
        if place is None:
            return False
        self._jump(message, place)
        return True

    def go_answer(self) -> bool:
        """Bring the response to the top, or its request when at the response already. False without a response."""
        document = self.layout.document
        at_answer = self.message is not None and self.message == document.answer
        message = document.request if at_answer and document.request is not None else document.answer
        return message is not None and self.go_message(message)

    def toggle_fold(self) -> bool:
        """Open or close the current block; False when nothing in view folds.

        That is the block opened or closed last, else the first of the message last jumped to, else the
        first in view. Media folds not: see `take_media`.
        """
        block = self._current_block()
        if block is None or self._is_media(block):
            return False
        self._revealed = None
        self._refold(self.layout.folded ^ {block}, keep=block)
        self._block = block
        return True

    def take_media(self) -> Block | None:
        """Return the current block, when it is media; the next of the message, when it was taken just before.

        Else None.
        """
        number, blocks = self._current_block(), self.layout.document.blocks
        if number is None or not self._is_media(number):
            return None
        if self._block == number:
            of_message = [each for each in range(len(blocks)) if blocks[each].message == blocks[number].message]
            beside = [each for each in of_message if self._is_media(each)]
            number = beside[(beside.index(number) + 1) % len(beside)]
        self._block = number
        return blocks[number]

    def toggle_all_folds(self) -> bool:
        """Open everything when something is folded, else fold everything; False when nothing folds."""
        foldable = {number for number, block in enumerate(self.layout.document.blocks) if block.foldable}
        if not foldable:
            return False
        self._revealed = None
        block, _ = self.layout.source(self.layout.place(self.first))
        self._refold(set() if self.layout.folded else foldable, keep=block)
        return True

    def find(self, text: str) -> int:
        """Search, and go to the first match from the top of the window on. Returns how many there are."""
        self._close_revealed()
        search = self.mark(text)
        self._go_to_match(search.current)
        return len(search.matches)

    def mark(self, text: str) -> Search:
        """Search without moving, and stand at the first match from the top of the window on."""
        self.search = search = Search(self.layout.document, text)
        search.stand_at(*self.layout.source(self.layout.place(self.first)))
        return search

    def step_match(self, step: int) -> tuple[int, int]:
        """Go on by `step` matches, round the ends. Returns the number of the match, from 1, and how many there are."""
        if self.search is not None:
            self.search.step(step)
            self._go_to_match(self.search.current)
        return self.match_place

    def end_search(self) -> None:
        """Forget the search. A folded block that it opened closes again."""
        self.search = None
        self._close_revealed()

    def _show(self, place: Place, above: int = 0) -> None:
        """Put the top `above` rows above a place, within the ends, and wrap what is then in the window."""
        height = -1
        while height != self.layout.height:
            height = self.layout.height
            self.top = max(self.lowest_top, min(self.layout.row(place) - above, height - self.height))
            self.layout.measure(max(self.top, 0), self.top + self.height)

    def _bring(self, place: Place, above: int = 0) -> None:
        """Bring a place into view with `above` rows over it, or as many as a pinned request takes there."""
        self._show(place, above)
        if (covered := len(self.pinned)) > above:
            self._show(place, covered)

    def _kept(self) -> tuple[Place, int]:
        """Return where the window stands, as `_show` takes it."""
        row = max(self.top, 0)
        return self.layout.place(row), row - self.top

    def _pinned_at(self, top: int) -> tuple[PinnedRow, ...]:
        """Return the rows of the request that are pinned in a window at `top`."""
        request, row = self.layout.pinned, self._request_row()
        if request is None or row is None or top <= row < top + self.height or self.height < _LEAST_TO_PIN:
            return ()
        return request.rows

    def _request_row(self) -> int | None:
        request = self.layout.pinned
        return None if request is None else self.layout.row(self.layout.find(request.block, 0))

    def _jump(self, message: int, place: Place) -> None:
        self._bring(place)
        self.message, self._block = message, None

    def _current_block(self) -> int | None:
        if self._block is not None:
            return self._block
        sections = self.layout.sections
        if self.message is not None:
            for section in sections:
                if section.message == self.message and (block := self._opened_by(section)) is not None:
                    return block
        for number, row in self.layout.rows(self.first, self.top + self.height):
            block = self._opened_by(sections[number])
            if row >= 0 and block is not None:
                return block
        return None

    def _opened_by(self, section: Section) -> int | None:
        """Return the block that is opened or closed where a section stands; media is opened elsewhere."""
        return section.block if section.fold is None and self._is_media(section.block) else section.fold

    def _is_media(self, block: int) -> bool:
        blocks = self.layout.document.blocks
        return block < len(blocks) and blocks[block].kind is BlockKind.MEDIA

    def _refold(self, folded: Set[int], keep: int) -> None:
        """Change the folds; the first row of block `keep` stays where it is, or comes to the top from above it."""
        distance = self.layout.row(self.layout.head(keep)) - self.top
        self.layout.fold(folded)
        self._bring(self.layout.head(keep), max(0, distance))

    def _go_to_match(self, match: Match | None) -> None:
        self._close_revealed(but=match.block if match else None)
        if match is None:
            return
        if match.block in self.layout.folded and not match.in_summary:
            self._refold(self.layout.folded - {match.block}, keep=match.block)
            self._revealed = match.block
        self.message, self._block = None, None
        row = self.layout.row(self._place_of(match))
        margin = min(2, self.height // 4)
        if not self.first + margin <= row < self.top + self.height - margin:
            self._bring(self._place_of(match), self.height // 3)

    def _place_of(self, match: Match) -> Place:
        return self.layout.head(match.block) if match.in_summary else self.layout.find(match.block, match.start)

    def _close_revealed(self, but: int | None = None) -> None:
        if self._revealed is not None and self._revealed != but:
            block, self._revealed = self._revealed, None
            self._refold(self.layout.folded | {block}, keep=block)
