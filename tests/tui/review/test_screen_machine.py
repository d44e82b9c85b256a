"""Any keys at the real screen: after each of them journal, screen and a plain notebook agree; undo takes all back."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from labeler.domain.question import Question
from labeler.review.state import Advance, Rules
from tests.journal.sitting import scratch_directory
from tests.tui.review.cases import ASKED, ITEMS
from tests.tui.review.screen_sitting import ScreenSitting

ANSWERING: Final = [*"ynyn1234567890-=.", "backspace", "enter", "enter", "tab", "shift+tab"]
MOVING: Final = [*"jjkkgGpPooe", "enter", "escape"]
SELECTING: Final = [*"vvV*yn1fs", "enter", "enter", "escape", "tab", "j"]
LOOKING: Final = [*"tmhxraiRO?zZ<>", "space", "b", "down", "up", "enter", "escape", "escape"]
CRITERIA: Final = [*"olfsdcwejxhta", "escape", "n"]
ANY: Final = [*ANSWERING, *MOVING, *SELECTING, *LOOKING, *"YNcCeEsDfuUFwBAl:/]QX+", "ctrl+j"]
TEXTS: Final = ["", "why", "no 4", " y "]


class ADayAtTheScreen(RuleBasedStateMachine):
    """Gestures of a reviewer. Every key of theirs is followed by a comparison of all there is."""

    grace_s = 60.0
    """So long nothing is sent, so that only the keys decide what happens."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.directory = scratch_directory()

    def wait(self, work: Coroutine[Any, Any, None]) -> None:
        self.runner.run(work)

    @initialize(
        asked=st.lists(st.sampled_from(ASKED), min_size=1, max_size=4, unique=True),
        advance=st.sampled_from(Advance),
        in_place=st.booleans(),
    )
    def begin(self, asked: list[Question], advance: Advance, in_place: bool) -> None:
        self.sitting = ScreenSitting(self.directory, asked, Rules(advance, in_place), self.grace_s)
        self.wait(self.sitting.begin())

    def teardown(self) -> None:
        self.wait(self.sitting.leave())
        self.runner.close()
        shutil.rmtree(self.directory)

    # Gestures

    @rule(keys=st.lists(st.sampled_from(ANSWERING), min_size=1, max_size=6))
    def answer(self, keys: list[str]) -> None:
        self.wait(self.sitting.press(*keys))

    @rule(keys=st.lists(st.sampled_from(MOVING), min_size=1, max_size=4))
    def move(self, keys: list[str]) -> None:
        self.wait(self.sitting.press(*keys))

    @rule(
        opens=st.sampled_from("cYNefDcCe"),
        text=st.sampled_from(TEXTS),
        ends=st.sampled_from(["enter", "escape", "tab"]),
    )
    def write(self, opens: str, text: str, ends: str) -> None:
        self.wait(self.sitting.type(opens, text, ends))

    @rule(text=st.sampled_from(["7", "85", "101", "-"]), ends=st.sampled_from(["enter", "escape"]))
    def type_a_number(self, text: str, ends: str) -> None:
        self.wait(self.sitting.type("", text, ends))

    @rule(number=st.integers(0, ITEMS + 1))
    def go_to(self, number: int) -> None:
        self.wait(self.sitting.type(":", str(number), "enter"))

    @rule(keys=st.lists(st.sampled_from(SELECTING), min_size=2, max_size=6))
    def select(self, keys: list[str]) -> None:
        self.wait(self.sitting.press(*keys))

    @rule(key=st.sampled_from(CRITERIA))
    def filter(self, key: str) -> None:
        self.wait(self.sitting.press("F"))
        self.sitting.counts_are_right()
        self.wait(self.sitting.press(key))

    @rule(key=st.sampled_from("yn124"))
    def filter_by_value(self, key: str) -> None:
        self.wait(self.sitting.press("F", "v", key))

    @rule(text=st.sampled_from(["Case 3", "ferry", "why", "nowhere"]))
    def filter_by_text(self, text: str) -> None:
        self.wait(self.sitting.type("F/", text, "enter"))

    @rule(keys=st.lists(st.sampled_from(LOOKING), min_size=1, max_size=4))
    def look(self, keys: list[str]) -> None:
        self.wait(self.sitting.press(*keys))

    @rule(keys=st.lists(st.sampled_from([*"jjyn1A", "enter", "backspace"]), max_size=4))
    def aim_at_a_span(self, keys: list[str]) -> None:
        self.wait(self.sitting.press("t", "j", "A", *keys))

    @rule(
        text=st.sampled_from(["ferry", "nowhere"]), keys=st.lists(st.sampled_from([*"nNyj]1c", "escape"]), max_size=4)
    )
    def search(self, text: str, keys: list[str]) -> None:
        self.wait(self.sitting.type("/", text, "enter"))
        self.wait(self.sitting.press(*keys))

    @rule(key=st.sampled_from(["enter", "escape", "y"]))
    def turn_blind(self, key: str) -> None:
        self.wait(self.sitting.press("B", key))

    @rule()
    def read_the_figures(self) -> None:
        self.wait(self.sitting.press("R"))
        self.wait(self.sitting.figures_are_right())
        self.wait(self.sitting.press("escape"))

    @rule()
    def defer(self) -> None:
        self.wait(self.sitting.press("s"))

    @rule(times=st.integers(1, 4), key=st.sampled_from("uuU"))
    def undo_or_redo(self, times: int, key: str) -> None:
        self.wait(self.sitting.press(*key * times))

    @rule(keys=st.lists(st.sampled_from(ANY), min_size=1, max_size=8))
    def press_anything(self, keys: list[str]) -> None:
        self.wait(self.sitting.press(*keys))

    @rule(keys=st.lists(st.sampled_from(ANY), min_size=2, max_size=6))
    def press_all_at_once(self, keys: list[str]) -> None:
        self.wait(self.sitting.burst(keys))

    @rule(size=st.sampled_from([(80, 24), (120, 40), (200, 60)]))
    def resize(self, size: tuple[int, int]) -> None:
        self.wait(self.sitting.resize(*size))

    @rule()
    def leave_and_go_on(self) -> None:
        self.wait(self.sitting.come_back())

    @precondition(lambda self: len(self.sitting.notebook.before) > 3)
    @rule()
    def undo_everything_and_do_it_again(self) -> None:
        self.wait(self.sitting.there_and_back())


