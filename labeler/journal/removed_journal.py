"""Rescues a journal that was removed or replaced while it was open: writes it back, or beside what lies there now.

SQLite still reads all of it through the open connection. Several programs may have the same journal open. They take
turns by its write lock, so that the first writes it back and the others find it there.
"""

from __future__ import annotations

import shlex
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from labeler.dataclass import dataclass
from labeler.journal.delivery_table import OPEN
from labeler.journal.models import DeliveryState, JournalError, JournalWriteFailed
from labeler.journal.schema import APPLICATION_ID
from labeler.storage.copies import copy_of_open_file, copy_whole, put_in_place, sync_directory
from labeler.storage.placement import SHM, WAL, Placement, file_id
from labeler.storage.sqlite_file import connect, connect_read_only, roll_back

_RESCUED: Final = ".rescued-"

_TURNS: Final = 5
"""How often a copy is made again because another program has written meanwhile."""

_KEPT: Final = (
    "SELECT id FROM changes",
    "SELECT id FROM reviews",
    "SELECT review_id, trace_id FROM items",
    "SELECT destination_id, reviewer, scope, trace_id, slot, text FROM drafts",
    "SELECT origin FROM trusted",
    "SELECT id, op, trace_id, assessment_id FROM deliveries",
    "SELECT id, state FROM deliveries WHERE state IN ('delivered', 'closed')",
    "SELECT id, server_id FROM deliveries WHERE server_id IS NOT NULL",
)
"""What another journal has to hold of this one to take its place: what was done, and how far it was delivered."""

_ATTEMPTS: Final = (
    "SELECT id, state, attempts, claimed_at_ms, coalesce(ambiguous_at_ms, 0) AS ambiguous_at_ms FROM deliveries"
)
"""What each delivery records about requests that were sent, or have to be sent again."""

_HOLDS_SOMETHING: Final = " UNION ALL ".join(
    f"SELECT 1 FROM {table}" for table in ("changes", "reviews", "drafts", "deliveries", "reviewers", "trusted")
)

_UNDELIVERED: Final = "SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'parked', 'refused')"

_READ_BACK_FIRST: Final = "UPDATE deliveries SET attempts = 1 WHERE attempts = 0 AND state = 'waiting'"
"""Marks deliveries as attempted: what lies at the old path may hold, and send, the same ones."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A journal that was taken away and is at `path` now. `sentence` tells the reviewer what happened."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class Rescued:
    """A rescued journal, and how many of its deliveries have not arrived. `sentence` says what to do."""

    path: Path
    undelivered: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.undelivered} deliveries wait in {self.path}, which was kept when this journal was removed or "
            f"replaced under a running program. To deliver them: {how_to_deliver(self.path)}"
        )


def how_to_deliver(rescued: Path) -> str:
    """Return the command that delivers what waits in a rescued journal."""
    return f"labeler sync --data-dir {shlex.quote(str(rescued.parent))}"


def go_on(journal: sqlite3.Connection, placement: Placement, home: Path) -> Moved:
    """Find or write a file that holds everything that `journal` reads: at `home`, if nothing else lies there.

    What lies there is left alone, unless it is this very database or a journal in which nothing was ever written.
    Raises `sqlite3.Error` and OSError when no file can be written; nothing has changed then. The file may be removed
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


@contextmanager
def read_by_its_log(placement: Placement) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a private copy of the open database and its log, made without the index.

    When an index is removed, the next program that opens the journal makes another one, and may begin the log anew.
    SQLite then looks through the old index for pages that are not there, and every statement fails. What was committed
    is in the database and its log alone. Source: https://www.sqlite.org/walformat.html, section 2.

    Raises OSError and `sqlite3.Error`, also where the system does not tell what this process has open.
    """
    descriptors = placement.descriptors
    if descriptors is None:
        raise sqlite3.OperationalError("what is open cannot be read")
    with tempfile.TemporaryDirectory(prefix="labeler-") as directory:
        copy = Path(directory, Path(placement.real).name)
        for suffix, descriptor in zip(("", WAL), descriptors, strict=True):
            copy_of_open_file(descriptor, copy.with_name(copy.name + suffix))
        with closing(connect(copy)) as journal:
            if (found := journal.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(found)
            yield journal


def keep_elsewhere(journal: sqlite3.Connection, path: Path, directory: Path, why: str) -> Moved:
    """Write everything that `journal` reads to `directory`, because `path` cannot be written; `why` says the reason.

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
    """Return the rescued journals beside the journal at `path` in which something is not delivered yet."""
    found = []
    for rescued in _rescued_beside(path):
        with suppress(sqlite3.Error, OSError), closing(connect_read_only(rescued)) as journal:
            undelivered = int(journal.execute(_UNDELIVERED).fetchone()[0])
            if undelivered:
                found.append(Rescued(rescued, undelivered))
    return found


