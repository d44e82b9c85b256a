"""A queue on a real server some of whose items were labelled elsewhere, worked off with keys on the screen.

By a script, on MLflow's own page, or by a colleague: an answer without metadata, in words of its own, to a question
that has changed since; an item whose status somebody gave.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from labeler.tui.appearance import UNICODE
from labeler.tui.progress.screen import ProgressScreen
from labeler.tui.review.desk_rows import DeskRows
from tests.desk.at_a_queue import ServedQueue, at_queue, served_queue
from tests.tui.review.hand import Hand, on_screen

pytestmark = pytest.mark.slow

ASKS: Final[dict[str, dict[str, Any]]] = {
    "ok": {"pass_fail": {"positive_label": "Good", "negative_label": "Bad"}},
    "stars": {"numeric": {"min_value": 1, "max_value": 9}},
    "topic": {"categorical": {"options": ["billing", "login"]}},
}
CHANGED: Final[dict[str, dict[str, Any]]] = {
    "stars": {"numeric": {"min_value": 1, "max_value": 5}},
    "topic": {"categorical": {"options": ["billing", "sign-in"]}},
}
GIVEN: Final = {"ok": True, "stars": 4, "topic": "sign-in"}
"""What is answered to every item, by the keys y, 4 and 2."""


@dataclass(frozen=True)
class Earlier:
    """An answer that was there before: `shows` is what the panel has of it, `stays` whether it stands to the end."""

    name: str
    value: object
    shows: str
    stays: bool = False
    kind: str = "feedback"
    by: str = "ana"


EARLIER: Final = (
    Earlier("topic", "login", "login · no option any more"),
    Earlier("ok", "yes", "[y Good]", stays=True),
    Earlier("ok", "no", "[n Bad]"),
    Earlier("stars", "4", "[4]", stays=True),
    Earlier("stars", 9, "9 · this takes 1 to 5"),
    Earlier("topic", ["sign-in"], "[2 sign-in]", stays=True),
    Earlier("topic", ["billing", "sign-in"], "billing, sign-in · no option any more"),
    Earlier("ok", None, "null · no option any more"),
    Earlier("ok", {"score": 1}, "no option any more"),
    Earlier("stars", True, "this takes 1 to 5"),
    Earlier("gone", "fine", "y/1 Good", stays=True),
    Earlier("ok", False, "y/1 Good", stays=True, kind="expectation"),
    Earlier("topic", "Sign-In", "[2 sign-in]", stays=True, by=" Ana"),
)


def rows(hand: Hand, queue: ServedQueue) -> list[str]:
    """The signs of the queue's items, in the order in which they were added."""
    shown = DeskRows(hand.desk, UNICODE)
    found = [shown.row(hand.desk.state.index_of[each]) for each in queue.trace_ids]
    return [f"{each.sign}{each.second}".strip() for each in found]


async def test_answers_that_fit_badly_are_shown_and_the_same_keys_supersede_them_or_leave_them(tmp_path: Path) -> None:
    queue = served_queue(len(EARLIER), asks=ASKS)
    for trace_id, earlier in zip(queue.trace_ids, EARLIER, strict=True):
        queue.answer(trace_id, earlier.name, earlier.value, earlier.by, earlier.kind)
    for name, answered_by in CHANGED.items():
        queue.change_schema(name, input=answered_by)
    async with at_queue(tmp_path, queue, required=tuple(ASKS)) as there, on_screen(there.desk, tmp_path) as hand:
        seen = {}
        for number, trace_id in enumerate(queue.trace_ids):
            assert hand.position == number, hand.screen
            seen[trace_id] = hand.line("panel")
            await hand.press("y", "4", "2")
        await there.delivered()
    pairs = list(zip(queue.trace_ids, EARLIER, strict=True))
    otherwise = "\n".join(f"{each}\n{seen[trace_id]}" for trace_id, each in pairs if each.shows not in seen[trace_id])
    assert not otherwise, otherwise
    for trace_id, earlier in pairs:
        said = queue.said(trace_id)
        (first,) = [each for each in said if "labeler.id" not in each.get("metadata", {})]
        assert first["valid"] is earlier.stays, earlier
        asked = [each for each in said if each["assessment_name"] in ASKS and "feedback" in each and each["valid"]]
        assert Counter(each["assessment_name"] for each in asked) == Counter(list(ASKS)), earlier
        now = {each["assessment_name"]: each["feedback"]["value"] for each in asked if each is not first}
        is_one_of_them = earlier.stays and earlier.name in ASKS and earlier.kind == "feedback"
        assert now == {name: value for name, value in GIVEN.items() if not (is_one_of_them and name == earlier.name)}
        assert queue.items()[trace_id]["status"] == "COMPLETE"


