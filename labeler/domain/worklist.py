"""Worklists: which traces a review is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ItemState(StrEnum):
    """Where an item of a worklist stands. Partly answered and flagged are told by its answers."""

    OPEN = "open"
    LABELLED = "labelled"
    DEFERRED = "deferred"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Query:
    """A search for traces. `filter` is in the backend's own language and passed through.

    `since_ms` and `until_ms` (both inclusive) bound the request time in milliseconds since the epoch;
    `until_ms` pins the snapshot. `order_by` empty: newest first.
    """

    experiment_ids: tuple[str, ...]
    filter: str = ""
    order_by: tuple[str, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    limit: int | None = None
