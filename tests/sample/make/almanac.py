"""Long answers that are mostly tables: tides for half a year, departures for two months."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from tests.sample.make.assessments import code, judge
from tests.sample.make.documents import DESK, FERRY_1, FERRY_2, context
from tests.sample.make.openai import chat, system, user
from tests.sample.make.spans import Span
from tests.sample.make.tools import run_of
from tests.sample.make.traces import Recipe

_HALF_TIDE: Final = timedelta(hours=6, minutes=12, seconds=37)
_FIRST_HIGH_WATER: Final = datetime(2026, 3, 31, 22, 41)
_FULL_MOON: Final = datetime(2026, 4, 2, 4, 12)
_SYNODIC_DAYS: Final = 29.530588
_DROPPED: Final = date(2026, 5, 31)
"""The day that the answer leaves out, for a reviewer to find."""

_WEEKDAY_BOATS: Final = ("06:40", "07:40", "09:10", "12:10", "15:10", "16:40", "18:10", "21:40")
_WEEKEND_BOATS: Final = ("09:10", "12:10", "15:10", "18:10")


def recipes() -> list[Recipe]:
    return [_tide_almanac(), _departures()]


def _tide_almanac() -> Recipe:
    question = (
        "I am printing a little almanac for our sailing club. Can you give me every high and low water from 1 April to "
        "30 September with heights, a table a month, and a short introduction on how to use it?"
    )
    answer = _almanac_text()
    return Recipe(
        key="tide-almanac",
        at="2026-09-08 20:03:15",
        user="club-secretary",
        root=Span(
            name="almanac_writer",
            type="AGENT",
            inputs={"request": question},
            outputs=answer,
            children=(
                run_of("tide_extremes", {"from": "2026-04-01", "to": "2026-09-30"}, {"rows": 707, "unit": "m"}, ms=930),
                chat([system(DESK), user(question)], answer, model="gpt-5-mini", ms=61400),
            ),
        ),
        said=(code("response_length", len(answer)),),
    )


def _almanac_text() -> str:
    parts = [
        "# Tides at Brennsund, April to September 2026\n\n"
        "Heights are in metres above chart datum at the inner mole; times are local summer time. Wind from the south-"
        "west raises the water by up to 0.3 m, high pressure lowers it by about 1 cm for each hectopascal above "
        "1013.\n\n"
        "**How to use it.** Add the height to the depth in the chart. Between high and low water use the *rule of "
        "twelfths*: in the six hours the water falls by 1, 2, 3, 3, 2 and 1 twelfths of the range.\n\n"
        "> Springs follow full and new moon by about two days, neaps the quarters. Ranges above one metre are in "
        "**bold**."
    ]
    for month in range(4, 10):
        first = date(2026, month, 1)
        parts.append(
            f"## {first:%B}\n\n| day | high | m | low | m | high | m | low | m "
            f"|\n|---|---|---:|---|---:|---|---:|---|---:|---|---:|"
        )
        parts[-1] += "".join(f"\n{_tide_row(day)}" for day in _days(first) if day != _DROPPED)
    parts.append(
        "## Before you print\n\n"
        "1. These are predictions; weather moves them by up to half an hour.\n"
        "2. Days with only three turns of the tide have one cell left empty.\n"
        "3. The tables hold all 183 days. Please name the harbour office as the source."
    )
    return "\n\n".join(parts)


def _tide_row(day: date) -> str:
    turns = list(_turns(day))
    heights = [height for _, height, _ in turns]
    cells = []
    if not turns[0][2]:
        cells += ["", ""]
    for moment, height, _ in turns:
        cells += [f"{moment:%H:%M}", f"{height:.2f}"]
    label = f"{day:%a} {day.day}"
    if max(heights) - min(heights) > 1.0:
        label = f"**{label}**"
    return f"| {label} | {' | '.join((cells + [''] * 10)[:10])} |"


def _turns(day: date) -> Iterator[tuple[datetime, float, bool]]:
    """The turns of the tide on a day: when, how high, and whether it is high water."""
    midnight = datetime(day.year, day.month, day.day)
    number = max(0, (midnight - _FIRST_HIGH_WATER) // _HALF_TIDE)
    while (moment := _FIRST_HIGH_WATER + number * _HALF_TIDE) < midnight + timedelta(days=1):
        if moment >= midnight:
            age = (moment - _FULL_MOON).total_seconds() / 86400 - 2
            swing = 0.44 + 0.14 * math.cos(4 * math.pi * age / _SYNODIC_DAYS)
            high = number % 2 == 0
            yield moment, 0.84 + (swing if high else -swing), high
        number += 1


def _departures() -> Recipe:
    question = (
        "For our guest book: all ferries of July and August, day by day, both lines, with arrival at every stop. "
        "Markdown tables please, a heading a week."
    )
    answer = _timetable_text()
    return Recipe(
        key="guest-book-timetable",
        at="2026-09-07 14:29:08",
        user="guesthouse-lykt",
        root=chat(
            [system(f"{DESK}\n\n{context(FERRY_1, FERRY_2)}"), user(question)], answer, model="gpt-5-mini", ms=148200
        ),
        said=(judge("groundedness", "yes", "Departures and crossing times follow the two timetables."),),
    )


def _timetable_text() -> str:
    """The timetable, with one thing wrong: the summer boat at 11:00 goes on after 15 August."""
    parts = [
        "# Ferries from Brennsund in July and August 2026\n\n"
        "All times are local. **L1** goes to Lunde, **L2** to Great Tern and Hval. Line 2 stops at a mean wind of 18 "
        "m/s, "
        "line 1 at 21 m/s; look at the board at the quay when it blows."
    ]
    for day in (date(2026, 7, 1) + timedelta(days=number) for number in range(62)):
        if day.weekday() == 0 or day == date(2026, 7, 1):
            parts.append(f"## Week {day.isocalendar().week}")
        rows = ["| line | leaves | Lunde | Great Tern | Hval | leaves Lunde | back |", "|---|---|---|---|---|---|---|"]
        for boat in _WEEKEND_BOATS if day.weekday() > 4 else _WEEKDAY_BOATS:
            times = (_later(boat, 25), "", "", _later(boat, 35), _later(boat, 60))
            rows.append(f"| L1 | {boat} | {' | '.join(times)} |")
        for boat in ("08:00", "11:00", "14:00", *(("19:30",) if day.weekday() == 4 else ())):
            rows.append(f"| L2 | {boat} | | {_later(boat, 40)} | {_later(boat, 70)} | | |")
        parts.append(f"### {day:%A}, {day.day} {day:%B}\n\n" + "\n".join(rows))
    parts.append(
        "---\n\nBicycles cost 30 kr each way on both lines. Cars travel on line 2 only and are booked by 18:00 the "
        "day before."
    )
    return "\n\n".join(parts)


def _days(first: date) -> Iterator[date]:
    day = first
    while day.month == first.month:
        yield day
        day += timedelta(days=1)


def _later(clock: str, minutes: int) -> str:
    return f"{datetime.strptime(clock, '%H:%M') + timedelta(minutes=minutes):%H:%M}"
