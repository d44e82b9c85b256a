"""Decides what a failed attempt means for the delivery, and for the connection to the backend."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from labeler.backends.base import (
    Ambiguous,
    Backend,
    BackendError,
    Forbidden,
    LacksPermission,
    Malformed,
    MissingTrace,
    NotABackend,
    NotAllowed,
    Unreachable,
)
from labeler.dataclass import dataclass
from labeler.delivery.connection import ConnectionReport, ConnectionState, out_of_reach
from labeler.domain.connection import ConnectionStatus
from labeler.journal.attempt_outcomes import Claim, Outcome, Parked, PayloadRefused, RetryLater
from labeler.journal.models import DeliveryOp, ParkCause

FAILURES_AT_MOST: Final = 5
"""How often a server that works otherwise may fail on a payload before the payload is refused."""

_KEPT: Final = "The answer is kept, and goes out once that is put right: start again, or run labeler sync"
"""What to do about an answer that was parked because of the backend, without its full stop."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended for the delivery, and what it showed about the connection (None: nothing)."""

    outcome: Outcome
    report: ConnectionReport | None


class FailureTracker:
    """Tells payloads that a server cannot take from a server that can be read but takes none."""

    def __init__(self) -> None:
        self._successes = 0
        self._failing: set[int] = set()
        self._successes_at_failure: dict[int, int] = {}

    def delivered(self) -> None:
        """Note that the server took a payload."""
        self._successes += 1
        self._failing.clear()

    def failed(self, claim: Claim, reason: str) -> Outcome:
        """Decide about a payload on which the server failed. It counts against the payload while no other one fails."""
        delivery_id = claim.delivery.id
        before = self._successes_at_failure.get(delivery_id, self._successes)
        self._successes_at_failure[delivery_id] = self._successes
        self._failing.add(delivery_id)
        if before == self._successes and len(self._failing) > 1:
            return RetryLater(reason, ambiguous=True)
        if claim.failures + 1 < FAILURES_AT_MOST:
            return RetryLater(reason, ambiguous=True, failed=True)
        said = f"The server failed {FAILURES_AT_MOST} times on this one and works otherwise: {reason}"
        return PayloadRefused(said, ambiguous=True)


def connection_report(error: BackendError) -> ConnectionReport | None:
    """Return what an error by itself shows about the connection, or None."""
    match error:
        case Unreachable():
            return out_of_reach(error)
        case Ambiguous() if not error.server_answered:
            return out_of_reach(error)
        case Ambiguous() | Forbidden() | NotABackend():
            return None
        case _:
            return ConnectionReport()


def ping_report(error: BackendError) -> ConnectionReport:
    """Return what it shows about the connection that not even the question who is signed in was answered."""
    match error:
        case NotAllowed():
            return ConnectionReport(ConnectionState(ConnectionStatus.NOT_ALLOWED, str(error)))
        case Forbidden():
            return ConnectionReport(ConnectionState(ConnectionStatus.NEEDS_CREDENTIALS, str(error)))
        case NotABackend():
            return ConnectionReport(ConnectionState(ConnectionStatus.NO_BACKEND, str(error)))
        case Unreachable() | Ambiguous():
            return out_of_reach(error)
        case _:
            return ConnectionReport()


async def diagnose(backend: Backend, claim: Claim, error: BackendError, failures: FailureTracker) -> Attempt:
    """Decide about a delivery whose attempt ended in `error`. Ask the backend again where that tells more."""
    match error:
        case Unreachable():
            return Attempt(RetryLater(str(error)), connection_report(error))
        case Ambiguous() if not error.server_answered:
            return Attempt(RetryLater(str(error), ambiguous=True), connection_report(error))
        case Ambiguous() | Malformed():
            return await _server_failed(backend, claim, error, failures)
        case Forbidden():
            return await _forbidden(backend, claim, error)
        case NotABackend():
            return await _no_backend(backend, claim, error)
        case MissingTrace():
            reason = (
                f"The trace is not there: {error}. The answer is kept: check the workspace (MLFLOW_WORKSPACE or "
                "backend.workspace), then retry it in the outbox, or discard it if the trace was deleted"
            )
            return Attempt(Parked(ParkCause.TRACE, reason), ConnectionReport())
        case _:
            return Attempt(PayloadRefused(str(error)), ConnectionReport())


async def diagnose_doubt(
    backend: Backend, claim: Claim, first: Ambiguous, second: BackendError, failures: FailureTracker
) -> Attempt:
    """Decide about a request that ended in doubt (`first`) when asking what became of it ended in `second`."""
    if isinstance(second, Forbidden | NotABackend | MissingTrace):
        attempt = await diagnose(backend, claim, second, failures)
        if isinstance(attempt.outcome, Parked):
            return Attempt(replace(attempt.outcome, ambiguous=True), attempt.report)
    return Attempt(RetryLater(str(first), ambiguous=True), connection_report(second))


