"""Which case of an adjudication comes next: the open ones in their order, then those that were put off."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.desk.standing_decisions import StandingDecisions
from labeler.sprint.adjudication import Case


class CaseAgenda:
    """The order of work among cases. What is put off is so for this sitting."""

    def __init__(self, cases: Sequence[Case], standing: StandingDecisions) -> None:
        self._cases = cases
        self._standing = standing
        self._later: list[tuple[str, str]] = []

    @property
    def put_off(self) -> list[tuple[str, str]]:
        """The cases that were put off and are not decided, the one put off first in front."""
        return [key for key in self._later if self._standing.of(key) is None]

    @property
    def has_open(self) -> bool:
        """Whether a case is open that was not put off."""
        return self._open_after(-1) is not None

    def put_off_case(self, key: tuple[str, str]) -> None:
        """Put a case off to the end, also one that was put off before."""
        self._later = [each for each in self._later if each != key] + [key]

    def after(self, place: int) -> int | None:
        """Return the place of the next open case after this one, around the end; else of one that was put off."""
        found = self._open_after(place)
        if found is not None:
            return found
        waiting = self.put_off
        here = self._cases[place].key if place >= 0 else None
        wanted = next((key for key in waiting if key != here), next(iter(waiting), None))
        return next((at for at, case in enumerate(self._cases) if case.key == wanted), None)

    def _open_after(self, place: int) -> int | None:
        count = len(self._cases)
        around = ((place + step) % count for step in range(1, count + 1))
        return next((at for at in around if self._is_open(self._cases[at].key)), None)

    def _is_open(self, key: tuple[str, str]) -> bool:
        return key not in self._later and self._standing.of(key) is None
