"""docs/keys.md is a view of the one table of actions."""

from __future__ import annotations

from pathlib import Path

from labeler.tui.actions import ACTIONS, Group

DOCUMENT = Path(__file__).parents[2] / "docs" / "keys.md"

HEAD = """# Keys

Every key can be remapped under `[keys]` in the configuration, by the action's name. In a text field letters type.
`?` shows this table on the screen with the keys in effect, `labeler keys` prints it.
"""


def as_markdown() -> str:
    """The whole document."""
    parts = [HEAD]
    for group in Group:
        rows = [action for action in ACTIONS if action.group is group]
        parts.append(f"\n## {str(group).capitalize()}\n\n| key | action | what it does |\n|---|---|---|\n")
        parts.extend(f"| {_keys(action.keys)} | `{action.id}` | {action.does} |\n" for action in rows)
    return "".join(parts)


def test_the_documented_keys_are_the_keys_there_are() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == as_markdown(), "write it anew: python -m tests.tui.test_key_docs"


def _keys(keys: tuple[str, ...]) -> str:
    return " ".join("`\\|`" if key == "|" else f"`{key}`" for key in keys)


if __name__ == "__main__":
    DOCUMENT.write_text(as_markdown(), encoding="utf-8")
