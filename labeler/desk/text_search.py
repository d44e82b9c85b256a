"""Searches the traces of a worklist for a text, whole as far as they are in the cache, off the event loop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import groupby, islice
from typing import Final

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.dataclass import dataclass
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace
from labeler.reading.document import Block, BlockKind
from labeler.reading.layout import lay_out
from labeler.reading.message import Role
from labeler.reading.read import read_conversation
from labeler.reading.wire.spans import SpansOfAnother

_READ_AT_ONCE: Final = 50
"""Traces that are taken out of the cache together: what else wants the cache waits as long."""

_WORDS: Final = re.compile(r"[a-z0-9]+")
_SAID_BY: Final = frozenset({Role.USER.value, Role.ASSISTANT.value, ""})
_SAID_IN: Final = frozenset({BlockKind.PROSE, BlockKind.CODE, BlockKind.JSON, BlockKind.FIELD, BlockKind.ERROR})


@dataclass(frozen=True, slots=True)
class Searched:
    """Some traces that were searched whole: how many, and those of them with the text in their request or response."""

    whole: int
    found: frozenset[str]


async def search_whole(
    cache: AsyncCache, destination_of: Callable[[str], Destination], trace_ids: Sequence[str], text: str
) -> AsyncIterator[Searched]:
    """Search those of these traces that are in the cache, in their order and some at a time."""
    for home, there in groupby(trace_ids, destination_of):
        while some := list(islice(there, _READ_AT_ONCE)):
            raws = await cache.run(Cache.stored, home, some)
            found = frozenset([raw.summary.id for raw in raws if await asyncio.to_thread(has_text, raw, text)])
            yield Searched(len(raws), found)


def has_text(raw: RawTrace, text: str) -> bool:
    """Return whether a text stands in what was asked or answered in a trace, in upper or lower case.

    A trace is read only where the longest word of the text is somewhere in it: most are not.
    """
    sought = text.casefold()
    word = max(_WORDS.findall(sought), key=len, default="")
    if word.encode() not in raw.payload.lower():
        return False
    try:
        document = lay_out(read_conversation(raw), "")
    except SpansOfAnother:
        return False
    return any(sought in block.plain_text.casefold() for block in document.blocks if _is_said(block))


def _is_said(block: Block) -> bool:
    return block.role in _SAID_BY and block.kind in _SAID_IN
