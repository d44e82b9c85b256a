"""The effective keys: the table with the reviewer's own keys put in, or a sentence that says what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.tui.action_table import ACTIONS, Context
from labeler.tui.keymap import NAMED_KEYS, BadKeys, build_keymap


def wrong(overrides: dict[str, list[str]]) -> tuple[str, str]:
    """The action at fault and the sentence."""
    with pytest.raises(BadKeys) as refused:
        build_keymap(overrides)
    ((action, sentence),) = refused.value.problems
    return action, sentence


def test_without_own_keys_it_is_the_table() -> None:
    keymap = build_keymap({})
    assert keymap.actions == ACTIONS
    for action in ACTIONS:
        assert keymap.keys_of(action.id) == action.keys
        for key in action.keys:
            assert keymap.action(action.context, key) is action


def test_own_keys_take_the_place_of_the_defaults() -> None:
    keymap = build_keymap({"item.defer": ["S", "ctrl+d"]})
    assert keymap.keys_of("item.defer") == ("S", "ctrl+d")
    assert keymap.first_key("item.defer") == "S"
    for key, expected in (("S", "item.defer"), ("ctrl+d", "item.defer"), ("s", None)):
        action = keymap.action(Context.REVIEW, key)
        assert (action.id if action else None) == expected


def test_keys_can_be_swapped() -> None:
    keymap = build_keymap({"answer.positive": ["n"], "answer.negative": ["y"]})
    action = keymap.action(Context.REVIEW, "n")
    assert action is not None
    assert action.id == "answer.positive"


def test_an_empty_list_unbinds_and_frees_the_key() -> None:
    keymap = build_keymap({"item.decline": [], "item.defer": ["D"]})
    assert keymap.first_key("item.decline") == ""
    action = keymap.action(Context.REVIEW, "D")
    assert action is not None
    assert action.id == "item.defer"


def test_one_key_may_mean_one_thing_in_each_context() -> None:
    keymap = build_keymap({})
    found = [keymap.action(context, "n") for context in (Context.REVIEW, Context.SEARCH)]
    assert [action.id for action in found if action] == ["answer.negative", "view.next_match"]


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("answer.postive", "answer.positive"), ("item.next-open", "item.next_open"), ("quit", "app.quit")],
)
def test_an_unknown_action_is_named_with_the_nearest(written: str, nearest: str) -> None:
    action, sentence = wrong({written: ["x"]})
    assert action == written
    assert sentence == f"there is no action {written}; did you mean {nearest}?"


def test_an_unknown_action_near_nothing_says_where_they_are_listed() -> None:
    assert "labeler keys" in wrong({"zzz": ["x"]})[1]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("Enter", "did you mean enter?"),
        ("Shift+Tab", "did you mean shift+tab?"),
        ("pgdown", "did you mean pagedown?"),
        ("ctrl+E", "did you mean ctrl+e?"),
        ("yy", ""),
        ("", ""),
        (" ", ""),
        ("\t", ""),
        ("\x1b", ""),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest(key: str, hint: str) -> None:
    action, sentence = wrong({"item.defer": [key]})
    assert action == "item.defer"
    assert sentence.startswith(f"there is no key “{key}”")
    assert hint in sentence


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+z", "ctrl+s", "ctrl+q", "ctrl+m", "ctrl+i", "ctrl+h", "ctrl+j"])
def test_control_keys_that_terminals_keep_to_themselves_are_refused_with_the_reason(key: str) -> None:
    action, sentence = wrong({"item.defer": [key]})
    assert action == "item.defer"
    assert sentence.startswith(f"{key} cannot be given to an action: it ")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BadKeys) as refused:
        build_keymap({"item.defr": ["x"], "app.quit": ["ctrl+c", "yy"], "item.defer": ["u"]})
    assert [action for action, _ in refused.value.problems] == ["item.defr", "app.quit", "app.quit", "item.defer"]


def test_a_key_used_twice_names_both_and_blames_the_reviewers_own_entry() -> None:
    action, sentence = wrong({"item.defer": ["u"]})
    assert action == "item.defer"
    assert sentence == "the key u is bound twice: to item.defer and to edit.undo"
    assert wrong({"edit.undo": ["s"]})[0] == "edit.undo"


@given(
    st.dictionaries(
        st.sampled_from([a.id for a in ACTIONS]),
        st.lists(st.sampled_from(sorted(NAMED_KEYS)) | st.text(max_size=2), max_size=3),
    )
)
def test_any_own_keys_make_a_keymap_that_keeps_them_or_name_an_entry_at_fault(overrides: dict[str, list[str]]) -> None:
    try:
        keymap = build_keymap(overrides)
    except BadKeys as refused:
        culprits = {action for action, _ in refused.problems}
    else:
        assert all(keymap.keys_of(action) == tuple(keys) for action, keys in overrides.items())
        return
    assert culprits
    assert culprits <= set(overrides)


def test_a_sentence_names_the_keys_in_effect() -> None:
    keymap = build_keymap({"edit.undo": ["Z", "ctrl+u"], "view.fold_all": [], "item.decline": []})
    assert keymap.spelled("{edit.undo} takes back, {item.submit} submits") == "Z takes back, Enter submits"
    assert keymap.spelled("{item.decline} declines") == ":item.decline declines"
    assert keymap.spelled('{"edit.undo": 1} {no.action} {}') == '{"edit.undo": 1} {no.action} {}'


@pytest.mark.parametrize(
    "action", ["field.save", "field.leave", "confirm.yes", "confirm.no", "overlay.close", "app.leave"]
)
def test_what_is_the_only_way_out_keeps_a_key(action: str) -> None:
    assert wrong({action: []})[1].startswith(f"{action} needs a key: nothing else does what it does")


def test_in_a_field_a_sign_is_typed_and_ends_nothing() -> None:
    assert wrong({"field.leave": ["x"]})[1] == "x cannot be given to field.leave: in a field it is typed"
