"""The key line offers what would act if it were pressed, all of it, and nothing that would be refused."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import pytest

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Numeric, PassFail, Question
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.state import Blindness, ReviewState, Rules
from labeler.tui.progress.screen import ProgressScreen
from labeler.tui.review.screen import ReviewScreen
from tests.tui.review.asked import CHOICE, EXPECTED, MODES, RATING, REMARK, SCORE, SILENT, THUMB, traces
from tests.tui.review.table import Table, open_table

pytestmark = pytest.mark.slow

ODD: Final = Question("odd", Numeric(1, 5, 2))

OFFERABLE: Final = {
    "y": "yes",
    "n": "no",
    "N": "no…",
    "c": "comment",
    "enter": "submit",
    "u": "undo",
    "p": "back",
    "s": "defer",
    "o": "next open",
    "f": "flag",
    "e": "write",
    "=": "accept",
    "z": "fold",
}
"""Hints whose keys can be refused. Beside them the digits."""


def judged(question: Question, value: JsonValue, count: int = 2) -> list[RawTrace]:
    """Traces on which a judge has answered a question."""
    found = []
    for raw in traces(count):
        by = Source(SourceType.LLM_JUDGE, "gpt")
        said = Assessment(f"a-{raw.summary.id[3:]}", raw.summary.id, question.name, AssessmentKind.FEEDBACK, value, by)
        found.append(replace(raw, summary=replace(raw.summary, assessments=(said,))))
    return found


@dataclass(frozen=True)
class Case:
    """What is asked about what, and the keys pressed or the things that happened before the key line is looked at."""

    questions: tuple[Question, ...]
    keys: Sequence[str] = ()
    worklist: Sequence[RawTrace] | None = None
    blind: Blindness = Blindness.OFF
    happens: Callable[[Table], Awaitable[None]] | None = None


async def everything_is_absent(table: Table) -> None:
    table.desk.arrived = lambda trace_id: None  # type: ignore[method-assign]  # they stay away
    table.desk.state.worklist.set_absent(frozenset(table.desk.state.index_of))
    table.review.paint_all()


async def the_rest_is_labelled(table: Table) -> None:
    for item in table.desk.state.items[1:]:
        table.desk.state.worklist.set_state(item.trace_id, ItemState.LABELLED)
    table.review.paint_all()


async def the_trace_is_loading(table: Table) -> None:
    table.desk.library.get = lambda trace_id: None  # type: ignore[method-assign]
    table.review.paint_all()


CASES: Final = {
    "thumb and number": Case((THUMB, RATING)),
    "everything answered": Case((THUMB, RATING, REMARK), ("y", "4")),
    "half answered": Case((THUMB, RATING), ("y",)),
    "taken back": Case((THUMB, RATING), ("y", "u")),
    "no comment": Case((SILENT,)),
    "number with a field": Case((SCORE,)),
    "steps": Case((ODD,)),
    "one of several": Case((CHOICE,)),
    "any of several": Case((MODES,), ("2",)),
    "text alone": Case((EXPECTED, REMARK)),
    "no question": Case(()),
    "submitted": Case((THUMB,), ("y", "p")),
    "deferred": Case((THUMB,), ("s", "p")),
    "declined": Case((THUMB,), ("D", *"no", "enter", "p")),
    "the last one": Case((THUMB,), happens=the_rest_is_labelled),
    "not downloaded": Case((THUMB,), happens=everything_is_absent),
    "loading": Case((THUMB, RATING), happens=the_trace_is_loading),
    "empty worklist": Case((THUMB,), worklist=()),
    "judged": Case((THUMB,), worklist=judged(THUMB, "yes")),
    "judged in other words": Case((THUMB,), worklist=judged(THUMB, "perhaps")),
    "judged out of range": Case((RATING,), worklist=judged(RATING, 4.5)),
    "judged an option": Case((CHOICE,), worklist=judged(CHOICE, "Rude")),
    "judged no option": Case((CHOICE,), worklist=judged(CHOICE, "curt")),
    "judged nothing": Case((REMARK,), worklist=judged(REMARK, " ")),
    "judged, blind": Case((THUMB,), worklist=judged(THUMB, True), blind=Blindness.UNTIL_SHOWN),
    "spans": Case((THUMB,), ("t",)),
    "aimed": Case((THUMB, RATING), ("t", "A", "n")),
    "an open span": Case((THUMB,), ("t", "enter")),
    "metadata": Case((THUMB,), ("m",)),
    "exact JSON": Case((RATING,), ("r",)),
}


def offered(table: Table) -> dict[str, str]:
    """Words of the key line by the keys they stand beside."""
    found = {}
    for hint in table.said.split("  "):
        key, _, word = hint.strip().partition(" ")
        if word == "option" and "-" in key:
            key = "".join(map(str, range(int(key[0]), int(key[-1]) + 1)))
        found.update(dict.fromkeys(key.replace(",", "") if word == "option" else (key,), word))
    return found


async def is_refused(table: Table, key: str) -> bool:
    """Press a key; all that it did is forgotten."""
    state, kept = table.desk.state, copy.deepcopy(table.desk.state)
    over = list(table.review.views._over)
    await table.press_at_once(key)
    refused = table.review._notice is not None and table.review._notice[1] == "warning"
    await table.press_at_once("escape")
    while not isinstance(table.app.screen, ReviewScreen) or table.review.is_asking:
        if isinstance(table.app.screen, ProgressScreen):  # which stays until something is chosen
            await table.app.pop_screen()
        await table.press_at_once("escape")
    for each in fields(ReviewState):
        setattr(state, each.name, getattr(kept, each.name))
    table.desk.drafts.save(state.item.trace_id if state.item else "", "kept", "")
    table.review.paint_all()
    table.review.views._over[:] = over
    table.review.views._changed()
    await table.settle()
    return refused


@pytest.mark.parametrize("name", CASES)
async def test_what_is_offered_acts_and_what_is_not_offered_would_be_refused(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    worklist = traces(2) if case.worklist is None else case.worklist
    async with open_table(
        tmp_path, worklist, case.questions, rules=Rules(blind=case.blind), size=(300, 40), grace_s=3600
    ) as table:
        await table.press(*case.keys)
        if case.happens is not None:
            await case.happens(table)
        before = offered(table)
        assert before.get("?") == "help", table.said
        for key in [*OFFERABLE, *"1250"]:
            word = OFFERABLE.get(key, "option")
            if key == "enter" and table.desk.state.choosing:
                word = "end choice"
            stands_over = table.review.views.is_open and key in ("enter", "z", "p")
            if not stands_over:
                assert (before.get(key) == word) != await is_refused(table, key), (key, table.said)
        assert offered(table) == before


async def test_none_of_several_is_offered_where_several_may_be_chosen_and_enter_ends_the_choice(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (MODES, SCORE), size=(80, 24)) as table:
        assert offered(table)["-"] == "none"
        assert "enter" not in offered(table)
        await table.press("2")
        assert table.said.startswith("enter end choice"), "worth most now"
        await table.press("enter")
        assert "-" not in offered(table), "a minus would begin a number there"
        assert offered(table)["u"] == "undo"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_why_a_judge_s_value_cannot_be_taken_stands_beside_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_table(tmp_path, judged(THUMB, "perhaps"), (THUMB,), size=size) as table:
        panel = table.line("panel")
        assert "judge/gpt: perhaps · no option here" in panel
        assert "accept" not in panel
        await table.press("=")
        assert "user_satisfaction: “perhaps” is neither Helpful nor Not helpful" in table.said
        assert table.values(0) == {}


async def test_an_unbound_accept_is_not_offered(tmp_path: Path) -> None:
    async with open_table(tmp_path, judged(THUMB, "yes"), (THUMB,), keys={"answer.accept": []}) as table:
        assert "judge/gpt: Helpful" in table.line("panel")
        assert "accept" not in table.screen


async def test_a_key_with_nothing_to_fold_says_so(tmp_path: Path) -> None:
    question = Question("plain", PassFail("Yes", "No"))
    async with open_table(tmp_path, [], (question,)) as table:
        await table.press_at_once("z")
        assert table.said == "Nothing here folds"
        await table.press_at_once("Z")
        assert table.said == "Nothing here folds"
