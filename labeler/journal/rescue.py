"""A journal that was removed or replaced while it was open: written back, or kept beside what lies there now.

SQLite still reads all of it through the open connection. Several programs may have the same journal open; they take
turns by its own write lock, so that the first writes it back and the others find it there.
"""

from __future__ import annotations

import shlex
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from labeler.journal.delivery_table import OPEN
from labeler.journal.models import DeliveryState, JournalError, JournalWriteFailed
from labeler.journal.schema import APPLICATION_ID
from labeler.storage.copies import copy_whole, put_in_place, sync_directory
from labeler.storage.placement import SHM, WAL, Placement, file_id
from labeler.storage.sqlite_file import connect, connect_read_only

_RESCUED: Final = ".rescued-"

_TURNS: Final = 5
"""How often a copy is taken again because another program has written meanwhile."""

_KEPT: Final = (
    "SELECT id FROM changes",
    "SELECT id FROM reviews",
    "SELECT review_id, trace_id FROM items",
    "SELECT review_id, trace_id, slot, text FROM drafts",
    "SELECT origin FROM trusted",
    "SELECT id, op, trace_id, assessment_id FROM deliveries",
    "SELECT id, state FROM deliveries WHERE state IN ('delivered', 'closed')",
    "SELECT id, server_id FROM deliveries WHERE server_id IS NOT NULL",
)
"""What another journal has to hold of this one to go on in its place: what was done, and how far it was delivered."""

_ATTEMPTS: Final = (
    "SELECT id, state, attempts, claimed_at_ms, coalesce(ambiguous_at_ms, 0) AS ambiguous_at_ms FROM deliveries"
)
"""What each delivery tells of requests that have gone out, or are to go out again."""

_HOLDS_SOMETHING: Final = " UNION ALL ".join(
    f"SELECT 1 FROM {table}" for table in ("changes", "reviews", "drafts", "deliveries", "reviewers", "trusted")
)

_UNDELIVERED: Final = "SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'parked', 'refused')"

_READ_BACK_FIRST: Final = "UPDATE deliveries SET attempts = 1 WHERE attempts = 0 AND state = 'waiting'"
"""What lies at the old path may hold, and deliver, the same deliveries."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A journal was not where it was; it goes on at `path`. `sentence` tells the reviewer what happened."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class Rescued:
    """A rescued journal, and how many deliveries in it have not arrived. `sentence` says what to do."""

    path: Path
    undelivered: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.undelivered} deliveries wait in {self.path}, which was kept when this journal was removed or "
            f"replaced under a running program. To deliver them: {how_to_deliver(self.path)}"
        )


def how_to_deliver(rescued: Path) -> str:
    """The command that delivers what waits in a rescued journal."""
    return f"labeler sync --data-dir {shlex.quote(str(rescued.parent))}"


def go_on(journal: sqlite3.Connection, placement: Placement, home: Path) -> Moved:
    """Have a file again that holds everything that `journal` reads: at `home`, if nothing else lies there.

    Nothing that lies there is touched but this very database and journals in which nothing was ever written.
    Raises `sqlite3.Error` and OSError when no file can be written; all is as it was then. The file may be removed
    again before it is opened.
    """
    for _ in range(_TURNS):
        _part_from_another(placement)
        is_still_there = file_id(placement.path) == placement.database
        path = Path(placement.path) if is_still_there else home
        with _nobody_writing(journal):
            found = _copy_with_all(journal, placement, home)
            if found is not None:
                return found
        version = _version(journal)
        copy = _copied(journal, home)
        moved = None
        try:
            with _nobody_writing(journal):
                if _version(journal) == version:
                    moved = _copy_with_all(journal, placement, home, copy) or _settled(copy, placement, path)
        finally:
            if moved is None or moved.path != copy:
                _discard(copy)
        if moved is not None:
            return moved
    raise sqlite3.OperationalError("another program writes to it without a pause")


def keep_elsewhere(journal: sqlite3.Connection, path: Path, directory: Path, why: str) -> Moved:
    """Write everything that `journal` reads to another directory, since for a reason `path` cannot be written.

    Raises `sqlite3.Error` and OSError.
    """
    copy = _copied(journal, directory / path.name)
    _read_back_first(copy)
    return Moved(
        copy,
        f"The journal {path} was taken away while labeler was running, and cannot be written back ({why}). Everything "
        f"is in {copy}: move that directory to a safe place. To deliver it: {how_to_deliver(copy)}",
    )


def waiting_beside(path: Path) -> list[Rescued]:
    """The rescued journals beside the journal at `path` that still hold something that was not delivered."""
    found = []
    for rescued in _rescued_beside(path):
        with suppress(sqlite3.Error, OSError), closing(connect_read_only(rescued)) as journal:
            undelivered = int(journal.execute(_UNDELIVERED).fetchone()[0])
            if undelivered:
                found.append(Rescued(rescued, undelivered))
    return found


def not_put_back(path: Path, error: Exception) -> JournalWriteFailed:
    """What to raise when a journal that was taken away cannot be written back, for now."""
    return JournalWriteFailed(
        f"Nothing can be saved now: the journal {path} was taken away while labeler was running, and cannot be written "
        f"back ({reason(error)}). Make room or make its directory writable. Do not leave before: what was saved "
        "earlier is held by this program alone"
    )


def lost(path: Path, first: Exception, second: Exception) -> JournalWriteFailed:
    """What to raise at the end: `first` says why it cannot be written back, `second` why it can be kept nowhere."""
    return JournalWriteFailed(
        f"The journal {path} was taken away while labeler was running. It could neither be written back "
        f"({reason(first.__cause__)}) nor to a directory for temporary files ({reason(second)}). What had not been "
        "delivered is lost"
    )


def reason(error: BaseException | None) -> str:
    """Why something could not be written, to stand in parentheses."""
    match error:
        case JournalError():
            return "what was written there cannot be opened"
        case OSError(strerror=str(why)):
            return why
    return str(error)


def _copied(journal: sqlite3.Connection, path: Path) -> Path:
    """A copy of everything, in a directory of its own beside `path`, so that it can be used as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory = _new_directory(path)
    try:
        copy_whole(journal, directory / path.name)
        sync_directory(path.parent)
    except BaseException:
        with suppress(OSError):
            directory.rmdir()
        raise
    return directory / path.name


