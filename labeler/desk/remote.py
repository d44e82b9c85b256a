"""What a desk asks of the backend's side of a review, and what answers it where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from labeler.delivery.attachments import AttachmentAway
from labeler.domain.trace import TraceSummary


class Remote(Protocol):
    """The backend's side of a review, given to a desk when it is made. Only what is awaited waits for the network.

    What comes of the other calls is told to the desk by the methods of `delivery.review_sync.Listener`.
    """

    def need(self, now: Sequence[str], later: Sequence[str]) -> None:
        """Download these traces now, and those of `later` after them. Both are trace IDs, most urgent first."""

    def wake(self) -> None:
        """Deliver what was released, without waiting for the next look into the journal."""

    def refresh(self) -> None:
        """Read everything anew, and report what that brought."""

    def show(self, trace_id: str, read_at_ms: int) -> None:
        """Keep what is known of this trace fresh: it is in view. What is known was read at `read_at_ms`, by the wall
        clock in milliseconds since the epoch; 0 where that is not known.
        """

    def note_key(self) -> None:
        """Note that a key was pressed: while nobody is there, nothing is read."""

    def try_now(self) -> None:
        """Try what failed again at once."""

    def pause_s(self, trace_id: str) -> float:
        """Return the seconds until what failed of this trace is tried again; 0 when nothing holds it."""
        ...

    def bring_session(self, current: TraceSummary) -> None:
        """Download the earlier traces of the session that this one is in."""

    async def summaries(self, trace_ids: Sequence[str]) -> Sequence[TraceSummary]:
        """Return what the backend has of these traces but their spans; nothing while it cannot be reached."""
        ...

    async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
        """Return the bytes of an attachment, `size` many where that is known. Raises `AttachmentAway`."""
        ...


class Offline:
    """A `Remote` that asks nothing of the network: answers stay in the journal, and only cached traces are shown."""

    def need(self, now: Sequence[str], later: Sequence[str]) -> None:
        pass

    def wake(self) -> None:
        pass

    def refresh(self) -> None:
        pass

    def show(self, trace_id: str, read_at_ms: int) -> None:
        pass

    def note_key(self) -> None:
        pass

    def try_now(self) -> None:
        pass

    def pause_s(self, trace_id: str) -> float:
        return 0.0

    def bring_session(self, current: TraceSummary) -> None:
        pass

    async def summaries(self, trace_ids: Sequence[str]) -> Sequence[TraceSummary]:
        return ()

    async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
        raise AttachmentAway("The network is not used now, and this was not fetched before. Nothing else is affected.")


OFFLINE: Final = Offline()