async def test_items_labelled_or_finished_elsewhere_are_work_only_where_their_queue_says_so(tmp_path: Path) -> None:
    queue = served_queue(8)
    by_label, half, without, by_sam, declined, done, reopened, last = queue.trace_ids
    for trace_id in by_label, by_sam, done, reopened:
        queue.answer(trace_id, "helpful", True, "ana")
        queue.answer(trace_id, "tone", "warm", "ana")
    queue.answer(half, "tone", "cold", "ana")
    for trace_id in without, done, reopened:
        queue.set(trace_id, "COMPLETE", "ana")
    queue.set(by_sam, "COMPLETE", "sam")
    queue.set(declined, "DECLINED", "ana")
    required = ("helpful", "tone")
    async with (
        at_queue(tmp_path, queue, only_unlabelled=False, required=required) as there,
        on_screen(there.desk, tmp_path) as hand,
    ):
        await hand.wait_for(
            lambda: rows(hand, queue) == ["◐", "◐", "✓?", "»", "–", "✓", "✓", "·"], "what the queue says"
        )
        assert "filled in: helpful Yes, tone warm, yours of " in hand.line("header")
        await hand.press("enter")
        assert hand.said.startswith("completed with your answers of ")
        assert (hand.position, "filled in: tone cold" in hand.line("header")) == (1, True)
        await hand.press("y")
        assert hand.position == 1, "the tone that is filled in was not looked at"
        await hand.press("2")
        assert hand.position == 7, "what was finished elsewhere is no work"
        queue.answer(last, "helpful", False, "ana")
        await hand.wait_for(lambda: "filled in: helpful No" in hand.line("header"), "an answer made on another page")
        await hand.press("n", "1")
        assert isinstance(hand.app.screen, ProgressScreen), "no work is left"
        queue.set(reopened, "PENDING")
        await hand.wait_for(lambda: rows(hand, queue)[6] == "◐", "the item to be work again")
        await hand.press("o")
        assert (hand.position, "filled in: helpful Yes" in hand.line("header")) == (6, True)
        await hand.press("enter")
        assert hand.said.startswith("completed with your answers of ")
        await hand.press("p")  # back from the page that stands where no work is left
        await hand.command("4")
        await hand.press("n", "enter")
        assert hand.said.startswith("your answer besides sam's")
        await there.delivered()
    items = queue.items()
    finished = [(items[each]["status"], items[each].get("completed_by")) for each in queue.trace_ids]
    mine = ("COMPLETE", "ana")
    assert finished == [mine, mine, mine, ("COMPLETE", "sam"), ("DECLINED", "ana"), mine, mine, mine]
    standing = [
        {each["assessment_name"]: each["feedback"]["value"] for each in queue.said(trace_id) if each["valid"]}
        for trace_id in queue.trace_ids
    ]
    warm = {"helpful": True, "tone": "warm"}
    assert standing == [warm, {"helpful": True, "tone": "cold"}, {}, warm | {"helpful": False}, {}, warm, warm, {
        "helpful": False, "tone": "warm",
    }]  # fmt: skip
    assert [len(queue.said(each)) for each in (by_label, done, reopened)] == [2, 2, 2], "what stood was not sent again"