def diagnose_defect(claim: Claim, error: Exception) -> Attempt:
    """Decide about a delivery on which labeler itself failed: a few more tries, which hold up no other."""
    said = (
        f"labeler itself failed on this one ({type(error).__name__}); the answer is kept, and labeler.log has the "
        "details. Export it, or try it again with a newer labeler"
    )
    if claim.failures + 1 < FAILURES_AT_MOST:
        return Attempt(RetryLater(said, ambiguous=True, failed=True), None)
    return Attempt(PayloadRefused(said, ambiguous=True), None)


async def _server_failed(backend: Backend, claim: Claim, error: BackendError, failures: FailureTracker) -> Attempt:
    """Decide about a failure of the server. It counts against the payload only if the trace's info can be read."""
    try:
        await backend.summary(claim.delivery.trace_id)
    except BackendError as second:
        return Attempt(RetryLater(str(error), ambiguous=True), connection_report(second))
    return Attempt(failures.failed(claim, str(error)), ConnectionReport())


async def _forbidden(backend: Backend, claim: Claim, error: Forbidden) -> Attempt:
    """Ask which it is: nobody is let in, this reviewer lacks a permission, or the trace may be gone."""
    try:
        signed_in = await backend.whoami()
    except Forbidden as second:
        return _shut_out(error, second)
    except BackendError as second:
        return Attempt(_parked(error), connection_report(second))
    try:
        summary = await backend.summary(claim.delivery.trace_id)
    except Forbidden as second:
        if signed_in is None:
            return _shut_out(error, second)
        return Attempt(_parked(error, _no_right_to_read(signed_in, claim)), ConnectionReport())
    except BackendError as second:
        return Attempt(_parked(error), connection_report(second))
    if not isinstance(error, LacksPermission):
        return Attempt(_parked(error), ConnectionReport())
    experiment = await _experiment_name(backend, summary.experiment_id or claim.delivery.destination.experiment_id)
    return Attempt(_parked(error, _no_right_to_write(signed_in, experiment, claim)), ConnectionReport())


def _shut_out(error: Forbidden, second: Forbidden) -> Attempt:
    """Decide when everything is forbidden. Credentials are known to be missing only if the server asked for them."""
    status = ConnectionStatus.NEEDS_CREDENTIALS
    if isinstance(error, NotAllowed) and isinstance(second, NotAllowed):
        status = ConnectionStatus.NOT_ALLOWED
    parked = _parked(error if isinstance(second, NotAllowed) else second)
    return Attempt(parked, ConnectionReport(ConnectionState(status, parked.reason)))


def _parked(error: Forbidden, known: str = "") -> Parked:
    """Park with what the server said, and what else is `known`: a sentence without its full stop, or nothing."""
    return Parked(ParkCause.CREDENTIALS, ". ".join(filter(None, (str(error), known, _KEPT))))


def _no_right_to_read(signed_in: str, claim: Claim) -> str:
    return (
        f"{signed_in} is signed in and may not even read trace {claim.delivery.trace_id}: a permission on experiment "
        f"{claim.delivery.destination.experiment_id} is missing (to label takes EDIT), or the trace is gone; the "
        "server says the same of both"
    )


def _no_right_to_write(signed_in: str | None, experiment: str, claim: Claim) -> str:
    right = f"the permission EDIT on experiment {experiment}"
    if claim.delivery.op is DeliveryOp.STATUS:
        right += ", or membership in its review queue,"
    if signed_in is None:
        return f"The trace can be read there: what is missing is the right to write; MLflow calls it {right}"
    return f"{signed_in} is signed in and can read the trace; {right} is missing: ask for it"


async def _experiment_name(backend: Backend, experiment_id: str) -> str:
    """Return an experiment's name and ID for people, or the ID alone where the name cannot be read."""
    try:
        return f'"{(await backend.experiment(experiment_id)).name}" ({experiment_id})'
    except BackendError:
        return experiment_id


async def _no_backend(backend: Backend, claim: Claim, error: NotABackend) -> Attempt:
    """Ask which it is: something else answers at that address, or the server only lacks this one route."""
    parked = Parked(ParkCause.BACKEND, f"{error}. {_KEPT}")
    try:
        await backend.summary(claim.delivery.trace_id)
    except NotABackend:
        return Attempt(parked, ConnectionReport(ConnectionState(ConnectionStatus.NO_BACKEND, parked.reason)))
    except BackendError as second:
        return Attempt(parked, connection_report(second))
    return Attempt(parked, ConnectionReport())