@pytest.mark.slow
def test_one_sitting_with_every_kind_of_question_and_of_gesture() -> None:
    day = ADayAtTheScreen()
    try:
        day.begin([each for each in ASKED if each.name != "stars"], Advance.AUTO, in_place=False)
        day.answer(["y", "1", "3", "1", "enter", "2"])
        day.write("c", "why", "enter")
        day.type_a_number("85", "enter")
        day.write("e", "no 4", "enter")
        day.answer(["1", "n"])
        day.write("e", "warm", "enter")
        assert day.sitting.table.position == 1
        day.write("c", "late", "tab")
        day.filter("l")
        day.filter("a")
        day.write("Y", "half", "escape")
        day.leave_and_go_on()
        day.search("ferry", ["n", "y", "escape"])
        day.look(["t", "j", "escape", "m", "escape"])
        day.answer(["n", "tab", "1", "backspace", "-"])
        day.write("f", "ask", "enter")
        day.defer()
        day.write("D", "not ours", "enter")
        day.select(["v", "v", "shift+tab", "n", "enter", "escape"])
        day.turn_blind("enter")
        day.read_the_figures()
        day.resize((80, 24))
        day.undo_everything_and_do_it_again()
    finally:
        day.teardown()


class ALongDay(ADayAtTheScreen):
    """The same while everything is sent as soon as it may be."""

    grace_s = 0.0


def some(examples: int, steps: int) -> settings:
    """So many sittings of so many gestures, always the same, told as they were found: shrinking one takes minutes."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


TestADayAtTheScreen = ADayAtTheScreen.TestCase
TestADayAtTheScreen.settings = some(2, 10)

TestALongDay = pytest.mark.slow(ALongDay.TestCase)
TestALongDay.settings = some(20, 30)
