"""What the reading view of a trace shows, and what it lacks of the texts that a reviewer must see."""

from __future__ import annotations

from typing import Any

from labeler.domain.trace import RawTrace
from labeler.reading.json.export import as_json
from labeler.reading.read import read_conversation, read_document
from labeler.reading.sanitise import sanitise
from tests.reading.corpus import expectations


def folded(text: str) -> str:
    return "".join(sanitise(text).split())


def shown(raw: RawTrace) -> dict[str, Any]:
    conversation = read_conversation(raw)
    return dict(as_json(raw, conversation, read_document(raw)))


def missing(raw: RawTrace, name: str) -> list[str]:
    """What the reading view of a recording lacks of what it must hold."""
    return lacking(raw, expectations()[name])


def lacking(raw: RawTrace, musts: list[dict[str, Any]]) -> list[str]:
    """What the reading view of a trace lacks of these texts, each in its role."""
    view = shown(raw)
    text = folded(view["text"])
    unseen = [f"text {must['text']!r}" for must in musts if folded(must["text"]) not in text]
    return unseen + [f"{must['role']} {must['text']!r}" for must in musts if not said(must, view["messages"])]


def said(must: dict[str, Any], messages: list[dict[str, Any]]) -> bool:
    """Whether the structured messages say it, in the right role."""
    wanted = folded(must["text"])
    match must["role"]:
        case "tool_call":
            calls = [call for each in messages for call in each.get("tool_calls", [])]
            return any(
                call["name"] == must["text"] and must.get("args", call["arguments"]) == call["arguments"]
                for call in calls
            )
        case "reasoning" | "error" as key:
            return any(wanted in folded(each.get(key, "")) for each in messages)
        case "document":
            documents = [document for each in messages for document in each.get("documents", [])]
            return any(wanted in folded(document["text"]) for document in documents)
        case "any":
            return True
        case role:
            return any(each["role"] == role and wanted in folded(each["text"]) for each in messages)
