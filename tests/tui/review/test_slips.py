"""A held key labels nothing that was not read."""

from __future__ import annotations

from labeler.tui.screens.review.slips import HeldKey, Press

GUARD_MS = 150


class Reviewer:
    """Presses keys at given times; every answer brings a new item, painted 10 ms later."""

    def __init__(self, guard_ms: int = GUARD_MS) -> None:
        self.held = HeldKey(guard_ms)

    def press(self, *times_ms: int, key: str = "y") -> list[Press]:
        said = []
        for now in times_ms:
            said.append(self.held.press(key, now))
            if said[-1] is Press.ACT:
                self.held.moved()
                self.held.painted(now + 10)
        return said


def test_a_key_held_without_a_pause_answers_once() -> None:
    assert Reviewer().press(*range(5000, 7000, 33)).count(Press.ACT) == 1


def test_the_late_first_repeat_of_a_held_key_is_taken_back() -> None:
    said = Reviewer().press(5000, *range(5500, 7500, 33))
    assert said.count(Press.ACT) == 2
    assert said.count(Press.TAKE_BACK) == 1


def test_a_hold_that_begins_with_a_press_of_its_own_keeps_its_answer() -> None:
    said = Reviewer().press(1000, 5000, *range(5033, 7000, 33))
    assert said.count(Press.ACT) == 2
    assert Press.TAKE_BACK not in said


def test_presses_slower_than_the_guard_all_answer() -> None:
    assert Reviewer().press(1000, 1400, 1800, 2200) == [Press.ACT] * 4


def test_another_key_answers_at_once() -> None:
    reviewer = Reviewer()
    assert reviewer.press(1000) == [Press.ACT]
    assert reviewer.press(1020, key="n") == [Press.ACT]


def test_a_double_tap_takes_nothing_back() -> None:
    assert Reviewer().press(1000, 1600, 1650) == [Press.ACT, Press.ACT, Press.IGNORE]


def test_a_press_before_the_new_item_is_painted_is_ignored() -> None:
    held = HeldKey(GUARD_MS)
    held.press("y", 1000)
    held.moved()
    assert held.press("y", 9000) is Press.IGNORE


def test_a_guard_of_zero_ignores_nothing() -> None:
    assert Reviewer(0).press(*range(1000, 1300, 33)) == [Press.ACT] * 10
