"""docs/keys.md is a view of the one table of actions."""

from __future__ import annotations

from pathlib import Path

from labeler.tui.action_table import ACTIONS, Group
from labeler.tui.keymap import build_keymap

DOCUMENT = Path(__file__).parents[2] / "docs" / "keys.md"

HEAD = """# Keys

Every key can be remapped under `[keys]` in the configuration, by the action's name. In a text field letters type.
`{app.help}` shows this table on the screen with the keys in effect, `labeler keys` prints it.

`{worklist.filter}` filters the worklist: the next key says by what, and the rows stay until a filter is set again; the
status line counts what came to fit since (`+3`). Going on and advancing stay inside it, `{item.back}`, `{edit.undo}`
and a number may leave it and say so, `{worklist.filter} {filter.all}` ends it; `{app.leave}` does not. It is there
again after a restart. Rows follow a text while it is typed; `{field.leave}` restores them. After
`{worklist.filter} {filter.value}` the keys that answer the focused question choose a value, and `{answer.clear}` what
is not answered.

What stands over the trace keeps its keys to itself. In the help, a guideline, the outbox and a picture the keys of the
review only say that they do nothing there; in a menu a key that is not in it closes the menu and does nothing else; in
a search everything that decides something says `{app.leave} ends the search`. In the views of the trace (`{view.spans}
{view.metadata} {view.session} {view.documents} {view.raw}`) answer keys answer it. After a refused `{answer.comment}`,
`{answer.text}`, `{item.decline}` or `{item.flag}` what is typed on does nothing until `{field.leave}` or
`{field.save}`, and a `{app.quit}` within a second after something was closed leaves only when it is pressed again.
"""

TAIL = """
## Slips of the hand

- For `review.guard_ms` after a new item is painted, every key that answers, submits, defers, declines, flags or selects
  only says `too early: ignored`. So does a key that was on its way before the item was there, also with the guard off:
  keys that came together, in one piece or while the screen was busy, act on one item at most. What is typed behind a
  key that would have opened a field is ignored with it, until `{field.leave}` or `{field.save}`.
- A key held down (the same key less than 80 ms later) acts once, from question to question and from item to item. Keys
  that scroll and move go on; in a field a held key types. The first repeat comes 0.2 to 0.7 s after the press and looks
  like a second one: it acts, and is taken back once the repeats behind it tell what it was.
- `Esc` acts at once (after 0.1 s, or `ESCDELAY`). A key that a slow line cuts in two is that key, or nothing: its bytes
  are waited for, a second each. `[` and `O` within a second after `Esc` may be the rest of such a key and do nothing,
  which is said. The same holds for what terminals report by themselves. `Alt` and a key is not that key.
- Text pasted outside a field is dropped, and its length said. An end-of-paste sequence in it ends nothing when the
  terminal's own follows.
- While the terminal is too small nothing acts, and `Ctrl+C` leaves. Text goes into the field that is open.
"""


def as_markdown() -> str:
    """The whole document."""
    keymap = build_keymap({})
    parts = [keymap.spelled(HEAD)]
    for group in Group:
        rows = [action for action in ACTIONS if action.group is group]
        parts.append(f"\n## {str(group).capitalize()}\n\n| key | action | what it does |\n|---|---|---|\n")
        parts.extend(f"| {_keys(action.keys)} | `{action.id}` | {action.does} |\n" for action in rows)
    return "".join([*parts, keymap.spelled(TAIL)])


def test_the_documented_keys_are_the_keys_there_are() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == as_markdown(), "write it anew: python -m tests.tui.test_key_docs"


def _keys(keys: tuple[str, ...]) -> str:
    return " ".join("`\\|`" if key == "|" else f"`{key}`" for key in keys)


if __name__ == "__main__":
    DOCUMENT.write_text(as_markdown(), encoding="utf-8")
