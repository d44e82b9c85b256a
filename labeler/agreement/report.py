"""From assessments that count to a report: every question, every reviewer, every judge."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum
from types import MappingProxyType
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import CountedLabel, CountedLabels, LeftOut, WasBlind
from labeler.agreement.figure import Figure, undefined
from labeler.agreement.judge_examples import Examples
from labeler.agreement.judges import judge_figures, judge_versions, judgements_by_question, verdicts_on
from labeler.agreement.question_figures import FEWEST_ITEMS, question_figures
from labeler.agreement.question_table import ReadValue, tables_of
from labeler.agreement.report_model import (
    AgreementReport,
    JudgeFigures,
    JudgeVersions,
    QuestionFigures,
    ReviewerFigures,
    Spread,
)
from labeler.agreement.self_agreement import agreement_with_oneself
from labeler.domain.moment import utc_text
from labeler.domain.question import Question

_DATE: Final = len("2026-01-31")

DEFAULT_EXAMPLES: Final = Examples()
DEFAULT_BOOTSTRAP: Final = Bootstrap()


def agreement_report(
    counted: CountedLabels,
    questions: Iterable[Question],
    read: ReadValue,
    *,
    judges: Mapping[str, str] = MappingProxyType({}),
    at_least: int = 2,
    examples: Examples = DEFAULT_EXAMPLES,
    bootstrap: Bootstrap = DEFAULT_BOOTSTRAP,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> AgreementReport:
    """Compute a report of the labels that count.

    `read` returns values as questions take them, those of people and of judges alike. `judges` maps the names of
    judges' assessments to those of the questions that they answer, where they differ. `at_least` is how many labels
    make a consensus; 1 compares a judge with one person. `progress` hears how many of how many questions are
    done: intervals of thousands take minutes.
    """
    asked = tuple(questions)
    tables, unfitting = tables_of(counted, asked, read)
    found: list[QuestionFigures] = []
    judged: list[JudgeFigures] = []
    versions: list[JudgeVersions] = []
    judgements = judgements_by_question(counted.judgements, judges)
    for number, table in enumerate(tables):
        progress(number, len(tables))
        consensus = table.consensus(at_least)
        found.append(question_figures(table, consensus, bootstrap))
        if table.level is None:
            continue
        verdicts = verdicts_on(table, judgements.get(table.question.name, ()), read)
        judged.extend(judge_figures(table, consensus, one, examples, bootstrap) for one in verdicts)
        if beside := judge_versions(table, consensus, verdicts):
            versions.append(beside)
    left_out_by = {**counted.left_out, LeftOut.UNFITTING: unfitting} if unfitting else counted.left_out
    return AgreementReport(
        questions=tuple(found),
        reviewers=_reviewers(counted, found),
        with_oneself=agreement_with_oneself(counted, asked, read, bootstrap),
        judges=tuple(judged),
        versions=tuple(versions),
        days=_days(counted.labels),
        left_out={reason: sum(left_out_by.get(reason, {}).values()) for reason in LeftOut},
        left_out_by=left_out_by,
        counted=counted,
        method=bootstrap,
    )


def _reviewers(counted: CountedLabels, questions: Sequence[QuestionFigures]) -> tuple[ReviewerFigures, ...]:
    by_reviewer: dict[str, list[CountedLabel]] = defaultdict(list)
    for label in counted.labels:
        by_reviewer[label.reviewer].append(label)
    return tuple(
        ReviewerFigures(
            reviewer=reviewer,
            labels=len(labels),
            items=len({label.item for label in labels}),
            active_ms=_active_ms(labels),
            kappa=_mean_kappa(reviewer, questions),
            blind={blind: sum(label.blind is blind for label in labels) for blind in WasBlind},
        )
        for reviewer, labels in sorted(by_reviewer.items())
    )


def _active_ms(labels: Iterable[CountedLabel]) -> Spread | None:
    longest: dict[tuple[str, str], int] = defaultdict(int)
    for label in labels:
        longest[label.item] = max(longest[label.item], label.active_ms)
    times = sorted(time for time in longest.values() if time)
    if not times:
        return None
    if len(times) == 1:
        return Spread(*times * 5)
    lower, median, upper = statistics.quantiles(times, n=4, method="inclusive")
    return Spread(times[0], lower, median, upper, times[-1])


def _mean_kappa(reviewer: str, questions: Iterable[QuestionFigures]) -> Figure:
    kappas = [
        (pair.kappa.value, pair.items)
        for question in questions
        for pair in question.pairs
        if reviewer in pair.reviewers and pair.kappa.value is not None
    ]
    if not kappas:
        return undefined(f"no pair with another reviewer has a kappa, which takes {FEWEST_ITEMS} items in common")
    return Figure(fsum(kappa * items for kappa, items in kappas) / sum(items for _, items in kappas))


def _days(labels: Iterable[CountedLabel]) -> dict[str, int]:
    """Count labels by day in UTC. Those without a time, or with one that is no date, are in none."""
    times = [label.assessment.created_at_ms for label in labels if label.assessment.created_at_ms > 0]
    days = Counter(written[:_DATE] for written in map(utc_text, times) if written)
    return dict(sorted(days.items()))
