"""Brings the traces of files into the embedded store: the first before the screen opens, the rest while it is open."""

from __future__ import annotations

import asyncio
import hashlib
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from labeler.backends.base import BackendError
from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_message
from labeler.delivery.listing import ListedTrace
from labeler.desk.desk import Desk
from labeler.desk.events import ItemsAdded
from labeler.domain.change import TracePlace
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, other_spelling
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import JournalError
from labeler.labels.labelled_path import is_labelled_name
from labeler.reading.files.entry import Problem, Remark

_BATCH_BYTES: Final = 1 << 23
_BATCH_TRACES: Final = 500
_FIRST_BYTES: Final = 1 << 20
_FIRST_TRACES: Final = 50
"""So much is imported before the screen opens: more than anybody reads while the rest comes in."""

_SWITCH_S: Final = 0.001
"""Seconds after which reading lets a key through. With Python's usual 5 ms keys took half as long again as alone."""

_CHUNK: Final = 1 << 20
_NEXT_FILE: Final = b"\0next file\0"
_LABELS_BEHIND_ALL: Final = re.compile(rb', "(?:labels|labeler_labels)": \[.*\](\}\s*)\Z', re.DOTALL)
"""The labels in a row of JSON Lines, where labeler puts them."""


class FileImport:
    """The import of what is read of files.

    `found` are traces, and in between sentences about what could not be read or should be known; reading goes on in a
    thread, one batch at a time. `place_of` returns where in the files a trace that was found stands. `when_read` is
    called once all is read and may raise `CommandFailed`. With `beside`, only the first traces come before the screen.
    """

    def __init__(
        self,
        found: Iterator[RawTrace | Problem | Remark],
        place_of: Callable[[str], TracePlace | None],
        when_read: Callable[[], None],
        *,
        beside: bool,
    ) -> None:
        self.is_read = False
        """Whether everything was read."""
        self._batches = _batches(found, self._note)
        self._place_of = place_of
        self._when_read = when_read
        self._beside = beside
        self._first: list[str] = []
        self._sentences: list[str] = []
        self._printed = 0
        self._reading: asyncio.Task[list[RawTrace] | None] | None = None

    async def begin(self, store: LocalStore, journal: AsyncJournal, cache: AsyncCache) -> None:
        """Import what the screen opens with. Raises `CommandFailed` where there is no trace to open it with."""
        self._store, self._journal, self._cache = store, journal, cache
        with ProgressBar("importing") as progress:
            while (batch := await self._next()) is not None:
                await self._import(batch)
                self._first += [trace.summary.id for trace in batch]
                progress.show(len(self._first), len(self._first))
                if self._beside:
                    break
        self.print_sentences()

    async def bring_first(self, desk: Desk) -> None:
        """Put into the worklist what was imported before the screen opens."""
        await self._take_in(self._first, desk)

    async def bring_rest(self, desk: Desk) -> None:
        """Say what was left out, and import the rest in the background. To be cancelled when the screen closes."""
        told = self._say_to(desk, 0)
        desk.intake.has_more_coming = not self.is_read
        usual_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_S)
        try:
            while (batch := await self._next()) is not None:
                await self._import(batch)
                await self._take_in([trace.summary.id for trace in batch], desk)
        except (CommandFailed, BackendError, JournalError) as error:
            self._sentences.append(f"{str(error).rstrip('.')}.")
        finally:
            sys.setswitchinterval(usual_s)
            desk.intake.has_more_coming = False
        desk.on_event(ItemsAdded(0))
        self._say_to(desk, told)

    async def finish(self) -> None:
        """Read what is left without importing it, so that everything is known of the file. Raises `CommandFailed`."""
        read = 0
        with ProgressBar("reading the rest") as progress:
            while (batch := await self._next()) is not None:
                read += len(batch)
                progress.show(read, read)
        self.print_sentences()

    def print_sentences(self) -> None:
        """Print what was not printed yet of what could not be read, and why."""
        for sentence in self._sentences[self._printed :]:
            print_message(sentence)
        self._printed = len(self._sentences)

    def _note(self, found: Problem | Remark) -> None:
        self._sentences.append(found.sentence)

    def _say_to(self, desk: Desk, told: int) -> int:
        """Tell the reviewer what came up since `told` sentences, in one; return how many there are now."""
        new = self._sentences[told:]
        if new:
            more = f" And {len(new) - 1:,} more, named on leaving." if len(new) > 1 else ""
            desk.tell(f"{new[0]}{more}")
        return len(self._sentences)

    async def _import(self, batch: Sequence[RawTrace]) -> None:
        """Import traces with the labels in their rows, which the cache is told: it may have the traces from before."""
        taken = await _without_known_labels(batch, self._journal)
        await self._store.import_traces(taken)
        if labelled := [each.summary.id for each in taken if each.summary.assessments]:
            at_ms = wall_clock_ms()
            summaries = [replace(each, read_at_ms=at_ms) for each in await self._store.summaries(labelled)]
            home = Destination(self._store.uri, self._store.workspace, "")
            await self._cache.run(Cache.put_summaries, home, summaries)

    async def _take_in(self, trace_ids: Sequence[str], desk: Desk) -> None:
        summaries = await self._store.summaries(trace_ids)
        listed = [ListedTrace(each, place=self._place_of(each.id)) for each in summaries]
        await desk.take_in(listed, only_unlabelled=False)
        earlier = {other: each for each in trace_ids if (other := other_spelling(each)) is not None}
        if earlier:
            await desk.intake.take_over_deferrals(earlier)
            desk.on_event(ItemsAdded(0))

    async def _next(self) -> list[RawTrace] | None:
        """Return the next traces, or None after the last. What is being read when this is cancelled comes next time."""
        if self.is_read:
            return None
        if self._reading is None:
            self._reading = asyncio.create_task(asyncio.to_thread(next, self._batches, None))
        try:
            batch = await asyncio.shield(self._reading)
        except asyncio.CancelledError:
            raise
        except BaseException:  # what was read until then is known, and its labels can be asked for
            self._end()
            raise
        self._reading = None
        if batch is None:
            self._end()
        return batch

    def _end(self) -> None:
        self._reading = None
        self.is_read = True
        self._when_read()


