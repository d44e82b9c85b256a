"""Servers that give assessments IDs of their own: MLflow's file store, Databricks as far as anybody knows.

There a repeated create makes a second copy, so every repeat first looks for `labeler.id` in the trace's
assessments, and copies that came late are deleted.
"""

from __future__ import annotations

from labeler.backends.base import Backend
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment


class ServerAssignedIds:
    """Finds and thins out the copies of an assessment on such a server."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._seen = False

    def seen(self) -> None:
        """An assessment of ours has another ID there than it was sent with: the server may not tell by itself."""
        self._seen = True

    async def are_given(self) -> bool:
        """Whether this server does not honour ours."""
        return self._seen or not (await self._backend.capabilities()).honours_ids

    async def copies(self, trace_id: str, labeler_id: str | None) -> list[Assessment]:
        """The assessments that carry our ID, oldest first; of the same time always in the same order."""
        summary = await self._backend.summary(trace_id)
        found = [each for each in summary.assessments if each.metadata.get(answer_metadata.ID) == labeler_id]
        return sorted(found, key=lambda each: (each.created_at_ms, each.id))

    async def settle(self, sent: Assessment, known_id: str | None) -> Assessment | None:
        """The one copy there is, surplus ones deleted; None when there is none and it has to be created.

        The copy known by `known_id` is kept, else the oldest. Deleting a surplus copy of an assessment that overrides
        another would make that other valid again, so then all copies go and the create is made again.
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
