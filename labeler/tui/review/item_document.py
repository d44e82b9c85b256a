"""Which document stands on the review screen, and where in it the reviewer was."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.document.view import ViewPosition
from labeler.tui.review.trace_pane import Face

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen


class Showing:
    """Shows the current item's document, each at the scroll position and with the folds it was left with."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen
        self._positions: dict[str, ViewPosition] = {}
        self._shown: tuple[str, Face | None] | None = None
        self._stands: tuple[str, bool] | None = None

    def show_current(self) -> None:
        """Show the current item's document, or say why there is none yet."""
        screen = self._screen
        item = screen.desk.state.item
        if item is None:
            self._show(
                _placeholder(
                    "",
                    screen.keymap.spelled("The worklist is empty. :refresh looks for new traces, {app.quit} leaves."),
                )
            )
            return
        prepared = screen.desk.document(item.trace_id)
        self._announce(item.trace_id, is_here=prepared is not None)
        face = screen.views.face if screen.views.face and screen.views.face.document else None
        wanted = (item.trace_id, face)
        if prepared is None:
            says = screen.keymap.spelled(screen.desk.why_absent(item.trace_id))
            self._keep_position()
            self._show(_placeholder(item.trace_id, says))
            self._shown = None
        elif self._shown != wanted:
            self._keep_position()
            document = face.document if face else None
            self._show(document or prepared.document, face.position if face else self._positions.get(item.trace_id))
            self._shown = wanted
            screen.call_after_refresh(self._seen, item.trace_id)

    def prepare_layout(self, trace_id: str) -> None:
        """Have a document that will be shown soon laid out in the background."""
        screen = self._screen
        prepared = screen.desk.library.get(trace_id)
        if prepared is not None:
            screen.run_worker(asyncio.to_thread(screen.document.prepare, prepared.document), exit_on_error=False)

    def _announce(self, trace_id: str, *, is_here: bool) -> None:
        """Tell when another trace comes, or this one comes at last, and when it is painted: keys wait for that."""
        stands = (trace_id, is_here)
        if stands != self._stands:
            self._stands = stands
            self._screen.pressing.moved()
            self._screen.call_after_refresh(self._painted, stands)

    def _painted(self, stands: tuple[str, bool]) -> None:
        if stands == self._stands:
            self._screen.pressing.painted()

    def _seen(self, trace_id: str) -> None:
        item = self._screen.desk.state.item
        if item is not None and item.trace_id == trace_id:
            self._screen.desk.seen(trace_id)

    def _show(self, document: Document, position: ViewPosition | None = None) -> None:
        self._screen.document.show(document, position=position)

    def _keep_position(self) -> None:
        if self._shown is not None and self._shown[1] is None:
            self._positions[self._shown[0]] = self._screen.document.position()


def _placeholder(trace_id: str, says: str) -> Document:
    return Document(trace_id, "", "", (Block(BlockKind.NOTE, says),), None, None)
