"""A sitting at the review screen in which after each key journal, screen and a plain notebook are compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import Final

from textual.worker import Worker

from labeler.domain.change import Act, AnswerEffect, Change
from labeler.domain.question import FLAG_NAME, Categorical, Numeric, PassFail, Question
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.parts import parts
from labeler.review.state import Rules
from labeler.tui.progress.screen import ProgressScreen
from tests.tui.review.cases import ITEMS, cases, said_elsewhere, title_of
from tests.tui.review.painted_screen import Painted, asked_of, row_of
from tests.tui.review.plain_notebook import Notebook, Page, journal_says, said_by
from tests.tui.review.table import Table, open_table

ACTS: Final = {
    **{key: {Act.ANSWER} for key in "yn=+"},
    **{key: {Act.ANSWER, Act.CHOOSE} for key in "1234567890-"},
    "enter": {Act.SUBMIT, Act.ANSWER, Act.CHOOSE},
    "backspace": {Act.CLEAR},
    ".": {Act.REPEAT},
    "s": {Act.DEFER},
    "f": {Act.UNFLAG},
    "u": {Act.UNDO},
    "U": {Act.REDO},
}
"""What a key may do by itself where nothing else is open."""

REVERSING: Final = {"u": {Act.UNDO}, "U": {Act.REDO}}
STAYING: Final = frozenset([*"yn1234567890-=+cCeEDfYNaizZB<>wl", "tab", "shift+tab", "backspace", "."])
"""Keys that lead to no other item unless they change something."""


class Place(Enum):
    """What takes the keys."""

    REVIEW = auto()
    SELECTION = auto()
    SEARCH = auto()
    MENU = auto()
    ASKED_BACK = auto()
    FIELD = auto()
    END = auto()
    OVERLAY = auto()


class ScreenSitting:
    """A reviewer's sitting, which may be left and gone on with. `grace_s` is how long answers wait to be sent."""

    table: Table
    notebook: Notebook
    start: Page

    def __init__(self, directory: Path, questions: Sequence[Question], rules: Rules, grace_s: float) -> None:
        self._directory = directory
        self.questions = tuple(questions)
        self._rules = rules
        self._grace_s = grace_s
        self._at_table = AsyncExitStack()

    async def begin(self) -> None:
        """Open the review, and take down what stands."""
        await self._open()
        states = {item.trace_id: item.state for item in self.table.desk.state.items}
        self.start = Page(said_elsewhere(self.questions), states)
        self.notebook = Notebook(self.start)
        await self.agree()

    async def _open(self) -> None:
        place = open_table(
            self._directory, cases(), self.questions, rules=self._rules, grace_s=self._grace_s, pictures=False
        )
        self.table = await self._at_table.enter_async_context(place)

    async def leave(self) -> None:
        """Leave the review."""
        await self._at_table.aclose()

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and look after each."""
        for key in keys:
            place, focus, here, here_id = self.place, self.table.desk.state.part, self.table.position, self.trace_id
            await self._press_one(key)
            new = await self.agree()
            for change in new:
                self._is_meant(key, place, change, here_id)
            if place is Place.REVIEW and not new and key in STAYING:
                assert self.table.position == here, f"{key} led away"
            if place is Place.REVIEW and focus is not None and new:
                _says_what_the_key_says(key, focus.asked, new[-1])

    async def _press_one(self, key: str) -> None:
        await self.table.press_at_once(key)
        if self.table.desk.library.get(self.trace_id) is None or self.table.app.workers:
            await self.table.trace_is_here()

    async def type(self, opens: str, text: str, ends: str) -> None:
        """Open a field, type in it and end it. Where it does not open, the text is so many keys."""
        await self.press(*opens)
        if self.place is not Place.FIELD:
            await self.press(*(each if each != " " else "space" for each in text), ends)
            return
        await self.table.type([each if each != " " else "space" for each in text])
        assert not await self.agree(), "what is typed answers nothing"
        await self.press(ends)
        if ends == "tab":
            await self.press("enter")

    async def burst(self, keys: Sequence[str]) -> None:
        """Press keys that come together."""
        await self.table.type(keys)
        await self.table.trace_is_here()
        new = await self.agree()
        assert len({change.trace_id for change in new if change.act not in (Act.UNDO, Act.REDO)}) <= 1

    async def come_back(self) -> None:
        """Leave, and go on where it was left; not from an item that is complete and was not submitted: it is then."""
        state = self.table.desk.state
        to_submit = [item for item in state.items if item.state is ItemState.OPEN and not state.missing(item.trace_id)]
        if to_submit and any(question.required for question in self.questions):
            return
        position = self.table.position
        await self.leave()
        await self._open()
        await self.agree()
        assert self.table.position == position

    async def resize(self, columns: int, rows: int) -> None:
        """Have another size of screen."""
        await self.table.resize(columns, rows)
        await self.agree()

    def counts_are_right(self) -> None:
        """Compare the counts of the menu of filters, where it opened, with what was said."""
        menu = "\n".join(Painted(self.table.review).area("menu")) if self.place is Place.MENU else ""
        page = self.notebook.page
        counts = Counter(page.states.values())
        names = {question.name for question in self.questions}
        commented = {trace_id for (trace_id, _, name), (_, comment) in page.said.items() if comment and name in names}
        flagged = {trace_id for trace_id, _, name in page.said if name == FLAG_NAME}
        wanted = {
            "open": counts[ItemState.OPEN],
            "labelled": counts[ItemState.LABELLED],
            "flagged": len(flagged),
            "deferred": counts[ItemState.DEFERRED],
            "declined": counts[ItemState.DECLINED],
            "comment": len(commented),
        }
        for words, count in wanted.items():
            assert not menu or re.search(rf"\b\w {words} {count}\b", menu), f"{words} {count}\n{menu}"

    async def figures_are_right(self) -> None:
        """Compare the page of what was done, where it opened, with what was said."""
        table = self.table
        if not isinstance(table.app.screen, ProgressScreen) or "my work   today" in table.screen:
            return
        counts = Counter(self.notebook.page.states.values())
        flagged = sum(name == FLAG_NAME for _, _, name in self.notebook.page.said)
        others = {
            "open": counts[ItemState.OPEN],
            "deferred": counts[ItemState.DEFERRED],
            "declined": counts[ItemState.DECLINED],
            "flagged": flagged,
            "with a draft": len(await self._drafts()),
        }
        told = (
            f"{counts[ItemState.LABELLED]} of {ITEMS} labelled",
            *(f"{n} {word}" for word, n in others.items() if n),
        )
        await table.wait_for(lambda: f"  {' · '.join(told)}\n" in table.screen, f"the figures {told}")

    async def _drafts(self) -> Mapping[str, str]:
        """What is half typed, as the journal has it, by trace."""
        drafts = (await journal_says(self.table.journal, self.table.desk)).drafts
        return {trace_id: text for (trace_id, _), text in drafts.items() if text}

    async def there_and_back(self) -> None:
        """Undo everything, and do it again."""
        end, steps = self.notebook.page, len(self.notebook.before)
        await self._leave_all()
        for _ in range(steps):
            await self.press("u")
        assert not self.notebook.before, self.table.screen
        assert self.notebook.page == self.start
        await self.press("u")
        assert "Nothing to undo" in self.table.screen
        for _ in range(steps):
            await self.press("U")
        assert self.notebook.page == end

    async def _leave_all(self) -> None:
        """Leave everything that is open; the first key ends what was typed on after a key that was refused."""
        await self.press("escape")
        for _ in range(12):
            if self.place in (Place.REVIEW, Place.END):
                return
            await self.press("escape")
        raise AssertionError(f"there is no way out\n{self.table.screen}")

    @property
    def trace_id(self) -> str:
        item = self.table.desk.state.item
        assert item is not None
        return item.trace_id

    @property
    def place(self) -> Place:
        """What takes the next key, as far as the screen tells."""
        review, screen = self.table.review, self.table.app.screen
        if isinstance(screen, ProgressScreen) and screen.at_end:
            return Place.END
        if screen is not review:
            return Place.OVERLAY
        if review.open_field is not None:
            return Place.FIELD
        if review.confirm.is_open:
            return Place.ASKED_BACK
        if review.query_one("#menu").display or self.table.said.startswith("copy:"):
            return Place.MENU
        status = self.table.line("status")
        if " selected" in status:
            return Place.SELECTION
        return Place.SEARCH if 'search "' in status else Place.REVIEW

    def _is_meant(self, key: str, place: Place, change: Change, trace_id: str) -> None:
        """See that a change is one that the key could mean there, about the item that was in view."""
        told = f"{key} in {place} did {change}\n{self.table.screen}"
        match place:
            case Place.REVIEW:
                assert change.act in ACTS.get(key, ()), told
            case Place.SEARCH | Place.SELECTION | Place.END:
                assert change.act in REVERSING.get(key, ()), told
            case Place.FIELD:
                assert key in ("enter", "escape"), told
            case Place.ASKED_BACK:
                assert key in ("enter", "escape", "y", "n"), told
            case _:
                raise AssertionError(told)
        if place is Place.REVIEW and change.act not in (Act.UNDO, Act.REDO):
            assert change.trace_ids == [trace_id], told

    async def agree(self) -> list[Change]:
        """Compare journal, notebook, rules and screen; return what was done since the last time."""
        table, desk = self.table, self.table.desk
        while True:
            filter = desk.state.filter
            await table.wait_for(lambda: not any(map(is_search, table.app.workers)), "a search")
            await table.settle()
            journal = await journal_says(table.journal, desk)
            is_searching = any(map(is_search, table.app.workers))
            if filter is desk.state.filter and not is_searching:  # a search in whole traces may find more meanwhile
                break
        new = self.notebook.take_down(journal.changes)
        page = self.notebook.page
        for cell, stands in journal.cells.items():
            assert page.said.get(cell) == stands, f"the journal has {stands} in {cell}"
        for cell, stands in page.said.items():
            assert (journal.cells.get(cell) or self.start.said.get(cell)) == stands, f"the journal lacks {cell}"
        for trace_id, item_state in journal.states.items():
            assert page.states[trace_id] is item_state, f"the journal has {trace_id} {item_state}"
        assert {item.trace_id: item.state for item in desk.state.items} == page.states
        in_memory = {
            (*subject, name): said_by(answer)
            for subject, answers in desk.state.answers.items()
            for name, answer in answers.items()
        }
        assert in_memory == page.said
        if table.app.screen is table.review:
            self._is_painted(page, {trace_id for (trace_id, _), text in journal.drafts.items() if text})
        return new

    def _is_painted(self, page: Page, drafts: set[str]) -> None:
        """Compare what is painted with what was said, and with where the reviewer is."""
        table, state = self.table, self.table.desk.state
        if table.review.open_field is not None:  # what is being typed is in the journal within a second
            drafts = {trace_id for trace_id in page.states if table.desk.drafts.has_any(trace_id)}
        screen = Painted(table.review)
        (status,) = screen.area("status")
        assert "item " not in status or f"item {state.position + 1}/{ITEMS} " in status
        labelled = sum(each is ItemState.LABELLED for each in page.states.values())
        assert "mine " not in status or f"mine {labelled} " in status
        assert (f" {len(state.selection)} selected" in status) == bool(state.selection)
        filter = table.review._rows.typed or state.filter
        shown = range(ITEMS) if filter is None else filter.shown
        assert filter is None or f"{len(shown)} of {ITEMS}" in status
        if not table.review.views.is_open:
            assert title_of(self.trace_id) in "\n".join(screen.area("reading")), "the request is in view"
        in_order = [state.items[index].trace_id for index in shown]
        wanted = [
            row_of(
                page,
                trace_id,
                self.questions,
                title_of(trace_id),
                is_here=trace_id == self.trace_id,
                selected=state.selection.trace_ids,
                drafts=drafts,
            )
            for trace_id in in_order
        ]
        found = [replace(row, title=row.title[: len("Case 1.")]) for row in screen.rows]
        assert not found or found == wanted
        asked, about = screen.asked(self.questions), page.about(self.trace_id, state.aim)
        panel = screen.area("panel")
        if panel and not table.review.notice and not table.review.confirm.is_open:  # which may stand over its rows
            is_untouched = not self.notebook.before and not self.notebook.after
            assert ("nothing yet" in panel[0]) == is_untouched
            assert any(each.is_focused for each in asked.values())
        for part in parts(self.questions):
            if part.name in asked:
                is_focused = part.place == (state.focus, state.field_index)
                row = asked_of(part, about.get(part.question.name), is_focused=is_focused)
                assert asked[part.name].shows(row), f"{asked[part.name]} is to be {row}"


def is_search(worker: Worker[object]) -> bool:
    """Return whether a worker looks for a filter's text in whole traces."""
    return worker.group in ("filter", "typed filter")


