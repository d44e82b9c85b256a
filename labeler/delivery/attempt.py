"""Makes one attempt at one delivery: sends the request and decides what the response means.

Each answer arrives exactly once because of its assessment's ID. It is made here, and MLflow's SQL stores use it as the
primary key: a repeated create adds nothing, so any doubt is settled by reading back. Nothing counts as delivered unless
what is stored was seen to equal what was sent. Servers that assign IDs themselves: see `server_assigned_ids`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

from labeler.backends.base import AlreadyThere, Ambiguous, Backend, BackendError, MissingTarget
from labeler.delivery.connection import ConnectionReport
from labeler.delivery.decisions import decided_by, is_same_decision, leave_one
from labeler.delivery.echo_check import differences
from labeler.delivery.failure_classification import (
    Attempt,
    FailureTracker,
    connection_report,
    diagnose,
    diagnose_defect,
    diagnose_doubt,
)
from labeler.delivery.queue_notes import note_on, somebody_else
from labeler.delivery.server_assigned_ids import ServerAssignedIds
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType, same_reviewer
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.journal.attempt_outcomes import (
    Claim,
    Delivered,
    Outcome,
    Overtaken,
    PayloadRefused,
    RecheckLater,
    RetryLater,
    TargetGone,
)
from labeler.journal.models import DeliveryOp

_log = logging.getLogger(__name__)

HORIZON_MS: Final = 120_000
"""How long after an attempt that ended in doubt its request may still take effect, in milliseconds."""


class _Doubt(Exception):
    """A request ended in doubt, and the backend could not be asked what became of it."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__()
        self.attempt = attempt


