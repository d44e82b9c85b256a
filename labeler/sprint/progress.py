"""How far a sprint is, who needs attention, and how far its reviewers agree so far. Pure."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import comb, sqrt
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import (
    CountedLabel,
    CountedLabels,
    LeftOut,
    WasBlind,
    reviewer_key,
)
from labeler.agreement.question_table import ReadValue
from labeler.agreement.report import agreement_report
from labeler.agreement.report_model import QuestionFigures, SelfAgreement
from labeler.agreement.self_agreement import agreement_with_oneself
from labeler.dataclass import dataclass
from labeler.domain.assessment import person
from labeler.domain.question import Question
from labeler.domain.queue import QueueItemState
from labeler.sprint.adjudication import cases_of, disagreements
from labeler.sprint.counting import reviewers_labels
from labeler.sprint.gold import GoldAnswers, GoldScore, gold_score
from labeler.sprint.plan import SprintState
from labeler.sprint.reading import Snapshot
from labeler.sprint.repeats import both_passes
from labeler.sprint.scope import answers_in, is_of_reviewers, same_people
from labeler.sprint.uncounted import outside, replaced_by_others

_FAST_MS: Final = 8_000
_FAST_SHARE: Final = 1 / 3
_FAST_AFTER: Final = 20
"""Too fast: a median under a third of the team's and under 8 s, after 20 items."""

_GOLD_AFTER: Final = 8
_GOLD_P: Final = 0.05
_DRIFT_ITEMS: Final = 50
_TWO_SIDED_95: Final = 1.96
_FASTEST: Final = 5


class Flag(StrEnum):
    """What a lead should look at."""

    TOO_FAST = "too_fast"
    GOLD = "gold"
    """Fewer gold items right than chance allows at the team's rate."""

    DRIFT = "drift"
    """Agreement with the others is less in the last 50 items than in the first."""

    QUIET = "quiet"
    """A whole working day without an item finished, and work left."""

    NEVER_SEEN = "never_seen"
    NOT_BLIND = "not_blind"
    NO_QUEUE = "no_queue"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ReviewerProgress:
    """How far one reviewer is. Times are in milliseconds; None where nothing is known of it.

    `last_ms` is when the last item was finished. `not_blind` counts labels of a blind sprint that were not. `fastest`
    has the traces that took least, with their times, the fastest first.
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
    fastest: tuple[tuple[str, int], ...]

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

    `done`, `of` and `with_two` are without those whose labels count nowhere. `outside` has how many labels on these
    traces count for nobody, by their source; `second_answers` how many are passed over for a newer one of the same
    person; `replaced` how many answers of one person another one replaced, by both. `lost_questions` are gone from the
    server. `disagreements` has on how many traces people disagree without a lead's decision, by question.
    `with_oneself` is there in a repeat alone.
    """

    snapshot: Snapshot
    done: int
    of: int
    items: int
    with_two: int
    reviewers: tuple[ReviewerProgress, ...]
    questions: tuple[QuestionFigures, ...]
    outside: Mapping[str, int]
    second_answers: Mapping[str, int]
    replaced: Mapping[tuple[str, str], int]
    lost_questions: tuple[str, ...]
    with_oneself: tuple[SelfAgreement, ...]
    counted: CountedLabels
    disagreements: Mapping[str, int]

    @property
    def left_ms(self) -> float | None:
        """How long the longest of those still working will take."""
        return max((each.left_ms for each in self.reviewers if each.left_ms), default=None)


def progress_of(
    snapshot: Snapshot,
    read: ReadValue,
    gold: GoldAnswers,
    gold_items: Collection[str],
    bootstrap: Bootstrap,
) -> SprintProgress:
    """Compute how far a sprint is.

    `gold` has the right answers by trace and question, as far as they are known here; `gold_items` are the traces that
    are gold, which count for quality and not for agreement.
    """
    plan = snapshot.sprint.plan
    same, said, is_reviewers = same_people(plan), answers_in(snapshot), is_of_reviewers(snapshot)
    counted = reviewers_labels(snapshot)
    apart = set(gold_items) if plan.state is SprintState.CALIBRATING else {*gold_items, *plan.calibration}
    report = agreement_report(_compared(counted, apart), snapshot.questions, read, bootstrap=bootstrap)
    kappas = {each.reviewer: each.kappa.value for each in report.reviewers}
    by_reviewer: dict[str, list[CountedLabel]] = defaultdict(list)
    for label in counted.labels:
        by_reviewer[label.reviewer].append(label)
    scores = {who: gold_score(labels, gold, snapshot.questions, read) for who, labels in by_reviewer.items()}
    times = {who: _active_times(labels) for who, labels in by_reviewer.items()}
    medians = {who: statistics.median(took.values()) if took else None for who, took in times.items()}
    reviewers = [
        _reviewer(snapshot, queue_id, reviewer, by_reviewer, times, medians, scores, kappas, report.questions)
        for queue_id, reviewer in plan.queues.items()
    ]
    ignored = set(map(person, plan.ignored))
    places = [item for who, items in snapshot.items.items() if person(who) not in ignored for item in items.values()]
    done: dict[str, int] = dict.fromkeys(snapshot.trace_ids, 0)
    for item in places:
        done[item.trace_id] += item.state is QueueItemState.COMPLETE
    return SprintProgress(
        snapshot=snapshot,
        done=sum(done.values()),
        of=len(places),
        items=len(done),
        with_two=sum(count >= 2 for count in done.values()),
        reviewers=tuple(sorted(reviewers, key=lambda each: each.reviewer)),
        questions=report.questions,
        outside=outside(said, is_reviewers, plan),
        second_answers=counted.left_out.get(LeftOut.SECOND_ANSWERS, {}),
        replaced=replaced_by_others(said, is_reviewers, same),
        lost_questions=tuple(each.name for each in plan.questions if each.name not in _names(snapshot.questions)),
        with_oneself=agreement_with_oneself(both_passes(snapshot), snapshot.questions, read, bootstrap),
        counted=counted,
        disagreements=disagreements(snapshot, cases_of(snapshot, counted, read, gold_items)),
    )


