"""Hides what others said from the reviewer, or shows it, and notes where it was seen: no later answer is blind there.

What was seen is kept in the journal: of a review that hides anything at once, of any other when it is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from labeler.desk.document_cache import Library
from labeler.desk.events import Announcement, DeskEvent, ItemsAdded
from labeler.desk.journal_tasks import Background
from labeler.domain.destination import Destination
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryOp
from labeler.review.blind import reveal
from labeler.review.criteria import OF_OTHERS
from labeler.review.state import Blindness, ReviewState

_NOT_AS_LEFT: Final = "The queue has an item otherwise than you left it"


class ShownTrace(Protocol):
    """What tells which trace is on the screen."""

    @property
    def shown(self) -> str | None: ...


class Blindfold:
    """Hides what others said, or shows it. Its parts are the desk's."""

    def __init__(
        self,
        spec: ReviewSpec,
        state: ReviewState,
        library: Library,
        on_screen: ShownTrace,
        destination_of: Callable[[str], Destination],
        journal: AsyncJournal,
        background: Background,
        announce: Callable[[DeskEvent], None],
    ) -> None:
        self._spec = spec
        self._state = state
        self._library = library
        self._on_screen = on_screen
        self._destination_of = destination_of
        self._journal = journal
        self._background = background
        self._announce = announce
        self._unsaved: dict[Destination, set[str]] = {}

    async def open(self, destinations: Sequence[Destination]) -> None:
        """Read what was seen in earlier sittings."""
        seen = self._journal.changes.revealed
        self._state.revealed |= await self._journal.run(seen, destinations, self._spec.reviewer, self._spec.sprint)

    async def turn(self) -> None:
        """Hide what others said, or show it. A filter by it ends where it is hidden."""
        state = self._state
        state.turned_blind = not state.is_blind
        if state.is_blind and state.filter is not None and state.filter.criterion.kind in OF_OTHERS:
            state.show_only(None)
        self.note_in_view()
        self._announce(ItemsAdded(0))
        self._announce(Announcement(f"What others said is {'hidden' if state.is_blind else 'shown'}"))

    def reason_of(self, delivery: Delivery) -> str:
        """Return what is told of a delivery that came to its end; of a queue's item nobody's name where it is blind."""
        is_nameless = self._state.is_blind and delivery.op is DeliveryOp.STATUS
        return _NOT_AS_LEFT if is_nameless else delivery.reason or ""

    def note_in_view(self) -> None:
        """Note that what others said of the trace in view is seen, unless it is hidden or they said nothing."""
        state, trace_id = self._state, self._on_screen.shown
        prepared = None if trace_id is None else self._library.get(trace_id)
        if trace_id is None or prepared is None or not prepared.others or not reveal(state, trace_id):
            return
        self._unsaved.setdefault(self._destination_of(trace_id), set()).add(trace_id)
        if state.rules.blind is not Blindness.OFF or state.turned_blind is not None:
            self.save()

    def save(self) -> None:
        """Write down what is not yet."""
        unsaved, self._unsaved = self._unsaved, {}
        note = self._journal.changes.note_revealed
        for home, trace_ids in unsaved.items():
            self._background.do(self._journal.run(note, home, self._spec.reviewer, self._spec.sprint, trace_ids))
