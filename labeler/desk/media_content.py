"""The content of media: bytes that were recorded in the trace itself, or stored beside it as attachments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.attachments import AttachmentAway
from labeler.desk.remote import Remote
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import JournalError
from labeler.reading.media.detect import attachment_address
from labeler.reading.media.inline_bytes import UnreadableContent, is_recorded, recorded_bytes
from labeler.reading.sanitise import one_line

_LONGEST_ADDRESS = 200


class ContentAway(Exception):
    """The content cannot be had now. The message is a sentence of display text."""


class Contents:
    """Get the content of media, and remember which programs may show it. `remote` fetches what is not cached."""

    def __init__(
        self,
        cache: AsyncCache,
        journal: AsyncJournal,
        destination_of: Callable[[str], Destination],
        remote: Remote,
    ) -> None:
        self._cache = cache
        self._journal = journal
        self._destination_of = destination_of
        self._remote = remote

    async def of(self, uri: str, trace_id: str) -> bytes:
        """Return the bytes of a media block of this trace, by its `uri`. Only MLflow's attachments are ever fetched.

        Raises `ContentAway`.
        """
        try:
            if is_recorded(uri):
                return await asyncio.to_thread(recorded_bytes, uri)
            if (named := attachment_address(uri)) is not None:
                return await self._attachment(trace_id, *named)
        except (UnreadableContent, AttachmentAway) as error:
            raise ContentAway(one_line(str(error), 2 * _LONGEST_ADDRESS)) from error
        if not uri:
            raise ContentAway("Only a placeholder of this was recorded; there is nothing to open.")
        raise ContentAway(f"Only its address was recorded, which is not opened: {one_line(uri, _LONGEST_ADDRESS)}")

    async def may_run(self, program: str) -> bool:
        """Return whether the reviewer has agreed that this program opens media."""
        return _agreement(program) in await self._journal.run(self._journal.remembered.trusted)

    async def agree(self, program: str) -> None:
        """Remember that the reviewer has agreed to a program. Raises `ContentAway` if that cannot be stored."""
        try:
            await self._journal.run(self._journal.remembered.trust, _agreement(program))
        except JournalError as error:
            raise ContentAway(str(error)) from error

    async def _attachment(self, here: str, trace_id: str, path: str, size: int | None) -> bytes:
        """Return an attachment. It is named by the trace that it was recorded with, which may be an earlier turn."""
        owner = trace_id or here
        kept = await self._cache.run(Cache.attachment, self._destination_of(here), owner, path)
        is_it = kept is not None and size in (None, len(kept))
        return kept if kept is not None and is_it else await self._remote.attachment(owner, path, size)


def _agreement(program: str) -> str:
    return f"viewer {program}"
