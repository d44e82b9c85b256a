"""A report as one HTML page: no script, no request, light and dark, every text escaped.

The page is `report.html.jinja`, filled in by Jinja2 with autoescape; its charts are drawn by pygal. Both come with the
extra ``report``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from labeler.agreement.figure import Figure
from labeler.agreement.report_model import Comparison, ItemFigures, PairFigures, QuestionFigures, ReviewerFigures
from labeler.dataclass import dataclass
from labeler.domain.moment import utc_text
from labeler.domain.rounded_words import coefficient_words, percent_words
from labeler.reading.sanitise import one_line, sanitise
from labeler.reports.charts import SERIES_COLOURS, alpha_by_question, answers_by_reviewer, labels_by_day
from labeler.reports.figure_words import (
    LEFT_OUT_WORDS,
    RULE_OF_THUMB,
    blind_words,
    counted,
    example_words,
    level_words,
    question_notes,
    seconds_words,
    with_interval,
)
from labeler.reports.report import Report
from labeler.reports.sprint_part import SprintPart
from labeler.reports.sprint_words import calibration_words, gold_words, missing_words

MOST_QUESTIONS: Final = 40
"""Questions that have charts and tables of their own; of all others the page has the figures."""

_MOST_DISPUTED: Final = 10
_MOST_REVIEWERS: Final = 20
"""More make a matrix or a chart that nobody can read: the table of pairs in Markdown and JSON has them."""

_MINUTES: Final = len("2026-01-31T10:00")

_REQUEST_LENGTH: Final = 400
"""Characters of a request beside a disagreement."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number in a table, and how strongly it is coloured, from 0 to 1."""

    text: str
    heat: float


@dataclass(frozen=True, slots=True)
class _Range:
    """Where line, box and mark of a reviewer's times lie, in percent of the scale; `words` are their numbers."""

    smallest: float
    lower: float
    median: float
    upper: float
    largest: float
    words: str


