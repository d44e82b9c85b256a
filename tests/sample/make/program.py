"""A long answer that is mostly code."""

from __future__ import annotations

from tests.sample.make.assessments import code
from tests.sample.make.openai import chat, system, user
from tests.sample.make.traces import Recipe


def recipes() -> list[Recipe]:
    question = (
        "Can you write me a Python script (standard library only, please) that reads your tide CSV and prints when our "
        "boat can pass the sill at the inner basin? Columns are `time,height,kind`, time in UTC, kind `high` or `low`. "
        "We draw 1.9 m, the sill is 1.2 m below chart datum, and I want half a metre of margin. Calendar export would "
        "be a dream."
    )
    return [
        Recipe(
            key="sill-windows-script",
            at="2026-09-12 13:39:27",
            user="skipper-moen",
            root=chat(
                [system("You are the Harbour desk's assistant for developers. Code first, then a short note."),
                 user(question)],
                ANSWER,
                model="gpt-5-mini",
                settings={"temperature": 1},
                ms=44100,
            ),
            said=(code("response_length", len(ANSWER)), code("contains_link", False),),
        )
    ]  # fmt: skip


ANSWER = '''\
Here is a single file with no dependencies. Between two turns of the tide it follows a **cosine**, which is closer to \
the real curve than the rule of twelfths, and it writes an `.ics` file that every calendar can import.

```python
#!/usr/bin/env python3
"""When can a boat pass a sill? Reads turns of the tide, prints the windows, writes a calendar.

    python3 sill.py tides.csv --draught 1.9 --sill -1.2 --margin 0.5 --ics windows.ics

The CSV has a header and three columns: time (ISO 8601, UTC), height (metres above chart datum),
kind (high or low). The sill is given as its height above chart datum, so one that lies below is negative.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Oslo")


@dataclass(frozen=True)
class Turn:
    """A high or a low water."""

    time: datetime
    height: float
    kind: str


@dataclass(frozen=True)
class Window:
    """A stretch of time in which there is water enough."""

    opens: datetime
    closes: datetime
    deepest: float

    @property
    def length(self) -> timedelta:
        return self.closes - self.opens

    def __str__(self) -> str:
        opens = self.opens.astimezone(LOCAL)
        closes = self.closes.astimezone(LOCAL)
        hours, minutes = divmod(int(self.length.total_seconds()) // 60, 60)
        length = f"{hours} h {minutes:02} min"
        return f"{opens:%a %d %b}  {opens:%H:%M} to {closes:%H:%M}  ({length}, up to {self.deepest:.2f} m)"


def read_turns(path: Path) -> list[Turn]:
    """The turns in a CSV file, in order of time. Bad rows are told with their line number."""
    turns = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        missing = {"time", "height", "kind"} - set(rows.fieldnames or ())
        if missing:
            raise SystemExit(f"{path}: no column {', '.join(sorted(missing))}")
        for number, row in enumerate(rows, start=2):
            try:
                time = datetime.fromisoformat(row["time"]).replace(tzinfo=timezone.utc)
                turns.append(Turn(time, float(row["height"]), row["kind"].strip().lower()))
            except ValueError as error:
                raise SystemExit(f"{path}, line {number}: {error}") from None
    turns.sort(key=lambda turn: turn.time)
    for earlier, later in zip(turns, turns[1:]):
        if earlier.kind == later.kind:
            raise SystemExit(f"{path}: two {earlier.kind} waters in a row at {later.time:%Y-%m-%d %H:%M}")
    return turns


def height_at(earlier: Turn, later: Turn, moment: datetime) -> float:
    """The height of the water between two turns, along a cosine."""
    part = (moment - earlier.time) / (later.time - earlier.time)
    mean = (earlier.height + later.height) / 2
    swing = (earlier.height - later.height) / 2
    return mean + swing * math.cos(math.pi * part)


def moment_of(earlier: Turn, later: Turn, height: float) -> datetime:
    """When the water between two turns stands at a height that lies between theirs."""
    mean = (earlier.height + later.height) / 2
    swing = (earlier.height - later.height) / 2
    part = math.acos((height - mean) / swing) / math.pi
    return earlier.time + part * (later.time - earlier.time)


def windows(turns: list[Turn], needed: float) -> Iterator[Window]:
    """The stretches in which the water stands at `needed` metres above chart datum, or higher."""
    opens: datetime | None = None
    deepest = -math.inf
    if turns and turns[0].height >= needed:
        opens = turns[0].time
    for earlier, later in zip(turns, turns[1:]):
        if earlier.height < needed <= later.height:
            opens = moment_of(earlier, later, needed)
            deepest = later.height
        elif later.height < needed <= earlier.height and opens is not None:
            yield Window(opens, moment_of(earlier, later, needed), max(deepest, earlier.height))
            opens, deepest = None, -math.inf
    if opens is not None and turns[-1].time > opens:
        yield Window(opens, turns[-1].time, max(deepest, turns[-1].height))


def write_calendar(path: Path, found: list[Window]) -> None:
    """An iCalendar file with an event for each window."""
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//brennsund//sill//EN"]
    for window in found:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{window.opens:%Y%m%dT%H%M%S}@sill.brennsund",
            f"DTSTAMP:{stamp}",
            f"DTSTART:{window.opens:%Y%m%dT%H%M%S}",
            f"DTEND:{window.closes:%Y%m%dT%H%M%S}",
            f"SUMMARY:Sill open, up to {window.deepest:.2f} m",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    path.write_text("\\r\\n".join(lines) + "\\r\\n", encoding="utf-8", newline="")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="When can a boat pass a sill?")
    parser.add_argument("tides", type=Path, help="CSV with time, height, kind")
    parser.add_argument("--draught", type=float, required=True, help="of the boat, in metres")
    parser.add_argument("--sill", type=float, required=True, help="height above chart datum, negative below it")
    parser.add_argument("--margin", type=float, default=0.5, help="water to keep under the keel, in metres")
    parser.add_argument("--shortest", type=int, default=20, help="leave out windows under so many minutes")
    parser.add_argument("--ics", type=Path, help="write a calendar file too")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    turns = read_turns(options.tides)
    if len(turns) < 2:
        print("Not enough turns of the tide in the file.", file=sys.stderr)
        return 1
    needed = options.sill + options.draught + options.margin
    shortest = timedelta(minutes=options.shortest)
    found = [window for window in windows(turns, needed) if window.length >= shortest]
    print(f"Needed: {needed:.2f} m above chart datum\\n")
    for window in found:
        print(window)
    if not found:
        print("No window in this file. Neaps, probably: look again in a week.")
    if options.ics is not None:
        write_calendar(options.ics, found)
        print(f"\\nWrote {len(found)} events to {options.ics}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
```

With your numbers the water has to stand at `-1.2 + 1.9 + 0.5 = 1.20 m`:

```console
$ python3 sill.py tides.csv --draught 1.9 --sill -1.2 --ics windows.ics
Needed: 1.20 m above chart datum

Mon 14 Sep  02:44 to 05:16  (2 h 32 min, up to 1.32 m)
Mon 14 Sep  15:01 to 17:35  (2 h 34 min, up to 1.33 m)
Tue 15 Sep  03:41 to 05:45  (2 h 04 min, up to 1.28 m)

Wrote 3 events to windows.ics
```

**Three things to know**

1. Around neaps there is *no* window at all; the script says so instead of printing nothing.
2. The calendar uses UTC, so your phone shows the events in whatever zone you are in.
3. High pressure takes up to 30 cm away. Keep your margin, and look at the gauge at the sill before you trust a script.
'''
