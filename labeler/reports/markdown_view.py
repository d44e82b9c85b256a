"""A report as Markdown, for a pull request. Names and texts are escaped: they format nothing and notify nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from labeler.agreement.report_model import AgreementFigures, JudgeFigures, QuestionFigures
from labeler.domain.moment import utc_text
from labeler.domain.rounded_words import coefficient_words, percent_words
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
from labeler.reports.sprint_words import calibration_words, gold_words, missing_words
from labeler.reports.styled_line import safe

_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]()#+!|~>$-]")
_TICKS: Final = re.compile("`+")
_MOST_DISPUTED: Final = 5


def report_as_markdown(report: Report) -> str:
    """Return the whole report."""
    parts = (_head, _questions, _answers, _reviewers, _with_oneself, _pairs, _sprint, _judges, _disputed, _method)
    return "\n".join(line for part in parts for line in part(report)).rstrip() + "\n"


def escaped(text: str) -> str:
    """Return text from outside as text: no formatting, no HTML, no link, nobody notified by an @."""
    plain = safe(text).replace("&", "&amp;").replace("<", "&lt;")
    return _SPECIAL.sub(r"\\\g<0>", plain).replace("@", "@<!-- -->")


def code(text: str) -> str:
    """Return text from outside as code, also within a table."""
    plain = safe(text)
    fence = "`" * (max(map(len, _TICKS.findall(plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}".replace("|", "\\|")


def _head(report: Report) -> Iterator[str]:
    figures = report.figures
    labels = figures.counted.labels
    items = counted(len({label.item for label in labels}), "item")
    yield "# What the labels say\n"
    yield f"{code(report.source.place)}  "
    if report.at_ms is not None:
        yield f"read at {utc_text(report.at_ms)}  "
    yield f"{counted(len(labels), 'label')} by {counted(len(figures.reviewers), 'person', 'people')} on {items}"
    left_out = [f"{count:,} {LEFT_OUT_WORDS[reason]}" for reason, count in figures.left_out.items() if count]
    if left_out:
        yield f"\nLeft out: {', '.join(left_out)}."
    yield ""


def _questions(report: Report) -> Iterator[str]:
    table = list(_question_table(report.figures.questions))
    if table:
        yield from table
        yield f"α: {RULE_OF_THUMB}.\n"


def _question_table(questions: Iterable[QuestionFigures]) -> Iterator[str]:
    rows, notes = [], []
    for question in questions:
        level = level_words(question.level, is_by_option=question.options is not None)
        rows.append(_row(escaped(question.name), level, question.agreement))
        notes += [f"- {escaped(question.name)}: {note}" for note in question_notes(question, text=escaped, name=code)]
        for option, its in (question.options or {}).items():
            rows.append(_row(f"{escaped(question.name)}: {escaped(option)}", "", its))
            if its.note:
                notes.append(f"- {escaped(question.name)}, {escaped(option)}: {escaped(its.note)}")
    if rows:
        yield from _table(("question", "level", "items", "labels", "agree", "α and 95 % interval", "AC1"), rows, text=2)
        yield from [*notes, ""] if notes else []


def _row(name: str, level: str, figures: AgreementFigures) -> tuple[str, ...]:
    alpha = with_interval(figures.alpha, figures.interval)
    numbers = (f"{figures.items:,}", f"{figures.labels:,}", percent_words(figures.percent.value))
    return (name, level, *numbers, alpha, coefficient_words(figures.ac1.value))


def _answers(report: Report) -> Iterator[str]:
    for question in report.figures.questions:
        if question.answers and question.values:
            keys = [count.key for count in question.values]
            rows = [
                (code(reviewer), *(f"{given.get(key, 0):,}" for key in keys))
                for reviewer, given in question.answers.items()
            ]
            yield f"## Answers to {escaped(question.name)}\n"
            yield from _table(("reviewer", *(escaped(count.word) for count in question.values)), rows)


def _reviewers(report: Report) -> Iterator[str]:
    rows = [
        (
            code(reviewer.reviewer),
            f"{reviewer.labels:,}",
            f"{reviewer.items:,}",
            seconds_words(None if reviewer.active_ms is None else reviewer.active_ms.median),
            coefficient_words(reviewer.kappa.value),
            blind_words(reviewer),
        )
        for reviewer in report.figures.reviewers
    ]
    if rows:
        yield "## Reviewers\n"
        yield from _table(("reviewer", "labels", "items", "median time", "κ with others", "blind"), rows)


def _with_oneself(report: Report) -> Iterator[str]:
    rows = [
        (
            code(each.reviewer),
            escaped(each.question),
            f"{each.agreement.items:,}",
            percent_words(each.agreement.percent.value),
            with_interval(each.agreement.alpha, each.agreement.interval),
        )
        for each in report.figures.with_oneself
    ]
    if rows:
        yield "## Agreement with oneself\n"
        yield from _table(("reviewer", "question", "items", "agree", "α and 95 % interval"), rows, text=2)


def _pairs(report: Report) -> Iterator[str]:
    for question in report.figures.questions:
        if any(pair.kappa.value is not None for pair in question.pairs):
            rows = [
                (
                    code(pair.reviewers[0]),
                    code(pair.reviewers[1]),
                    f"{pair.items:,}",
                    percent_words(pair.percent.value),
                    coefficient_words(pair.kappa.value),
                )
                for pair in question.pairs
            ]
            yield f"## Pairs of reviewers on {escaped(question.name)}\n"
            yield from _table(("reviewer", "reviewer", "items", "agree", "κ"), rows, text=2)


def _sprint(report: Report) -> Iterator[str]:
    part = report.sprint
    if part is None:
        return
    if part.calibration is not None:
        yield "## Calibration\n"
        yield f"{calibration_words(part)[len('calibration: ') :]}.\n"
        yield from _question_table(part.calibration.questions)
    if part.gold_items is not None:
        yield "## Gold items\n"
        yield f"{gold_words(part)[len('gold: ') :]}.\n"
        if part.gold:
            rows = [(code(each.reviewer), f"{each.right:,}", f"{each.of:,}") for each in part.gold]
            yield from _table(("reviewer", "right", "of"), rows)
    if part.outside:
        yield "## Outside the sprint\n"
        yield from _table(("source", "labels"), [(code(who), f"{count:,}") for who, count in part.outside.items()])
    if part.missing_traces:
        yield f"{missing_words(part)}.\n"


def _judges(report: Report) -> Iterator[str]:
    for judge in report.figures.judges:
        yield from _judge(judge)
    for beside in report.figures.versions:
        yield f"## Judges of {escaped(beside.question)} beside each other\n"
        yield f"On the {counted(beside.items, 'item')} all of them judged.\n"
        rows = [
            (code(each.source.id), coefficient_words(each.kappa.value), percent_words(each.percent.value))
            for each in beside.versions
        ]
        yield from _table(("judge", "κ", "agrees"), rows)


def _judge(judge: JudgeFigures) -> Iterator[str]:
    comparison = judge.comparison
    yield f"## {judge.source.type} {code(judge.source.id)} on {escaped(judge.question)}\n"
    yield f"{counted(comparison.items, 'item')} with a consensus of people  "
    kappa = with_interval(comparison.kappa, comparison.interval)
    yield f"κ {kappa}, agrees {percent_words(comparison.percent.value)}  "
    if comparison.always is not None:
        yield f"always saying {escaped(comparison.always.word)}: {percent_words(comparison.always.share)}  "
    yield (
        f"people among themselves: α {coefficient_words(judge.ceiling.value)}, the ceiling; "
        f"κ with single people {coefficient_words(judge.person_kappa.value)}"
    )
    told = [comparison.note] if comparison.note else []
    told += [f"failed on {counted(judge.errors, 'item')}"] if judge.errors else []
    told += [f"{counted(judge.unmappable, 'value')} the question does not know"] if judge.unmappable else []
    if judge.blind_kappa is not None:
        told.append(
            f"{percent_words(judge.seen.value)} of these labels were not blind; "
            f"κ with the blind ones {coefficient_words(judge.blind_kappa.value)}"
        )
    yield from (f"\n{escaped(note)}" for note in told)
    yield ""
    if comparison.words and comparison.items:
        rows = [
            (
                f"people {escaped(rate.word)}",
                *(f"{count:,}" for count in row),
                percent_words(rate.found.value),
                percent_words(rate.right.value),
            )
            for rate, row in zip(comparison.rates, comparison.confusion, strict=True)
        ]
        judged = [f"judge {escaped(word)}" for word in comparison.words]
        yield from _table(("", *judged, "finds", "is right"), rows)
    if judge.show:
        yield "Show in the next prompt:\n"
        yield from (f"- {code(example.item.trace_id)} {example_words(example, escaped)}" for example in judge.show)
        yield ""


def _disputed(report: Report) -> Iterator[str]:
    for question in report.figures.questions:
        if question.disputed:
            yield f"## Disagreements on {escaped(question.name)}\n"
            yield f"{counted(len(question.disputed), 'item')}, the widest first.\n"
        for item in question.disputed[:_MOST_DISPUTED]:
            yield f"- {code(item.item.trace_id)}{f' span {code(item.item.span_id)}' if item.item.span_id else ''}"
            for vote in item.votes:
                why = f": “{escaped(vote.rationale)}”" if vote.rationale else ""
                yield f"  - {escaped(vote.word)} – {code(vote.reviewer)}{why}"
        if question.disputed:
            yield ""


def _method(report: Report) -> Iterator[str]:
    method = report.figures.method
    yield (
        f"labeler {report.version}; intervals from {method.resamples:,} resamples of the items, seed {method.seed}. "
        "Each figure is explained in labeler's docs/report.md."
    )


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], text: int = 1) -> Iterator[str]:
    """Yield a table whose first `text` columns hold text, the others numbers."""
    yield f"| {' | '.join(titles)} |"
    yield f"|{'|'.join('---' if at < text else '--:' for at in range(len(titles)))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
