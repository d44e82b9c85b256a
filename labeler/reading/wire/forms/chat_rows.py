"""Chat rows: one conversation a row, as data sets, evaluations, gateways and fine-tuning files have them.

Known: ``messages`` (OpenAI's fine-tuning files), a bare list of messages, ``conversations`` (ShareGPT), a request and a
response under their usual names or as a vendor's own objects, and OpenAI's batch files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from labeler.domain.assessment import NOTHING
from labeler.domain.trace import NOT_RECORDED, NotRecorded
from labeler.domain.value import JsonValue
from labeler.reading.wire.forms.form import (
    UNTIMED_END_NS,
    Facts,
    Form,
    Recognised,
    Side,
    as_list,
    as_object,
    duration_ms,
    encoded_span,
    first_text,
    nanoseconds,
    objects,
    text_or_none,
    texts_of,
    unpacked,
    usage,
)
from labeler.reading.wire.forms.row_facts import (
    CONTEXT_KEYS,
    EXPECTED_KEYS,
    OWN_ID_KEYS,
    SCORE_KEYS,
    assessments_of,
    contexts_of,
    is_taken,
)
from labeler.reading.wire.identifiers import Object

REQUEST_KEYS: Final = (
    "prompt", "input", "question", "instruction", "inputs", "query", "request", "user_input", "user_prompt",
    "request_body",
)  # fmt: skip
RESPONSE_KEYS: Final = ("response", "output", "completion", "answer", "outputs", "choices", "response_body")
_MESSAGES: Final = (
    "messages",
    "conversations",
    "conversation",
    "contents",
    "user_input",
    "turns",
    "dialogue",
    "dialog",
)
_HISTORY: Final = ("chat_history", "history", "message_history", "conversation_history", "previous_messages")
"""Keys of the turns before the one that is asked."""

_SYSTEM: Final = ("system", "system_prompt", "instructions", "systemInstruction", "system_instruction")
_ROLES: Final = {
    "human": "user",
    "user": "user",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "observation": "tool",
    "function_response": "tool",
    "function": "tool",
}
"""ShareGPT's speakers; any other is the model."""

_CALLERS: Final = ("function_call", "tool_call")
"""ShareGPT's speakers whose value is a tool call, as JSON."""

_LANGCHAIN_TYPES: Final = ("human", "ai", "system", "tool", "function", "chat")
"""Types of LangChain's messages; the lesser ones tell a message only beside those of people and models."""

_MESSAGE_KEYS: Final = frozenset(
    ("content", "tool_calls", "parts", "text", "function_call", "reasoning_content", "refusal")
)


def is_message(value: JsonValue) -> bool:
    """Return whether a value is a chat message: a speaker, and what it said."""
    holder = as_object(value)
    if "role" in holder:
        return (
            isinstance(holder["role"], str)
            and (holder.keys() & _MESSAGE_KEYS or len(holder) == 1)
            and not (holder.keys() & {"messages", "prompt", "response"})
        )
    if isinstance(holder.get("from"), str) and "value" in holder:
        return True
    return _is_langchain_message(holder)


def is_messages(value: JsonValue) -> bool:
    """Return whether a value is a list of chat messages, at least one."""
    if not isinstance(value, list) or not value:
        return False
    return all(map(is_message, value)) or (
        any(map(is_message, value)) and all(_is_langchain_message(as_object(each), _LANGCHAIN_TYPES) for each in value)
    )


def _is_langchain_message(holder: Object, types: Sequence[str] = ("human", "ai")) -> bool:
    is_serialised = holder.get("lc") == 1 and isinstance(holder.get("kwargs"), dict)
    return is_serialised or (holder.get("type") in types and ("content" in holder or "data" in holder))


def recognise(value: JsonValue) -> Recognised | None:
    """Return the conversation that a row or a list of messages is."""
    if isinstance(value, list):
        return _recognised({}, value, NOT_RECORDED) if is_messages(value) else None
    if not isinstance(value, dict):
        return None
    named = as_object(value.get(NAMED))
    if named:
        return _of_named_keys(as_object(value.get("row")), named)
    if ANSWERED_REQUEST in value:
        return _batch_row(as_object(value.get("row")), batch_request(as_object(value[ANSWERED_REQUEST])))
    if "resourceSpans" in value or "trace_info" in value:
        return None
    value = _with_known_names(value)
    return _batch_row(value) or _messages_row(value) or _pair_row(value)


