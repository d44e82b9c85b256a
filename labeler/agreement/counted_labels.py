"""Which labels count: the newest valid answer of each person to each question, and what was left out for which reason.

Assessments come in as a server, a journal or files have them, in any order and some perhaps twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from typing import Final, NamedTuple

from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.adjudication import decision_that_counts, is_adjudication
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType
from labeler.domain.question import NOTE_NAMES

NOBODY: Final = "default"
"""The ID that MLflow writes where nobody is known."""


class LabelledItem(NamedTuple):
    """What is labelled: a trace, or one of its spans (`span_id` is empty for the whole trace)."""

    trace_id: str
    span_id: str = ""


class WasBlind(StrEnum):
    """Whether others' answers were hidden from a reviewer: yes, no, until they were revealed, or not written down."""

    TRUE = "true"
    FALSE = "false"
    REVEALED = "revealed"
    UNKNOWN = "unknown"


_BLIND_BY_TEXT: Final[Mapping[str, WasBlind]] = {blind.value: blind for blind in WasBlind}


class LeftOut(StrEnum):
    """Why a person's assessment does not count. Where several reasons hold, the first of them is counted."""

    OUTSIDE = "outside"
    """Not in the scope: of no sprint, or of another one."""

    INVALID = "invalid"
    """Superseded by another one, as every changed answer is."""

    DEFAULT = "default"
    """By the reviewer `default`, or by none."""

    UNKNOWN_SOURCE = "unknown_source"
    """By neither a person nor a judge nor code."""

    ROLES = "roles"
    """Written in another role than a reviewer's. Adjudications are: they count as decisions, not as labels."""

    EXCLUDED = "excluded"
    """By a reviewer who was to be left out."""

    SECOND_ANSWERS = "second_answers"
    """Valid beside a newer answer of the same person to the same question about the same item."""

    NOT_BLIND = "not_blind"
    """Not blind, or not known to be, where only blind labels were asked for."""

    UNFITTING = "unfitting"
    """With a value that its question does not take."""


@dataclass(frozen=True, slots=True)
class CountedLabel:
    """The answer of one reviewer that counts. `reviewer` is trimmed and in lower case."""

    item: LabelledItem
    reviewer: str
    blind: WasBlind
    active_ms: int
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class CountedLabels:
    """What counts among some assessments.

    `adjudications` has the decision that counts of each question and item, `judgements` the newest of each judge or
    piece of code. `left_out` says for each reason whose assessments were left out and how many; `copies` how many
    times one was found again. `answered_twice` has the answers of one person to one question about one item in two
    scopes, the earlier first; of more scopes those of the first and the last.
    """

    labels: tuple[CountedLabel, ...]
    adjudications: tuple[Assessment, ...]
    judgements: tuple[Assessment, ...]
    left_out: Mapping[LeftOut, Mapping[str, int]]
    copies: int
    answered_twice: tuple[tuple[CountedLabel, CountedLabel], ...] = ()


def written_scope(assessment: Assessment) -> str:
    """Return the sprint that an assessment names, empty for none."""
    return assessment.metadata.get(answer_metadata.SPRINT, "")


def count_labels(
    assessments: Iterable[Assessment],
    *,
    in_scope: Callable[[Assessment], bool] = lambda assessment: True,
    scope_of: Callable[[Assessment], str] = written_scope,
    same: Mapping[str, str] = MappingProxyType({}),
    without: Collection[str] = (),
    blind: Collection[WasBlind] = tuple(WasBlind),
) -> CountedLabels:
    """Choose the labels that count.

    `in_scope` tells whether a label or adjudication belongs to what is reported; judges have no scope. `scope_of` tells
    a person's first answers from their second ones: those of another scope. `same` maps further IDs of a person to
    the one to use, `without` has reviewers to leave out; IDs are compared trimmed and in lower case. `blind` has the
    states that count.
    """
    names = {reviewer_key(other): reviewer_key(one) for other, one in same.items()}

    def person(reviewer: str) -> str:
        key = reviewer_key(reviewer)
        return names.get(key, key)

    excluded = {person(reviewer) for reviewer in without}
    left_out: dict[LeftOut, Counter[str]] = defaultdict(Counter)
    labels, labels_by_scope, judged = _Newest(), _Newest(), _Newest()
    decisions: dict[tuple[str, ...], list[Assessment]] = defaultdict(list)
    distinct, copies = _distinct(assessments)
    for assessment in distinct:
        source = assessment.source
        about = (assessment.name, assessment.kind, *item_of(assessment))
        if source.type in (SourceType.LLM_JUDGE, SourceType.CODE):
            if assessment.valid:
                judged.add((*about, source.type, source.id), assessment)
            continue
        by = person(source.id)
        reason = _reason(assessment) if in_scope(assessment) else LeftOut.OUTSIDE
        if reason is None and by in excluded:
            reason = LeftOut.EXCLUDED
        if reason is LeftOut.ROLES and is_adjudication(assessment):
            decisions[about].append(assessment)
        if reason is None:
            labels.add((*about, by), assessment)
            labels_by_scope.add((*about, by, scope_of(assessment)), assessment)
        else:
            left_out[reason][by] += 1
    counted = []
    for (*_, by), newest in labels.items():
        if blind_of(newest) not in blind:
            left_out[LeftOut.NOT_BLIND][by] += 1
        else:
            counted.append(_counted(newest, by))
    for (*_, by), older in labels.older.items():
        left_out[LeftOut.SECOND_ANSWERS][by] += older
    return CountedLabels(
        tuple(counted),
        tuple(counts for _, rows in sorted(decisions.items()) if (counts := decision_that_counts(rows))),
        tuple(newest for _, newest in judged.items()),
        {reason: dict(sorted(left_out[reason].items())) for reason in LeftOut if reason in left_out},
        copies,
        tuple(_answered_twice(labels_by_scope, blind)),
    )


