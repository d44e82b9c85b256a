"""How far a sprint is, who needs attention, and how far its reviewers agree so far. Pure."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import comb, sqrt
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import CountedLabel, CountedLabels, WasBlind, count_labels, reviewer_key
from labeler.agreement.question_table import ReadValue, comparable
from labeler.agreement.report import agreement_report
from labeler.agreement.report_model import QuestionFigures
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, SourceType, person
from labeler.domain.question import NOTE_NAMES, Question
from labeler.domain.queue import QueueItemState
from labeler.domain.value import JsonValue, UnusableValue
from labeler.sprint.adjudication import cases_of, disagreements
from labeler.sprint.plan import SprintState
from labeler.sprint.reading import Snapshot
from labeler.sprint.scope import answers_in, is_of_reviewers, same_people

_FAST_MS: Final = 8_000
_FAST_SHARE: Final = 1 / 3
_FAST_AFTER: Final = 20
"""Too fast: a median under a third of the team's and under 8 s, after 20 items."""

_GOLD_AFTER: Final = 8
_GOLD_P: Final = 0.05
_DRIFT_ITEMS: Final = 50
_TWO_SIDED_95: Final = 1.96


class Flag(StrEnum):
    """What a lead should look at."""

    TOO_FAST = "too_fast"
    GOLD = "gold"
    """Fewer gold items right than chance allows at the team's rate."""

    DRIFT = "drift"
    """Agreement with the others is less in the last 50 items than in the first."""

    QUIET = "quiet"
    """A whole working day without a label, and work left."""

    NEVER_SEEN = "never_seen"
    NOT_BLIND = "not_blind"
    NO_QUEUE = "no_queue"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class GoldScore:
    """How many gold items somebody got right, of those labelled."""

    right: int
    of: int


@dataclass(frozen=True, slots=True)
class ReviewerProgress:
    """How far one reviewer is. Times are in milliseconds; None where nothing is known of it.

    `last_ms` is when the last item was finished. `not_blind` counts labels of a blind sprint that were not.
    """

    reviewer: str
    queue_id: str
    done: int
    of: int
    declined: int
    today: int
    last_ms: int | None
    active_ms_median: float | None
    left_ms: float | None
    gold: GoldScore | None
    kappa: float | None
    not_blind: int
    flags: tuple[Flag, ...]

    @property
    def pending(self) -> int:
        """How many items are still to be done."""
        return self.of - self.done - self.declined

    @property
    def per_hour(self) -> float | None:
        """Items in an hour of active time."""
        return 3_600_000 / self.active_ms_median if self.active_ms_median else None


@dataclass(frozen=True, slots=True)
class SprintProgress:
    """How far a sprint is. `questions` leave calibration and known gold items out, once calibration is over.

    `outside` has how many labels on these traces count for nobody, by their source. `lost_questions` are gone from the
    server. `disagreements` has on how many traces people disagree without a lead's decision, by question.
    """

    snapshot: Snapshot
    done: int
    of: int
    items: int
    with_two: int
    reviewers: tuple[ReviewerProgress, ...]
    questions: tuple[QuestionFigures, ...]
    outside: Mapping[str, int]
    lost_questions: tuple[str, ...]
    counted: CountedLabels
    disagreements: Mapping[str, int]

    @property
    def left_ms(self) -> float | None:
        """How long the longest of those still working will take."""
        return max((each.left_ms for each in self.reviewers if each.left_ms), default=None)


