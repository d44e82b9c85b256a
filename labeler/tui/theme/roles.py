"""Roles: what a colour means. Screens name roles, themes say how a role looks.

A role that a theme leaves out looks like its parent: ``code.keyword`` like ``code``, ``code`` like ``text``.
"""

from __future__ import annotations

from typing import Final

ROLES: Final[dict[str, str]] = {
    "text": "text that is neither the request nor the response",
    "answer": "the response under judgement: the brightest text",
    "request": "the request it answers",
    "request.pinned": "the same, pinned above the document while it is out of view",
    "dim": "system prompts, tool traffic, reasoning, whatever is secondary",
    "role": "names whose turn begins",
    "role.user": "the user's turn",
    "role.assistant": "the assistant's turn",
    "role.system": "the system prompt",
    "role.tool": "a tool's turn, and a call of one",
    "gutter": "the bar at the left of the response under judgement",
    "cursor": "the cursor sign, and focus",
    "fold": "how much is folded, and the signs of folding",
    "field": "the name of a field of a plain input or output",
    "reasoning": "what a model thought before it answered",
    "media": "a placeholder for an image, sound or file",
    "error": "something failed",
    "note": "the reader speaking: not recorded, empty, cut",
    "heading": "a Markdown heading",
    "strong": "Markdown's strong",
    "emphasis": "Markdown's emphasis",
    "link": "the text of a link",
    "quote": "quoted text",
    "marker": "Markdown's own characters: stars, hashes, fences, pipes",
    "code": "code, fenced or inline, and JSON",
    "code.key": "the keys of JSON",
    "code.keyword": "keywords of code",
    "code.string": "strings",
    "code.number": "numbers",
    "code.constant": "true, false, null and their kin",
    "code.comment": "comments in code",
    "code.name": "names of functions, classes and decorators",
    "search.match": "what a search found",
    "search.current": "the match the search stands at",
    "selection": "text selected with the mouse",
    "chrome": "status line, panel and key line",
    "chrome.dim": "what is secondary there",
    "chrome.strong": "what matters most there",
    "rule": "the lines between areas",
    "key": "a key to press",
    "option.chosen": "an option that was chosen",
    "option.focused": "the question that has the focus",
    "ok": "saved, delivered, online",
    "warning": "queued, offline, parked",
    "row": "a row of the worklist",
    "row.cursor": "the row under the cursor",
    "row.dim": "a row with nothing left to do",
    "sign.open": "the sign of an open item",
    "sign.partly": "the sign of a partly answered item",
    "sign.labelled": "the sign of a labelled item",
    "sign.deferred": "the sign of a deferred item",
    "sign.declined": "the sign of a declined item",
    "sign.missing": "the sign of an item that is not downloaded",
    "sign.refused": "the sign of an item with a refused answer",
    "sign.flag": "the sign of a flagged item",
    "sign.draft": "the sign of an item with a draft",
}
"""Every role and what it means; the only names a theme may use."""


def parent(role: str) -> str | None:
    """Return the role that stands in for `role` where a theme does not name it; None for ``text``."""
    if role == "text":
        return None
    head, _, _ = role.rpartition(".")
    return head if head in ROLES else "text"
