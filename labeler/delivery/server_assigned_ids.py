"""Servers that assign the IDs of assessments themselves: MLflow's file store, and Databricks as far as is known.

On these a repeated create makes a second copy. So every repeat first looks for `labeler.id` among the trace's
assessments, and copies that appear late are deleted.
"""

from __future__ import annotations

from labeler.backends.base import Backend
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment


class ServerAssignedIds:
    """Finds the copies of an assessment on such a server, and deletes surplus ones."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._seen = False

    def seen(self) -> None:
        """Note that an assessment has another ID there than it was sent with: not every server says so beforehand."""
        self._seen = True

    async def are_given(self) -> bool:
        """Return whether this server assigns IDs itself."""
        return self._seen or not (await self._backend.capabilities()).honours_ids

    async def copies(self, trace_id: str, labeler_id: str | None) -> list[Assessment]:
        """Return the assessments that carry our ID, oldest first, in an order that is always the same."""
        summary = await self._backend.summary(trace_id)
        found = [each for each in summary.assessments if each.metadata.get(answer_metadata.ID) == labeler_id]
        return sorted(found, key=lambda each: (each.created_at_ms, each.id))

    async def settle(self, sent: Assessment, known_id: str | None) -> Assessment | None:
        """Delete surplus copies and return the one that is left; None when it has to be created (again).

        The copy with `known_id` is kept, else the oldest. Deleting a surplus copy of an assessment that overrides
        another would make that other valid again, so then all copies are deleted and the create is repeated.
        """
        copies = await self.copies(sent.trace_id, sent.metadata.get(answer_metadata.ID, sent.id))
        if not copies:
            return None
        kept = next((each for each in copies if each.id == known_id), copies[0])
        surplus = [each for each in copies if each is not kept]
        if surplus and sent.overrides is not None:
            surplus.append(kept)
        for each in surplus:
            await self._backend.retract(sent.trace_id, each.id)
        return None if kept in surplus else kept
