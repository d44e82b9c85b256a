"""What people said to a question, and to the others about the same trace: beside the document, or below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from labeler.dataclass import dataclass
from labeler.tui.appearance import Signs
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, cut, fit, wrapped

BESIDE_FROM_WIDTH: Final = 100
"""Cells of a screen from which the votes stand beside the document; below, they stack under it."""

STACKED_ROWS: Final = 4
"""Lines of the votes where they stack: they leave 13 to the trace on a screen of 24."""

_WIDEST: Final = 44
_NARROWEST: Final = 29
_LONGEST_VALUE: Final = 20
_MOST_COMMENT_ROWS: Final = 6


def votes_width(width: int) -> int:
    """Cells of the votes beside the document, on a screen of so many."""
    return max(_NARROWEST, min(width // 4, _WIDEST))


@dataclass(frozen=True, slots=True)
class ValueVotes:
    """A value that was given, how often, and by whom, as display text."""

    words: str
    count: int
    by: str


@dataclass(frozen=True, slots=True)
class VotesView:
    """What people said, all of it display text.

    `comments` have what was written and by whom, `beside` the other questions about the trace with what was said to
    each, `verdicts` what judges said, `standing` what is decided, empty while nothing is.
    """

    question: str
    values: Sequence[ValueVotes]
    comments: Sequence[tuple[str, str]]
    beside: Sequence[tuple[str, str]]
    verdicts: Sequence[str]
    standing: str
    is_gold: bool


class Votes(ViewWidget[VotesView]):
    """The votes beside the document."""

    def lines(self, view: VotesView, width: int, height: int) -> Sequence[Line]:
        rows = vote_lines(view, width - 1, self._signs)
        if len(rows) > height:
            rows = [*rows[: height - 1], [(f"{len(rows) - height + 1} more lines", "chrome.dim")]]
        return [[(" ", "chrome"), *row] for row in rows]


class StackedVotes(ViewWidget[VotesView]):
    """The votes in few lines, on a narrow screen."""

    def lines(self, view: VotesView, width: int, height: int) -> Sequence[Line]:
        return [[(" ", "chrome"), *row] for row in stacked_lines(view, width - 2, self._signs)[:height]]


def vote_lines(view: VotesView, width: int, signs: Signs) -> list[Line]:
    """Return a line for each value, then the comments, the other questions, judges, and what is decided."""
    gold = [("   gold", "warning")] if view.is_gold else []
    lines: list[Line] = [fit([(view.question, "chrome.strong"), *gold], width, signs.ellipsis)]
    widest = min(max((len(each.words) for each in view.values), default=0), _LONGEST_VALUE)
    for each in view.values:
        head = f" {cut(each.words, _LONGEST_VALUE, signs.ellipsis):<{widest}}  {each.count}   "
        first, *more = wrapped(each.by, max(width - len(head), 8), "chrome.dim")
        lines += [[(head, "chrome"), *first], *([(" " * len(head), "chrome"), *row] for row in more)]
    for comment, by in view.comments:
        rows = wrapped(f"{by}: “{comment}”", width)
        if len(rows) > _MOST_COMMENT_ROWS:
            rows = [*rows[: _MOST_COMMENT_ROWS - 1], [(signs.ellipsis, "chrome.dim")]]
        lines += [[], *rows]
    if view.beside:
        lines.append([])
        lines += [row for name, said in view.beside for row in wrapped(f"{name}  {said}", width, "chrome.dim")]
    if view.verdicts:
        lines += [[], *(row for each in view.verdicts for row in wrapped(each, width, "chrome.dim"))]
    if view.standing:
        lines += [[], *wrapped(view.standing, width, "ok")]
    return lines


def stacked_lines(view: VotesView, width: int, signs: Signs) -> list[Line]:
    """Return the same in `STACKED_ROWS` lines: values, comments, then the rest."""
    values: Line = [(f"{view.question}{' (gold)' if view.is_gold else ''}   ", "chrome.strong")]
    for number, each in enumerate(view.values):
        gap = " · " if number else ""
        values += [(f"{gap}{each.words}: {each.count} ", "chrome"), (f"({each.by})", "chrome.dim")]
    comments = "   ".join(f"{by}: “{comment}”" for comment, by in view.comments)
    standing: Line = [(view.standing, "ok")] if view.standing else []
    verdicts = "   ".join(view.verdicts)
    standing += [(f"   {verdicts}" if standing else verdicts, "chrome.dim")] if verdicts else []
    beside: Line = [(" · ".join(f"{name} {said}" for name, said in view.beside), "chrome.dim")] if view.beside else []
    rows = wrapped(comments, width) if comments else []
    room = STACKED_ROWS - 2
    if len(rows) > room:
        rest_of_comments = " ".join(text for row in rows[room - 1 :] for text, _ in row)
        rows = [*rows[: room - 1], [(cut(rest_of_comments, width, signs.ellipsis), "chrome")]]
    if len(rows) == room and standing and beside:
        standing, beside = [*standing, ("   ", "chrome"), *beside], []
    rest = [fit(line, width, signs.ellipsis) for line in (standing, beside) if line]
    return [fit(values, width, signs.ellipsis), *rows, *rest]
