"""Computes how long to wait before the next try: doubled, capped, with jitter, never less than Retry-After."""

from __future__ import annotations

import random

from labeler.dataclass import dataclass


@dataclass(slots=True)
class Backoff:
    """The pauses of one thing that keeps failing. `first_s` and `longest_s` are seconds; `tries` counts failures."""

    first_s: float
    longest_s: float
    tries: int = 0

    def next_s(self, asked_for_s: float | None = None) -> float:
        """Count a failure and return the pause after it, in seconds: at least `asked_for_s`, from a Retry-After."""
        pause = min(self.longest_s, self.first_s * 2.0 ** min(self.tries, 60))
        self.tries += 1
        return max(pause * random.uniform(0.5, 1.0), asked_for_s or 0.0)

    def reset(self) -> None:
        """Forget earlier failures: it worked."""
        self.tries = 0