def _new_directory(path: Path) -> Path:
    stamp = f"{path.stem}{_RESCUED}{time.strftime('%Y%m%d-%H%M%S')}"
    number = 1
    while True:
        directory = path.with_name(stamp if number == 1 else f"{stamp}-{number}")
        try:
            directory.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return directory


def _discard(copy: Path) -> None:
    with suppress(OSError):
        copy.unlink(missing_ok=True)
        copy.parent.rmdir()


def _settled(copy: Path, placement: Placement, path: Path) -> Moved:
    """Put the copy at `path` if that is free, or else go on in it where it is."""
    try:
        sentence = _placed(copy, placement, path)
    except OSError:
        sentence = None
    if sentence is not None:
        return Moved(path, sentence)
    _read_back_first(copy)
    return Moved(copy, _told_of_occupied(path, copy))


def _placed(copy: Path, placement: Placement, path: Path) -> str | None:
    """Put the copy at `path` and tell of it; None when something lies there that is not to be touched."""
    wal, lying = Path(f"{path}{WAL}"), file_id(path)
    is_foreign_log = file_id(wal) not in (None, placement.wal) and wal.stat().st_size > 0
    if lying == placement.database:
        if is_foreign_log:
            return _placed_beside_other_log(copy, path)
        _remove_log_and_index(path)
        copy.replace(path)
        sync_directory(path.parent)
        return (
            f"Files beside the journal {path} were removed while labeler was running. Everything was written back, and "
            "nothing is lost."
        )
    if lying is None and not is_foreign_log:
        _remove_log_and_index(path)
        if not put_in_place(copy, path):
            return None
    elif lying is not None and _holds_nothing(path):
        _remove_log_and_index(path)
        copy.replace(path)
        sync_directory(path.parent)
    else:
        return None
    return (
        f"The journal was taken away while labeler was running. Everything was written back to {path}, and nothing is "
        "lost."
    )


def _part_from_another(placement: Placement) -> None:
    """Take this journal's own log and index away from another file at its path: SQLite would mix the two."""
    if file_id(placement.path) not in (None, placement.database):
        for suffix, own in ((WAL, placement.wal), (SHM, placement.shm)):
            if file_id(f"{placement.real}{suffix}") == own:
                Path(f"{placement.real}{suffix}").unlink(missing_ok=True)


