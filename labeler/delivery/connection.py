"""What is known of the way to the backend, from how the last requests fared."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

from labeler.delivery.backoff import Backoff


class ConnectionStatus(StrEnum):
    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    NEEDS_CREDENTIALS = "needs credentials"
    NO_BACKEND = "no backend"
    """Something answers there, but it is no usable tracking server."""


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How the backend can be reached, and a sentence for the reviewer (empty when all is well)."""

    status: ConnectionStatus = ConnectionStatus.UNKNOWN
    sentence: str = ""


ONLINE = ConnectionState(ConnectionStatus.ONLINE)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one attempt told about the way to the backend. `retry_after_s`: what the server asked for, in seconds."""

    state: ConnectionState = ONLINE
    retry_after_s: float | None = None


class Connection:
    """The state of the connection, and how long to leave the backend alone."""

    def __init__(self, first_pause_s: float, longest_pause_s: float) -> None:
        self.state = ConnectionState()
        self._backoff = Backoff(first_pause_s, longest_pause_s)
        self._silent_until = 0.0

    @property
    def failures(self) -> int:
        """How many sightings in a row were none of a working backend."""
        return self._backoff.tries

    @property
    def is_closed(self) -> bool:
        """Whether somebody has to do something before any request can succeed."""
        return self.state.status in (ConnectionStatus.NEEDS_CREDENTIALS, ConnectionStatus.NO_BACKEND)

    @property
    def pause_s(self) -> float:
        """Seconds until the next request may go."""
        return max(self._silent_until - time.monotonic(), 0.0)

    def see(self, sighting: Sighting) -> None:
        """Take in what an attempt told."""
        self.state = sighting.state
        if sighting.state.status is ConnectionStatus.ONLINE:
            self._backoff.reset()
            self._silent_until = 0.0
        else:
            pause_s = self._backoff.next_s(sighting.retry_after_s)
            self._silent_until = time.monotonic() + (self._backoff.longest_s if self.is_closed else pause_s)

    def forgive(self) -> None:
        """Try again at once, as somebody asked for it."""
        self._backoff.reset()
        self._silent_until = 0.0
