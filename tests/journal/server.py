"""What MLflow's stores do with assessments and queue items, in memory: measured semantics, no network."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from labeler.backends.base import AlreadyThere, MissingTarget
from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.queue import QueueItem, QueueItemState


@dataclass
class Server:
    """A tracking server. `honours_ids` False: it gives assessments IDs of its own, as the file store does."""

    honours_ids: bool = True
    stored: dict[str, Assessment] = field(default_factory=dict)
    items: dict[str, QueueItem] = field(default_factory=dict)
    minted: itertools.count[int] = field(default_factory=itertools.count)

    def create(self, sent: Assessment) -> Assessment:
        is_expectation = sent.kind is AssessmentKind.EXPECTATION
        stored_id = sent.id if self.honours_ids else f"server-{next(self.minted)}"
        if stored_id in self.stored:
            raise AlreadyThere("constraint violation")
        overrides = None if is_expectation else sent.overrides
        if overrides is not None:
            if overrides not in self.stored:
                raise MissingTarget("no such assessment")
            self.stored[overrides] = replace(self.stored[overrides], valid=False)
        created_at = sent.created_at_ms if self.honours_ids else next(self.minted)
        rationale = None if is_expectation else sent.rationale
        self.stored[stored_id] = replace(
            sent, id=stored_id, overrides=overrides, rationale=rationale, created_at_ms=created_at, valid=True
        )
        return self.stored[stored_id]

    def update(self, sent: Assessment, fields: Sequence[str]) -> Assessment:
        if sent.id not in self.stored:
            raise MissingTarget("no such assessment")
        old = self.stored[sent.id]
        changed = replace(old, metadata={**old.metadata, **sent.metadata}, value=sent.value)
        if "rationale" in fields:
            changed = replace(changed, rationale=sent.rationale)
        self.stored[sent.id] = changed
        return changed

    def retract(self, assessment_id: str) -> None:
        gone = self.stored.pop(assessment_id, None)
        if gone is not None and gone.overrides in self.stored:
            self.stored[gone.overrides] = replace(self.stored[gone.overrides], valid=True)

    def set_state(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        item = self.items.get(trace_id, QueueItem(queue_id, trace_id, QueueItemState.PENDING))
        if item.state is not state:
            item = replace(item, state=state, completed_by=None if state is QueueItemState.PENDING else reviewer)
        self.items[trace_id] = item
        return item

    def on_trace(self, trace_id: str) -> list[Assessment]:
        return [each for each in self.stored.values() if each.trace_id == trace_id]

    def valid(self) -> dict[tuple[str, str], list[tuple[object, str]]]:
        """Value and comment of every valid assessment, by place (``tr-a``, or ``tr-a@0b`` for a span) and question."""
        found: dict[tuple[str, str], list[tuple[object, str]]] = {}
        for each in self.stored.values():
            if each.valid:
                comment = each.rationale or each.metadata.get("labeler.rationale") or ""
                place = each.trace_id if each.span_id is None else f"{each.trace_id}@{each.span_id}"
                found.setdefault((place, each.name), []).append((each.value, comment))
        return found
