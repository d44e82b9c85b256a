"""Filtering the worklist by the table of actions: the menus that ask by what, and the filter that is set then."""

from __future__ import annotations

from labeler.desk.desk import Desk
from labeler.review.action import ShowOnly
from labeler.review.criteria import OF_OTHERS, Criterion, Kind
from labeler.tui.action_table import Action, Context, OnScreen
from labeler.tui.appearance import ScreenLook
from labeler.tui.keymap import Keymap
from labeler.tui.review.fields import ReviewFields
from labeler.tui.review.filter_menu import criteria_menu, value_of, values_menu


class ReviewFilters(ReviewFields):
    """Asks by what to filter, a key a menu, and has the desk set the filter."""

    def __init__(self, desk: Desk, keymap: Keymap, look: ScreenLook, guard_ms: int) -> None:
        super().__init__(desk, keymap, look, guard_ms)
        self._asks_for_value = False

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
            value = value_of(answer, part.asked)
            if value is not None:
                await self._show(Criterion(Kind.VALUE, part.name, value))
        if told_meanwhile is not None and not self.notice:
            self.say(*told_meanwhile)

    async def filter_by(self, what: str) -> None:
        """Filter by one of the kinds, as far as that needs no more to be said, or end the filter (``all``)."""
        if what == "all":
            await self.act(ShowOnly(None))
            return
        match kind := Kind(what):
            case Kind.VALUE:
                self._ask_for_value()
            case Kind.LIKE:
                like = self.desk.filters.like_this
                if like is None:
                    self.warn("What this trace is called is not known yet")
                else:
                    await self._show(like)
            case Kind.TEXT:
                self._prompt.ask_filter(self.keymap.spelled("{field.save} filters · {field.leave} leaves"))
                self.arrange_bottom()
            case _ if kind in OF_OTHERS and self.desk.state.is_blind:
                self.warn("This review is blind: what others said is hidden")
            case _:
                await self._show(Criterion(kind))

    async def filter_by_text(self, text: str) -> None:
        """Filter by a text; nothing where none was typed."""
        if sought := text.strip():
            await self._show(Criterion(Kind.TEXT, value=sought))

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
