"""What there is to review, as the start screen is given it, and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from labeler.dataclass import dataclass
from labeler.tui.widgets.choice_list import Offer


@dataclass(frozen=True, slots=True)
class Guess:
    """A reviewer ID proposed, and where it comes from. `settled`: it need not be asked for."""

    reviewer: str
    origin: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What will be asked: a line a question, and where the questions come from."""

    lines: Sequence[str]
    origin: str


@dataclass(frozen=True, slots=True)
class Begin:
    """What the reviewer chose."""

    reviewer: str
    offer: Offer


@dataclass(frozen=True, slots=True)
class DrawAgain:
    """The sample of this worklist is to be drawn anew."""


class Menu(Protocol):
    """What there is to review. Every method may raise; the exception's message is shown where the step is tried again.

    `find` lists it for a reviewer, `count` says what an offer is and how much there is of it, `preview` what it asks.
    """

    async def find(self, reviewer: str) -> Sequence[Offer]: ...

    async def count(self, offer: Offer) -> str: ...

    async def preview(self, offer: Offer) -> Preview: ...
