"""The rules know no keys: where a sentence tells what to press, it names an action of the one table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from labeler.tui.action_table import ACTIONS

RULES = Path(__file__).parents[2] / "labeler" / "review"
NAMED = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
BY_DEFAULT = re.compile(r"\b(?:[a-zA-Z]|Enter|Tab) (?:takes back|goes to|writes it|defers|declines|looks back|submits)")


def texts() -> Iterator[str]:
    """Every text in the rules; of one that is put together, the parts that stand there."""
    for path in RULES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_action_that_a_rule_names_is_in_the_table_and_no_key_is_named() -> None:
    named = {action for text in texts() for action in NAMED.findall(text)}
    assert len(named) >= 7
    assert named <= {action.id for action in ACTIONS}
    assert [found for text in texts() for found in BY_DEFAULT.findall(text)] == []
