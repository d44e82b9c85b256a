"""Fetches attachments of traces into the cache when somebody wants to see one."""

from __future__ import annotations

from labeler.backends.base import Backend, BackendError
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.domain.destination import Destination


class AttachmentAway(Exception):
    """The attachment cannot be fetched now. The message is a sentence."""


async def bring_attachment(
    backend: Backend | None, cache: AsyncCache, trace_id: str, path: str, size: int | None
) -> bytes:
    """Fetch an attachment and put it into the cache beside its trace. Return its bytes.

    `size` is how many bytes it has, if known; `backend` is None while there is no connection yet.

    Raises `AttachmentAway`.
    """
    if backend is None:
        raise AttachmentAway("The backend cannot be reached; this was not fetched before. Nothing else is affected.")
    try:
        content = await backend.attachment(trace_id, path, size)
    except BackendError as error:
        raise AttachmentAway(f"It could not be fetched: {str(error).rstrip('.')}.") from error
    await cache.run(Cache.put_attachment, Destination(backend.uri, backend.workspace, ""), trace_id, path, content)
    return content
