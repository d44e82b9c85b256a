"""Text from outside that looks like the name of an action in a sentence is said as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.review.decision import Refusal, verbatim
from labeler.tui.action_table import ACTIONS, Rule
from labeler.tui.keymap import build_keymap
from tests.review.sitting import Sitting
from tests.tui.review.asked import THUMB, traces
from tests.tui.review.table import open_table

BRACED = "{item.submit} {{u} {view.home}"
INPUTS = (PassFail(BRACED, "No"), Categorical((BRACED, "b")), Numeric(1, 5, 1), Numeric(0, 100, 1), Text())


@given(st.text("{}.item_submit ") | st.lists(st.sampled_from(["{", "}", "{edit.undo}", "{{", "a"])).map("".join))
def test_what_is_put_in_verbatim_comes_out_as_it_was(text: str) -> None:
    keymap = build_keymap({})
    assert keymap.spelled(verbatim(text)) == text
    assert keymap.spelled(f"{verbatim(text)}: {{edit.undo}}") == f"{text}: u"


@pytest.mark.parametrize("question", [Question(BRACED, each) for each in INPUTS])
def test_no_sentence_of_the_rules_reads_an_action_into_a_question(question: Question) -> None:
    """The scrolling key, which no sentence of the rules names, is given a sign of its own: it is never said."""
    keymap = build_keymap({"view.home": ["¤"]})
    said = 0
    for asked in (question, replace(question, takes_comment=False)):
        for action in ACTIONS:
            if isinstance(action.run, Rule):
                outcome = Sitting(asked).attempt(action.run.action)
                sentence = keymap.spelled(outcome.says)
                assert "¤" not in sentence, (action.id, sentence)
                said += BRACED in sentence and isinstance(outcome, Refusal)
    assert said


async def test_a_question_with_braces_in_it_can_be_agreed_to(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        agreed: list[str] = []

        async def yes() -> None:
            agreed.append("yes")

        table.review.ask(f"Save it to /tmp/{BRACED}?", yes)
        await table.settle()
        assert f"/tmp/{BRACED}?" in table.said
        await table.press("enter")
        assert agreed == ["yes"]


async def test_a_space_typed_before_the_field_could_hear_it_is_a_space(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,)) as table:
        await table.type(["N", "a", "space", "b", "enter"])
        assert table.comment(0, "user_satisfaction") == "a b"


@pytest.mark.parametrize("key", ["y", "1", "c", "s", "D", "f", "u", "enter", "="])
async def test_on_an_empty_worklist_keys_say_that_it_is_empty(tmp_path: Path, key: str) -> None:
    async with open_table(tmp_path, [], (THUMB,), guard_ms=150) as table:
        await table.press_at_once("m", "j", key)
        assert "too early" not in table.said
        assert table.said.startswith(("The worklist is empty", "Nothing to undo", "This review asks no question"))
