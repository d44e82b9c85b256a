"""Which decision stands about a case: the journal's word while it is on its way, else what the backend said last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from labeler.agreement.level import Value
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.adjudication import decision_that_counts
from labeler.domain.answer_metadata import answer_of, comment_of
from labeler.domain.assessment import Assessment, same_reviewer
from labeler.domain.change import Answer, AnswerEffect, Change
from labeler.domain.trace import TraceSummary
from labeler.domain.value import JsonValue
from labeler.domain.value_words import value_words
from labeler.journal.models import Delivery, DeliveryState
from labeler.reading.sanitise import one_line
from labeler.sprint.adjudication import Case, decisions_in

NO_RIGHT_ANSWER: Final = "no right answer"
"""What a decision without a value is called."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that stands. `value` is None where no answer is right; `is_mine`: given by this lead."""

    value: JsonValue
    by: str
    comment: str
    assessment_id: str
    is_mine: bool


def stored(value: Value) -> JsonValue:
    """Return what people said as a decision has it."""
    return list(value) if isinstance(value, tuple) else value


def decided_words(decided: Decided, case: Case) -> str:
    """Return what was decided, as the question calls it, as display text."""
    if decided.value is None:
        return NO_RIGHT_ANSWER
    return one_line(value_words(decided.value, case.question), 60)