def _placed_beside_other_log(copy: Path, path: Path) -> str | None:
    """Let this database's place be the copy's. What was written to it without its own log is kept as it is."""
    aside = _new_directory(path) / path.name
    path.rename(aside)
    Path(f"{path}{WAL}").rename(f"{aside}{WAL}")
    _remove_log_and_index(path)
    if not put_in_place(copy, path):
        return None
    return (
        f"Files beside the journal {path} were replaced while labeler was running. Everything was written back; what "
        f"another program wrote meanwhile is kept in {aside}. To deliver that, too: {how_to_deliver(aside)}"
    )


def _remove_log_and_index(path: Path) -> None:
    for suffix in (WAL, SHM):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _told_of_copy(path: Path) -> str:
    return (
        f"The journal {path} was replaced while labeler was running, by one that holds everything; nothing is lost, "
        "and the work goes on in that."
    )


def _told_of_occupied(path: Path, copy: Path) -> str:
    what = "another journal" if _is_journal(path) else "something else"
    return (
        f"The journal was taken away while labeler was running, and {what} lies at {path} now, which was left alone. "
        f"Nothing is lost: the work goes on in {copy}. To deliver it after this run: {how_to_deliver(copy)}"
    )


def _read_back_first(copy: Path) -> None:
    with closing(connect(copy)) as journal:
        journal.execute(_READ_BACK_FIRST)


def _copy_with_all(
    journal: sqlite3.Connection, placement: Placement, home: Path, own_copy: Path | None = None
) -> Moved | None:
    """Where all of `journal` can be found already: another program wrote it back, or somebody put a copy there."""
    for other in (home, *_rescued_beside(home)):
        if other == own_copy or file_id(other) in (None, placement.database) or not _is_journal(other):
            continue
        with suppress(sqlite3.Error), closing(connect_read_only(other)) as there:
            if holds_all(there, journal):
                return Moved(other, _told_of_copy(other) if other == home else _told_of_occupied(home, other))
    return None


def holds_all(there: sqlite3.Connection, journal: sqlite3.Connection) -> bool:
    """Whether a journal holds everything that `journal` does, and may go on in its place. Raises `sqlite3.Error`."""
    version = "PRAGMA user_version"
    if tuple(there.execute(version).fetchone()) != tuple(journal.execute(version).fetchone()):
        return False
    if not all(set(map(tuple, journal.execute(kept))) <= set(map(tuple, there.execute(kept))) for kept in _KEPT):
        return False
    theirs = {row["id"]: row for row in there.execute(_ATTEMPTS)}
    return all(_knows_as_much(theirs[row["id"]], row) for row in journal.execute(_ATTEMPTS))


def _knows_as_much(theirs: Any, ours: Any) -> bool:
    """Whether a delivery's row in another journal tells of every request that its row in this one tells of.

    From a row with fewer attempts, an undo would not know that the backend may have the answer, and send no DELETE.
    From one without the doubt, nobody would look again for a request that took effect late. And one that still has
    the acknowledgement from before an answer was to be sent again would not send it.
    """
    was_to_go_again = (
        ours["state"] in OPEN
        and ours["claimed_at_ms"] is None
        and theirs["state"] == DeliveryState.DELIVERED
        and theirs["attempts"] == ours["attempts"]
    )
    is_behind = theirs["attempts"] < ours["attempts"] or theirs["ambiguous_at_ms"] < ours["ambiguous_at_ms"]
    return not (is_behind or was_to_go_again)


def _rescued_beside(path: Path) -> list[Path]:
    """The rescued journals beside the journal at `path`, the newest first; not the same file by another name."""
    found = sorted(path.parent.glob(f"{path.stem}{_RESCUED}*/{path.name}"), reverse=True)
    return [each for each in found if file_id(each) not in (None, file_id(path))]


def _holds_nothing(path: Path) -> bool:
    """Whether this is an empty file, or a journal that a program has just made: nothing was ever written in it."""
    if not _is_journal(path):
        return path.is_file() and path.stat().st_size == 0
    try:
        with closing(connect_read_only(path)) as journal:
            return journal.execute(_HOLDS_SOMETHING).fetchone() is None
    except sqlite3.Error:
        return False


def _is_journal(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with closing(connect_read_only(path)) as database:
            return bool(database.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)
    except (OSError, sqlite3.Error):
        return False


@contextmanager
def _nobody_writing(journal: sqlite3.Connection) -> Iterator[None]:
    """Hold off the other programs that have this journal open; they look where it lies before they write."""
    journal.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        journal.execute("ROLLBACK")


def _version(journal: sqlite3.Connection) -> int:
    """A number that another program's commit changes."""
    return int(journal.execute("PRAGMA data_version").fetchone()[0])
