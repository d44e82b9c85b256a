"""A plain notebook of a review: what was said and where items stand, change after change, and what undo restores.

It knows nothing of the rules: it takes down what the journal's changes say, and compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from labeler.desk.desk import Desk
from labeler.domain.change import Act, Answer, AnswerEffect, Change
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.journal.async_journal import AsyncJournal

Cell: TypeAlias = tuple[str, str | None, str]
"""A trace, a span of it or None, and the name of a question or of a note."""

Said: TypeAlias = tuple[JsonValue, str]
"""A value and its comment, empty for none."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands: every answer, and the state of every item."""

    said: Mapping[Cell, Said]
    states: Mapping[str, ItemState]

    def about(self, trace_id: str, span_id: str | None = None) -> dict[str, Said]:
        """What is said about a trace, or about a span of it, by the name of the question."""
        return {name: said for (trace, span, name), said in self.said.items() if (trace, span) == (trace_id, span_id)}


@dataclass(frozen=True, slots=True)
class JournalSays:
    """What the journal has of a review."""

    changes: Sequence[Change]
    cells: Mapping[Cell, Said | None]
    states: Mapping[str, ItemState]
    drafts: Mapping[tuple[str, str], str]


async def journal_says(journal: AsyncJournal, desk: Desk) -> JournalSays:
    """Read all that the journal has of a review."""
    record = desk.record
    cells = await journal.run(journal.changes.answers, desk.destinations, record.spec.reviewer)
    return JournalSays(
        await journal.run(journal.changes.of_review, record.id),
        {cell: None if answer is None else said_by(answer) for cell, answer in cells.items()},
        await journal.run(journal.reviews.states, record.id),
        await journal.run(journal.reviews.drafts, record.id),
    )


def said_by(answer: Answer) -> Said:
    return answer.value, answer.comment or ""


@dataclass
class Notebook:
    """The page that is open, the pages that undo goes back to, and those that redo brings again, the next one last."""

    page: Page
    before: list[Page] = field(default_factory=list)
    after: list[Page] = field(default_factory=list)
    _choice: tuple[Page, AnswerEffect] | None = None
    """The page on which a choice of several was begun, and what all of it comes to, while it can go on."""
    _read: int = 0

    def take_down(self, changes: Sequence[Change]) -> list[Change]:
        """Take down what is new in the log; return that."""
        new = list(changes[self._read :])
        for change in new:
            self._take_down(change)
        self._read = len(changes)
        return new

    def _take_down(self, change: Change) -> None:
        was, self.page = self.page, _turned(self.page, change)
        if change.act is Act.UNDO:
            assert self.page == self.before.pop(), "undo takes back the last step, and nothing else"
            self.after.append(was)
        elif change.act is Act.REDO:
            assert self.page == self.after.pop(), "redo brings again what was undone last"
            self.before.append(was)
        else:
            self._add_step(change, was)
            self.after.clear()
            return
        self._choice = None

    def _add_step(self, change: Change, was: Page) -> None:
        """Add a page to go back to: one for all of a choice of several, none where an option is off again."""
        first = change.effects[0]
        if change.act is not Act.CHOOSE or self._choice is None:
            self.before.append(was)
            is_choice = change.act is Act.ANSWER and isinstance(first, AnswerEffect)
            self._choice = (was, first) if is_choice and isinstance(first, AnswerEffect) else None
            return
        begun_on, all_of_it = self._choice
        if self.before and self.before[-1] is begun_on:
            self.before.pop()
        if isinstance(first, AnswerEffect):
            all_of_it = AnswerEffect(
                all_of_it.trace_id, all_of_it.question, all_of_it.kind, all_of_it.before, first.after, all_of_it.span_id
            )
        self._choice = begun_on, all_of_it
        if all_of_it.before != all_of_it.after or self.page.states != begun_on.states:
            self.before.append(begun_on)


def _turned(page: Page, change: Change) -> Page:
    """The page after a change, each of whose effects has to begin with what stands there."""
    said, states = dict(page.said), dict(page.states)
    for effect in change.effects:
        if not isinstance(effect, AnswerEffect):
            assert states[effect.trace_id] is effect.before
            states[effect.trace_id] = effect.after
            continue
        cell = effect.trace_id, effect.span_id, effect.question
        stood = None if effect.before is None else said_by(effect.before)
        assert said.get(cell) == stood, f"{cell} was {said.get(cell)}, and not {stood}"
        said.pop(cell, None)
        if effect.after is not None:
            said[cell] = said_by(effect.after)
    return Page(said, states)