class StandingDecisions:
    """The decisions of one sprint, by trace ID and question.

    `mine` are this lead's as the journal has them, `changes` all that the lead did, and `renamed` the IDs that
    decisions had to be given in place of their first ones: none of these is used again.
    """

    def __init__(
        self,
        sprint: str,
        reviewer: str,
        mine: Mapping[tuple[str, str], Answer],
        changes: Iterable[Change],
        renamed: Mapping[str, str],
    ) -> None:
        self._sprint = sprint
        self._reviewer = reviewer
        self._mine = dict(mine)
        self._own = {
            (effect.after.assessment_id, effect.after.answered_at_ms)
            for change in changes
            for effect in change.effects
            if isinstance(effect, AnswerEffect) and effect.after is not None
        }
        self._renamed = {*renamed, *renamed.values()}
        self._taken_back: set[str] = set()
        self._rows: dict[tuple[str, str], list[Assessment]] = {}
        self._counting: dict[tuple[str, str], Assessment] = {}
        """Which of the rows counts, where one does."""
        self._seen_ids: set[str] = set()
        self._arrived_ms: dict[tuple[str, str], int] = {}
        self._read_ms: dict[str, int] = {}

    def of(self, key: tuple[str, str]) -> Decided | None:
        """Return the decision that stands about a case, None where it is open."""
        mine = self._mine.get(key)
        if mine is not None and not self._is_read_back(key):
            return Decided(mine.value, self._reviewer, mine.comment or "", mine.assessment_id, is_mine=True)
        counts = self._counting.get(key)
        if counts is None:
            return None
        is_mine = same_reviewer(counts.source.id, self._reviewer)
        return Decided(counts.value, counts.source.id, comment_of(counts) or "", counts.id, is_mine)

    def mine(self, key: tuple[str, str]) -> Answer | None:
        """Return this lead's decision, where it stands."""
        found, mine = self.of(key), self._mine.get(key)
        return mine if found is not None and mine is not None and found.assessment_id == mine.assessment_id else None

    def answer(self, key: tuple[str, str]) -> Answer | None:
        """Return the decision that a new one takes the place of, whoever gave it."""
        found = self.of(key)
        if found is None or (mine := self.mine(key)) is not None:
            return None if found is None else mine
        row = next(each for each in self._rows[key] if each.id == found.assessment_id)
        return answer_of(row, row.value)

    def is_taken(self, assessment_id: str) -> bool:
        """Return whether a decision of this ID was ever given, as far as that is known here."""
        return any(assessment_id in known for known in (self._own_ids, self._seen_ids, self._renamed))

    @property
    def _own_ids(self) -> set[str]:
        return {assessment_id for assessment_id, _ in self._own}

    def is_own(self, answer: Answer) -> bool:
        """Return whether this lead gave a decision here: another lead's may have an ID that was meant for it."""
        return (answer.assessment_id, answer.answered_at_ms) in self._own

    def read_at_ms(self, trace_id: str, otherwise: int) -> int:
        """Return when a trace was read last, in milliseconds since the epoch."""
        return self._read_ms.get(trace_id, otherwise)

    def decided(self, key: tuple[str, str], answer: Answer | None) -> None:
        """Note what this lead decided just now; None: that a decision was taken back."""
        self._arrived_ms.pop(key, None)
        if answer is None:
            if (gone := self._mine.pop(key, None)) is not None:
                self._taken_back.add(gone.assessment_id)
                self._keep(key, _without(self._rows.get(key, ()), gone.assessment_id))
        else:
            self._taken_back.discard(answer.assessment_id)
            self._mine[key] = answer
            self._own.add((answer.assessment_id, answer.answered_at_ms))

    def arrived(self, key: tuple[str, str], at_ms: int) -> None:
        """Note that this lead's decision has reached the backend: what is read after that counts."""
        self._arrived_ms[key] = at_ms

    def settled(self, key: tuple[str, str], delivery: Delivery, now_ms: int) -> bool:
        """Note how the delivery of a decision ended; tells whether another lead's came before the one that stood."""
        mine, assessment_id = self._mine.get(key), delivery.assessment_id
        if mine is None or assessment_id is None:
            return False
        if delivery.state is DeliveryState.WAITING and assessment_id not in self._own_ids:
            self._mine[key] = replace(mine, assessment_id=assessment_id)  # what it overrode is gone
            self._own.add((assessment_id, mine.answered_at_ms))
        elif assessment_id == mine.assessment_id and delivery.state is DeliveryState.DELIVERED:
            self.arrived(key, now_ms)
        elif assessment_id == mine.assessment_id and delivery.state is DeliveryState.CLOSED:
            del self._mine[key]
            return True
        return False

    def read(self, summary: TraceSummary) -> list[tuple[str, str]]:
        """Take in what is said about a trace. Return the cases in which this lead's decision counts no more."""
        self._read_ms[summary.id] = summary.read_at_ms
        found = decisions_in([summary.assessments], self._sprint)
        for key, rows in found.items():
            for gone in [each.id for each in rows if each.id in self._taken_back]:
                found[key] = _without(found[key], gone)
        for key in {key for key in self._rows if key[0] == summary.id} | found.keys():
            self._keep(key, found.get(key, []))
        for rows in found.values():
            self._seen_ids |= {name for each in rows for name in (each.id, each.metadata.get(answer_metadata.ID, ""))}
        lost = [
            key
            for key, mine in self._mine.items()
            if key[0] == summary.id and self._is_read_back(key) and not self._counts(key, mine)
        ]
        for key in lost:
            del self._mine[key]
        return lost

    def _keep(self, key: tuple[str, str], rows: list[Assessment]) -> None:
        self._rows[key] = rows
        self._counting.pop(key, None)
        if (counts := decision_that_counts(rows)) is not None:
            self._counting[key] = counts

    def _counts(self, key: tuple[str, str], mine: Answer) -> bool:
        """Return whether the row that counts is this lead's decision, whatever the server calls it."""
        row = self._counting.get(key)
        if row is None or not same_reviewer(row.source.id, self._reviewer):
            return False
        return mine.assessment_id in (row.id, row.metadata.get(answer_metadata.ID))

    def _is_read_back(self, key: tuple[str, str]) -> bool:
        arrived_ms = self._arrived_ms.get(key)
        return arrived_ms is not None and self._read_ms.get(key[0], -1) >= arrived_ms


def _without(rows: Iterable[Assessment], assessment_id: str) -> list[Assessment]:
    """Return the rows as they will be once one is deleted: what it overrides stands again."""
    kept = [each for each in rows if each.id != assessment_id]
    below = next((each.overrides for each in rows if each.id == assessment_id), None)
    return [replace(each, valid=True) if each.id == below else each for each in kept]
