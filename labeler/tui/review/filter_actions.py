"""Filtering the worklist by the table of actions: the menus that ask by what, and the filter that is set then."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import Final

from textual.worker import WorkType

from labeler.desk.desk import Desk
from labeler.reading.sanitise import one_line
from labeler.review.action import ShowAlso, ShowOnly
from labeler.review.criteria import OF_OTHERS, Criterion, CriterionKind, Filter
from labeler.review.navigation import SHOW_ALL
from labeler.tui.action_table import Action, Context, OnScreen
from labeler.tui.appearance import ScreenLook
from labeler.tui.keymap import Keymap
from labeler.tui.review.fields import ReviewFields
from labeler.tui.review.filter_menu import criteria_menu, value_criterion, values_menu

_TYPES_ON_S: Final = 0.3
"""Seconds without a letter after which whole traces are searched for what was typed."""


class ReviewFilters(ReviewFields):
    """Asks by what to filter, a key a menu, and has the desk set the filter."""

    def __init__(self, desk: Desk, keymap: Keymap, look: ScreenLook, guard_ms: int) -> None:
        super().__init__(desk, keymap, look, guard_ms)
        self._asks_for_value = False
        self._keys_heard = 0
        """How many keys were pressed: what comes later does not move a reviewer who has gone on."""

    def filter_menu(self) -> None:
        """Open the menu of what can be filtered by."""
        self._asks_for_value = False
        self.open_menu(criteria_menu(self.desk, self.keymap))

    async def hear_in_menu(self, key: str) -> None:
        """Close the menu with a key, which does what it stands for there; what is not in it does nothing else."""
        asked_for_value, told_meanwhile = self._asks_for_value, self._notice
        self.close_menu()
        part = self.desk.state.part
        if not asked_for_value:
            action = self.keymap.action(Context.FILTER, key)
            if action is not None and isinstance(action.run, OnScreen):
                await self.filter_by(action.run.about)
        elif part is not None and (answer := self._answer(key)) is not None:
            criterion = value_criterion(answer, part)
            if criterion is not None:
                await self._show(criterion)
        if told_meanwhile is not None and not self.notice:
            self.say(*told_meanwhile)

    async def filter_by(self, what: str) -> None:
        """Filter by one of the kinds, as far as that needs no more to be said, or end the filter (``all``)."""
        if what == "all":
            await self.act(ShowOnly(None))
            return
        match kind := CriterionKind(what):
            case CriterionKind.VALUE:
                self._ask_for_value()
            case CriterionKind.LIKE:
                like = self.desk.filters.like_this
                if like is None:
                    self.warn("What this trace is called is not known yet")
                else:
                    await self._show(like)
            case CriterionKind.TEXT:
                self._prompt.ask_filter(self.keymap.spelled("{field.save} filters · {field.leave} leaves"))
                self.arrange_bottom()
                read_texts: WorkType[None] = self.desk.filters.keep_texts_ready
                self.run_worker(read_texts, group="filters ready")
            case _ if kind in OF_OTHERS and self.desk.state.is_blind:
                self.warn("This review is blind: what others said is hidden")
            case _:
                await self._show(Criterion(kind))

    def follow_filter(self, text: str) -> None:
        """Have the rows show what a text that is being typed finds. Nothing else changes until it is entered.

        What is in whole traces comes as it is found, once nothing was typed for a moment.
        """
        typed, sought = self._rows.typed, text.strip()
        if not sought:
            self._forget_typed()
        elif typed is None or typed.criterion.value != sought:
            typed = self.desk.filters.index.filter_by(Criterion(CriterionKind.TEXT, value=sought))
            self._rows.typed = typed
            self.filter_changed()
            search: WorkType[None] = partial(self._follow_whole, typed)
            self.run_worker(search, group="typed filter", exclusive=True)  # the one in effect is searched for on

    async def _follow_whole(self, typed: Filter) -> None:
        """Have the rows show also what is in whole traces, as it is found, unless something else is typed meanwhile."""
        await asyncio.sleep(_TYPES_ON_S)
        index_of = self.desk.state.index_of
        async for searched in self.desk.filters.search(str(typed.criterion.value)):
            if self._rows.typed is not typed:
                return
            if searched.found:
                found = {index_of[each] for each in searched.found if each in index_of}
                self._rows.typed = typed = replace(typed, shown=sorted(found.union(typed.shown)))
                self.filter_changed()

    async def cancel_field(self, text: str) -> None:
        await super().cancel_field(text)
        self._forget_typed()

    def _forget_typed(self) -> None:
        """Show the rows again that the filter in effect shows."""
        if self._rows.typed is not None:
            self._rows.typed = None
            self.filter_changed()

    async def enter_filter(self, text: str) -> None:
        """Filter by the text that was typed; not at all where there is none."""
        self.close_field()
        typed, sought = self._rows.typed, text.strip()
        if sought:
            criterion = Criterion(CriterionKind.TEXT, value=sought)
            is_found = typed is not None and typed.criterion == criterion
            await self.act(ShowOnly(typed if is_found else self.desk.filters.index.filter_by(criterion)))
            self.say(f"searching for “{one_line(sought, 40)}” in whole traces")
            search: WorkType[None] = partial(self._search_whole, criterion, self._keys_heard)
            self.run_worker(search, group="filter", exclusive=True)
        self._forget_typed()

    async def _search_whole(self, criterion: Criterion, keys_heard: int) -> None:
        """Show also what has the text in its request or response, as it is found. Nothing moves once a key was pressed.

        Without a key the reviewer is taken to what was found, as if it had been found at once.
        """
        whole, found = 0, frozenset[str]()
        async for searched in self.desk.filters.search(str(criterion.value)):
            whole += searched.whole
            if not self._is_set(criterion):
                return
            if searched.found:
                found |= searched.found
                await self.desk.act(ShowAlso(criterion, found))
                self.filter_changed()
        filter, state = self.desk.state.filter, self.desk.state
        if filter is None or not self._is_set(criterion):
            return
        is_waiting = keys_heard == self._keys_heard
        if is_waiting and filter.shown and not state.worklist.shows(state.position):
            await self.act(ShowOnly(filter))
        if is_waiting or not self.notice:
            total, sought = len(state.items), one_line(str(criterion.value), 40)
            rest = f", {total - whole} by title, name and comments" if whole < total else ""
            none = "" if filter.shown else self.keymap.spelled(f" · {SHOW_ALL} shows all {total}")
            self.say(f"{len(filter.shown)} with “{sought}” · {whole} traces searched whole{rest}{none}")

    def _is_set(self, criterion: Criterion) -> bool:
        filter = self.desk.state.filter
        return not self.is_gone and filter is not None and filter.criterion == criterion

    def _ask_for_value(self) -> None:
        part = self.desk.state.part
        menu = None if part is None else values_menu(self.desk, self.keymap, part)
        if menu is None or not menu.choices:
            self.warn("No key answers the focused question with a value, so there is none to filter by")
            return
        self._asks_for_value = True
        self.open_menu(menu)

    def _answer(self, key: str) -> Action | None:
        return self.keymap.action(Context.REVIEW, key)

    async def _show(self, criterion: Criterion) -> None:
        await self.act(ShowOnly(self.desk.filters.index.filter_by(criterion)))
