"""The adjudication screen: the review's keys decide, names and judges stay hidden, and the end says what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.adjudication.bench import PEOPLE, Bench, open_bench
from tests.tui.snapshot import Snapshots

SIZES = [(80, 24), (120, 40), (200, 60)]
ORDER = ["score", "correct", "correct", "tone"]
"""The cases of the bench: all apart, a tie, and two with a majority, in the order that the sprint's seed draws."""


async def to_case(bench: Bench, question: str, votes: int) -> None:
    """Go to the case of a question on which so many people spoke."""
    places = [
        at for at, case in enumerate(bench.desk.cases) if (case.question.name, len(case.votes)) == (question, votes)
    ]
    while bench.desk.position != places[0]:
        await bench.press("j" if bench.desk.position < places[0] else "k")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_what_people_said_stands_beside_the_trace_or_below_it(
    tmp_path: Path, snapshots: Snapshots, size: tuple[int, int]
) -> None:
    async with open_bench(tmp_path, size) as bench:
        await to_case(bench, "correct", 3)
        await bench.shows("Wrong", "misses the north bar", "tone")
        await bench.pilot.pause(0.2)
        snapshots.check(f"case-{size[0]}x{size[1]}", bench.app)


async def test_the_keys_of_a_review_decide_and_go_on(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        assert [case.question.name for case in bench.desk.cases] == ORDER
        await bench.press("y")
        await bench.shows("score is not pass/fail: 0 to 100")
        assert bench.desk.decided == 0
        await bench.press("5", "0", "enter")
        await bench.shows("2/4", "decided 1")
        await bench.press("=")
        await bench.shows("There is no majority to take")
        await bench.press("2")
        await bench.shows("3/4", "decided 2", "last  Wrong")
        await bench.press("=")
        await bench.shows("4/4", "decided 3", "last  Wrong")
        await bench.press("3")
        await bench.shows("Nothing else is open", "4 of 4 decided, 4 of them in this sitting")
        await bench.shows("2 decided, 1 as the majority says", "All of it is delivered")
        await bench.delivered()
        assert await bench.decisions() == [(50, None), (False, None), (False, None), ("rude", None)]


async def test_names_are_hidden_until_asked_for_and_judges_until_it_is_decided(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await to_case(bench, "correct", 3)
        assert not [who for who in (*PEOPLE, "judges/correct-v1") if who in bench.screen]
        await bench.press("m")
        await bench.shows("This view is not shown here: it tells who said what")
        await bench.press("B")
        await bench.shows("names shown", *PEOPLE)
        await bench.press("n", "k")
        await bench.shows("decided Wrong by you", "judge judges/correct-v1")
        assert not [who for who in PEOPLE if who in bench.screen], "the names of the next case, and of this one again"
    async with open_bench(tmp_path, shows_judges=True) as bench:
        await to_case(bench, "correct", 2)
        await bench.shows("judge judges/correct-v1")


@pytest.mark.slow
async def test_what_is_put_off_comes_back_at_the_end_and_undo_goes_back_across_sittings(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.press("s", "X", "s", "X")
        await bench.shows("1/4", "later 2", "decided 2")
        await bench.press("s")
        await bench.shows("Nothing else is open", "2 of 4 decided", "2 put off", "o goes on with the 2 put off")
        await bench.pilot.press("o")
        await bench.shows("1/4", "later 2")
        await bench.press("1", "enter")
        await bench.shows("3/4", "later 1", "decided 3")
        await bench.delivered()
    async with open_bench(tmp_path) as bench:
        await bench.shows("3/4", "decided 3")
        for left in (2, 1, 0):
            await bench.press("u")
            await bench.shows(f"decided {left}")
        await bench.press("u")
        await bench.shows("There is nothing to take back")
        await bench.press("j")
        await bench.delivered()
        assert await bench.decisions() == []


@pytest.mark.slow
async def test_a_comment_goes_with_the_decision_and_a_half_typed_one_is_kept(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await to_case(bench, "correct", 2)
        await bench.press("c", *"the", "escape")
        await bench.shows("kept: it goes with the decision")
    async with open_bench(tmp_path) as bench:
        await to_case(bench, "correct", 2)
        await bench.press("N")
        await bench.shows("comment on correct, with Wrong", "the")
        await bench.press(*"re", "enter")
        await bench.shows("last  Wrong “there”")
        await bench.press("k", "c", "!", "enter")
        await bench.shows("decided Wrong by you “there!”")
        await bench.press("j")
        await bench.delivered()
        assert await bench.decisions() == [(False, "there!")]


@pytest.mark.slow
async def test_a_search_holds_decisions_back_and_other_keys_say_so(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await to_case(bench, "correct", 2)
        await bench.press("/", *"the", "enter")
        await bench.shows('search "the"')
        await bench.press("n", "y")
        await bench.shows("Esc ends the search")
        assert bench.desk.decided == 0
        await bench.press("escape", "D")
        await bench.shows("does nothing here")
        await bench.press("x")
        assert bench.desk.decided == 0, "what is typed after a key that would open a field elsewhere is no key"
        await bench.press("escape", "i")
        await bench.shows("Wrong is what a customer would come back for.", "The guide of “Autumn 2026”", "The guide.")
        await bench.pilot.press("q")
        await bench.press("y")
        await bench.shows("decided 1")


async def test_a_key_held_down_or_pressed_before_the_case_was_seen_decides_one(tmp_path: Path) -> None:
    async with open_bench(tmp_path, guard_ms=60_000) as bench:
        await to_case(bench, "correct", 2)
        await bench.press("n")
        await bench.shows("too early: ignored")
        assert bench.desk.decided == 0
