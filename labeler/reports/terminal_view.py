"""A report for a terminal: 100 columns, whole without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from labeler.agreement.report_model import AgreementFigures, ItemFigures, QuestionFigures
from labeler.domain.moment import utc_text
from labeler.domain.rounded_words import NO_FIGURE, coefficient_words, percent_words
from labeler.reports.figure_words import (
    LEFT_OUT_WORDS,
    RULE_OF_THUMB,
    agreement_notes,
    blind_words,
    counted,
    level_words,
    question_notes,
    seconds_words,
    with_interval,
)
from labeler.reports.judge_lines import judge_lines
from labeler.reports.report import Report
from labeler.reports.sprint_words import calibration_words, gold_words, missing_words
from labeler.reports.styled_line import BLANK, Column, Line, Style, cut, line, table, wrapped

_MINUTES: Final = len("2026-01-31T10:00")
_MOST_DISPUTED: Final = 5
_MOST_DAYS: Final = 14
_BAR: Final = 40

_QUESTION_COLUMNS: Final = (
    Column("question", 30),
    Column("level", 10),
    Column("items", 9, is_number=True),
    Column("labels", 9, is_number=True),
    Column("agree", 6, is_number=True),
    Column("α and 95 % interval", 20),
    Column("AC1", 5, is_number=True),
)
_REVIEWER_COLUMNS: Final = (
    Column("reviewer", 36),
    Column("labels", 9, is_number=True),
    Column("items", 9, is_number=True),
    Column("median time", 11, is_number=True),
    Column("κ with others", 13, is_number=True),
    Column("blind", 7, is_number=True),
)
_ONESELF_COLUMNS: Final = (
    Column("with oneself", 30),
    Column("question", 24),
    Column("items", 9, is_number=True),
    Column("agree", 6, is_number=True),
    Column("α and 95 % interval", 20),
)


def terminal_lines(report: Report) -> list[Line]:
    """Return the lines of a report."""
    parts = (_headline, _questions, _values, _reviewers, _with_oneself, _sprint, _judges, _disputed, _days, _method)
    lines: list[Line] = []
    for part in parts:
        if found := list(part(report)):
            lines += [BLANK, *found] if lines else found
    return lines


def _headline(report: Report) -> Iterator[Line]:
    figures = report.figures
    moment = None if report.at_ms is None else utc_text(report.at_ms)
    when = "" if moment is None else f"   {moment[:_MINUTES].replace('T', ' ')} UTC"
    yield line(f"{cut(report.source.place, 78)}{when}", Style.HEADING)
    labels = figures.counted.labels
    items = counted(len({label.item for label in labels}), "item")
    yield line(f"{counted(len(labels), 'label')} by {_people(len(figures.reviewers))} on {items}")
    told = [(reason, count) for reason, count in figures.left_out.items() if count]
    if told:
        yield from wrapped(
            [f"left out: {told[0][1]:,} {LEFT_OUT_WORDS[told[0][0]]}"]
            + [f"{count:,} {LEFT_OUT_WORDS[reason]}" for reason, count in told[1:]],
            indent=0,
            style=Style.NOTE,
        )
    if copies := figures.counted.copies:
        yield line(f"{counted(copies, 'label')} found again in another place, counted once", Style.ASIDE)


def _questions(report: Report) -> Iterator[Line]:
    laid_out = list(_question_table(report.figures.questions))
    if laid_out:
        yield from laid_out
        yield line(f" α: {RULE_OF_THUMB}", Style.ASIDE)


def _question_table(questions: Iterable[QuestionFigures]) -> Iterator[Line]:
    rows: list[tuple[str, ...]] = []
    notes: list[list[str]] = []
    for question in questions:
        is_by_option = question.options is not None
        rows.append(_row(question.name, level_words(question.level, is_by_option=is_by_option), question.agreement))
        notes.append(question_notes(question))
        for option, figures in (question.options or {}).items():
            rows.append(_row(f"  {option}", "", figures))
            notes.append(agreement_notes(figures))
    if not rows:
        return
    header, *laid_out = table(_QUESTION_COLUMNS, rows)
    yield header
    for row, of_row in zip(laid_out, notes, strict=True):
        yield row
        yield from wrapped(of_row, indent=5, style=Style.NOTE)


def _row(name: str, level: str, figures: AgreementFigures) -> tuple[str, ...]:
    return (
        name,
        level,
        f"{figures.items:,}",
        f"{figures.labels:,}",
        percent_words(figures.percent.value),
        with_interval(figures.alpha, figures.interval),
        coefficient_words(figures.ac1.value),
    )


def _values(report: Report) -> Iterator[Line]:
    asked = [question for question in report.figures.questions if question.values]
    if asked:
        yield line(" answers", Style.ASIDE)
    for question in asked:
        said = [f"{count.word}: {count.labels:,} ({percent_words(count.share)})" for count in question.values]
        yield from wrapped([f"{question.name}   {said[0]}", *said[1:]], indent=1)


def _reviewers(report: Report) -> list[Line]:
    rows, missing = [], dict[str, None]()
    for reviewer in report.figures.reviewers:
        time_ms = None if reviewer.active_ms is None else reviewer.active_ms.median
        kappa = coefficient_words(reviewer.kappa.value)
        numbers = (f"{reviewer.labels:,}", f"{reviewer.items:,}", seconds_words(time_ms), kappa, blind_words(reviewer))
        rows.append((reviewer.reviewer, *numbers))
        if reviewer.kappa.reason:
            missing[reviewer.kappa.reason] = None
    notes = wrapped([f"κ {NO_FIGURE}: {reason}" for reason in missing], indent=1, style=Style.NOTE)
    return [*table(_REVIEWER_COLUMNS, rows), *notes] if rows else []


def _sprint(report: Report) -> Iterator[Line]:
    """Yield what is apart from the figures: calibration, gold, and labels from outside the sprint."""
    part = report.sprint
    if part is None:
        return
    if part.calibration is not None:
        yield line(f" {calibration_words(part)}", Style.ASIDE)
        yield from _question_table(part.calibration.questions)
    if part.gold_items is not None:
        yield from wrapped([gold_words(part)], indent=1, style=Style.ASIDE)
        yield from wrapped([f"{each.reviewer} {each.right:,} of {each.of:,}" for each in part.gold or ()], indent=1)
    if part.outside:
        yield from wrapped(
            ["outside the sprint, by their source", *(f"{who} {count:,}" for who, count in part.outside.items())],
            indent=1,
        )
    if part.missing_traces:
        yield line(f" {missing_words(part)}", Style.NOTE)


def _with_oneself(report: Report) -> list[Line]:
    rows = [
        (
            each.reviewer,
            each.question,
            f"{each.agreement.items:,}",
            percent_words(each.agreement.percent.value),
            with_interval(each.agreement.alpha, each.agreement.interval),
        )
        for each in report.figures.with_oneself
    ]
    return table(_ONESELF_COLUMNS, rows) if rows else []


def _judges(report: Report) -> Iterator[Line]:
    yield from judge_lines(report.figures.judges, report.figures.versions)


def _disputed(report: Report) -> Iterator[Line]:
    for question in report.figures.questions:
        if not question.disputed:
            continue
        number = counted(len(question.disputed), "item")
        yield line(f" disagreements on “{question.name}”: {number}, the widest first", Style.ASIDE)
        for item in question.disputed[:_MOST_DISPUTED]:
            yield from _votes(item)


def _votes(item: ItemFigures) -> Iterator[Line]:
    by_word: dict[str, list[str]] = {}
    for vote in item.votes:
        by_word.setdefault(vote.word, []).append(vote.reviewer)
    span = f" span {item.item.span_id}" if item.item.span_id else ""
    said = [f"{word}: {', '.join(reviewers)}" for word, reviewers in by_word.items()]
    yield from wrapped([f"{item.item.trace_id}{span}", *said], indent=1)
    for vote in item.votes:
        if vote.rationale:
            yield line(f"     {vote.reviewer}: “{vote.rationale}”", Style.ASIDE)


def _days(report: Report) -> Iterator[Line]:
    days: Sequence[tuple[str, int]] = list(report.figures.days.items())
    if len(days) < 2:
        return
    yield line(" labels by day, in UTC", Style.ASIDE)
    most = max(count for _, count in days)
    for day, count in days[-_MOST_DAYS:]:
        yield line(f" {day}  {count:>7,}  {'▓' * max(1, round(_BAR * count / most))}")
    if (earlier := sum(count for _, count in days[:-_MOST_DAYS])) > 0:
        yield line(f" before    {earlier:>9,}")


def _method(report: Report) -> Iterable[Line]:
    method = report.figures.method
    yield line(
        f" labeler {report.version} · intervals from {method.resamples:,} resamples of the items, seed {method.seed}",
        Style.ASIDE,
    )


def _people(number: int) -> str:
    return counted(number, "person", "people")