def report_as_html(report: Report) -> str:
    """Return the whole page. The same report gives the same page."""
    environment = Environment(
        loader=PackageLoader("labeler.reports", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_made_safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=lambda figure: percent_words(figure.value),
        coefficient=lambda figure: coefficient_words(figure.value),
        counted=counted,
        example=example_words,
        seconds=seconds_words,
    )
    return environment.get_template("report.html.jinja").render(_page(report)) + "\n"


def _made_safe(value: object) -> object:
    """Return a value as it may be printed: text from outside without control and bidi characters."""
    return sanitise(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _page(report: Report) -> dict[str, Any]:
    figures = report.figures
    labels = figures.counted.labels
    scored = [each for each in figures.questions if each.agreement.alpha.value is not None]
    detailed = figures.questions[:MOST_QUESTIONS]
    return {
        "place": report.source.place,
        "read_at": None if report.at_ms is None else _minute(report.at_ms),
        "labels": len(labels),
        "people": len(figures.reviewers),
        "items": len({label.item for label in labels}),
        "left_out": [f"{count:,} {LEFT_OUT_WORDS[reason]}" for reason, count in figures.left_out.items() if count],
        "questions": [_row(each) for each in figures.questions],
        "sprint": None if report.sprint is None else _sprint(report.sprint),
        "alpha_chart": Markup(alpha_by_question(scored[:MOST_QUESTIONS])) if scored else None,
        "rule_of_thumb": RULE_OF_THUMB,
        "series_colours": SERIES_COLOURS,
        "days_chart": Markup(labels_by_day(figures.days)) if len(figures.days) > 1 else None,
        "details": [_detail(number, each, report) for number, each in enumerate(detailed)],
        "undetailed": len(figures.questions) - len(detailed),
        "reviewers": list(zip(figures.reviewers, _times(figures.reviewers), strict=True)),
        "blind_words": blind_words,
        "with_oneself": [
            (each, with_interval(each.agreement.alpha, each.agreement.interval)) for each in figures.with_oneself
        ],
        "judges": [
            {"figures": each, "confusion": _confusion(each.comparison), "kappa": _with_interval(each.comparison)}
            for each in figures.judges
        ],
        "versions": figures.versions,
        "pages": report.pages,
        "version": report.version,
        "method": figures.method,
    }


def _minute(at_ms: int) -> str:
    """Return a moment as ``2026-01-31 10:00 UTC``."""
    return f"{(utc_text(at_ms) or '')[:_MINUTES].replace('T', ' ')} UTC"


def _row(question: QuestionFigures) -> dict[str, Any]:
    agreement = question.agreement
    return {
        "name": question.name,
        "level": level_words(question.level, is_by_option=question.options is not None),
        "agreement": agreement,
        "alpha": with_interval(agreement.alpha, agreement.interval),
        "notes": question_notes(question),
        "options": [
            {"name": option, "agreement": its, "alpha": with_interval(its.alpha, its.interval)}
            for option, its in (question.options or {}).items()
        ],
    }


def _sprint(part: SprintPart) -> dict[str, Any]:
    """Return what a sprint has apart from the figures."""
    calibration = part.calibration
    return {
        "part": part,
        "calibration_words": None if calibration is None else calibration_words(part),
        "calibration": [] if calibration is None else [_row(each) for each in calibration.questions],
        "gold_words": None if part.gold_items is None else gold_words(part),
        "missing_words": missing_words(part) if part.missing_traces else None,
    }


def _detail(number: int, question: QuestionFigures, report: Report) -> dict[str, Any]:
    can_be_drawn = question.values and 1 < len(question.answers) <= _MOST_REVIEWERS
    return {
        "name": question.name,
        "values": [(each.word, counted(each.labels, "label"), percent_words(each.share)) for each in question.values],
        "shares": [round(each.share * 100, 2) for each in question.values],
        "chart": Markup(answers_by_reviewer(f"answers-{number}", question.values, question.answers))
        if can_be_drawn
        else None,
        "matrix": _matrix(question.pairs),
        "disputed": [_disputed(each, report) for each in question.disputed[:_MOST_DISPUTED]],
        "disputes": counted(len(question.disputed), "item"),
    }


def _matrix(pairs: Sequence[PairFigures]) -> dict[str, Any] | None:
    """Return kappa of every two reviewers as a square table, or None where no pair has one, or there are too many."""
    people = list(dict.fromkeys(who for pair in pairs for who in pair.reviewers))
    if len(people) > _MOST_REVIEWERS or all(pair.kappa.value is None for pair in pairs):
        return None
    found = {frozenset(pair.reviewers): pair for pair in pairs}
    return {"people": people, "rows": [(who, list(_matrix_row(who, people, found))) for who in people]}


def _matrix_row(who: str, people: Sequence[str], found: Mapping[frozenset[str], PairFigures]) -> Iterator[_Cell | None]:
    for other in people:
        pair = found.get(frozenset((who, other)))
        yield None if who == other or pair is None else _Cell(coefficient_words(pair.kappa.value), _heat(pair.kappa))


def _heat(figure: Figure) -> float:
    return 0.0 if figure.value is None else round(min(max(figure.value, 0.0), 1.0), 3)


def _confusion(comparison: Comparison) -> list[tuple[str, list[_Cell], str, str]]:
    """Return a row for each value of the people's: its cells, coloured by their share of the row, and both rates."""
    return [
        (
            rate.word,
            [_Cell(f"{count:,}", round(count / max(sum(row), 1), 3)) for count in row],
            percent_words(rate.found.value),
            percent_words(rate.right.value),
        )
        for rate, row in zip(comparison.rates, comparison.confusion, strict=False)
    ]


def _with_interval(comparison: Comparison) -> str:
    return with_interval(comparison.kappa, comparison.interval)


def _times(reviewers: Sequence[ReviewerFigures]) -> Iterator[_Range | None]:
    """Yield where each reviewer's times lie on one scale, which ends at the largest upper quartile, doubled."""
    ends = [each.active_ms.upper for each in reviewers if each.active_ms is not None]
    scale = 2 * max(ends, default=0) or 1
    for reviewer in reviewers:
        spread = reviewer.active_ms
        if spread is None:
            yield None
            continue
        numbers = (spread.smallest, spread.lower, spread.median, spread.upper, spread.largest)
        smallest, lower, median, upper, largest = (round(min(each / scale, 1) * 100, 2) for each in numbers)
        yield _Range(smallest, lower, median, upper, largest, " · ".join(map(seconds_words, numbers)))


def _disputed(item: ItemFigures, report: Report) -> dict[str, Any]:
    trace_id = item.item.trace_id
    request = report.requests.get(trace_id)
    return {
        "trace_id": trace_id,
        "span_id": item.item.span_id,
        "page": report.pages.get(trace_id),
        "request": None if request is None else one_line(request, _REQUEST_LENGTH),
        "votes": item.votes,
    }
