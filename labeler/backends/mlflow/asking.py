"""Checks that responses match their requests: IDs in paths, responses about something else, listings without an end.

Between labeler and the server there may be a cache, a gateway or a proxy. When one of them returns the response to
somebody else's request, the request is repeated once, past all caches; a second mismatch is an error.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable
from typing import Final, TypeVar
from urllib.parse import quote

from labeler.backends.base import Malformed
from labeler.backends.mlflow.transport import Transport
from labeler.domain.trace import short_id, why_no_id

T = TypeVar("T")

_CAUTIONS_KEPT: Final = 20
_MIXED_UP: Final = "a cache or a proxy before the server may mix them up"


class WrongAnswer(Malformed):
    """A response that is about something else than the request."""


async def ask(transport: Transport, question: Callable[[Transport], Awaitable[T]]) -> T:
    """Make a request, and repeat it past all caches if it raises `WrongAnswer`. Raises what the repetition raises.

    `question` makes the request with the transport that it is given, and returns what it read from the response.
    """
    try:
        return await question(transport)
    except WrongAnswer:
        return await question(transport.past_caches)


def check_about(what: str, asked: str, told: str, trace_id: str | None = None) -> None:
    """Raise `WrongAnswer` unless the response is about the ID that was asked for.

    `what` names its kind (``trace``), and `trace_id` the trace that the error concerns, if it is one alone.
    """
    if asked != told:
        raise WrongAnswer(
            f"What was answered about the {what} {short_id(asked)} is about another one, {short_id(told)}; {_MIXED_UP}",
            trace_id,
        )


def why_not_asked(identifier: str) -> str:
    """Return why no request can have this ID in its path, as the end of a sentence about the ID; empty if one can."""
    if identifier in (".", "..") or "/" in identifier:
        return "cannot stand in an address: it is a path, not an ID"
    return why_no_id(identifier)


def segment(identifier: str) -> str:
    """Return an ID as a segment of a path. It must be one for which `why_not_asked` returns nothing."""
    return quote(identifier, safe="")


class Cautions:
    """Collects sentences that the reader of the results should see, each once. After the first 20 it only counts."""

    def __init__(self) -> None:
        self._told: dict[str, None] = {}
        self._pending: list[str] = []
        self._more = 0

    def add(self, sentence: str) -> None:
        """Add a sentence, unless it was added before."""
        if sentence in self._told:
            return
        if len(self._told) >= _CAUTIONS_KEPT:
            self._more += 1
            return
        self._told[sentence] = None
        self._pending.append(sentence)

    def take(self) -> list[str]:
        """Return the sentences that were added since the last call."""
        taken = [*self._pending, f"And {self._more:,} more like these."] if self._more else self._pending
        self._pending, self._more = [], 0
        return taken

    def possible(self, trace_ids: Iterable[str]) -> set[str]:
        """Return those of listed trace IDs that a request can name. Add a sentence about each that is left out."""
        possible = set[str]()
        for trace_id in trace_ids:
            if why := why_not_asked(trace_id):
                self.add(f"The server lists a trace that was left out: its ID {short_id(trace_id)} {why}.")
            else:
                possible.add(trace_id)
        return possible


class Listing:
    """Keeps track of one listing: which members have arrived, and whether another page can bring new ones.

    A server, or a gateway in front of it, may repeat page tokens or pages endlessly. Either ends the listing, with a
    caution that it may be incomplete.
    """

    def __init__(self, what: str, cautions: Cautions) -> None:
        self._what = what
        self._cautions = cautions
        self._seen = set[Hashable]()
        self._asked = set[Hashable]()

    def fresh(self, members: Iterable[T], key: Callable[[T], Hashable]) -> list[T]:
        """Return the members of a page that are new, each once, and remember them by their `key`."""
        new = {key(member): member for member in reversed(list(members))}
        fresh = [member for named, member in reversed(new.items()) if named not in self._seen]
        self._seen.update(new)
        return fresh

    def leads_to(self, page: Hashable) -> bool:
        """Return whether this page was not requested before, and remember it as requested."""
        is_new = page not in self._asked
        self._asked.add(page)
        return is_new

    def end_early(self) -> None:
        """Add the caution that the pages repeat, so that the listing may be incomplete."""
        self._cautions.add(
            f"The list of {self._what} may be incomplete: after {len(self._seen):,} of them the server went on with "
            "pages that hold nothing new. What came can be used; try again later, or ask whoever runs the server or "
            "a proxy before it."
        )


async def paged(
    listing: Listing, page_at: Callable[[str], Awaitable[tuple[list[T], str]]], key: Callable[[T], Hashable]
) -> AsyncIterator[list[T]]:
    """Yield the members of a listing page by page, each once.

    `page_at` takes a page token, empty for the first page, and returns that page's members and the next token, empty
    after the last page. `key` identifies a member.
    """
    token = ""
    while True:
        members, token = await page_at(token)
        fresh = listing.fresh(members, key)
        if fresh:
            yield fresh
        if not token:
            return
        if not fresh or not listing.leads_to(token):
            listing.end_early()
            return
