"""The rows that say how far the reviewer agrees with judges and colleagues on a question. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from labeler.domain.assessment import SourceType
from labeler.domain.rounded_words import coefficient_words, percent_words
from labeler.reading.sanitise import one_line
from labeler.tui.widgets.styled_text import Line, flow

if TYPE_CHECKING:
    from labeler.desk.own_agreement import AgreementFigures, BesideJudge, OwnFigures, PairFigures

_INDENT: Final = 2
_GAP: Final = 3
"""Cells between two phrases."""

_NAME: Final = 60
"""Characters of a judge's or a colleague's name."""

_NOTE: Final = 200
"""Characters of a reason why a figure is not there."""

_Said: TypeAlias = tuple[int, list[str]]
"""How deep a row stands, 1 or 2, and its phrases."""


def agreement_rows(own: OwnFigures, width: int) -> list[Line]:
    """Return the rows in `width` cells: each judge, then colleagues together and one by one."""
    rows: list[Line] = []
    for depth, phrases in (*_judges(own), *_colleagues(own)):
        indent = _INDENT * depth
        role = "chrome" if depth == 1 else "chrome.dim"
        groups = [[(phrase, role)] for phrase in phrases]
        rows += [[(" " * indent, role), *line] for line in flow(groups, max(width - indent, 2), _GAP, role)]
    return rows


def _judges(own: OwnFigures) -> Iterator[_Said]:
    for judge in own.judges:
        kind = "code" if judge.source.type is SourceType.CODE else "judge"
        called = "" if judge.name == own.question else f" (as “{one_line(judge.name, _NAME)}”)"
        yield 1, [f"{kind} {one_line(judge.source.id, _NAME)}{called}", *_judge_phrases(judge)]
        if values := [
            f"{one_line(rate.word, _NAME)}: {rate.both:,} agreed, {rate.judge - rate.both:,} corrected"
            for rate in judge.rates
            if rate.judge
        ]:
            yield 2, values


def _judge_phrases(judge: BesideJudge) -> list[str]:
    said = [f"{judge.agreed:,} agreed, {judge.corrected:,} corrected", percent_words(judge.percent.value)]
    if judge.kappa.value is None:
        return [*said, f"κ: {_note(judge.kappa.reason)}"]
    interval = "" if judge.interval is None else _interval(judge.interval.low, judge.interval.high)
    return [*said, f"κ {coefficient_words(judge.kappa.value)}{interval}", *_notes(judge.note)]


def _colleagues(own: OwnFigures) -> Iterator[_Said]:
    if own.everybody is None:
        return
    yield 1, ["colleagues", *_everybody_phrases(own.everybody)]
    for option, figures in own.options.items():
        yield 2, [one_line(option, _NAME), *_everybody_phrases(figures)]
    for colleague, pair in own.colleagues.items():
        yield 2, [one_line(colleague, _NAME), *_pair_phrases(pair)]


def _everybody_phrases(figures: AgreementFigures) -> list[str]:
    if figures.percent.value is None:
        return [_items(figures.items), *_notes(figures.note)]
    said = [f"{percent_words(figures.percent.value)} agree on {_items(figures.items)}"]
    if figures.alpha.value is not None:
        interval = "" if figures.interval is None else _interval(figures.interval.low, figures.interval.high)
        said.append(f"α {coefficient_words(figures.alpha.value)}{interval}")
    return [*said, *_notes(figures.note)]


def _pair_phrases(pair: PairFigures) -> list[str]:
    kappa = f": {_note(pair.kappa.reason)}" if pair.kappa.value is None else f" {coefficient_words(pair.kappa.value)}"
    return [f"{percent_words(pair.percent.value)} on {_items(pair.items)}", f"κ{kappa}"]


def _interval(low: float, high: float) -> str:
    return f" [{coefficient_words(low)}, {coefficient_words(high)}]"


def _notes(note: str | None) -> list[str]:
    return [_note(note)] if note else []


def _note(reason: str | None) -> str:
    """Return why a figure is not there, as display text: values and names from outside may be in it."""
    return one_line(reason or "not defined", _NOTE)


def _items(count: int) -> str:
    return f"{count:,} item{'' if count == 1 else 's'}"
