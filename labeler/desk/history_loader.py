"""What the reviewer did in earlier sittings, read from the journal only as far back as undo and redo need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labeler.journal.async_journal import AsyncJournal
from labeler.review.action import Action, Redo, Undo
from labeler.review.history import History

AT_ONCE: Final = 100
"""Changes read at a time."""


class Past:
    """The history of a review up to its opening, read from its end, `at_once` changes at a time.

    Answers go by the IDs they had at the opening (`names`, see `Changes.renamed`), as in the rest of the state.
    """

    def __init__(self, review_id: str, journal: AsyncJournal, names: Mapping[str, str], at_once: int) -> None:
        self.history = History()
        self._review_id = review_id
        self._journal = journal
        self._names = names
        self._at_once = at_once
        self._oldest: str | None = None

    @classmethod
    async def open(cls, review_id: str, journal: AsyncJournal, at_once: int = AT_ONCE) -> Past:
        """Read the newest changes. Raises `JournalError`, as every method here does."""
        past = cls(review_id, journal, await journal.run(journal.changes.renamed), at_once)
        await past._read_on()
        return past

    async def read_for(self, action: Action) -> None:
        """Read further back until it is known which change the action takes back."""
        while isinstance(action, Undo) and not self.history.knows_what_undo_takes_back:
            await self._read_on()
        while isinstance(action, Redo) and not self.history.knows_what_redo_takes_back:
            await self._read_on()

    async def _read_on(self) -> None:
        page = await self._journal.run(
            self._journal.changes.of_review,
            self._review_id,
            before=self._oldest,
            limit=self._at_once,
            names=self._names,
        )
        self.history.is_whole = len(page) < self._at_once
        if page:
            self._oldest = page[0].id
        self.history.add_earlier(reversed(page))