async def _without_known_labels(batch: Sequence[RawTrace], journal: AsyncJournal) -> list[RawTrace]:
    """Return traces without the labels in their rows that were given here: what became of those the journal knows."""
    ids = {label.id for trace in batch for label in trace.summary.assessments if label.id}
    known = await journal.run(journal.imported.journaled, ids) if ids else {}
    if not known:
        return list(batch)

    def unknown(trace: RawTrace) -> RawTrace:
        labels = tuple(label for label in trace.summary.assessments if label.id not in known)
        return replace(trace, summary=replace(trace.summary, assessments=labels))

    return [unknown(trace) for trace in batch]


def are_regular_files(targets: Sequence[str]) -> bool:
    """Return whether every target is a file that can be read twice: no directory, no pipe."""
    try:
        return all(stat.S_ISREG(Path(target).stat().st_mode) for target in targets)
    except OSError:
        return False


def content_digest(targets: Sequence[str], *options: object) -> str:
    """Return what tells the content of files, read with these options, from any other. Raises `CommandFailed`.

    A labelled file of JSON Lines is the file without its labels: what is said in one sitting makes it no other one.
    """
    digest = hashlib.sha256(repr(options).encode())
    for number, target in enumerate(targets):
        if number:
            digest.update(_NEXT_FILE)
        try:
            with Path(target).open("rb") as file:
                if is_labelled_name(Path(target).name):
                    for line in file:
                        digest.update(_LABELS_BEHIND_ALL.sub(rb"\1", line))
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise CommandFailed(ExitCode.USAGE, f"{target} cannot be read: {error.strerror or error}") from None
    return digest.hexdigest()


def _batches(
    found: Iterator[RawTrace | Problem | Remark], note: Callable[[Problem | Remark], None]
) -> Iterator[list[RawTrace]]:
    """Yield the traces in lists that memory holds with ease, a short one first, and note what is said in between."""
    batch: list[RawTrace] = []
    size, most_bytes, most_traces = 0, _FIRST_BYTES, _FIRST_TRACES
    for each in found:
        if not isinstance(each, RawTrace):
            note(each)
            continue
        batch.append(each)
        size += len(each.payload)
        if size >= most_bytes or len(batch) >= most_traces:
            yield batch
            batch, size, most_bytes, most_traces = [], 0, _BATCH_BYTES, _BATCH_TRACES
    if batch:
        yield batch
