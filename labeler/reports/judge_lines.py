"""Judges in a report for a terminal: each beside what people agree on, with the people's own agreement beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from labeler.agreement.report_model import Comparison, JudgeFigures, JudgeVersions
from labeler.domain.rounded_words import coefficient_words, percent_words
from labeler.reports.figure_words import counted, example_words, with_interval
from labeler.reports.styled_line import BLANK, WIDTH, Column, Line, Style, line, table, wrapped

_MOST_COLUMNS: Final = 5
"""Of a confusion: more do not fit."""

_FEWEST_TO_ALIGN: Final = 10
"""Items that MLflow's alignment of a judge with people takes at least."""

_INDENT: Final = 3
_GAP: Final = 2
"""Cells between two columns."""

_PEOPLE: Final = Column("", 18)


def judge_lines(judges: Iterable[JudgeFigures], versions: Iterable[JudgeVersions]) -> Iterator[Line]:
    """Yield the lines about each judge, then those of judges beside each other."""
    for number, judge in enumerate(judges):
        if number:
            yield BLANK
        yield from _judge(judge)
    for beside in versions:
        yield BLANK
        yield from _versions(beside)


def _judge(judge: JudgeFigures) -> Iterator[Line]:
    comparison = judge.comparison
    items = f"{counted(comparison.items, 'item')} with a consensus of people"
    called = "" if judge.name == judge.question else f" (as “{judge.name}”)"
    yield line(f" {judge.source.id} on “{judge.question}”{called}   {judge.source.type}   {items}", Style.HEADING)
    said = [
        f"κ {with_interval(comparison.kappa, comparison.interval)}",
        f"agrees {percent_words(comparison.percent.value)}",
    ]
    if comparison.always is not None:
        said.append(f"always saying {comparison.always.word}: {percent_words(comparison.always.share)}")
    yield from wrapped(said, indent=3, separator="   ")
    yield from wrapped(
        [
            f"people among themselves: α {coefficient_words(judge.ceiling.value)}, the ceiling",
            f"κ with single people {coefficient_words(judge.person_kappa.value)}",
        ],
        indent=3,
        separator="   ",
    )
    yield from wrapped(_cautions(judge), indent=3, style=Style.NOTE)
    yield from _confusion(comparison)
    if judge.options:
        yield from table(
            (Column("option", 40), Column("items", 9, is_number=True), Column("κ", 20), Column("agrees", 6)),
            [
                (option, f"{its.items:,}", with_interval(its.kappa, its.interval), percent_words(its.percent.value))
                for option, its in judge.options.items()
            ],
            indent=3,
        )
    if judge.show:
        yield line("   show in the next prompt:")
        for example in judge.show:
            yield line(f"     {example.item.trace_id}   {example_words(example)}")


def _cautions(judge: JudgeFigures) -> list[str]:
    told = [judge.comparison.note] if judge.comparison.note else []
    if judge.undecided:
        told.append(f"people come to no consensus on {judge.undecided:,} more")
    if judge.errors:
        told.append(f"failed {judge.errors:,} times" if judge.errors > 1 else "failed once")
    if judge.unmappable:
        told.append(f"{counted(judge.unmappable, 'value')} the question does not know")
    if judge.blind_kappa is not None:
        told.append(
            f"{percent_words(judge.seen.value)} of these labels were not blind; "
            f"κ with the blind ones {coefficient_words(judge.blind_kappa.value)}"
        )
    aligned = f"alignable: {judge.comparison.items:,} ({_FEWEST_TO_ALIGN} needed)"
    return [*told, aligned, f"with a rationale: {judge.with_rationale:,}"]


def _confusion(comparison: Comparison) -> Iterator[Line]:
    if not comparison.items or not comparison.words:
        return
    shares = [(percent_words(rate.found.value), percent_words(rate.right.value)) for rate in comparison.rates]
    rates = (Column("finds", 6, is_number=True), Column("is right", 8, is_number=True))
    if len(comparison.words) > _MOST_COLUMNS:
        columns = [Column("value", 40), *(Column(who, 8, is_number=True) for who in ("people", "judge", "both"))]
        rows = [
            (rate.word, f"{rate.people:,}", f"{rate.judge:,}", f"{rate.both:,}", *share)
            for rate, share in zip(comparison.rates, shares, strict=True)
        ]
        yield from table([*columns, *rates], rows, indent=3)
        return
    room = (WIDTH - _INDENT - sum(each.most + _GAP for each in (_PEOPLE, *rates))) // len(comparison.words)
    judged = [Column(f"judge {word}", room - _GAP, is_number=True) for word in comparison.words]
    yield from table(
        [_PEOPLE, *judged, *rates],
        [
            (f"people {word}", *(f"{count:,}" for count in row), *share)
            for word, row, share in zip(comparison.words, comparison.confusion, shares, strict=True)
        ],
        indent=_INDENT,
    )


def _versions(beside: JudgeVersions) -> Iterator[Line]:
    yield line(
        f" judges of “{beside.question}” beside each other, on the {counted(beside.items, 'item')} all of them judged",
        Style.ASIDE,
    )
    yield from table(
        (Column("judge", 50), Column("κ", 5, is_number=True), Column("agrees", 6, is_number=True)),
        [
            (each.source.id, coefficient_words(each.kappa.value), percent_words(each.percent.value))
            for each in beside.versions
        ],
        indent=3,
    )
