"""How the backend of a review can be reached."""

from __future__ import annotations

from enum import StrEnum


class ConnectionStatus(StrEnum):
    """What is known of the way to a backend. The values are the words that people read."""

    UNKNOWN = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    WAITING = "waiting for the server"
    """A request is out, and nothing has come back for longer than it should take."""
    NEEDS_CREDENTIALS = "sign in"
    NOT_ALLOWED = "not allowed"
    """Whoever asks is not allowed to, and that is not known to be a matter of signing in."""
    NO_BACKEND = "no backend"
    """Something answers there, but it is no usable tracking server."""