class Deliverer:
    """Delivers to a backend. `now_ms` reads the wall clock (ms since the epoch); `horizon_ms` as `HORIZON_MS`."""

    def __init__(self, backend: Backend, now_ms: Callable[[], int], horizon_ms: int = HORIZON_MS) -> None:
        self.backend = backend
        self._now_ms = now_ms
        self._horizon_ms = horizon_ms
        self._server_ids = ServerAssignedIds(backend)
        self._failures = FailureTracker()

    async def attempt(self, claim: Claim) -> Attempt:
        """Try once to deliver. Raises nothing: every failure is an outcome, a defect in labeler, too."""
        if claim.wire_id != claim.delivery.assessment_id:
            self._server_ids.seen()
        try:
            attempt = Attempt(await self._deliver(claim), ConnectionReport())
        except _Doubt as doubt:
            return doubt.attempt
        except BackendError as error:
            return await diagnose(self.backend, claim, error, self._failures)
        except Exception as error:
            _log.exception("delivering %s %s failed", claim.delivery.op, claim.delivery.assessment_id)
            return diagnose_defect(claim, error)
        if isinstance(attempt.outcome, Delivered | RecheckLater):
            self._failures.delivered()
        return attempt

    async def _deliver(self, claim: Claim) -> Outcome:
        match claim.delivery.op:
            case DeliveryOp.CREATE:
                return await self._create(claim)
            case DeliveryOp.UPDATE:
                return await self._update(claim)
            case DeliveryOp.DELETE:
                return await self._delete(claim)
            case DeliveryOp.STATUS:
                return await self._set_status(claim)

    async def _create(self, claim: Claim) -> Outcome:
        sent = _payload(claim)
        if claim.is_repeat and await self._server_ids.are_given():
            kept = await self._server_ids.settle(sent, claim.delivery.server_id)
            if kept is not None:
                return self._stored(claim, sent, kept)
        stored: Assessment | None
        is_echo = False
        try:
            stored = await self.backend.create(sent)
            is_echo = True
        except MissingTarget as gone:
            if sent.overrides is None:
                raise
            stored = await self._look_for_earlier(claim, sent) if claim.is_repeat else None
            if stored is None:
                return TargetGone(f"What this answer changed is no longer on the server: {gone}")
        except AlreadyThere as error:
            stored = await self.backend.find(sent.trace_id, sent.id)
            if stored is None:
                said = f"The server says that this answer is there, and does not find it: {error}"
                return self._failures.failed(claim, said)
        except Ambiguous as error:
            stored = await self._look_after(claim, sent, error)
            if stored is None:
                return self._in_doubt(claim, error)
        assert stored is not None
        if claim.decided_in and not is_echo:
            outcome: Outcome = Delivered() if is_same_decision(sent, stored) else Overtaken(decided_by(stored))
        else:
            outcome = self._stored(claim, sent, stored)
        return await self._unless_overtaken(claim, stored, outcome) if claim.decided_in else outcome

    async def _unless_overtaken(self, claim: Claim, stored: Assessment, outcome: Outcome) -> Outcome:
        """Return how the delivery of a lead's decision ended, now that one alone is left of all about its question."""
        if not isinstance(outcome, Delivered | RecheckLater):
            return outcome
        standing = await leave_one(self.backend, stored.trace_id, stored.name, claim.decided_in)
        return Overtaken(decided_by(standing.counts)) if stored.id in standing.deleted else outcome

    async def _look_after(self, claim: Claim, sent: Assessment, error: Ambiguous) -> Assessment | None:
        """Look for a create that ended in doubt. Return the assessment, or None when it is not there (yet)."""
        try:
            if await self._server_ids.are_given():
                return await self._server_ids.settle(sent, claim.delivery.server_id)
            return await self.backend.find(sent.trace_id, sent.id)
        except BackendError as second:
            raise _Doubt(await diagnose_doubt(self.backend, claim, error, second, self._failures)) from error

    async def _look_for_earlier(self, claim: Claim, sent: Assessment) -> Assessment | None:
        """Return what an earlier attempt stored, under our ID or one that the server gave it, which it may not tell."""
        found = await self.backend.find(sent.trace_id, sent.id)
        return found or await self._server_ids.settle(sent, claim.delivery.server_id)

    def _stored(self, claim: Claim, sent: Assessment, stored: Assessment) -> Outcome:
        """Decide what it means that the backend has `stored` for `sent`."""
        if wrong := differences(sent, stored):
            return PayloadRefused(f"The server stored something else than was sent: {'; '.join(wrong)}")
        if stored.id == sent.id:
            return Delivered()
        self._server_ids.seen()
        doubtful_until = (claim.ambiguous_at_ms or 0) + self._horizon_ms
        if claim.ambiguous_at_ms is not None and self._now_ms() < doubtful_until:
            return RecheckLater(doubtful_until, "stored; an earlier request may still come late", stored.id)
        return Delivered(server_id=stored.id)

    async def _update(self, claim: Claim) -> Outcome:
        sent = _payload(claim)
        in_doubt = False
        is_expectation = sent.kind is AssessmentKind.EXPECTATION
        fields = ["value", "metadata"] if is_expectation else ["value", "rationale", "metadata"]
        try:
            stored = await self.backend.update(sent, fields)
        except MissingTarget as gone:
            return TargetGone(f"The answer that was changed is no longer on the server: {gone}")
        except Ambiguous as error:
            found = await self._find_after(claim, sent.id, error)
            if found is None or differences(sent, found):
                return self._in_doubt(claim, error)
            stored, in_doubt = found, True
        if wrong := differences(sent, stored):
            return PayloadRefused(f"The server stored something else than was sent: {'; '.join(wrong)}")
        return self._done_unless_rivalled(claim, Delivered(ambiguous=in_doubt))

    async def _delete(self, claim: Claim) -> Outcome:
        trace_id, wire_id = claim.delivery.trace_id, claim.wire_id
        assert wire_id is not None
        if claim.decided_in:
            there = await self.backend.find(trace_id, wire_id)
            if there is not None and not _is_own(there, claim):
                return Delivered(note="What stands there now is another lead's decision; it was left alone")
        doomed, below = [wire_id], list[str]()
        if not claim.is_journaled:
            chain = await self._own_chain(claim, wire_id)
            doomed = [each.id for each in chain]
            below = [each.overrides for each in chain[:1] if each.overrides is not None]
            if not doomed and await self.backend.find(trace_id, wire_id) is not None:
                return Delivered(note="The assessment is not the reviewer's own; it was left alone")
        elif claim.rival_at_ms is not None or await self._server_ids.are_given():
            doomed += [each.id for each in await self._server_ids.copies(trace_id, claim.delivery.assessment_id)]
        for assessment_id in dict.fromkeys(doomed):
            try:
                await self.backend.retract(trace_id, assessment_id)
            except Ambiguous as error:
                if await self._find_after(claim, assessment_id, error) is not None:
                    return self._in_doubt(claim, error)
        if claim.restored is not None and await self.backend.find(trace_id, claim.restored.id) is None:
            return TargetGone("The answer that an undo brought back is no longer on the server")
        if claim.decided_in:
            await leave_one(self.backend, trace_id, claim.delivery.name, claim.decided_in)
        note = await self._revived(claim, below)
        return self._done_unless_rivalled(claim, Delivered(note=note))

    async def _revived(self, claim: Claim, below: Sequence[str]) -> str | None:
        """Say in a sentence which assessment counts again now that what overrode it is gone; None where none does."""
        for assessment_id in below:
            found = await self.backend.find(claim.delivery.trace_id, assessment_id)
            if found is not None and found.valid:
                return f"{found.source.id}'s answer to {found.name} counts again: what overrode it was deleted"
        return None

    async def _own_chain(self, claim: Claim, wire_id: str) -> list[Assessment]:
        """Return an assessment not created from here and what it overrides, as far as they are the reviewer's own.

        The oldest comes first: if the deletion stops halfway, the rest can still be found from the newest.
        """
        chain: list[Assessment] = []
        current: str | None = wire_id
        while current is not None:
            found = await self.backend.find(claim.delivery.trace_id, current)
            if found is None or not _is_own(found, claim):
                break
            chain.insert(0, found)
            current = found.overrides if claim.follows_overrides else None
        return chain

    async def _set_status(self, claim: Claim) -> Outcome:
        delivery = claim.delivery
        assert delivery.queue_id is not None
        assert delivery.item_state is not None
        first: str | None = None
        try:
            if delivery.item_state is not QueueItemState.COMPLETE:  # the server would overwrite who was first
                item = await self.backend.queue_item(delivery.queue_id, delivery.trace_id)
                first = await self._somebody_else(claim, item)
            if first is None:
                item = await self.backend.set_item_state(
                    delivery.queue_id, delivery.trace_id, delivery.item_state, delivery.reviewer
                )
                first = await self._somebody_else(claim, item)
        except MissingTarget:
            return Delivered(note="The item is no longer in its queue")
        note = note_on(item, delivery.item_state, first)
        return self._done_unless_rivalled(claim, Delivered(note=note))

    async def _somebody_else(self, claim: Claim, item: QueueItem) -> str | None:
        """Return who finished the item if it was not this reviewer. That is shown, and not changed."""
        if somebody_else(item, claim.delivery.reviewer, None) is None:
            return None
        return somebody_else(item, claim.delivery.reviewer, await self.backend.whoami())

    async def _find_after(self, claim: Claim, assessment_id: str, error: Ambiguous) -> Assessment | None:
        try:
            return await self.backend.find(claim.delivery.trace_id, assessment_id)
        except BackendError as second:
            raise _Doubt(await diagnose_doubt(self.backend, claim, error, second, self._failures)) from error

    def _in_doubt(self, claim: Claim, error: Ambiguous) -> Outcome:
        """Decide about a request that had no effect (yet), though the trace can be read."""
        if error.retry_after_s is not None:
            raise _Doubt(Attempt(RetryLater(str(error), ambiguous=True), connection_report(error)))
        if error.server_answered:
            return self._failures.failed(claim, str(error))
        return RetryLater(str(error), ambiguous=True)

    def _done_unless_rivalled(self, claim: Claim, done: Delivered) -> Outcome:
        """Return `done`, or a recheck for when a request that would undo it can no longer take effect late."""
        rival_until = (claim.rival_at_ms or 0) + self._horizon_ms
        if claim.rival_at_ms is None or self._now_ms() >= rival_until:
            return done
        reason = "done; an earlier request may still come late and undo it"
        return RecheckLater(rival_until, reason, ambiguous=done.ambiguous)


def _payload(claim: Claim) -> Assessment:
    assert claim.assessment is not None
    return claim.assessment


def _is_own(found: Assessment, claim: Claim) -> bool:
    return (
        found.source.type is SourceType.HUMAN
        and same_reviewer(found.source.id, claim.delivery.reviewer)
        and found.name == claim.delivery.name
    )
