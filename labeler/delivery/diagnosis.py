"""What a failed attempt means: for the delivery, and for the way to the backend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from labeler.backends.base import (
    Ambiguous,
    Backend,
    BackendError,
    Forbidden,
    Malformed,
    MissingTrace,
    NotABackend,
    Unreachable,
)
from labeler.delivery.connection import ConnectionState, ConnectionStatus, Sighting
from labeler.journal.outcomes import Claim, Outcome, Parked, Refused, Waits
from labeler.journal.rows import ParkCause

FAILURES_AT_MOST: Final = 5
"""How often a server may fail on the same payload, while it answers otherwise, before the payload is refused."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended for the delivery, and what it told about the backend (None: nothing)."""

    outcome: Outcome
    sighting: Sighting | None


class Blame:
    """Tells payloads that a server cannot take from a server that takes none, though it can be read."""

    def __init__(self) -> None:
        self._successes = 0
        self._failing: set[int] = set()
        self._successes_at_failure: dict[int, int] = {}

    def delivered(self) -> None:
        """The server took something."""
        self._successes += 1
        self._failing.clear()

    def failed(self, claim: Claim, reason: str) -> Outcome:
        """The server failed on this payload. That counts against the payload while others fare better, or are none."""
        delivery_id = claim.delivery.id
        before = self._successes_at_failure.get(delivery_id, self._successes)
        self._successes_at_failure[delivery_id] = self._successes
        self._failing.add(delivery_id)
        if before == self._successes and len(self._failing) > 1:
            return Waits(reason, ambiguous=True)
        if claim.failures + 1 < FAILURES_AT_MOST:
            return Waits(reason, ambiguous=True, failed=True)
        said = f"The server failed {FAILURES_AT_MOST} times on this one and works otherwise: {reason}"
        return Refused(said, ambiguous=True)


def sighting_of(error: BackendError) -> Sighting | None:
    """What an error tells about the way to the backend by itself."""
    match error:
        case Unreachable():
            return Sighting(ConnectionState(ConnectionStatus.OFFLINE, str(error)), error.retry_after_s)
        case Ambiguous() if not error.server_answered:
            return Sighting(ConnectionState(ConnectionStatus.OFFLINE, str(error)), error.retry_after_s)
        case Ambiguous() | Forbidden() | NotABackend():
            return None
        case _:
            return Sighting()


def ping_sighting(error: BackendError) -> Sighting:
    """What an error means that came of asking only who is signed in: nobody gets any further."""
    match error:
        case Forbidden():
            return Sighting(ConnectionState(ConnectionStatus.NEEDS_CREDENTIALS, str(error)))
        case NotABackend():
            return Sighting(ConnectionState(ConnectionStatus.NO_BACKEND, str(error)))
        case Unreachable() | Ambiguous():
            return Sighting(ConnectionState(ConnectionStatus.OFFLINE, str(error)), error.retry_after_s)
        case _:
            return Sighting()


async def diagnose(backend: Backend, claim: Claim, error: BackendError, blame: Blame) -> Attempt:
    """What to do with a delivery whose attempt ended in `error`. Asks the backend again where that tells more."""
    match error:
        case Unreachable():
            return Attempt(Waits(str(error)), sighting_of(error))
        case Ambiguous() if not error.server_answered:
            return Attempt(Waits(str(error), ambiguous=True), sighting_of(error))
        case Ambiguous() | Malformed():
            return await _server_failed(backend, claim, error, blame)
        case Forbidden():
            return await _forbidden(backend, claim, error)
        case NotABackend():
            return await _no_backend(backend, claim, error)
        case MissingTrace():
            reason = (
                f"The trace is not there: {error}. The answer is kept: check the workspace (MLFLOW_WORKSPACE), "
                "then retry it in the outbox, or discard it if the trace was deleted"
            )
            return Attempt(Parked(ParkCause.TRACE, reason), Sighting())
        case _:
            return Attempt(Refused(str(error)), Sighting())


async def diagnose_doubt(
    backend: Backend, claim: Claim, first: Ambiguous, second: BackendError, blame: Blame
) -> Attempt:
    """What to do when a request ended in doubt (`first`) and the question what became of it in `second`."""
    if isinstance(second, Forbidden | NotABackend | MissingTrace):
        attempt = await diagnose(backend, claim, second, blame)
        if isinstance(attempt.outcome, Parked):
            return Attempt(replace(attempt.outcome, ambiguous=True), attempt.sighting)
    return Attempt(Waits(str(first), ambiguous=True), sighting_of(second))


def diagnose_defect(claim: Claim, error: Exception) -> Attempt:
    """What to do with a delivery on which labeler itself failed: a few more tries, and no other is held up by it."""
    said = (
        f"labeler itself failed on this one ({type(error).__name__}); the answer is kept, and labeler.log has the "
        "details. Export it, or try it again with a newer labeler"
    )
    if claim.failures + 1 < FAILURES_AT_MOST:
        return Attempt(Waits(said, ambiguous=True, failed=True), None)
    return Attempt(Refused(said, ambiguous=True), None)


async def _server_failed(backend: Backend, claim: Claim, error: BackendError, blame: Blame) -> Attempt:
    """The server's own failure counts against the payload only while the trace's info can be read."""
    try:
        await backend.summary(claim.delivery.trace_id)
    except BackendError as second:
        return Attempt(Waits(str(error), ambiguous=True), sighting_of(second))
    return Attempt(blame.failed(claim, str(error)), Sighting())


async def _forbidden(backend: Backend, claim: Claim, error: Forbidden) -> Attempt:
    """Told apart: nobody is let in, or this reviewer may not do this to this trace (which may also be gone)."""
    advice = "The answer is kept: set the credentials or ask for the permission, then start again or run labeler sync"
    parked = Parked(ParkCause.CREDENTIALS, f"{error}. {advice}")
    closed = Sighting(ConnectionState(ConnectionStatus.NEEDS_CREDENTIALS, f"{error}. {advice}"))
    try:
        signed_in = await backend.whoami()
    except Forbidden:
        return Attempt(parked, closed)
    except BackendError as second:
        return Attempt(parked, sighting_of(second))
    try:
        await backend.summary(claim.delivery.trace_id)
    except Forbidden:
        return Attempt(parked, Sighting() if signed_in else closed)
    except BackendError as second:
        return Attempt(parked, sighting_of(second))
    return Attempt(parked, Sighting())


async def _no_backend(backend: Backend, claim: Claim, error: NotABackend) -> Attempt:
    """Told apart: something else answers at that address, or the server only lacks this one route."""
    advice = "The answer is kept: check the backend's address, or whether its MLflow is new enough, then start again"
    parked = Parked(ParkCause.BACKEND, f"{error}. {advice}")
    try:
        await backend.summary(claim.delivery.trace_id)
    except NotABackend:
        return Attempt(parked, Sighting(ConnectionState(ConnectionStatus.NO_BACKEND, f"{error}. {advice}")))
    except BackendError as second:
        return Attempt(parked, sighting_of(second))
    return Attempt(parked, Sighting())
