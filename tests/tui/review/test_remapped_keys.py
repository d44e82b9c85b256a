"""Every key can be remapped: each acts from a key of its own, no default does any more, and no sentence names one."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

import labeler
from labeler.domain.question import Numeric, Question
from labeler.review import action as act
from labeler.tui.action_table import ACTIONS, Action, Context, OnScreen, Pane, Rule
from labeler.tui.adjudication.screen import AdjudicationScreen
from labeler.tui.document.view import DocumentView
from labeler.tui.keymap import build_keymap
from labeler.tui.outbox.delivery_list import OutboxList
from labeler.tui.outbox.screen import OutboxScreen
from labeler.tui.progress.page_list import PageList
from labeler.tui.progress.screen import ProgressScreen
from labeler.tui.review.actions import ReviewActions
from labeler.tui.review.span_tree import SpanList
from labeler.tui.screens.overlay import Overlay
from labeler.tui.screens.start import StartScreen
from labeler.tui.widgets.choice_list import ChoiceList
from labeler.tui.widgets.prompt import Prompt
from tests.tui.review.asked import CHOICE, MODES, RATING, SCORE, THUMB, traces
from tests.tui.review.table import Table, open_table

pytestmark = pytest.mark.slow

_IN_FIELDS: Final = ("ctrl+e", "ctrl+n", "ctrl+t", "ctrl+x")
_RARE: Final = "".join(map(chr, (*range(0x0410, 0x0410 + 64), *range(0x05D0, 0x05EA), *range(0x0561, 0x0587))))


def _own_keys() -> dict[str, list[str]]:
    """A key for each action: a sign that no sentence has, and in fields, where signs are typed, a control key."""
    rare, control = iter(_RARE), iter(_IN_FIELDS)
    return {each.id: [next(control if each.context is Context.FIELD else rare)] for each in ACTIONS}


OWN: Final = _own_keys()
DEFAULT_NAMES: Final = re.compile(r"\b(Esc|Escape|Enter|Tab|Backspace|Space|PgUp|PgDn|Ctrl\+J)\b")
"""Default keys that have a name. A letter may be a word of a sentence; templates are searched for those."""

Spied = list[tuple[str, object]]


def spy(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, seen: Spied) -> None:
    """Note that a method ran, with what it was given; it runs all the same."""
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    def noted(self: object, *arguments: object) -> object:
        seen.append((name, arguments[0] if arguments else None))
        return original(self, *arguments)

    monkeypatch.setattr(owner, name, noted)


def watch_targets(monkeypatch: pytest.MonkeyPatch, table: Table) -> Spied:
    """What the targets of actions are asked to do from now on."""
    seen: Spied = []
    for run in {action.run for action in ACTIONS}:
        owners: Sequence[type] = ()
        match run:
            case Pane(method):
                owners = [each for each in (DocumentView, SpanList, OutboxList) if hasattr(each, method)]
            case OnScreen(method):
                owners = [each for each in (ReviewActions, OutboxScreen) if hasattr(each, method)]
            case _:
                continue
        for owner in owners:
            if not hasattr(getattr(owner, method), "__wrapped__"):
                spy(monkeypatch, owner, method, seen)
    original = table.desk.act

    async def noted(action: act.Action) -> object:
        seen.append(("act", action))
        return await original(action)

    monkeypatch.setattr(table.desk, "act", noted)
    return seen


def wanted(action: Action) -> tuple[str, object]:
    match action.run:
        case Rule(rule):
            return "act", rule
        case Pane(method, count):
            return method, count
        case OnScreen(method, about):
            return method, about or None


async def leave_everything(table: Table) -> None:
    """Back to the review as it is without anything over it, or typed on after a refused key."""
    await table.press_at_once(*OWN["confirm.no"])
    for _ in range(3):
        await table.press_at_once(*OWN["field.leave"])
        await table.press_at_once(*OWN["overlay.close" if table.app.screen is not table.review else "app.leave"])


BEFORE: Final[dict[Context, Sequence[str]]] = {
    Context.REVIEW: (),
    Context.SEARCH: ("view.search", "the", "field.save"),
    Context.OVERLAY: ("view.spans",),
    Context.COPY: ("copy.menu",),
    Context.FILTER: ("worklist.filter",),
    Context.OUTBOX: ("outbox.open",),
}
"""What is pressed, by action or as text, before the keys of a context are heard."""


async def go(table: Table, context: Context) -> None:
    for each in BEFORE[context]:
        if each in OWN:
            await table.press(*OWN[each])
        else:
            await table.type(each)


@pytest.mark.parametrize("context", BEFORE)
async def test_every_action_acts_from_a_key_of_its_own_and_from_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    async with open_table(tmp_path, traces(4), (THUMB, CHOICE, RATING), keys=OWN, size=(120, 40)) as table:
        seen = watch_targets(monkeypatch, table)
        rows = [each for each in ACTIONS if each.context is context and each.id not in ("copy.file", "app.quit")]
        for action in rows:
            await leave_everything(table)
            await go(table, context)
            seen.clear()
            await table.press(*OWN[action.id])
            assert wanted(action) in seen, (action.id, seen, table.screen)
            assert not DEFAULT_NAMES.search(table.screen), (action.id, table.screen)
        await leave_everything(table)
        await go(table, context)
        for key in {key for row in ACTIONS for key in row.keys} - {"ctrl+j"}:
            before = table.position, table.values(table.position), type(table.app.screen)
            seen.clear()
            await table.press_at_once(key)
            assert not [each for each in seen if each != ("act", None)], (key, seen)
            assert (table.position, table.values(table.position), type(table.app.screen)) == before, key


async def test_what_is_asked_and_typed_is_answered_and_ended_by_keys_of_ones_own(tmp_path: Path) -> None:
    own = {name: keys[0] for name, keys in OWN.items()}
    async with open_table(tmp_path, traces(3), (THUMB,), keys=OWN) as table:
        said: list[str] = []

        async def yes() -> None:
            said.append("yes")

        table.review.confirm.clock = lambda: 0.0
        for answer in ("confirm.no", "confirm.yes"):
            table.review.ask("Do it?", yes)
            await table.press_at_once("enter", "escape", "y", "n")
            assert table.review.confirm.is_open
            await table.press_at_once(own[answer])
            assert not table.review.confirm.is_open
        assert said == ["yes"]
        await table.press(own["answer.negative_with_comment"])
        await table.type(["a", "enter", own["field.new_line"], "b"])
        assert own["field.save"] != "enter"
        assert table.review.is_asking
        await table.type([own["field.save"]])
        assert table.comment(0, "user_satisfaction") == "a\nb"
        await table.press(own["answer.comment"])
        await table.type(["c", "escape"])
        assert table.review.is_asking
        await table.type([own["field.leave"]])
        assert table.said == "kept as a draft"
        await table.press(own["app.command"])
        await table.type(["i", "t", "e", "m", ".", "l", "a"])
        await table.wait_for(lambda: table.review.query_one(Prompt).query("Input"), "the line")
        await table.pilot.pause(0.2)
        await table.type([own["field.complete"], own["field.save"]])
        assert table.position == 2
        await table.press(own["app.quit"])
        await table.wait_for(lambda: not table.app.is_running, "the end")


async def test_the_file_after_copying_is_written_by_a_key_of_ones_own(tmp_path: Path) -> None:
    async with open_table(tmp_path, traces(2), (THUMB,), keys=OWN) as table:
        await table.press(*OWN["copy.menu"], *OWN["copy.id"])
        await table.wait_for(lambda: f"{OWN['copy.file'][0]} writes it to a file" in table.screen, "the offer")
        await table.press(*OWN["copy.file"])
        assert list((tmp_path / "copied").iterdir())


@pytest.mark.parametrize("question", [CHOICE, MODES, RATING])
async def test_the_old_list_of_all_options_makes_letters_answer(tmp_path: Path, question: Question) -> None:
    keys = {"answer.option": ["J", "K", "L"]}
    async with open_table(tmp_path, traces(2), (question, THUMB), keys=keys) as table:
        shown = "K 2" if isinstance(question.input, Numeric) else f"K {question.input.options[1]}"  # type: ignore[union-attr]
        assert shown in table.line("panel")
        assert "J,K,L option" in table.said
        await table.press("2")
        assert table.values(0) == {}
        await table.press("K")
        expected = {CHOICE.name: "neutral", MODES.name: ["incomplete"], RATING.name: 2}[question.name]
        assert table.values(0) == {question.name: expected}


async def test_one_option_alone_can_be_remapped_and_a_number_field_opens_with_its_digit(tmp_path: Path) -> None:
    keys = {"answer.option.2": ["é"], "answer.option.minus": ["ç"]}
    async with open_table(tmp_path, traces(2), (CHOICE, SCORE), keys=keys) as table:
        await table.press("é")
        assert table.values(0) == {"tone": "neutral"}
        await table.press("é")
        await table.type(["5", "enter"])
        assert table.values(0) == {"tone": "neutral", "score": 25}


def test_the_list_of_all_options_means_what_it_meant() -> None:
    def keys(written: list[str], **own: list[str]) -> list[str]:
        keymap = build_keymap({"answer.option": written, **{f"answer.option.{key}": own[key] for key in own}})
        names = [*"1234567890", "minus"]
        return [",".join(keymap.keys_of(f"answer.option.{name}")) for name in names]

    assert keys([*"1234567890-."]) == [*"1234567890-"]
    assert keys([*"0123"]) == [*"123", *[""] * 6, "0", ""], "a digit answers itself, wherever it stands"
    assert keys(["J", "K", "L"], minus=["M"]) == ["J", "K", "L", *[""] * 7, "M"]
    assert keys([]) == [""] * 11


# Sentences


def sentences() -> Iterator[tuple[str, str]]:
    """Every text of the screens, the rules and the desk that is no docstring, with the file it stands in."""
    root = Path(labeler.__file__).parent
    for room in ("tui", "review", "desk"):
        for file in sorted((root / room).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            documentation = {
                id(node.value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
                    yield f"{file.relative_to(root)}:{node.lineno}", node.value


A_KEY_THAT_DOES: Final = re.compile(
    r"(?:^|[\s·;,(])(?!I\b|a\b|A\b)[A-Za-z?/] (?:again|accepts|answers|begins|chooses|closes|declines|defers|does|ends|"
    r"flags|goes|leaves|looks|moves?|opens|saves|searches|shows|submits|takes|tries|writes)\b"
)


def test_no_template_of_a_sentence_holds_a_key() -> None:
    found = [
        (place, text)
        for place, text in sentences()
        if " " in text and (DEFAULT_NAMES.search(text) or A_KEY_THAT_DOES.search(text))
    ]
    assert found == []


def test_every_action_that_a_sentence_names_is_one() -> None:
    known = {action.id for action in ACTIONS}
    named = [(place, name) for place, text in sentences() for name in re.findall(r"\{([a-z]+\.[a-z_0-9.]+)\}", text)]
    assert named
    assert [each for each in named if each[1] not in known] == []


def test_every_target_of_the_table_has_what_it_is_asked_for() -> None:
    screens: dict[Context, Sequence[type]] = {
        Context.REVIEW: (ReviewActions,),
        Context.SEARCH: (ReviewActions,),
        Context.COPY: (ReviewActions,),
        Context.FILTER: (ReviewActions,),
        Context.OVERLAY: (ReviewActions, OutboxScreen, Overlay, ProgressScreen, StartScreen),
        Context.OUTBOX: (OutboxScreen,),
        Context.FIELD: (StartScreen,),
        Context.CONFIRM: (),
        Context.ADJUDICATION: (AdjudicationScreen,),
    }
    panes: dict[Context, Sequence[type]] = {
        Context.REVIEW: (DocumentView, SpanList),
        Context.OVERLAY: (DocumentView, SpanList, OutboxList, PageList, ChoiceList),
    }
    for action in ACTIONS:
        match action.run:
            case Pane(method):
                assert all(hasattr(each, method) for each in panes[action.context]), action.id
            case OnScreen(method):
                assert all(hasattr(each, method) for each in screens[action.context]), action.id
