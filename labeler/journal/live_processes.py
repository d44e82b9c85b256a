"""Which openings of a journal still go on: each holds a locked file beside the journal, which the kernel frees.

A process number would not do: it is used again, and means nothing in a copied journal or another container.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from labeler.storage.file_lock import FileLock
from labeler.storage.private_file import NoPlainFile


class Runs:
    """The runs of the journal at `path`. `name` is this one's: it counts as living from `begin` to `end`."""

    def __init__(self, path: Path, name: str) -> None:
        self._marks = path.parent
        self._prefix = f"{path.name}.run-"
        self._own = path.with_name(self._prefix + name)
        self._lock = FileLock(self._own)

    @property
    def has_begun(self) -> bool:
        """Whether this run counts as living, as long as nobody removes its file."""
        return self._lock.is_held

    def begin(self) -> None:
        """Show that this run goes on, also where its file was removed. Raises OSError when no file can be made."""
        while not (self._lock.is_in_place or (self._lock.try_acquire() and self._lock.is_in_place)):
            self._lock.release()  # somebody was just looking whether it lives, and may have cleared it away

    def end(self) -> None:
        """This run is over. The marks of those that were killed go with its own."""
        if self._lock.is_held:
            self._lock.release()
            with suppress(OSError):
                self._own.unlink(missing_ok=True)
                self.living()

    def living(self) -> set[str]:
        """The names of the runs that go on; the marks of those that were killed are cleared away."""
        names = set()
        for mark in self._marks.glob(f"{self._prefix}*"):
            lock = FileLock(mark)
            try:
                is_over = lock.try_acquire()
            except NoPlainFile:
                continue  # no mark of a run
            except OSError:
                is_over = False  # another user's: nobody can tell, and what a living run wrote is not to be let go
            if not is_over:
                names.add(mark.name.removeprefix(self._prefix))
                continue
            with suppress(OSError):
                mark.unlink()
            lock.release()
        return names
