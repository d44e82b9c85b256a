"""The one table of actions: complete, consistent, and typed with plain keys everywhere."""

from __future__ import annotations

import string
from pathlib import Path
from typing import get_args

import pytest

from labeler import tui
from labeler.review import field_input
from labeler.review.action import Action as RuleAction
from labeler.tui.action_table import ACTIONS, Action, Context
from labeler.tui.keymap import NAMED_KEYS, build_keymap

PROMISED: dict[str, tuple[str, ...]] = {
    "answer.positive": ("y",),
    "answer.negative": ("n",),
    "answer.positive_with_comment": ("Y",),
    "answer.negative_with_comment": ("N",),
    **{f"answer.option.{digit}": (digit,) for digit in "1234567890"},
    "answer.option.minus": ("-",),
    "answer.comment": ("c",),
    "answer.comment_in_editor": ("C",),
    "answer.text": ("e",),
    "answer.text_in_editor": ("E",),
    "answer.clear": ("backspace",),
    "answer.accept": ("=", "+"),
    "question.next": ("tab",),
    "question.previous": ("shift+tab",),
    "item.submit": ("enter",),
    "item.next": ("j",),
    "item.previous": ("k",),
    "item.back": ("p",),
    "item.forward": ("P",),
    "item.first": ("g",),
    "item.last": ("G",),
    "item.next_open": ("o",),
    "item.defer": ("s",),
    "item.decline": ("D",),
    "item.flag": ("f",),
    "edit.undo": ("u",),
    "edit.redo": ("U",),
    "select.toggle": ("v",),
    "select.range": ("V",),
    "select.all": ("*",),
    "view.up": ("up",),
    "view.down": ("down",),
    "view.page_down": ("space", "pagedown"),
    "view.page_up": ("b", "pageup"),
    "view.home": ("home",),
    "view.end": ("end",),
    "view.previous_message": ("<", "{"),
    "view.next_message": (">", "}"),
    "view.answer": ("a",),
    "view.fold": ("z",),
    "view.fold_all": ("Z",),
    "view.search": ("/",),
    "view.next_match": ("n", "]"),
    "view.previous_match": ("N", "["),
    "view.spans": ("t",),
    "view.documents": ("x",),
    "view.raw": ("r",),
    "view.session": ("h",),
    "view.metadata": ("m",),
    "view.guideline": ("i",),
    "worklist.toggle": ("l",),
    "worklist.filter": ("F",),
    "filter.open": ("o",),
    "filter.labelled": ("l",),
    "filter.flagged": ("f",),
    "filter.deferred": ("s",),
    "filter.declined": ("d",),
    "filter.commented": ("c",),
    "filter.drafts": ("w",),
    "filter.failed": ("e",),
    "filter.judged_no": ("j",),
    "filter.judge_differs": ("x",),
    "filter.others": ("h",),
    "filter.value": ("v",),
    "filter.like": ("t",),
    "filter.words": ("/",),
    "filter.all": ("a",),
    "review.blind": ("B",),
    "copy.menu": ("w",),
    "copy.id": ("i",),
    "copy.address": ("a",),
    "copy.message": ("m",),
    "copy.trace": ("t",),
    "copy.file": ("f",),
    "app.command": (":",),
    "app.help": ("?",),
    "app.quit": ("q",),
}
"""Defaults that people and scripts rely on."""

WITHOUT_ALTGR = {*string.ascii_letters, *string.digits, *"!\"%&/()=?+*-_.:,;'<>"}
"""Characters that US, UK, German, French, Nordic and Spanish layouts all have with at most Shift."""

PLAIN_NAMES = {name for name in NAMED_KEYS if not name.startswith(("f", "ctrl+", "shift+"))} | {"shift+tab"}


def _keys(context: Context) -> list[tuple[str, Action]]:
    return [(key, action) for action in ACTIONS if action.context is context for key in action.keys]


@pytest.mark.parametrize(("action_id", "keys"), PROMISED.items())
def test_every_promised_key_does_what_it_is_promised_to_do(action_id: str, keys: tuple[str, ...]) -> None:
    action = next(action for action in ACTIONS if action.id == action_id)
    assert action.keys[: len(keys)] == keys


def test_every_action_has_one_id_and_says_what_it_does() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    for action in ACTIONS:
        area, _, verb = action.id.partition(".")
        assert area == action.group
        assert verb
        assert action.does
        assert not action.does.endswith(".")


@pytest.mark.parametrize("context", Context)
def test_a_key_means_one_thing_in_a_context(context: Context) -> None:
    keys = [key for key, _ in _keys(context)]
    assert len(keys) == len(set(keys))


def test_no_default_needs_altgr_a_function_key_or_more_than_shift() -> None:
    for action in ACTIONS:
        assert action.keys, f"{action.id} has no key"
        if action.id != "field.new_line":  # whatever is typed there types itself
            assert action.keys[0] in WITHOUT_ALTGR | PLAIN_NAMES, action.id


def test_every_default_is_a_key_that_could_be_configured() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert build_keymap({action.id: [key]}).keys_of(action.id) == (key,)


def test_the_key_line_has_short_words() -> None:
    assert all(len(action.hint) <= 12 for action in ACTIONS if action.worth)
    assert any(action.hint for action in ACTIONS)


def test_every_action_of_the_rules_is_one_that_the_product_takes() -> None:
    """What tests alone could ask of the rules would be a rule that nobody needs."""
    files = [*Path(tui.__file__).parent.rglob("*.py"), Path(field_input.__file__)]
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [each.__name__ for each in get_args(RuleAction) if f"{each.__name__}(" not in sources] == []