def _compared(counted: CountedLabels, apart: Collection[str]) -> CountedLabels:
    """Return the labels that count for agreement: those on other traces than `apart`.

    Judges are left out: the intervals of their agreement with people would take as long as all the others.
    """
    return replace(
        counted,
        labels=tuple(each for each in counted.labels if each.item.trace_id not in apart),
        adjudications=tuple(each for each in counted.adjudications if each.trace_id not in apart),
        judgements=(),
        answered_twice=(),
    )


def binomial_at_most(right: int, of: int, rate: float) -> float:
    """Return the probability of at most `right` successes of `of` at this rate."""
    return sum(comb(of, each) * rate**each * (1 - rate) ** (of - each) for each in range(right + 1))


def _reviewer(
    snapshot: Snapshot,
    queue_id: str,
    reviewer: str,
    by_reviewer: Mapping[str, Sequence[CountedLabel]],
    times: Mapping[str, Mapping[str, int]],
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
    finished = [item.completed_at_ms for item in items.values() if item.completed_at_ms]
    seen = [label.blind in (WasBlind.FALSE, WasBlind.REVEALED) for label in labels] if plan.blind else []
    today = datetime.fromtimestamp(snapshot.at_ms / 1000).date()
    last_ms = max(finished, default=None)
    flags = [
        flag
        for flag, holds in (
            (Flag.LEFT, me in map(person, plan.left)),
            (Flag.NO_QUEUE, reviewer in snapshot.missing_queues),
            (Flag.TOO_FAST, _is_too_fast(median, medians, len({label.item for label in labels}))),
            (Flag.GOLD, is_below_team(me, scores)),
            (Flag.DRIFT, _drifts(me, labels, questions)),
            (Flag.QUIET, bool(pending) and last_ms is not None and _is_quiet(last_ms, snapshot.at_ms)),
            (Flag.NEVER_SEEN, bool(pending) and not labels and not finished),
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
        today=sum(datetime.fromtimestamp(each / 1000).date() == today for each in finished),
        last_ms=last_ms,
        active_ms_median=median,
        left_ms=median * pending if median and pending else None,
        gold=score,
        kappa=kappas.get(me),
        not_blind=sum(seen),
        flags=tuple(flags),
        fastest=tuple(sorted(times.get(me, {}).items(), key=lambda entry: (entry[1], entry[0]))[:_FASTEST]),
    )


def _active_times(labels: Sequence[CountedLabel]) -> dict[str, int]:
    """Return the active time on each trace: the longest of its answers, as each has that of those before it."""
    longest: dict[str, int] = defaultdict(int)
    for label in labels:
        longest[label.item.trace_id] = max(longest[label.item.trace_id], label.active_ms)
    return {trace_id: took for trace_id, took in longest.items() if took}


def _is_too_fast(median: float | None, medians: Mapping[str, float | None], items: int) -> bool:
    others = [each for each in medians.values() if each is not None]
    if median is None or items < _FAST_AFTER or len(others) < 2:
        return False
    return median < _FAST_MS and median < statistics.median(others) * _FAST_SHARE


def is_below_team(me: str, scores: Mapping[str, GoldScore | None]) -> bool:
    """Return whether somebody got fewer gold items right than chance allows at the rate of the whole team."""
    mine, team = scores.get(me), [each for each in scores.values() if each is not None]
    if mine is None or mine.of < _GOLD_AFTER:
        return False
    rate = sum(each.right for each in team) / sum(each.of for each in team)
    return binomial_at_most(mine.right, mine.of, rate) < _GOLD_P


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


def _names(questions: Sequence[Question]) -> set[str]:
    return {question.name for question in questions}
