"""Aiming the questions at the span that is selected in the span tree, for as long as the tree is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeler.review.action import Action, EndAim, TargetSpan

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen


class Aiming:
    """Keeps what the questions are about and what is selected the same, so that what is answered is what is read."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen

    @property
    def name(self) -> str:
        """What the span aimed at is called, as display text; empty while the questions are about the trace."""
        state = self._screen.desk.state
        if state.item is None or state.aim is None:
            return ""
        return self._screen.desk.library.span_name(state.item.trace_id, state.aim)

    async def toggle(self) -> None:
        """Aim at the selected span, or at the trace again."""
        screen = self._screen
        span = screen.views.span
        if span is None:
            screen.say(screen.keymap.spelled("{view.spans} opens the spans; there the questions can be aimed"))
        elif screen.desk.state.aim is None:
            screen.carried_out(await screen.desk.act(TargetSpan(span.span_id)))
        else:
            await self.end()

    async def end(self) -> bool:
        """Ask about the trace again; tells whether a span was aimed at."""
        if self._screen.desk.state.aim is None:
            return False
        await self._act(EndAim())
        return True

    async def follow(self) -> None:
        """Stay aimed at what is selected, as the cursor moves; end the aim once the tree is left."""
        span, aim = self._screen.views.span, self._screen.desk.state.aim
        if aim is None or self._screen.is_asking:
            return
        if span is None:
            await self.end()
        elif span.span_id != aim:
            await self._act(TargetSpan(span.span_id))

    async def _act(self, action: Action) -> None:
        await self._screen.desk.act(action)
        self._screen.paint_chrome()
