"""The rules that turn an effect of a change into deliveries.

The assessments of a cell form a stack on the backend: each overrides the one below it, and the topmost is valid.
`settle_answer` moves that stack from `before` to `after` with as few requests as possible. What was never attempted
is closed here and never reaches the backend.

Two facts about MLflow's stores shape the rules. Deleting an override makes its target valid again, whatever else
overrides that target by then; so a new override of a target waits for an open delete that would restore it. And an ID
that may have been deleted is never created again, since a late delete could still take effect: the answer is given a
new ID (`DeliveryTable.rename`).

A lead's decision overrides another lead's perhaps, which is never taken back from here. One that was overtaken has an
ID under which somebody else's may be stored: nothing is deleted under it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.adjudication import ADJUDICATION
from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Answer
from labeler.domain.queue import QueueItemState
from labeler.domain.scope import sprint_and_role
from labeler.domain.worklist import ItemState
from labeler.journal.delivery_table import OPEN, OVERTAKEN, WITHDRAWN, DeliveryTable
from labeler.journal.models import DeliveryOp, DeliveryState
from labeler.journal.outgoing_assessment import AnswerKey, assessment_for, further_id, same_content
from labeler.journal.serialization import answer_fields, answer_of, assessment_fields


def settle_answer(table: DeliveryTable, cell: AnswerKey, before: Answer | None, after: Answer | None) -> Answer | None:
    """Queue what brings a cell from one answer to another. Return the answer that stands then, with its final ID."""
    stack = _Stack(table, cell)
    return stack.move(_resolved(table, before), _resolved(table, after))


def _resolved(table: DeliveryTable, answer: Answer | None) -> Answer | None:
    if answer is None:
        return None
    overrides = None if answer.overrides is None else table.resolve(answer.overrides)
    return replace(answer, assessment_id=table.resolve(answer.assessment_id), overrides=overrides)


@dataclass(frozen=True, slots=True)
class _Top:
    """The assessment that a new answer will override. `answer`: its content; `revived`: its delete was cancelled."""

    assessment_id: str | None = None
    answer: Answer | None = None
    revived: bool = False


@dataclass(frozen=True, slots=True)
class _Stack:
    """The assessments of one cell, and how they change."""

    table: DeliveryTable
    cell: AnswerKey

    def move(self, before: Answer | None, after: Answer | None) -> Answer | None:
        """Queue what leads from `before` to `after`, both with resolved IDs. Return what stands then."""
        if before is not None and before.has_fallen:
            before = None
        if after is None or after.has_fallen:
            if before is not None:
                self._retract(before)
            return after
        if before is None:
            return self._put(after, self._revive(_Top()))
        if before.assessment_id == after.assessment_id:
            return self._update(before, after)
        if after.assessment_id in self._below(before):
            if self.table.has_delete(after.assessment_id):
                return self._put(self._under_new_id(after), self._take_off(before))
            self._retract(before, until=after)
            return after
        if before.overrides == after.assessment_id and not self._is_unsent(before.assessment_id):
            if self.table.create_of(after.assessment_id) is None:
                after = self._under_new_id(after)
            return self._put(after, self._take_off(before))
        return self._put(after, self._revive(self._vacate(before.assessment_id, before)))

    def _put(self, answer: Answer, top: _Top) -> Answer:
        """Put an answer on top of the stack. An expectation cannot override: `top` is deleted instead."""
        if top.revived and top.assessment_id and top.answer and same_content(top.answer, answer):
            if answer.assessment_id != top.assessment_id:
                self.table.rename(answer.assessment_id, top.assessment_id)
            return replace(answer, assessment_id=top.assessment_id)
        row = self.table.create_of(answer.assessment_id)
        if row is not None and (row["state"] != DeliveryState.CLOSED or row["attempts"] > 0):
            answer, row = self._under_new_id(answer), None
        overrides = None if self.cell.kind is AssessmentKind.EXPECTATION else top.assessment_id
        payload = self._payload(answer, overrides)
        depends_on = None if overrides is None else self._must_go_before_overriding(overrides)
        if row is None:
            created = self._enqueue(DeliveryOp.CREATE, answer.assessment_id, payload, overrides, depends_on)
        else:
            created = int(row["id"])
            self.table.requeue(created, payload, overrides, depends_on)
        if overrides is None and top.assessment_id is not None:
            self._delete(top.assessment_id, top.answer, created, {})
        return answer

    def _update(self, before: Answer, after: Answer) -> Answer:
        """Change the content of an assessment: in the queue while it is unsent, in place afterwards."""
        row = self.table.create_of(after.assessment_id)
        if row is not None and _is_dead(row):
            return self._put(self._under_new_id(after), self._vacate(after.assessment_id, before))
        if row is not None and row["attempts"] == 0:
            self.table.replace_payload(row["id"], self._payload(after, row["overrides"]))
            return after
        sent = answer_fields(before)
        updates = self.table.updates_of(after.assessment_id)
        self._close_open(updates, "superseded by a later change")
        unsent = [each for each in updates if each["attempts"] == 0 and each["state"] in OPEN]
        if unsent:
            sent = json.loads(unsent[0]["payload"])["before"]
            if same_content(answer_of(sent), after) and not _is_in_doubt(updates):
                return after
        depends_on = row["id"] if row is not None and row["state"] in OPEN else None
        payload = {**self._payload(after, None), "before": sent}
        if self.cell.kind is AssessmentKind.EXPECTATION and not after.comment:
            payload["assessment"]["metadata"][answer_metadata.RATIONALE] = ""  # a key cannot be removed, only emptied
        self._enqueue(DeliveryOp.UPDATE, after.assessment_id, payload, None, depends_on)
        return after

    def _retract(self, top: Answer, until: Answer | None = None) -> None:
        """Retract `top` and what it overrides, newest first, down to `until`, which is valid again then."""
        depends_on: int | None = None
        for assessment_id in (top.assessment_id, *self._below(top)):
            if until is not None and assessment_id == until.assessment_id:
                return
            answer = top if assessment_id == top.assessment_id else None
            if until is None and answer is None and sprint_and_role(self.cell.scope)[1] == ADJUDICATION:
                return
            if until is None and self.table.create_of(assessment_id) is None:
                self._delete(assessment_id, answer, depends_on, {"follow": True})
                return
            restored = {} if until is None else {"restored": self._payload(until, None)["assessment"]}
            depends_on = self._take_back(assessment_id, answer, depends_on, restored)

    def _take_back(
        self, assessment_id: str, answer: Answer | None, depends_on: int | None, more: Mapping[str, Any]
    ) -> int | None:
        """Close an unsent assessment, delete any other. Return what the next delete has to wait for."""
        row = self.table.create_of(assessment_id)
        if row is not None and row["state"] in OPEN:
            is_dead = row["state"] == DeliveryState.REFUSED
            self.table.close(row["id"], "taken back", None if is_dead else WITHDRAWN)
        if row is not None and (row["attempts"] == 0 or row["cause"] == OVERTAKEN):
            return depends_on
        return self._delete(assessment_id, answer, depends_on, more)

    def _take_off(self, top: Answer) -> _Top:
        """Retract `top` alone and return what lies under it."""
        row = self.table.create_of(top.assessment_id)
        self._take_back(top.assessment_id, top, None, {})
        return _Top() if row is None else self._vacate(row["overrides"], None)

    def _vacate(self, assessment_id: str | None, answer: Answer | None) -> _Top:
        """Return what a new answer will override. Unsent ones on the way are closed, refused ones deleted."""
        current = assessment_id
        while current is not None:
            row = self.table.create_of(current)
            is_anothers = row is not None and answer is not None and _is_under_id_of(row, answer)
            if row is None or is_anothers or (row["attempts"] > 0 and not _is_dead(row)):
                return _Top(current, answer if current == assessment_id else None)
            if row["state"] in OPEN:
                self.table.close(row["id"], "superseded before it was delivered")
            if row["attempts"] > 0 and row["cause"] != OVERTAKEN:
                self._delete(current, None, None, {})
            current = row["overrides"]
        return _Top()

    def _revive(self, top: _Top) -> _Top:
        """Cancel the unsent deletes in this cell, where that brings back `top` or, without one, the last answer."""
        deletes = self.table.unsent_deletes_in(self.cell)
        if self.cell.kind is AssessmentKind.EXPECTATION:
            deletes = deletes[-1:]
        creates = [self.table.create_of(delete["assessment_id"]) for delete in deletes]
        if not deletes or not all(row is None or _is_revivable(row) for row in creates):
            return top
        first = deletes[0]
        if top.assessment_id is not None and top.assessment_id not in self._links(first["assessment_id"], None):
            return top
        for delete in deletes:
            self.table.close(delete["id"], "called off before it was sent")
        for row in creates:
            if row is not None and row["state"] == DeliveryState.CLOSED:
                self.table.reopen(row["id"])
        deleted = json.loads(first["payload"])["answer"]
        updates = self.table.updates_of(first["assessment_id"])
        is_known = deleted is not None and (not updates or updates[-1]["state"] == DeliveryState.DELIVERED)
        return _Top(first["assessment_id"], answer_of(deleted) if is_known else None, revived=True)

    def _delete(
        self, assessment_id: str, answer: Answer | None, depends_on: int | None, more: Mapping[str, Any]
    ) -> int:
        """Enqueue a delete. `more` is added to its payload.

        ``follow``: what an assessment that was not made here overrides is retracted too, if it is the reviewer's;
        ``restored``: the assessment that has to be valid afterwards.
        """
        row = self.table.create_of(assessment_id)
        foreign = answer.overrides if answer is not None else None
        overrides = foreign if row is None else row["overrides"]
        payload = {"answer": answer and answer_fields(answer), **more}
        self._close_open(self.table.updates_of(assessment_id), "taken back")
        return self._enqueue(DeliveryOp.DELETE, assessment_id, payload, overrides, depends_on)

    def _must_go_before_overriding(self, assessment_id: str) -> int | None:
        row = self.table.create_of(assessment_id)
        if row is not None and row["state"] in OPEN:
            return int(row["id"])
        return self.table.open_delete_that_restores(self.cell, assessment_id)

    def _below(self, top: Answer) -> list[str]:
        return list(self._links(top.assessment_id, top.overrides))[1:]

    def _links(self, assessment_id: str, overrides: str | None) -> Iterator[str]:
        """Yield an assessment and what it overrides, newest first. `overrides` is used where it was not made here."""
        current: str | None = assessment_id
        while current is not None:
            yield current
            row = self.table.create_of(current)
            known = overrides if current == assessment_id else None
            current = row["overrides"] if row is not None else known

    def _close_open(self, deliveries: list[Any], reason: str) -> None:
        for row in deliveries:
            if row["state"] in OPEN:
                self.table.close(row["id"], reason)

    def _is_unsent(self, assessment_id: str) -> bool:
        row = self.table.create_of(assessment_id)
        return row is not None and row["attempts"] == 0

    def _under_new_id(self, answer: Answer) -> Answer:
        cell = self.cell
        fresh = further_id(cell.scope, cell.trace_id, cell.question, self.table.is_known)
        self.table.rename(answer.assessment_id, fresh)
        return replace(answer, assessment_id=fresh)

    def _payload(self, answer: Answer, overrides: str | None) -> dict[str, Any]:
        return {"assessment": assessment_fields(assessment_for(self.cell, answer, overrides))}

    def _enqueue(
        self, op: DeliveryOp, assessment_id: str, payload: dict[str, Any], overrides: str | None, depends_on: int | None
    ) -> int:
        return self.table.enqueue(self.cell, op, assessment_id, payload, overrides, depends_on)


def _is_dead(row: Any) -> bool:
    """Return whether this create will not be sent again. It may be on the backend or not."""
    return row["state"] in (DeliveryState.REFUSED, DeliveryState.CLOSED)


def _is_under_id_of(row: Any, answer: Answer) -> bool:
    """Return whether a decision is another lead's that came before this create, and so is stored under its ID."""
    if row["cause"] != OVERTAKEN or row["assessment_id"] != answer.assessment_id:
        return False
    return bool(json.loads(row["payload"])["assessment"]["created_at_ms"] != answer.answered_at_ms)