ANSWERED_REQUEST: Final = "labeler.request"
"""The key under which the answer of a batch is kept together with its request, which lies in another file."""


def _with_known_names(row: Object) -> Object:
    """Return a row with the names that are known in their own spelling: tables head their columns `Prompt` and
    `Response`.
    """
    spelled = {key: _NAMES.get(key.strip().lower(), key) for key in row}
    return {name if name not in row else key: row[key] for key, name in spelled.items()}


NAMED: Final = "labeler.keys"
"""The key under which a row is kept together with the keys that the user named for its request and response."""


def _of_named_keys(row: Object, named: Object) -> Recognised | None:
    request, response = text_or_none(named.get("request")), text_or_none(named.get("response"))
    if (request is not None and request not in row) or (response is not None and response not in row):
        return None
    given = row[request] if request is not None else NOT_RECORDED
    answer = row[response] if response is not None else NOT_RECORDED
    return _pair(row, given, answer, used=(request or "", response or ""))


def _messages_row(row: Object) -> Recognised | None:
    key = next((key for key in _MESSAGES if is_messages(unpacked(row.get(key)))), None)
    if key is None:
        return None
    messages = unpacked(row[key])
    assert isinstance(messages, list)
    answer_key = _response_key(row)
    has_answer = _speaker(messages[-1]) == "assistant"
    answer: Side = NOT_RECORDED if answer_key is None or has_answer or row[answer_key] is None else row[answer_key]
    notes: tuple[str, ...] = ()
    if has_answer and answer_key is not None and any(name in row for name in REQUEST_KEYS):
        notes = (f"rows hold {key} and {answer_key}; the conversation is read from {key}",)
    used = (key,) if answer is NOT_RECORDED else (key, answer_key or "")
    return _recognised(row, messages, answer, used, notes)


def _pair_row(row: Object) -> Recognised | None:
    key, answer_key = _key({name: each or None for name, each in row.items()}, REQUEST_KEYS), _response_key(row)
    if key is None or answer_key is None:
        return None
    instruction, given = _key(row, ("instruction",)), _key(row, ("input",))
    if instruction is not None and given is not None and {key} <= {instruction, given}:
        asked = [row[each] for each in (instruction, given) if row[each] not in (None, "")]
        if all(isinstance(each, str) for each in asked):  # Alpaca: what is to be done, and with what
            return _pair(row, "\n\n".join(map(str, asked)), row[answer_key], used=(instruction, given, answer_key))
    return _pair(row, row[key], row[answer_key], used=(key, answer_key))


def _pair(row: Object, request: Side, response: Side, *, used: Sequence[str]) -> Recognised:
    given = request if isinstance(request, NotRecorded) else unpacked(request)
    if isinstance(given, list) and is_messages(given):
        return _recognised(row, given, response, used)
    inputs: Side = given
    if isinstance(given, str):
        earlier = next((key for key in _HISTORY if is_messages(unpacked(row.get(key)))), "")
        turns = [_message(each) for each in as_list(unpacked(row.get(earlier)))]
        inputs = {"messages": [*_system(row), *turns, {"role": "user", "content": given}]}
        used = (*used, earlier)
    elif isinstance(given, Mapping) and (system := _system(row)):
        inputs = {**given, "system": as_object(system[0])["content"]}
    failure = row.get("error") if response is None else None
    if failure not in (None, "", {}, []):
        told = first_text(as_object(failure), "message", "detail") or text_or_none(failure) or json.dumps(failure)
        return Recognised(_spans(row, inputs, NOT_RECORDED, failure=told), _facts(row, (*used, "error")))
    return Recognised(_spans(row, inputs, _answer(response)), _facts(row, used))


