"""The state of the connection to the backend, as the last requests showed it."""

from __future__ import annotations

import time
from typing import Final

from labeler.backends.base import Ambiguous, Unreachable
from labeler.dataclass import dataclass
from labeler.delivery.backoff import Backoff
from labeler.domain.clock import wall_clock_ms
from labeler.domain.connection import ConnectionStatus

_CLOSED: Final = (ConnectionStatus.NEEDS_CREDENTIALS, ConnectionStatus.NOT_ALLOWED, ConnectionStatus.NO_BACKEND)


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How the backend can be reached, and a sentence for the reviewer (empty when all is well).

    `until_ms`: the moment to which the backend asked to be left alone, in milliseconds since the epoch; 0 for none.
    """

    status: ConnectionStatus = ConnectionStatus.UNKNOWN
    sentence: str = ""
    until_ms: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether a person has to do something before any request can succeed."""
        return self.status in _CLOSED


ONLINE = ConnectionState(ConnectionStatus.ONLINE)


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What one attempt showed about the connection. `retry_after_s` is what the server asked for, in seconds."""

    state: ConnectionState = ONLINE
    retry_after_s: float | None = None


def out_of_reach(error: Unreachable | Ambiguous) -> ConnectionReport:
    """Return the report for a backend that does not answer, or says that it cannot answer now."""
    state = ConnectionState(ConnectionStatus.OFFLINE, str(error), end_of_pause_ms(error.retry_after_s))
    return ConnectionReport(state, error.retry_after_s)


def end_of_pause_ms(retry_after_s: float | None) -> int:
    """Return when a pause of so many seconds ends, in milliseconds since the epoch; 0 when none was asked for."""
    return wall_clock_ms() + round(retry_after_s * 1000) if retry_after_s else 0


class Connection:
    """The state of the connection, and how long to leave the backend alone."""

    def __init__(self, first_pause_s: float, longest_pause_s: float) -> None:
        self.state = ConnectionState()
        self._backoff = Backoff(first_pause_s, longest_pause_s)
        self._silent_until = 0.0

    @property
    def failures(self) -> int:
        """How many reports in a row were of a backend that does not work."""
        return self._backoff.tries

    @property
    def is_closed(self) -> bool:
        """As `ConnectionState.is_closed`."""
        return self.state.is_closed

    @property
    def pause_s(self) -> float:
        """Seconds until the next request may go."""
        return max(self._silent_until - time.monotonic(), 0.0)

    def see(self, report: ConnectionReport) -> None:
        """Take in a report."""
        self.state = report.state
        if report.state.status is ConnectionStatus.ONLINE:
            self._backoff.reset()
            self._silent_until = 0.0
        else:
            pause_s = self._backoff.next_s(report.retry_after_s)
            self._silent_until = time.monotonic() + (self._backoff.longest_s if self.is_closed else pause_s)

    def reset_backoff(self) -> None:
        """Forget earlier failures, so that the next request may go at once."""
        self._backoff.reset()
        self._silent_until = 0.0
