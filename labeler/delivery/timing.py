"""The intervals and limits of delivery, in one place."""

from __future__ import annotations

from labeler.dataclass import dataclass
from labeler.delivery.attempt import HORIZON_MS


@dataclass(frozen=True, slots=True)
class Timing:
    """Intervals in seconds; `horizon_ms`, in milliseconds, as `attempt.HORIZON_MS`.

    `patience` is how often a drain sees the same thing fail before it gives up for now.
    """

    first_retry_s: float = 0.5
    longest_retry_s: float = 60.0
    poll_s: float = 1.0
    lock_poll_s: float = 2.0
    answer_poll_s: float = 0.1
    answer_patience_s: float = 60.0
    patience: int = 5
    horizon_ms: int = HORIZON_MS