def progress_of(
    snapshot: Snapshot,
    read: ReadValue,
    gold: Mapping[tuple[str, str], JsonValue],
    gold_items: Collection[str],
    bootstrap: Bootstrap,
) -> SprintProgress:
    """Compute how far a sprint is.

    `gold` has the right answers by trace and question, as far as they are known here; `gold_items` are the traces that
    are gold, which count for quality and not for agreement.
    """
    plan = snapshot.sprint.plan
    same, said, is_reviewers = same_people(plan), answers_in(snapshot), is_of_reviewers(snapshot)
    counted = count_labels(said, in_scope=is_reviewers, same=same, without=plan.ignored)
    apart = set(gold_items) if plan.state is SprintState.CALIBRATING else {*gold_items, *plan.calibration}
    compared = count_labels(
        [each for each in said if each.trace_id not in apart], in_scope=is_reviewers, same=same, without=plan.ignored
    )
    report = agreement_report(compared, snapshot.questions, read, bootstrap=bootstrap)
    kappas = {each.reviewer: each.kappa.value for each in report.reviewers}
    by_reviewer: dict[str, list[CountedLabel]] = defaultdict(list)
    for label in counted.labels:
        by_reviewer[label.reviewer].append(label)
    scores = {who: _gold_score(labels, gold, snapshot.questions, read) for who, labels in by_reviewer.items()}
    medians = {who: _median_ms(labels) for who, labels in by_reviewer.items()}
    reviewers = [
        _reviewer(snapshot, queue_id, reviewer, by_reviewer, medians, scores, kappas, report.questions)
        for queue_id, reviewer in plan.queues.items()
    ]
    finished = [item for items in snapshot.items.values() for item in items.values()]
    done: dict[str, int] = defaultdict(int)
    for item in finished:
        done[item.trace_id] += item.state is QueueItemState.COMPLETE
    return SprintProgress(
        snapshot=snapshot,
        done=sum(done.values()),
        of=len(finished),
        items=len(done),
        with_two=sum(count >= 2 for count in done.values()),
        reviewers=tuple(sorted(reviewers, key=lambda each: each.reviewer)),
        questions=report.questions,
        outside=_outside(said, is_reviewers, plan.opened_at_ms or 0, plan.slug),
        lost_questions=tuple(each.name for each in plan.questions if each.name not in _names(snapshot.questions)),
        counted=counted,
        disagreements=disagreements(snapshot, cases_of(snapshot, read, gold_items)),
    )


def binomial_at_most(right: int, of: int, rate: float) -> float:
    """Return the probability of at most `right` successes of `of` at this rate."""
    return sum(comb(of, each) * rate**each * (1 - rate) ** (of - each) for each in range(right + 1))


def _reviewer(
    snapshot: Snapshot,
    queue_id: str,
    reviewer: str,
    by_reviewer: Mapping[str, Sequence[CountedLabel]],
    medians: Mapping[str, float | None],
    scores: Mapping[str, GoldScore | None],
    kappas: Mapping[str, float | None],
    questions: Sequence[QuestionFigures],
) -> ReviewerProgress:
    plan, me = snapshot.sprint.plan, reviewer_key(reviewer)
    items = snapshot.items.get(reviewer, {})
    labels, median, score = by_reviewer.get(me, ()), medians.get(me), scores.get(me)
    states = [item.state for item in items.values()]
    pending = states.count(QueueItemState.PENDING)
    times = [item.completed_at_ms for item in items.values() if item.completed_at_ms]
    seen = [label.blind in (WasBlind.FALSE, WasBlind.REVEALED) for label in labels] if plan.blind else []
    today = datetime.fromtimestamp(snapshot.at_ms / 1000).date()
    last_ms = max(times, default=None)
    flags = [
        flag
        for flag, holds in (
            (Flag.LEFT, me in map(person, plan.left)),
            (Flag.NO_QUEUE, reviewer in snapshot.missing_queues),
            (Flag.TOO_FAST, _is_too_fast(median, medians, len({label.item for label in labels}))),
            (Flag.GOLD, _is_below_team(me, scores)),
            (Flag.DRIFT, _drifts(me, labels, questions)),
            (Flag.QUIET, bool(pending) and last_ms is not None and _is_quiet(last_ms, snapshot.at_ms)),
            (Flag.NEVER_SEEN, bool(pending) and not labels and not times),
            (Flag.NOT_BLIND, any(seen)),
        )
        if holds
    ]
    return ReviewerProgress(
        reviewer=reviewer,
        queue_id=queue_id,
        done=states.count(QueueItemState.COMPLETE),
        of=len(states),
        declined=states.count(QueueItemState.DECLINED),
        today=sum(datetime.fromtimestamp(each / 1000).date() == today for each in times),
        last_ms=last_ms,
        active_ms_median=median,
        left_ms=median * pending if median and pending else None,
        gold=score,
        kappa=kappas.get(me),
        not_blind=sum(seen),
        flags=tuple(flags),
    )


