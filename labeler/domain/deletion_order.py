"""In which order assessments of one person are deleted, so that none of them becomes valid again by that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from labeler.domain.assessment import Assessment


def in_deletion_order(doomed: Sequence[Assessment], rows: Sequence[Assessment]) -> Iterator[Assessment]:
    """Yield what has to be deleted, in order, so that none of `doomed` counts and nothing of theirs does again.

    Deleting an assessment makes valid again what it overrides, so that goes first, as far as it is among `rows`, which
    are the person's; what is not theirs is left to that.
    """
    by_id = {each.id: each for each in rows}
    yielded: set[str] = set()
    for each in doomed:
        for retired in reversed(list(_chain(each, by_id))):
            if retired.id not in yielded:
                yielded.add(retired.id)
                yield retired


def _chain(top: Assessment, rows: Mapping[str, Assessment]) -> Iterator[Assessment]:
    """Yield an assessment, what it overrides, and so on. A backend may tell of a circle: each comes once."""
    seen: set[str] = set()
    current: Assessment | None = top
    while current is not None and current.id not in seen:
        seen.add(current.id)
        yield current
        current = None if current.overrides is None else rows.get(current.overrides)
