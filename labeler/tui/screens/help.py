"""The help: the keys worth most first, every key by group, and what the signs mean. A view of the one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Final, NamedTuple, TypeAlias

from rich.cells import cell_len

from labeler.dataclass import dataclass
from labeler.tui.action_table import Action, Context, Group
from labeler.tui.appearance import ScreenLook, Signs
from labeler.tui.keymap import Keymap
from labeler.tui.screens.overlay import FoundLines, Overlay
from labeler.tui.widgets.key_line import HELP
from labeler.tui.widgets.styled_text import Line, flow, width_of, wrapped

_KEYS: Final = 18
"""Cells of the keys in a list, with what is free around them."""

_FEW_KEYS: Final = 7
"""Cells of the keys in columns. Where they take more, what they do stands further right."""

_COLUMN: Final = 27
"""Cells that a column takes at least."""

_BETWEEN: Final = 2
"""Cells between two columns, and between two signs."""

_FIRST: Final = 10
"""Keys that are shown before all others."""


class HelpEntry(NamedTuple):
    """A line of the help: keys or a sign, drawn in a role, what they mean, and the same in few words.

    `names` is what a search finds it by besides.
    """

    head: str
    role: str
    meaning: str
    brief: str
    names: str = ""

    def has(self, words: str) -> bool:
        """Return whether words in lower case stand in it."""
        return any(words in each.casefold() for each in (self.head, self.meaning, self.brief, self.names))


Block: TypeAlias = tuple[str, Sequence[HelpEntry]]
"""A heading and what stands below it."""


@dataclass(frozen=True, slots=True)
class HelpSheet:
    """The help for the keys in effect: all of it on one screen where that has room, else a list of full sentences."""

    keymap: Keymap
    signs: Signs

    def whole(self, width: int, height: int) -> Sequence[Line] | None:
        """Return the list where there is room for it, else everything in columns, with the signs below them; None where
        that does not fit either.

        What an action does is said in few words where its sentence is longer than a column is wide. There are as few
        columns as that takes, with blank lines between the groups where there is room for them.
        """
        listed = self.lines(width)
        if len(listed) <= height:
            return listed
        blocks = [self._first(), *self._groups(_in_pairs)]
        signs: list[Line] = [[(each.head, each.role), (f" {each.brief}", "chrome")] for each in self._signs()]
        below = flow([[("signs", "chrome.strong")], *signs], width, _BETWEEN, "chrome")
        for count in range(1, (width + _BETWEEN) // (_COLUMN + _BETWEEN) + 1):
            for gap in (1, 0):
                columns = _in_columns(blocks, count, gap, width, height - len(below) - 1)
                if columns is not None:
                    return [*columns, [], *below]
        return None

    def lines(self, width: int) -> Sequence[Line]:
        """Return the keys worth most on an item, all actions with their keys, then the signs, in a list."""
        blocks = [self._first(), *self._everything()]
        return [line for block in blocks for line in (*_listed(block, width), [])][:-1]

    def found(self, words: str, width: int) -> FoundLines:
        """Return what is said of words in lower case, under its headings; what stands twice is found once."""
        blocks = ((heading, [each for each in entries if each.has(words)]) for heading, entries in self._everything())
        fitting = [block for block in blocks if block[1]]
        lines = [line for block in fitting for line in _listed(block, width)]
        return FoundLines(lines, sum(len(entries) for _, entries in fitting))

    def _first(self) -> Block:
        return "on an item", list(_one_by_one(_worth_most(self.keymap)))

    def _everything(self) -> list[Block]:
        return [*self._groups(_one_by_one), ("signs", self._signs())]

    def _groups(self, entries: Callable[[Iterable[Action]], Iterator[HelpEntry]]) -> list[Block]:
        actions = self.keymap.actions
        return [(str(group), list(entries(each for each in actions if each.group is group))) for group in Group]

    def _signs(self) -> list[HelpEntry]:
        signs, spelled = self.signs, self.keymap.spelled
        return [
            HelpEntry(signs.open, "sign.open", "open", "open"),
            HelpEntry(signs.partly, "sign.partly", "partly answered", "partly answered"),
            HelpEntry(signs.labelled, "sign.labelled", "labelled", "labelled"),
            HelpEntry(signs.deferred, "sign.deferred", "deferred", "deferred"),
            HelpEntry(signs.declined, "sign.declined", "declined", "declined"),
            HelpEntry(
                signs.others,
                "sign.declined",
                "completed or declined by somebody else, in the queue",
                "done by others",
            ),
            HelpEntry(
                f"{signs.labelled}?",
                "sign.labelled",
                "completed by you in the queue, without an answer of yours",
                "completed without answers",
            ),
            HelpEntry(signs.missing, "sign.missing", "not downloaded", "not downloaded"),
            HelpEntry(
                signs.conflict,
                "sign.refused",
                "another answer of yours was found, which was never shown here",
                "conflict",
            ),
            HelpEntry(signs.refused, "sign.refused", "an answer was refused by the server", "refused"),
            HelpEntry(signs.queued, "warning", "an answer that is not delivered yet", "not delivered yet"),
            HelpEntry(
                signs.parked,
                "warning",
                spelled("an answer that waits for you to do something; {outbox.open} says what"),
                spelled("waits for you ({outbox.open})"),
            ),
            HelpEntry(signs.flag, "sign.flag", "flagged for discussion", "flagged"),
            HelpEntry(signs.draft, "sign.draft", "has a draft", "draft"),
            HelpEntry(signs.said, "row", "something was said about a span", "said about a span"),
            HelpEntry(signs.cursor, "cursor", "here; the focused question", "here"),
            HelpEntry(signs.selected, "cursor", "selected, to be answered with others", "selected"),
            HelpEntry(signs.folded, "fold", spelled("folded: {view.fold} opens it"), "folded"),
            HelpEntry("*", "chrome", "required question", "required"),
        ]


class HelpPage(Overlay):
    """Shows the help over a screen."""

    def __init__(self, keymap: Keymap, look: ScreenLook) -> None:
        super().__init__("keys", HelpSheet(keymap, look.signs), keymap, look)


def _worth_most(keymap: Keymap) -> list[Action]:
    """Return the actions of a review whose hints are worth most; those of a series count as one, help itself as
    none.
    """
    offered = [each for each in keymap.actions if each.context is Context.REVIEW and each.worth and each.id != HELP]
    kinds = sorted({each.worth for each in offered}, reverse=True)[:_FIRST]
    return sorted((each for each in offered if each.worth in kinds), key=lambda each: -each.worth)


def _one_by_one(actions: Iterable[Action]) -> Iterator[HelpEntry]:
    """Iterate over an entry for each action, with all of its keys; those of one series share one."""
    for meaning, together in groupby(actions, key=lambda action: action.series or action.does):
        yield _entry(list(together), meaning, "  ")


def _in_pairs(actions: Iterable[Action]) -> Iterator[HelpEntry]:
    """Iterate over entries for columns: what is said in the same few words is one, with the first key of each."""
    for brief, together in groupby(actions, key=lambda action: action.brief or action.id):
        same = list(together)
        yield _entry(same, same[0].does if len(same) == 1 else brief, " ")


def _entry(actions: Sequence[Action], meaning: str, between: str) -> HelpEntry:
    first = [each.keys[0] for each in actions if each.keys]
    if len(actions) == 1:
        head = between.join(actions[0].keys)
    elif len(first) > 2:
        head = f"{first[0]} to {first[-1]}"
    else:
        head = between.join(first)
    names = " ".join(f"{each.id} {each.does}" for each in actions)
    return HelpEntry(head or "unbound", "key", meaning, actions[0].in_few_words, names)


def _listed(block: Block, width: int) -> Iterator[Line]:
    """Iterate over the lines of a block in a list, with full sentences."""
    heading, entries = block
    yield [(heading, "chrome.strong")]
    for entry in entries:
        first, *rest = wrapped(entry.meaning, max(width - _KEYS, 8))
        yield [(f"  {entry.head}".ljust(_KEYS), entry.role), *first]
        yield from ([(" " * _KEYS, "chrome"), *line] for line in rest)


def _in_columns(blocks: Sequence[Block], count: int, gap: int, width: int, height: int) -> list[Line] | None:
    """Return blocks in so many columns, each whole in one, with `gap` lines between; None where they do not fit.

    Each stands in the first column that has room for it, in columns that are as low as that allows.
    """
    column_width = (width - (count - 1) * _BETWEEN) // count
    made = [list(_brief_lines(block, column_width)) for block in blocks]
    least = -(-sum(len(lines) + gap for lines in made) // count)
    for limit in range(least, height + 1):
        columns = _packed(made, count, gap, limit)
        if columns is not None:
            return [_side_by_side(row, column_width) for row in zip_longest(*columns, fillvalue=[])]
    return None


def _packed(blocks: Sequence[list[Line]], count: int, gap: int, limit: int) -> list[list[Line]] | None:
    columns: list[list[Line]] = [[] for _ in range(count)]
    for lines in blocks:
        column = next((each for each in columns if len(each) + gap * bool(each) + len(lines) <= limit), None)
        if column is None:
            return None
        column += [*([[]] * gap if column else []), *lines]
    return columns


def _brief_lines(block: Block, width: int) -> Iterator[Line]:
    """Iterate over the lines of a block in a column."""
    heading, entries = block
    yield [(heading, "chrome.strong")]
    for entry in entries:
        head = f" {_few(entry.head).ljust(_FEW_KEYS)} "
        room = max(width - cell_len(head), 2)
        meaning = entry.meaning if cell_len(entry.meaning) <= room else entry.brief
        first, *rest = wrapped(meaning, room)
        yield [(head, entry.role), *first]
        yield from ([(" " * cell_len(head), "chrome"), *line] for line in rest)


def _few(head: str) -> str:
    """Return the keys of an entry that a column has room for: all of them, or the first."""
    return head if len(head) <= _FEW_KEYS + 1 else head.split(" ")[0]


def _side_by_side(row: Sequence[Line], width: int) -> Line:
    line: Line = []
    for cell in row:
        line += [*cell, (" " * (width + _BETWEEN - width_of(cell)), "chrome")]
    return line[:-1]
