"""Answers about what was asked: IDs in paths, answers about something else, and listings that do not end.

Between labeler and a server there may be a cache, a gateway or a proxy. One that answers with what was asked for by
somebody else is asked again once, past all caches, and then not believed.
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
    """An answer about something else than was asked."""


async def ask(transport: Transport, question: Callable[[Transport], Awaitable[T]]) -> T:
    """What `question` is answered; asked again past all caches when the answer is a `WrongAnswer`."""
    try:
        return await question(transport)
    except WrongAnswer:
        return await question(transport.past_caches)


def check_about(what: str, asked: str, told: str, trace_id: str | None = None) -> None:
    """Raise `WrongAnswer` when an answer is not about the ID that was asked."""
    if asked != told:
        raise WrongAnswer(
            f"What was answered about the {what} {short_id(asked)} is about another one, {short_id(told)}; {_MIXED_UP}",
            trace_id,
        )


def why_not_asked(identifier: str) -> str:
    """Why no request can carry an ID in its path, as the end of a sentence that it begins; empty where one can."""
    if identifier in (".", "..") or "/" in identifier:
        return "cannot stand in an address: it is a path, not an ID"
    return why_no_id(identifier)


def segment(identifier: str) -> str:
    """An ID that `why_not_asked` has nothing against, as a part of a path."""
    return quote(identifier, safe="")


class Cautions:
    """Sentences that whoever reads from the backend should see, each told once."""

    def __init__(self) -> None:
        self._told: dict[str, None] = {}
        self._pending: list[str] = []
        self._more = 0

    def add(self, sentence: str) -> None:
        if sentence in self._told:
            return
        if len(self._told) >= _CAUTIONS_KEPT:
            self._more += 1
            return
        self._told[sentence] = None
        self._pending.append(sentence)

    def take(self) -> list[str]:
        """Those that were not taken yet."""
        taken = [*self._pending, f"And {self._more:,} more like these."] if self._more else self._pending
        self._pending, self._more = [], 0
        return taken

    def possible(self, trace_ids: Iterable[str]) -> set[str]:
        """Those of listed trace IDs that can be asked for; of each other it is told that it was left out."""
        possible = set[str]()
        for trace_id in trace_ids:
            if why := why_not_asked(trace_id):
                self.add(f"The server lists a trace that was left out: its ID {short_id(trace_id)} {why}.")
            else:
                possible.add(trace_id)
        return possible


class Listing:
    """One listing on its way: what came of it, and whether asking for another page can bring anything more.

    A server, or a gateway before it, may hand out page tokens in a circle, or pages that hold what came already.
    Either ends the listing, with a caution that it may not be whole.
    """

    def __init__(self, what: str, cautions: Cautions) -> None:
        self._what = what
        self._cautions = cautions
        self._seen = set[Hashable]()
        self._asked = set[Hashable]()

    def fresh(self, members: Iterable[T], key: Callable[[T], Hashable]) -> list[T]:
        """Those of a page's members that did not come before, each once; they have come from now on."""
        new = {key(member): member for member in reversed(list(members))}
        fresh = [member for named, member in reversed(new.items()) if named not in self._seen]
        self._seen.update(new)
        return fresh

    def leads_to(self, page: Hashable) -> bool:
        """Whether this page was not asked for yet; it has been from now on."""
        is_new = page not in self._asked
        self._asked.add(page)
        return is_new

    def end_early(self) -> None:
        """It goes in a circle: say so."""
        self._cautions.add(
            f"The list of {self._what} may be incomplete: after {len(self._seen):,} of them the server went on with "
            "pages that hold nothing new. What came can be used; try again later, or ask whoever runs the server or "
            "a proxy before it."
        )


async def paged(
    listing: Listing, page_at: Callable[[str], Awaitable[tuple[list[T], str]]], key: Callable[[T], Hashable]
) -> AsyncIterator[list[T]]:
    """The members of a listing, each once, page by page. `page_at` a token: the members and the next token, if any."""
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