def reviewer_key(reviewer: str) -> str:
    """Return a reviewer ID as it is compared: trimmed and in lower case."""
    return reviewer.strip().lower()


def item_of(assessment: Assessment) -> LabelledItem:
    """Return what an assessment is about."""
    return LabelledItem(assessment.trace_id, assessment.span_id or "")


def blind_of(assessment: Assessment) -> WasBlind:
    """Return what was written down about the reviewer's seeing other answers."""
    return _BLIND_BY_TEXT.get(assessment.metadata.get(answer_metadata.BLIND, ""), WasBlind.UNKNOWN)


def _counted(assessment: Assessment, by: str) -> CountedLabel:
    active_ms = answer_metadata.duration_ms_of(assessment)
    return CountedLabel(item_of(assessment), by, blind_of(assessment), active_ms, assessment)


def _answered_twice(by_scope: _Newest, blind: Collection[WasBlind]) -> Iterator[tuple[CountedLabel, CountedLabel]]:
    """Yield the first and the last answer of each person who answered a question about an item in several scopes."""
    for (*_, by), answers in groupby(by_scope.items(), key=lambda entry: entry[0][:-1]):
        newest = sorted((assessment for _, assessment in answers), key=_age)
        if len(newest) > 1 and blind_of(newest[-1]) in blind:
            yield _counted(newest[0], by), _counted(newest[-1], by)


class _Newest:
    """The newest assessment for each key, and how many older ones there were."""

    def __init__(self) -> None:
        self.older: Counter[tuple[str, ...]] = Counter()
        self._newest: dict[tuple[str, ...], Assessment] = {}

    def add(self, key: tuple[str, ...], assessment: Assessment) -> None:
        known = self._newest.get(key)
        if known is not None:
            self.older[key] += 1
        if known is None or _age(known) < _age(assessment):
            self._newest[key] = assessment

    def items(self) -> list[tuple[tuple[str, ...], Assessment]]:
        return sorted(self._newest.items(), key=lambda entry: entry[0])


def _reason(assessment: Assessment) -> LeftOut | None:
    """Return why a label cannot count, whoever is asked about."""
    if not assessment.valid:
        return LeftOut.INVALID
    if assessment.source.type is not SourceType.HUMAN:
        return LeftOut.UNKNOWN_SOURCE
    if reviewer_key(assessment.source.id) in ("", NOBODY):
        return LeftOut.DEFAULT
    return LeftOut.ROLES if assessment.metadata.get(answer_metadata.ROLE) else None


def _age(assessment: Assessment) -> tuple[int, int, str, str]:
    """Return a key that grows with time. Of two of one moment, as files without IDs have, one is newer in any order."""
    return assessment.created_at_ms, assessment.updated_at_ms, assessment.id, repr(assessment.value)


def _distinct(assessments: Iterable[Assessment]) -> tuple[list[Assessment], int]:
    """Return each assessment once, and how many copies there were; notes and links to issues are no labels.

    Of copies that differ, as a file of last week and a server do, a superseded one counts, else the one changed last.
    """
    found: dict[tuple[object, ...], Assessment] = {}
    copies = 0
    for assessment in assessments:
        if assessment.kind is AssessmentKind.ISSUE or assessment.name in NOTE_NAMES:
            continue
        key = _identity(assessment)
        known = found.get(key)
        if known is not None:
            copies += 1
        if known is None or _currency(known) < _currency(assessment):
            found[key] = assessment
    return list(found.values()), copies


def _currency(copy: Assessment) -> tuple[bool, int, tuple[object, ...]]:
    return not copy.valid, copy.updated_at_ms, _age(copy)


def _identity(assessment: Assessment) -> tuple[object, ...]:
    """Return what two copies of an assessment share: the ID that was minted for it, else its content."""
    written = assessment.metadata.get(answer_metadata.ID) or assessment.id
    about = (assessment.trace_id, assessment.name, assessment.kind)
    if written:
        return (*about, written)
    by = reviewer_key(assessment.source.id)
    return (*about, assessment.span_id, by, repr(assessment.value), assessment.created_at_ms)