def _says_what_the_key_says(key: str, asked: Question, change: Change) -> None:
    """See that the answer is what the key stands for."""
    first = change.effects[0]
    if change.act not in (Act.ANSWER, Act.CHOOSE) or not isinstance(first, AnswerEffect):
        return
    value = _what_changed(first)
    match asked.input:
        case _ if key in "yn":
            assert value is (key == "y")
        case PassFail() if key in "12":
            assert value is (key == "1")
        case Numeric() if key.isdecimal():
            assert value == int(key)
        case Categorical(options, False) if key.isdecimal():
            assert value == options[int(key) - 1]
        case Categorical(options, True) if key.isdecimal():
            before = () if first.before is None else first.before.value
            now = value if isinstance(value, list | tuple) else ()
            assert isinstance(before, list | tuple | dict)
            assert (options[int(key) - 1] in now) != (options[int(key) - 1] in before)


def _what_changed(effect: AnswerEffect) -> JsonValue:
    """What an answer says now, of an object in the field that says something else than before."""
    now = None if effect.after is None else effect.after.value
    if not isinstance(now, dict):
        return now
    before = {} if effect.before is None else effect.before.value
    assert isinstance(before, dict)
    changed = [name for name in now if now[name] != before.get(name)]
    return now[changed[0]] if changed else None