def _is_in_doubt(updates: list[Any]) -> bool:
    """Return whether the last update that was attempted may or may not have taken effect."""
    attempted = [each for each in updates if each["attempts"] > 0]
    return bool(attempted) and attempted[-1]["state"] != DeliveryState.DELIVERED


def _is_revivable(row: Any) -> bool:
    return bool(row["state"] == DeliveryState.DELIVERED or row["cause"] == WITHDRAWN)


_STATUS: Final = {
    ItemState.LABELLED: QueueItemState.COMPLETE,
    ItemState.DECLINED: QueueItemState.DECLINED,
    ItemState.OPEN: QueueItemState.PENDING,
    ItemState.DEFERRED: QueueItemState.PENDING,
}


def settle_status(table: DeliveryTable, item: AnswerKey, before: ItemState, after: ItemState) -> None:
    """Queue what brings an item's status in its queue from one state to another. A reverted unsent one is closed."""
    wanted = _STATUS[after]
    known = [(row, json.loads(row["payload"])) for row in table.statuses_of(item)]
    mine = [(row, payload) for row, payload in known if payload["queue_id"] == item.queue_id]
    undone = [(row, payload) for row, payload in mine if row["state"] in OPEN]
    if undone and undone[-1][1]["state"] == wanted and undone[-1][0]["state"] != DeliveryState.REFUSED:
        return
    standing = _standing(mine, _STATUS[before]) if undone or _is_unsettled(mine) else _STATUS[before]
    for row, _ in undone:
        table.close(row["id"], "superseded by a later state")
    if wanted != standing:
        payload = {"queue_id": item.queue_id, "state": wanted, "before": standing}
        table.enqueue(item, DeliveryOp.STATUS, None, payload)


def _is_unsettled(known: list[tuple[Any, dict[str, Any]]]) -> bool:
    """Return whether it is not known how the last status that was sent ended. Else the reviewer saw what stands."""
    sent = [row for row, _ in known if row["attempts"] > 0]
    return bool(sent) and sent[-1]["state"] != DeliveryState.DELIVERED


def _standing(known: list[tuple[Any, dict[str, Any]]], before: QueueItemState) -> QueueItemState | None:
    """Return the status that the queue has: the last one that was sent, or None while its outcome is unknown."""
    sent = [(row, payload) for row, payload in known if row["attempts"] > 0]
    if sent:
        row, payload = sent[-1]
        return QueueItemState(payload["state"]) if row["state"] == DeliveryState.DELIVERED else None
    unsent = [payload["before"] for row, payload in known if row["state"] in OPEN]
    return QueueItemState(unsent[0]) if unsent else before
