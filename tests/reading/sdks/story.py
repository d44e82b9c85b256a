"""What is said in a scenario, each thing in words that occur nowhere else, so that what is lost can be named.

Programs of the SDKs and the fake vendor both import this, in Pythons that have nothing else in common.
"""

from __future__ import annotations

import re
from typing import Final

TOOL: Final = "look_up"
_ASKED: Final = re.compile(r"Question of ([a-z_]+)")


def system(scenario: str) -> str:
    return f"Rules for {scenario}: keep the *harbour* log."


def question(scenario: str) -> str:
    return f"Question of {scenario}: what is in the log?"


def subject(scenario: str) -> str:
    """The one argument of the tool call."""
    return f"Subject of {scenario}"


def finding(about: str) -> str:
    """What the tool answers."""
    return f"Finding on {about}: 三 boats, “two” barges"


def reasoning(scenario: str) -> str:
    return f"Thought about {scenario}: the log has it."


def answer(scenario: str) -> str:
    """Longer than the 1,000 characters of a preview."""
    entries = "\n".join(f"- entry {number} of {scenario}: berth {number * 7 % 31}" for number in range(1, 61))
    return f"Answer to {scenario}:\n\n{entries}\n\nEnd of {scenario}."


def scenario_in(body: str) -> str:
    """The scenario of a request: the one last asked about."""
    *_, last = _ASKED.finditer(body)
    return last[1]


def pieces(text: str) -> list[str]:
    """A text as the chunks of a stream."""
    return [text[start : start + 97] for start in range(0, len(text), 97)]