def _recognised(
    row: Object, messages: Sequence[JsonValue], answer: Side, used: Sequence[str] = (), notes: tuple[str, ...] = ()
) -> Recognised:
    """Return a conversation as the request up to the last turn of somebody else, and what the model said to it."""
    turns = [_message(each) for each in messages]
    before, said = split_turns(turns) if answer is NOT_RECORDED else (turns, [])
    if not any(_speaker(each) == "system" for each in turns):
        before = [*_system(row), *before]
    inputs: Side = {"messages": before} if before else NOT_RECORDED
    outputs: Side = (said if len(said) > 1 else said[0]) if said else _answer(answer)
    return Recognised(_spans(row, inputs, outputs), _facts(row, used, notes))


def split_turns(turns: Sequence[JsonValue]) -> tuple[list[JsonValue], list[JsonValue]]:
    """Return the turns up to the last one of a person (or a system prompt), and what was said to it."""
    asked = max((place for place, each in enumerate(turns) if _speaker(each) in ("user", "system")), default=-1) + 1
    return list(turns[:asked]), list(turns[asked:])


def _answer(value: Side) -> Side:
    if isinstance(value, NotRecorded):
        return NOT_RECORDED
    answer = unpacked(value)
    if isinstance(answer, str):
        return {"role": "assistant", "content": answer}
    if isinstance(answer, list) and is_messages(answer):
        return [_message(each) for each in answer]
    if isinstance(answer, list) and answer and all("message" in each for each in map(as_object, answer)):
        return {"choices": answer}
    return answer