def _median_ms(labels: Sequence[CountedLabel]) -> float | None:
    """Return the median active time on an item: the longest of its answers, as each has that of those before it."""
    longest: dict[object, int] = defaultdict(int)
    for label in labels:
        longest[label.item] = max(longest[label.item], label.active_ms)
    times = [each for each in longest.values() if each]
    return statistics.median(times) if times else None


def _is_too_fast(median: float | None, medians: Mapping[str, float | None], items: int) -> bool:
    others = [each for each in medians.values() if each is not None]
    if median is None or items < _FAST_AFTER or len(others) < 2:
        return False
    return median < _FAST_MS and median < statistics.median(others) * _FAST_SHARE


def _gold_score(
    labels: Sequence[CountedLabel],
    gold: Mapping[tuple[str, str], JsonValue],
    questions: Sequence[Question],
    read: ReadValue,
) -> GoldScore | None:
    if not gold:
        return None
    by_name = {question.name: question for question in questions}
    answers = []
    for label in labels:
        about = (label.item.trace_id, label.assessment.name)
        question = by_name.get(label.assessment.name)
        if about in gold and question is not None and not label.item.span_id:
            try:
                answers.append(comparable(read(question, label.assessment)) == comparable(gold[about]))
            except UnusableValue:
                answers.append(False)
    return GoldScore(sum(answers), len(answers))


def _is_below_team(me: str, scores: Mapping[str, GoldScore | None]) -> bool:
    mine = scores.get(me)
    others = [each for who, each in scores.items() if who != me and each is not None]
    of = sum(each.of for each in others)
    if mine is None or mine.of < _GOLD_AFTER or not of:
        return False
    return binomial_at_most(mine.right, mine.of, sum(each.right for each in others) / of) < _GOLD_P


def _drifts(me: str, labels: Sequence[CountedLabel], questions: Sequence[QuestionFigures]) -> bool:
    """Return whether agreement with the others fell from the first 50 compared answers to the last 50, beyond
    chance.
    """
    given = {(label.item, label.assessment.name): label.assessment.created_at_ms for label in labels}
    shares: list[tuple[int, float]] = []
    for question in questions:
        if question.level is None:
            continue
        for item in question.items:
            mine = [vote.value for vote in item.votes if vote.reviewer == me]
            others = [vote.value for vote in item.votes if vote.reviewer != me]
            if mine and others:
                at_ms = given.get((item.item, question.name), 0)
                shares.append((at_ms, sum(other == mine[0] for other in others) / len(others)))
    if len(shares) < 2 * _DRIFT_ITEMS:
        return False
    ordered = [share for _, share in sorted(shares)]
    first, last = ordered[:_DRIFT_ITEMS], ordered[-_DRIFT_ITEMS:]
    error = sqrt((statistics.variance(first) + statistics.variance(last)) / _DRIFT_ITEMS)
    return statistics.fmean(last) - statistics.fmean(first) + _TWO_SIDED_95 * error < 0


def _is_quiet(last_ms: int, now_ms: int) -> bool:
    """Return whether a whole working day, Monday to Friday, has passed since the last item was finished."""
    last, today = (datetime.fromtimestamp(each / 1000).date() for each in (last_ms, now_ms))
    between = (last + timedelta(days=day) for day in range(1, (today - last).days))
    return any(day.weekday() < 5 for day in between)


def _outside(
    said: Sequence[Assessment], is_reviewers: Callable[[Assessment], bool], opened_at_ms: int, slug: str
) -> dict[str, int]:
    """Count the labels given on the sprint's traces since it was opened that are no reviewer's of it, by source."""
    counts: dict[str, int] = defaultdict(int)
    for each in said:
        is_label = each.valid and each.source.type is SourceType.HUMAN and each.name not in NOTE_NAMES
        names_no_other = each.metadata.get(answer_metadata.SPRINT) in (None, "", slug)
        is_new = each.created_at_ms >= opened_at_ms and not each.metadata.get(answer_metadata.ROLE)
        if is_label and is_new and names_no_other and not is_reviewers(each):
            counts[each.source.id] += 1
    return dict(sorted(counts.items()))


def _names(questions: Sequence[Question]) -> set[str]:
    return {question.name for question in questions}
