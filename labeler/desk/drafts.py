"""Half-typed text, kept in memory and in the journal. A comment that waits for its answer is kept the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labeler.desk.journal_tasks import Background
from labeler.journal.async_journal import AsyncJournal
from labeler.review.state import Subject

_KEPT = "kept"


class Drafts:
    """The drafts of a review, by trace ID and slot. A slot names the field in which they are typed.

    `changed` is called with the ID of a trace about which there are other drafts than before.
    """

    def __init__(
        self,
        review_id: str,
        texts: dict[tuple[str, str], str],
        journal: AsyncJournal,
        background: Background,
        changed: Callable[[str], None],
    ) -> None:
        self._review_id = review_id
        self._changed = changed
        self._texts = texts
        self.slots: dict[str, set[str]] = {}
        """The slots that hold text, by trace ID."""
        for (trace_id, slot), text in texts.items():
            self._note(trace_id, slot, text)
        self._journal = journal
        self._background = background

    def of(self, trace_id: str, slot: str) -> str:
        """Return what was typed there; an empty text for nothing."""
        return self._texts.get((trace_id, slot), "")

    def save(self, trace_id: str, slot: str, text: str) -> None:
        """Keep half-typed text. An empty text deletes the draft."""
        if self.of(trace_id, slot) == text:
            return
        self._texts[trace_id, slot] = text
        self._note(trace_id, slot, text)
        self._background.do(self._journal.run(self._journal.reviews.save_draft, self._review_id, trace_id, slot, text))

    def has_any(self, trace_id: str) -> bool:
        """Return whether there is a draft about this trace."""
        return bool(self.slots.get(trace_id))

    def _note(self, trace_id: str, slot: str, text: str) -> None:
        slots = self.slots.setdefault(trace_id, set())
        if text:
            slots.add(slot)
        else:
            slots.discard(slot)
        self._changed(trace_id)


def kept_slot(span_id: str | None) -> str:
    """Return the slot of the comment that waits for an answer about the trace, or about a span of it."""
    return _KEPT if span_id is None else f"{_KEPT}@{span_id}"


def kept_comments(drafts: Mapping[tuple[str, str], str]) -> dict[Subject, str]:
    """Pick the comments that wait for an answer from all drafts, which are by trace ID and slot."""
    found: dict[Subject, str] = {}
    for (trace_id, slot), text in drafts.items():
        kind, _, span_id = slot.partition("@")
        if kind == _KEPT and text:
            found[trace_id, span_id or None] = text
    return found
