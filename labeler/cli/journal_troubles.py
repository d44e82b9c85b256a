"""What is said of the journal's troubles while a screen is open, and once more when it has closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from labeler.cli.output import print_message
from labeler.journal.async_journal import AsyncJournal


@contextmanager
def troubles_told(journal: AsyncJournal, tell: Callable[[str], None]) -> Iterator[None]:
    """Have a screen `tell` of the journal's troubles at once, and print them when it has closed."""
    told: list[str] = []
    tell_without_screen = journal.on_trouble

    def tell_on_screen(sentence: str) -> None:
        told.append(sentence)
        tell(sentence)

    journal.on_trouble = tell_on_screen
    try:
        yield
    finally:
        journal.on_trouble = tell_without_screen
        for sentence in told:
            print_message(sentence)
