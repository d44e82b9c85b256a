"""Which processes still have a journal open: each holds a lock on a file beside it, which ends with the process.

A process ID would not do: it is reused, and means nothing in a copied journal or another container.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from labeler.storage.file_lock import FileLock
from labeler.storage.private_file import NoPlainFile


class Runs:
    """The runs (openings) of the journal at `path`. This run is called `name` and is alive from `begin` to `end`."""

    def __init__(self, path: Path, name: str) -> None:
        self._marks = path.parent
        self._prefix = f"{path.name}.run-"
        self._own = path.with_name(self._prefix + name)
        self._lock = FileLock(self._own)

    @property
    def has_begun(self) -> bool:
        """Whether this run is marked as alive, unless somebody has removed its file."""
        return self._lock.is_held

    def begin(self) -> None:
        """Mark this run as alive, anew where its file was removed. Raises OSError when no file can be made."""
        while not (self._lock.is_in_place or (self._lock.try_acquire() and self._lock.is_in_place)):
            self._lock.release()  # somebody was testing it, and may have cleared it away

    def end(self) -> None:
        """Remove the mark of this run, and those of runs that were killed."""
        if self._lock.is_held:
            self._lock.release()
            with suppress(OSError):
                self._own.unlink(missing_ok=True)
                self.living()

    def living(self) -> set[str]:
        """Return the names of the runs that are alive. The marks of those that were killed are removed."""
        names = set()
        for mark in self._marks.glob(f"{self._prefix}*"):
            try:
                is_over = _removed_if_over(mark)
            except NoPlainFile:
                continue  # not the mark of a run
            except OSError:
                is_over = False  # another user's, perhaps: what a living run wrote must not be released
            if not is_over:
                names.add(mark.name.removeprefix(self._prefix))
        return names


def _removed_if_over(mark: Path) -> bool:
    """Remove a mark that no run holds, and return whether it was that. Raises OSError."""
    lock = FileLock(mark)
    while lock.try_acquire():
        if lock.is_in_place:
            with suppress(OSError):
                mark.unlink()
            lock.release()
            return True
        lock.release()  # somebody else has cleared it away, and a run may have made it anew since
    return False
