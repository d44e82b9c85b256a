"""How far a sprint is, as lines for a terminal and as JSON."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from rich.cells import cell_len

from labeler.agreement.counted_labels import NOBODY
from labeler.agreement.report_model import AgreementFigures, QuestionFigures, SelfAgreement
from labeler.domain.assessment import person
from labeler.domain.duration import rough_duration_words
from labeler.domain.moment import recent_day, short_date_and_time
from labeler.domain.value import JsonValue
from labeler.reports.styled_line import BLANK, Column, Line, Piece, Style, cut, line, safe, table
from labeler.sprint.plan import SprintState
from labeler.sprint.progress import Flag, ReviewerProgress, SprintProgress
from labeler.sprint.reading import Snapshot

WIDE: Final = 100
"""Columns from which everything is shown; with fewer, the bar, today and the pace are left out."""

_BAR: Final = 10
_NONE: Final = "–"


def status_object(progress: SprintProgress) -> dict[str, JsonValue]:
    """Return how far a sprint is as JSON; numbers are unrounded, and what is not defined is null."""
    plan = progress.snapshot.sprint.plan
    return {
        "sprint": plan.name,
        "state": plan.state.value,
        "labels": {"done": progress.done, "of": progress.of},
        "items": {"of": progress.items, "with_two": progress.with_two},
        "reviewers": [
            {
                "reviewer": each.reviewer,
                "queue_id": each.queue_id,
                "done": each.done,
                "of": each.of,
                "declined": each.declined,
                "active_ms_median": each.active_ms_median,
                "per_hour": each.per_hour,
                "left_ms": each.left_ms,
                "gold": None if each.gold is None else {"right": each.gold.right, "of": each.gold.of},
                "kappa": each.kappa,
                "flags": [flag.value for flag in each.flags],
            }
            for each in progress.reviewers
        ],
        "questions": [
            {**_question_object(each), "disagreements": progress.disagreements.get(each.name, 0)}
            for each in progress.questions
        ],
        **({} if plan.repeat is None else {"with_oneself": [_oneself_object(each) for each in progress.with_oneself]}),
        "outside": [{"source_id": source, "labels": labels} for source, labels in progress.outside.items()],
        "second_answers": [{"reviewer": who, "labels": labels} for who, labels in progress.second_answers.items()],
        "replaced": [
            {"reviewer": whose, "by": by, "labels": labels} for (whose, by), labels in progress.replaced.items()
        ],
        "missing_traces": list(progress.snapshot.missing_traces),
        "unplaced_traces": progress.snapshot.unplaced_traces,
        "places_lost": progress.snapshot.fewest_places_lost,
    }


def status_lines(progress: SprintProgress, width: int = WIDE, more: Sequence[str] = ()) -> Iterator[Line]:
    """Yield the lines that show how far a sprint is, in so many columns, with `more` to be noted below."""
    plan = progress.snapshot.sprint.plan
    for part in _summary(progress, width):
        yield (Piece(cut(part, width), Style.HEADING),)
    if left := _left(progress):
        yield line(cut(f" {left}", width))
    yield BLANK
    yield from _reviewers(progress, width)
    yield BLANK
    yield from _questions(progress, width) if plan.repeat is None else _with_oneself(progress, width)
    yield BLANK
    for note in [*_notes(progress), *more]:
        for part in textwrap.wrap(safe(note), width - 2, subsequent_indent="  "):
            yield (Piece(f"  {part}", Style.NOTE),)


def explained(each: ReviewerProgress, progress: SprintProgress, page: Callable[[str], str]) -> Iterator[str]:
    """Yield why each note about a reviewer stands there, with its figures. `page` tells where to look at a trace."""
    at_ms = progress.snapshot.at_ms
    yield f"{each.reviewer}   {each.done:,} of {each.of:,} done, {each.declined:,} declined, {each.pending:,} left"
    if each.active_ms_median is not None:
        median = rough_duration_words(each.active_ms_median)
        yield f"  median {median} an item, {each.per_hour or 0:.0f} an hour of active time"
    medians = [other.active_ms_median for other in progress.reviewers if other.active_ms_median is not None]
    for flag in each.flags:
        match flag:
            case Flag.TOO_FAST:
                shown = ", ".join(rough_duration_words(median) for median in sorted(medians))
                yield f"  too fast: under 8 s and under a third of the team's median (all medians: {shown})"
                for trace_id, took_ms in each.fastest:
                    yield f"    {took_ms / 1000:.1f} s   {page(trace_id)}"
            case Flag.GOLD if each.gold is not None:
                score = f"{each.gold.right} of {each.gold.of}"
                yield f"  gold: {score} right, less than chance allows at the team's rate (5 %)"
            case Flag.DRIFT:
                yield "  drift: agrees less with the others in the last 50 answers than in the first 50 (95 %)"
            case Flag.QUIET if each.last_ms is not None:
                yield f"  quiet: a working day passed since the last item, finished {short_date_and_time(each.last_ms)}"
            case Flag.NOT_BLIND:
                labels = "1 label was" if each.not_blind == 1 else f"{each.not_blind:,} labels were"
                yield f"  not blind: {labels} given with others' answers in view"
            case _:
                yield f"  {flag_words(flag, each, at_ms)}"


def flag_words(flag: Flag, each: ReviewerProgress, now_ms: int) -> str:
    """Return a flag in a few words."""
    match flag:
        case Flag.TOO_FAST:
            return "too fast"
        case Flag.GOLD:
            return "gold"
        case Flag.QUIET:
            return f"quiet since {recent_day(each.last_ms or 0, now_ms)}"
        case Flag.NEVER_SEEN:
            return "never seen"
        case Flag.NOT_BLIND:
            return f"{each.not_blind:,} not blind"
        case Flag.NO_QUEUE:
            return "queue deleted"
        case Flag.LEFT:
            return "left"
        case Flag.DRIFT:
            return "drift"


def _summary(progress: SprintProgress, width: int) -> list[str]:
    plan = progress.snapshot.sprint.plan
    since = f" since {short_date_and_time(plan.opened_at_ms)}" if plan.opened_at_ms else ""
    percent = f", {100 * progress.done // progress.of} %" if progress.of else ""
    labels = f"{progress.done:,} of {progress.of:,} labels{percent}"
    both = "" if plan.repeat else f"{progress.with_two:,} of {progress.items:,} items have 2 or more"
    head, rest = f"{plan.name}   {plan.state.value}{since}", f"{labels}   {both}".rstrip()
    whole = f"{head}   {rest}"
    return [whole] if cell_len(whole) <= width else [head, f" {rest}"]


def _left(progress: SprintProgress) -> str:
    said = []
    if progress.left_ms:
        last = max(progress.reviewers, key=lambda each: each.left_ms or 0)
        said.append(f"left {rough_duration_words(progress.left_ms)} ({last.reviewer})")
    said += [
        f"{each.pending:,} of {each.reviewer}'s need somebody"
        for each in progress.reviewers
        if Flag.NEVER_SEEN in each.flags or (Flag.LEFT in each.flags and each.pending)
    ]
    return "; ".join(said)


def _reviewers(progress: SprintProgress, width: int) -> list[Line]:
    wide = width >= WIDE
    columns = [
        Column("reviewer", 24),
        Column("done", 20),
        *([Column("today", 6, is_number=True), Column("/h", 5, is_number=True)] if wide else []),
        Column("median", 7, is_number=True),
        Column("left", 8, is_number=True),
        Column("gold", 7, is_number=True),
        Column("κ", 6, is_number=True),
        Column("notes", 0),
    ]
    rows = [_row(each, progress.snapshot.at_ms, wide=wide) for each in progress.reviewers]
    return _fitted(columns, rows, width)


def _fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[Line]:
    """Return a table whose last column takes what the others leave of the width, in several lines where it has to."""
    others = columns[:-1]
    taken = sum(
        min(max(map(cell_len, (column.title, *(row[at] for row in rows)))), column.most)
        for at, column in enumerate(others)
    )
    last = replace(columns[-1], most=max(width - taken - 2 * len(others) - 1, len(columns[-1].title)))
    wrapped: list[Sequence[str]] = []
    for row in rows:
        first, *more = textwrap.wrap(row[-1], last.most) or [""]
        wrapped += [[*row[:-1], first], *([*[""] * len(others), part] for part in more)]
    return table([*others, last], wrapped)


def _row(each: ReviewerProgress, now_ms: int, *, wide: bool) -> list[str]:
    filled = _BAR * (each.done + each.declined) // each.of if each.of else 0
    bar = f" {'▓' * filled}{'░' * (_BAR - filled)}" if wide else ""
    pace = f"{each.per_hour:.0f}" if each.per_hour else _NONE
    left = _NONE if not each.pending else "?" if each.left_ms is None else rough_duration_words(each.left_ms)
    gold = _NONE if each.gold is None else f"{each.gold.right}/{each.gold.of}{' ✗' * (Flag.GOLD in each.flags)}"
    notes = [flag_words(flag, each, now_ms) for flag in each.flags if flag is not Flag.GOLD]
    notes += [f"{each.declined:,} declined"] if each.declined else []
    return [
        each.reviewer,
        f"{each.done:,}/{each.of:,}{bar}",
        *([f"{each.today:,}", pace] if wide else []),
        _NONE if each.active_ms_median is None else rough_duration_words(each.active_ms_median),
        left,
        gold,
        _NONE if each.kappa is None else f"{each.kappa:.2f}",
        ", ".join(notes),
    ]


def _questions(progress: SprintProgress, width: int) -> list[Line]:
    wide = width >= WIDE
    columns = [
        Column("question", 24 if wide else 16),
        Column("items", 7, is_number=True),
        Column("agree", 6, is_number=True),
        Column("α 95 %", 22),
        Column("without the lowest", 0),
    ]
    return _fitted(columns, [_question_row(each) for each in progress.questions], width)


def _with_oneself(progress: SprintProgress, width: int) -> list[Line]:
    """Return the table of how far everybody agrees with what they said before."""
    columns = [
        Column("with oneself", 24),
        Column("question", 24 if width >= WIDE else 16),
        Column("items", 7, is_number=True),
        Column("agree", 6, is_number=True),
        Column("α 95 %", 0),
    ]
    rows = [[each.reviewer, each.question, *_agreed(each.agreement)] for each in progress.with_oneself]
    return _fitted(columns, rows, width) if rows else [line(" Nothing is answered a second time yet.")]


def _agreed(figures: AgreementFigures) -> tuple[str, str, str]:
    """Return on how many items, how often, and how far beyond chance answers agree."""
    percent = _NONE if figures.percent.value is None else f"{100 * figures.percent.value:.0f} %"
    alpha = figures.note or _NONE
    if figures.alpha.value is not None:
        alpha = f"{figures.alpha.value:.2f}"
        if figures.interval is not None:
            alpha += f" [{figures.interval.low:.2f}, {figures.interval.high:.2f}]"
    return f"{figures.items:,}", percent, alpha


def _question_row(each: QuestionFigures) -> list[str]:
    figures = each.agreement
    lowest = each.lowest
    without = ""
    if lowest is not None and lowest.alpha.value is not None:
        without = f"{lowest.alpha.value:.2f} without {lowest.reviewer}"
    if figures.one_sided is not None and figures.ac1.value is not None:
        without = f"{without}{'; ' if without else ''}AC1 {figures.ac1.value:.2f}"
    return [each.name, *_agreed(figures), without]


def _notes(progress: SprintProgress) -> Iterator[str]:
    plan, snapshot = progress.snapshot.sprint.plan, progress.snapshot
    for source, labels in progress.outside.items():
        who = "“default” (MLflow's page without sign-in)" if person(source) == NOBODY else f"“{source}”"
        yield f"! {_number(labels, 'label')} by {who}, outside the sprint: not counted."
    if progress.second_answers:
        who = ", ".join(f"{labels:,} of {reviewer}" for reviewer, labels in progress.second_answers.items())
        total = sum(progress.second_answers.values())
        yield f"! {_number(total, 'second answer')} of one person ({who}): the newest counts."
    for (whose, by), labels in progress.replaced.items():
        yield f"! {by} replaced {_number(labels, 'answer')} of {whose}: what {by} said stands."
    yield from _losses(snapshot)
    for name in progress.lost_questions:
        yield f"! “{name}” is gone from the server; reviewers are no longer asked."
    for reviewer in snapshot.missing_queues:
        yield f"! The queue of {reviewer} was deleted: labeler sprint rebalance makes it again."
    if plan.state is SprintState.CALIBRATING:
        yield f"Calibrating: {len(plan.calibration)} items for everybody. labeler sprint open adds the others."
    if plan.gold is not None and all(each.gold is None for each in progress.reviewers):
        yield f"{plan.gold.count} gold items: --gold FILE shows who got how many right."
    if said := [f"{count:,} on “{name}”" for name, count in progress.disagreements.items()]:
        total = sum(progress.disagreements.values())
        yield (
            f"{total:,} disagreement{'s' if total > 1 else ''} to decide, {', '.join(said)}: labeler sprint adjudicate "
            f"{shlex.quote(plan.name)}"
        )
    yield "Work that reviewers have not delivered yet cannot be seen from here."


def _losses(snapshot: Snapshot) -> Iterator[str]:
    """Yield what is known of traces that the sprint has no longer."""
    gone, unplaced = len(snapshot.missing_traces), snapshot.unplaced_traces
    if not gone and not unplaced:
        return
    said = [f"{_number(gone, 'trace')} {'was' if gone == 1 else 'were'} deleted"] if gone else []
    if unplaced:
        verb = "is" if unplaced == 1 else "are"
        said.append(f"{_number(unplaced, 'trace')} {verb} in no queue any more (deleted, or taken out)")
    is_exact = snapshot.sprint.plan.gold is None and isinstance(snapshot.sprint.plan.overlap, int | str)
    places = ("" if is_exact else "at least ") + _number(snapshot.fewest_places_lost, "place")
    yield f"! {' and '.join(said)}: {places} less; statistics are without."


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _oneself_object(each: SelfAgreement) -> dict[str, JsonValue]:
    figures = each.agreement
    return {
        "reviewer": each.reviewer,
        "question": each.question,
        "items": figures.items,
        "percent": figures.percent.value,
        "alpha": figures.alpha.value,
        "ci": None if figures.interval is None else [figures.interval.low, figures.interval.high],
        "note": figures.note,
    }


def _question_object(each: QuestionFigures) -> dict[str, JsonValue]:
    figures = each.agreement
    without: Sequence[tuple[str, float | None]] = [(one.reviewer, one.alpha.value) for one in each.without]
    return {
        "name": each.name,
        "level": each.level.value if each.level else None,
        "items": figures.items,
        "labels": figures.labels,
        "percent": figures.percent.value,
        "alpha": figures.alpha.value,
        "ci": None if figures.interval is None else [figures.interval.low, figures.interval.high],
        "ac1": figures.ac1.value,
        "without": dict(without),
    }