def not_put_back(path: Path, error: Exception) -> JournalWriteFailed:
    """Make the error to raise while a journal that was taken away cannot be written back."""
    return JournalWriteFailed(
        f"Nothing can be saved now: the journal {path} was taken away while labeler was running, and cannot be written "
        f"back ({reason(error)}). Make room or make its directory writable. Do not leave before: what was saved "
        "earlier is held by this program alone"
    )


def lost(path: Path, first: Exception, second: Exception) -> JournalWriteFailed:
    """Make the error to raise at the end, with why it was not written back and why it was kept nowhere."""
    return JournalWriteFailed(
        f"The journal {path} was taken away while labeler was running. It could neither be written back "
        f"({reason(first.__cause__)}) nor to a directory for temporary files ({reason(second)}). What had not been "
        "delivered is lost"
    )


def reason(error: BaseException | None) -> str:
    """Return why something could not be written, as a phrase for parentheses."""
    match error:
        case JournalError():
            return "what was written there cannot be opened"
        case OSError(strerror=str(why)):
            return why
    return str(error)


def _copied(journal: sqlite3.Connection, path: Path) -> Path:
    """Write a copy of everything to a new directory beside `path`, where it can be used as it is. Return its path."""
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
    """Move the copy to `path` if nothing else lies there, or else leave it where it is."""
    try:
        sentence = _placed(copy, placement, path)
    except OSError:
        sentence = None
    if sentence is not None:
        return Moved(path, sentence)
    _read_back_first(copy)
    return Moved(copy, _told_of_occupied(path, copy))


def _placed(copy: Path, placement: Placement, path: Path) -> str | None:
    """Move the copy to `path` and return the sentence about it; None when something lies there that must stay."""
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
    """Remove this journal's log and index from beside another file at its path: SQLite would mix the two."""
    if file_id(placement.path) not in (None, placement.database):
        for suffix, own in ((WAL, placement.wal), (SHM, placement.shm)):
            if file_id(f"{placement.real}{suffix}") == own:
                Path(f"{placement.real}{suffix}").unlink(missing_ok=True)


def _placed_beside_other_log(copy: Path, path: Path) -> str | None:
    """Put the copy in place of this database, whose log was replaced. What was written to it since is kept aside."""
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
    """Find a file that holds all of `journal`: written back by another program, or copied there by somebody."""
    for other in (home, *_rescued_beside(home)):
        if other == own_copy or file_id(other) in (None, placement.database) or not _is_journal(other):
            continue
        with suppress(sqlite3.Error), closing(connect_read_only(other)) as there:
            if holds_all(there, journal):
                return Moved(other, _told_of_copy(other) if other == home else _told_of_occupied(home, other))
    return None


def holds_all(there: sqlite3.Connection, journal: sqlite3.Connection) -> bool:
    """Return whether `there` holds everything that `journal` does, and may take its place. Raises `sqlite3.Error`."""
    version = "PRAGMA user_version"
    if tuple(there.execute(version).fetchone()) != tuple(journal.execute(version).fetchone()):
        return False
    if not all(set(map(tuple, journal.execute(kept))) <= set(map(tuple, there.execute(kept))) for kept in _KEPT):
        return False
    theirs = {row["id"]: row for row in there.execute(_ATTEMPTS)}
    return all(_knows_as_much(theirs[row["id"]], row) for row in journal.execute(_ATTEMPTS))


def _knows_as_much(theirs: Any, ours: Any) -> bool:
    """Return whether a delivery's row in another journal records every request that its row in this one records.

    With fewer attempts, an undo would not know that the backend may have the answer, and would send no DELETE. Without
    the doubt, nobody would check for a request that took effect late. And a row that is still acknowledged would not
    be sent again, though it has to be.
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
    """Return the rescued journals beside the journal at `path`, the newest first, without that file itself."""
    found = sorted(path.parent.glob(f"{path.stem}{_RESCUED}*/{path.name}"), reverse=True)
    return [each for each in found if file_id(each) not in (None, file_id(path))]


def _holds_nothing(path: Path) -> bool:
    """Return whether this is an empty file, or a new journal in which nothing was ever written."""
    if not _is_journal(path):
        return path.is_file() and path.stat().st_size == 0
    if Placement.at(path).is_torn:
        return False  # what was written may be in a log that was removed
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
    """Keep other programs that have this journal open from writing. They check its place before they write."""
    journal.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        roll_back(journal)  # an error may have ended the transaction, and is what has to be told


def _version(journal: sqlite3.Connection) -> int:
    """Return a number that changes when another program commits."""
    return int(journal.execute("PRAGMA data_version").fetchone()[0])