def _message(value: JsonValue) -> JsonValue:
    """Return a message with OpenAI's names for its speaker and content; other vendors' stay as they are."""
    holder = as_object(value)
    speaker = holder.get("from")
    if "role" in holder or not isinstance(speaker, str):
        return value
    called = as_object(unpacked(holder.get("value"))) if speaker.lower() in _CALLERS else {}
    if isinstance(name := called.get("name"), str):
        call: JsonValue = {"type": "function", "function": {"name": name, "arguments": called.get("arguments", {})}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    return {"role": _ROLES.get(speaker.lower(), "assistant"), "content": holder.get("value")}


def _speaker(message: JsonValue) -> str:
    holder = as_object(message)
    said = str(first_text(holder, "role", "from", "type") or "")
    if holder.get("lc") == 1:
        said = str((holder.get("id") or [""])[-1]).removesuffix("Message")  # type: ignore[index]
    said = said.lower()
    if (
        said == "user"
        and (parts := objects(holder.get("content")))
        and all(p.get("type") == "tool_result" for p in parts)
    ):
        return "tool"
    return {"ai": "assistant", "model": "assistant", "gpt": "assistant"}.get(said) or _ROLES.get(said, said)


def _system(row: Object) -> list[JsonValue]:
    text = next((text for key in _SYSTEM if (text := _system_text(row.get(key)))), None)
    return [] if text is None else [{"role": "system", "content": text}]


def _system_text(value: JsonValue) -> str:
    """Return a system prompt: a text, or the parts of one as Gemini has them."""
    if isinstance(value, str):
        return value
    return "\n\n".join(filter(None, (first_text(part, "text") for part in objects(as_object(value).get("parts")))))


def _response_key(row: Object) -> str | None:
    return _key(row, RESPONSE_KEYS)


def _key(row: Object, names: Sequence[str]) -> str | None:
    """Return the first of the names that a row has as a key, in any case of its letters; one with nothing under it
    last.
    """
    folded = {str(key).strip().lower(): key for key in row}
    there = [name if name in row else folded[name] for name in names if name in row or name in folded]
    return next((key for key in there if row[key] is not None), there[0] if there else None)


def batch_request(row: Object) -> Object:
    """Return what a line of a batch file asks, as OpenAI's and Anthropic's have it; empty for an answer."""
    for key in ("body", "params"):
        asked = as_object(row.get(key))
        if asked.keys() & {"messages", "input", "prompt", "contents"}:
            return asked
    return {}


def _batch_row(row: Object, request: Object = NOTHING) -> Recognised | None:
    """Return a line of a batch file: what is to be asked, or what came back to `request`."""
    if "custom_id" not in row and not ("method" in row and "url" in row):
        return None
    if asked := batch_request(row):
        return Recognised(_spans(row, dict(asked), NOT_RECORDED), _facts(row, ("body", "params")))
    given: Side = dict(request) if request else NOT_RECORDED
    answered = as_object(as_object(row.get("response")).get("body") or as_object(row.get("result")).get("message"))
    if not answered and "error" not in row and "error" not in as_object(row.get("result")):
        return None
    failure = as_object(row.get("error") or answered.get("error") or as_object(row.get("result")).get("error"))
    failure = as_object(failure.get("error")) or failure
    if failure and "choices" not in answered:
        spans = _spans(row, given, NOT_RECORDED, failure=first_text(failure, "message", "code") or "failed")
        return Recognised(spans, _facts(row, ("response", "error")))
    return Recognised(_spans(row, given, dict(answered)), _facts(row, ("response", "error")))


def _spans(row: Object, inputs: Side, outputs: Side, failure: str = "") -> list[Object]:
    start = nanoseconds(_first(row, *_TIMES))
    length = _length(row)
    end = start + length * 1_000_000 if start and length is not None else start or UNTIMED_END_NS
    answered = as_object(outputs) if isinstance(outputs, Mapping) else {}
    asked = as_object(inputs) if isinstance(inputs, Mapping) else {}
    counted = usage(as_object(row.get("usage")) or as_object(answered.get("usage")))
    model = first_text(row, "model", "model_name") or first_text(answered, "model") or first_text(asked, "model")
    attributes: dict[str, JsonValue] = {"gen_ai.request.model": model, "mlflow.chat.tokenUsage": counted or None}
    if isinstance(tools := row.get("tools"), list) and tools:
        attributes["mlflow.chat.tools"] = tools
    contexts = contexts_of(row)
    root = encoded_span(
        "row",
        name=model or "row",
        kind="CHAIN" if contexts else "CHAT_MODEL",
        start=start or None,
        end=end,
        failed=bool(failure),
        message=failure,
        inputs=inputs,
        outputs=outputs,
        attributes=attributes,
    )
    return [root] if not contexts else [root, _retrieval(contexts, start, end)]


def _retrieval(contexts: Sequence[JsonValue], start: int, end: int) -> Object:
    documents: list[JsonValue] = [{"page_content": each} if isinstance(each, str) else each for each in contexts]
    return encoded_span(
        "contexts", parent="row", name="contexts", kind="RETRIEVER", start=start, end=end, outputs=documents
    )


def _facts(row: Object, used: Sequence[str], notes: tuple[str, ...] = ()) -> Facts:
    rest = ((key, value) for key, value in row.items() if key not in used and not is_taken(key) and key not in _SYSTEM)
    own_id = first_text(row, *OWN_ID_KEYS)
    return Facts(
        own_id=own_id,
        name=own_id or "",
        started_ns=nanoseconds(_first(row, *_TIMES)),
        duration_ms=_length(row),
        session=first_text(row, "session_id", "session", "conversation_id", "thread_id", "sessionId"),
        user=first_text(row, "user_id", "user", "userId") if "user" not in used else None,
        tags=texts_of([("tags", row.get("tags"))]) if "tags" in row else {},
        metadata=texts_of(rest),
        assessments=assessments_of(row, used),
        notes=notes,
    )


def _length(row: Object) -> int | None:
    for key, per_unit in _LENGTHS.items():
        if (found := duration_ms(row.get(key), per_unit)) is not None:
            return found
    return None


def _first(row: Object, *keys: str) -> JsonValue:
    return next((row[key] for key in keys if row.get(key) is not None), None)


def _part_of(value: JsonValue) -> str | None:
    return "" if is_message(value) else None


_TIMES: Final = ("timestamp", "created_at", "start_time", "time", "ts", "created", "date")
_LENGTHS: Final = {"latency_ms": 1, "duration_ms": 1, "elapsed_ms": 1, "latency": 1000, "duration": 1000}

_NAMES: Final = {
    name.lower(): name
    for names in (
        *(REQUEST_KEYS, RESPONSE_KEYS, _MESSAGES, _SYSTEM, OWN_ID_KEYS, _TIMES),
        *(CONTEXT_KEYS, EXPECTED_KEYS, SCORE_KEYS, tuple(_LENGTHS), ("model", "user", "tags", "tools", "usage")),
    )
    for name in names
}
"""The names that rows have for what is read of them, by their lower-case spelling."""

CHAT_ROWS: Final = Form("chat rows", recognise, _part_of)
