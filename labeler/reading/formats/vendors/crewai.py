"""CrewAI: a crew's tasks, each a request to an agent with its answer.

Source: ``crewai.crews.crew_output.CrewOutput`` and ``crewai.tasks.task_output.TaskOutput``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Final

from labeler.domain.trace import NotRecorded, Span
from labeler.domain.value import JsonValue
from labeler.reading.formats.messages import Side
from labeler.reading.formats.plain import input_message
from labeler.reading.formats.values import decoded, items, mapping, text_of
from labeler.reading.message import Message, NamedValue, Part, Role, TextPart, message

_TOLD: Final = re.compile(r"""'(role|goal|backstory)': ('(?:[^'\\\n]|\\[\\'"nt])*'|"(?:[^"\\\n]|\\[\\'"nt])*")""")


def recognise(inputs: Side, outputs: Side, span: Span) -> list[Message] | None:
    output = {} if isinstance(outputs, NotRecorded) else mapping(outputs)
    if not isinstance(output.get("raw"), str):
        return None
    if "tasks_output" in output:
        told = [each for task in map(mapping, items(output["tasks_output"])) for each in _task(task)]
        if not told or told[-1].text != output["raw"]:
            told.append(message(Role.ASSISTANT, [TextPart(text_of(output["raw"]))]))
        if not any(each.role is Role.USER for each in told) and isinstance(inputs, dict):
            told.insert(0, input_message(inputs))
        return _agents(span) + told
    return _task(output) if {"expected_output", "agent"} <= output.keys() else None


def _task(task: Mapping[str, JsonValue]) -> list[Message]:
    asked: list[Part] = [TextPart(text) for text in (text_of(task.get("description")),) if text]
    if expected := text_of(task.get("expected_output")):
        asked.append(NamedValue("expected_output", expected))
    answer = message(Role.ASSISTANT, [TextPart(text_of(task.get("raw")))], name=text_of(task.get("agent")))
    return [Message(Role.USER, tuple(asked)), answer] if asked else [answer]


def _agents(span: Span) -> list[Message]:
    """Who the agents are told that they are."""
    listed = decoded(span.attributes.get("agents"))
    agents = _in_repr(listed) if isinstance(listed, str) else map(mapping, items(listed))
    return [
        Message(
            Role.SYSTEM,
            tuple(NamedValue(key, agent[key]) for key in ("goal", "backstory") if agent.get(key)),
            text_of(agent.get("role")),
        )
        for agent in agents
        if agent.get("goal") or agent.get("backstory")
    ]


def _in_repr(listed: str) -> list[dict[str, JsonValue]]:
    """Return the agents in the text that Python writes for them, which is no literal: their tools are in it as
    objects.
    """
    agents: list[dict[str, JsonValue]] = []
    for key, literal in _TOLD.findall(listed):
        if key == "role" or not agents:
            agents.append({})
        agents[-1][key] = str(ast.literal_eval(literal))
    return agents
