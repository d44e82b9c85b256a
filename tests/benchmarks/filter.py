"""A filter on a long worklist: the CPU time from the key that sets it to the frame that shows its rows.

``python -m tests.benchmarks.filter [--items N] [--rounds N]``. As in `key_in_process`, a real review, rendered to bytes
and shown nowhere. Beside the keys stands what painting the same screen anew takes: no filter can be quicker than that.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path

from labeler.domain.change import Answer
from labeler.domain.question import FLAG_NAME
from labeler.domain.worklist import ItemState
from labeler.tui.widgets.line_widget import LineWidget
from tests.benchmarks.key_in_process import QUESTION, Painting, Took, at_work
from tests.benchmarks.measures import machine, median, noise, table
from tests.benchmarks.worklists import first_typical, make_store

TYPED = "F /: each letter of a text"
BARE = "painting the screen anew"
KEYS = {
    "F: the menu with its counts": "F",
    "F f: the flagged ones": "f",
    "F o: half of all": "o",
    "F t: like this one": "t",
    "F a: all again": "a",
}


class Filtering(Painting):
    """Waits for a frame in which the filter is another one, or the menu is open."""

    def moved(self) -> bool:
        return self.told() != self.before

    before = ""

    def told(self) -> str:
        """What the menu and the status line say now."""
        widgets = (self.screen.query_one(name, LineWidget) for name in ("#menu", "#status"))
        return "".join(line for widget in widgets if widget.display for line in widget.plain_lines())

    async def filtered(self, key: str) -> Took:
        """Press a key of the menu, or the one that opens it."""
        self.before = self.told()
        return await self.press(key)

    async def repainted(self) -> Took:
        """Paint everything anew."""
        self.before = "-"
        self.frame = asyncio.get_running_loop().create_future()
        wall, cpu = time.perf_counter(), time.thread_time()
        for widget in self.screen.query("*"):
            widget.refresh()
        painted, used = await asyncio.wait_for(self.frame, 30)
        return Took((painted - wall) * 1000, (used - cpu) * 1000)


def work_was_done(app: Filtering) -> None:
    """Label every other item, and flag one in a hundred."""
    state = app.desk.state
    for number, item in enumerate(state.items):
        if number % 2:
            answer = Answer(f"a-{number:032x}", number % 3 == 0, None, 0, 0)
            state.set_answer((item.trace_id, None), QUESTION.name, answer)
            state.worklist.set_state(item.trace_id, ItemState.LABELLED)
        if number % 100 == 0:
            state.set_answer((item.trace_id, None), FLAG_NAME, Answer(f"a-f{number:031x}", True, "why", 0, 0))


async def measure(home: Path, rounds: int) -> dict[str, list[Took]]:
    """Set one filter after another."""
    took: dict[str, list[Took]] = {BARE: [], **{name: [] for name in KEYS}, TYPED: []}
    rng = random.Random(12)
    async with at_work(home, Filtering) as app:
        work_was_done(app)
        await app.desk.filters.keep_ready()
        for _ in range(rounds):
            took[BARE].append(await app.repainted())
            for name, key in KEYS.items():
                await asyncio.sleep(rng.uniform(0.2, 0.4))
                opened = await app.filtered("F")
                took[name].append(opened if key == "F" else await app.filtered(key))
                if key == "F":
                    await app.filtered("escape")
            await app.filtered("F")
            await app.filtered("/")
            for letter in "the":
                await asyncio.sleep(rng.uniform(0.1, 0.2))
                took[TYPED].append(await app.filtered(letter))
            await app.filtered("escape")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    print(machine())
    noise()
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as directory:
        make_store(Path(directory) / "store.db", asked.items, first_typical(200))
        took = asyncio.run(measure(Path(directory), asked.rounds))
    table("CPU time of the loop", "ms", {name: [each.cpu for each in times] for name, times in took.items()})
    table("by the clock", "ms", {name: [each.wall for each in times] for name, times in took.items()})
    bare = median([each.cpu for each in took[BARE]])
    for name in (*KEYS, TYPED):
        print(f"{name}: {median([each.cpu for each in took[name]]) / bare:.1f} times {BARE}")


if __name__ == "__main__":
    main()
