"""Sessions that agents keep in files: Claude Code's and Codex's, a line an entry, and Google ADK's, an object each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from labeler.domain.trace import NOT_RECORDED
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.chat_rows import split_turns
from labeler.reading.wire.forms.form import (
    UNTIMED_END_NS,
    Facts,
    Form,
    Recognised,
    as_object,
    encoded_span,
    first_text,
    nanoseconds,
    objects,
    texts_of,
    usage,
)
from labeler.reading.wire.identifiers import Object

_CLAUDE_TYPES: Final = frozenset(("user", "assistant"))
_CLAUDE_OTHERS: Final = frozenset(
    ("summary", "system", "attachment", "file-history-snapshot", "queue-operation", "progress", "custom-title",
     "last-prompt", "permission-mode", "agent-name", "ai-title", "pr-link")
)  # fmt: skip
_CODEX_TYPES: Final = frozenset(("session_meta", "response_item", "event_msg", "turn_context", "compacted"))
_COUNTED: Final = ("input_tokens", "output_tokens", "total_tokens")
_LONGEST_NAME: Final = 80


def recognise_claude(value: JsonValue) -> Recognised | None:
    """Return a session of Claude Code, as the list of its entries; what its sub-agents did are spans below it."""
    entries = objects(value) if isinstance(value, list) else []
    if not entries or not all(map(_is_claude_entry, entries)) or not any(map(_is_claude_turn, entries)):
        return None
    turns = [each for each in entries if _is_claude_turn(each)]
    main = [each for each in turns if not _is_aside(each)] or turns
    aside = [each for each in turns if _is_aside(each)] if main is not turns else []
    models = [model for each in turns if (model := first_text(as_object(each["message"]), "model"))]
    titles = (first_text(each, "summary", "customTitle", "aiTitle") for each in entries if "message" not in each)
    title = next((each for each in titles if each), "")
    spans = [_session_span("session", None, "Claude Code", main, models)]
    for number, (agent, sub) in enumerate(_by_agent(aside).items(), 1):
        spans.append(_session_span(f"sub-agent-{number}", "session", agent or f"sub-agent {number}", sub, ()))
    first = turns[0]
    about = {key: first.get(key) for key in ("cwd", "gitBranch", "version")}
    facts = Facts(
        trace_id=first_text(first, "sessionId", "session_id") or None,
        name=title[:_LONGEST_NAME],
        started_ns=nanoseconds(first.get("timestamp")),
        metadata=texts_of(about.items()),
    )
    return Recognised(spans, facts)


def _is_claude_turn(entry: Object) -> bool:
    return first_text(entry, "type") in _CLAUDE_TYPES and isinstance(as_object(entry.get("message")).get("role"), str)


def _is_claude_entry(entry: Object) -> bool:
    if _is_claude_turn(entry):
        return bool(entry.keys() & {"sessionId", "session_id", "uuid"})
    if first_text(entry, "type") == "result":  # how what was written by --output-format stream-json ends
        return "session_id" in entry
    return (
        first_text(entry, "type") in _CLAUDE_OTHERS
        and not isinstance(entry.get("payload"), dict)
        and "spans" not in entry
    )


def _claude_part_of(value: JsonValue) -> str | None:
    entry = as_object(value)
    if not _is_claude_entry(entry):
        return None
    return first_text(entry, "sessionId", "session_id") or ""


def _is_aside(turn: Object) -> bool:
    """Return whether a turn is of a sub-agent."""
    return turn.get("isSidechain") is True or bool(turn.get("parent_tool_use_id"))


def _by_agent(entries: Sequence[Object]) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for entry in entries:
        found.setdefault(first_text(entry, "agentId", "parent_tool_use_id") or "", []).append(entry)
    return found


def _session_span(
    span_id: str, parent: str | None, name: str, turns: Sequence[Object], models: Sequence[str]
) -> Object:
    before, after = split_turns(_claude_messages(turns))
    counted: dict[str, dict[str, int]] = {}
    for turn in turns:
        message = as_object(turn["message"])
        if found := usage(as_object(message.get("usage"))):
            counted[first_text(message, "id") or first_text(turn, "uuid") or ""] = found
    total = {
        key: sum(each.get(key, 0) for each in counted.values())
        for key in ("input_tokens", "output_tokens", "total_tokens")
    }
    start = nanoseconds(turns[0].get("timestamp"))
    end = nanoseconds(turns[-1].get("timestamp"))
    return encoded_span(
        span_id,
        parent=parent,
        name=name,
        kind="AGENT",
        start=start or None,
        end=max(start, end) or UNTIMED_END_NS,
        inputs={"messages": before} if before else NOT_RECORDED,
        outputs=after if after else NOT_RECORDED,
        attributes={
            "gen_ai.request.model": next((model for model in models if not model.startswith("<")), None),
            "mlflow.chat.tokenUsage": total if counted else None,
        },
    )


def _claude_messages(turns: Sequence[Object]) -> list[JsonValue]:
    """Return the messages; the blocks of one answer, which come an entry each, are one message."""
    messages: list[dict[str, JsonValue]] = []
    last_id = None
    for turn in turns:
        message = dict(as_object(turn["message"]))
        content, own_id = message.get("content"), first_text(message, "id")
        if messages and own_id is not None and own_id == last_id and isinstance(content, list):
            earlier = messages[-1]["content"]
            if isinstance(earlier, list):
                messages[-1]["content"] = [*earlier, *content]
                continue
        last_id = own_id
        messages.append({"role": message["role"], "content": content})
    return list(messages)


def recognise_codex(value: JsonValue) -> Recognised | None:
    """Return a session of Codex, as the list of its entries."""
    rows = objects(value) if isinstance(value, list) else []
    entries = [entry for each in rows if (entry := _codex_entry(each)) is not None]
    if not entries or len(entries) < len(rows):
        return None
    items = [as_object(each.get("payload")) for each in entries if each.get("type") == "response_item"]
    items = [each for each in items if each.get("type") != "ghost_snapshot"]
    if not items:
        return None
    meta = next((as_object(each.get("payload")) for each in entries if each.get("type") == "session_meta"), {})
    contexts = (as_object(each.get("payload")) for each in entries if each.get("type") == "turn_context")
    model = next((found for each in contexts if (found := first_text(each, "model"))), None)
    asked = max((place for place, each in enumerate(items) if each.get("role") == "user"), default=-1) + 1
    start, end = nanoseconds(entries[0].get("timestamp")), nanoseconds(entries[-1].get("timestamp"))
    instructions = first_text(meta, "instructions") or first_text(as_object(meta.get("base_instructions")), "text")
    inputs: dict[str, JsonValue] = {"input": [dict(each) for each in items[:asked]]}
    if instructions:
        inputs["instructions"] = instructions
    told = [as_object(as_object(each.get("payload")).get("info")).get("total_token_usage") for each in entries]
    counted = next((counts for each in reversed(told) if (counts := usage(as_object(each)))), None)
    said: list[JsonValue] = [dict(each) for each in items[asked:]]
    span = encoded_span(
        "session",
        name="Codex",
        kind="AGENT",
        start=start or None,
        end=max(start, end) or UNTIMED_END_NS,
        inputs=inputs if asked else NOT_RECORDED,
        outputs={"object": "response", "output": said} if said else NOT_RECORDED,
        attributes={"gen_ai.request.model": model, "mlflow.chat.tokenUsage": counted},
    )
    about = {key: meta.get(key) for key in ("cwd", "cli_version", "originator", "git")}
    facts = Facts(trace_id=first_text(meta, "id"), started_ns=start, metadata=texts_of(about.items()))
    return Recognised([span], facts)


def _codex_entry(row: Object) -> Object | None:
    """Return a line of a session as an entry with a type and a payload, which earlier versions left out; None for
    others.
    """
    kind = first_text(row, "type")
    if kind in _CODEX_TYPES and isinstance(row.get("payload"), dict):
        return row
    if kind in _CODEX_ITEMS and row.keys() & {"role", "call_id", "summary"}:
        return {"type": "response_item", "timestamp": row.get("timestamp"), "payload": row}
    if {"id", "timestamp", "instructions"} <= row.keys() <= _CODEX_HEADER:
        return {"type": "session_meta", "timestamp": row.get("timestamp"), "payload": row}
    return {"type": "state", "payload": {}} if row.keys() == {"record_type"} else None


def _codex_part_of(value: JsonValue) -> str | None:
    return "" if _codex_entry(as_object(value)) is not None else None


_CODEX_ITEMS: Final = (
    "message", "reasoning", "function_call", "function_call_output", "local_shell_call", "local_shell_call_output",
    "custom_tool_call", "custom_tool_call_output", "web_search_call",
)  # fmt: skip
_CODEX_HEADER: Final = frozenset(("id", "timestamp", "instructions", "git", "cwd", "originator", "cli_version"))


def recognise_adk(value: JsonValue) -> Recognised | None:
    """Return a session of Google's ADK: events of an author with the parts of what was said."""
    session = as_object(value)
    events = objects(session.get("events"))
    said = [each for each in events if objects(as_object(each.get("content")).get("parts"))]
    if not said or not all("author" in each for each in said):
        return None
    turns = [_adk_turn(each) for each in said]
    asked = max((place for place, each in enumerate(said) if each.get("author") == "user"), default=-1) + 1
    start, end = nanoseconds(said[0].get("timestamp")), nanoseconds(said[-1].get("timestamp"))
    app = first_text(session, "appName", "app_name")
    span = encoded_span(
        "session",
        name=app or "ADK",
        kind="AGENT",
        start=start or None,
        end=max(start, end) or UNTIMED_END_NS,
        inputs={"contents": turns[:asked]} if asked else NOT_RECORDED,
        outputs=turns[asked:] if turns[asked:] else NOT_RECORDED,
    )
    facts = Facts(
        trace_id=first_text(session, "id"),
        name=app or "",
        started_ns=start,
        user=first_text(session, "userId", "user_id"),
        session=first_text(session, "id"),
        metadata=texts_of([("state", session.get("state"))]),
    )
    return Recognised([span], facts)


def _adk_turn(event: Object) -> JsonValue:
    content = as_object(event.get("content"))
    is_result = any(part.keys() & {"functionResponse", "function_response"} for part in objects(content.get("parts")))
    role = "user" if event.get("author") == "user" or is_result else "model"
    return {"role": role, "parts": [_part(each) for each in objects(content.get("parts"))]}


def _part(part: Object) -> JsonValue:
    return {_PART_KEYS.get(key, key): each for key, each in part.items()}


_PART_KEYS: Final = {
    "functionCall": "function_call",
    "functionResponse": "function_response",
    "inlineData": "inline_data",
    "fileData": "file_data",
}

CLAUDE_CODE: Final = Form("Claude Code", recognise_claude, _claude_part_of)
CODEX: Final = Form("Codex", recognise_codex, _codex_part_of)
ADK_SESSION: Final = Form("Google ADK", recognise_adk)
