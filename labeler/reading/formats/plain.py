"""Plain functions: named arguments in, any value out. What no other format knows is read here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from labeler.domain.value import JsonValue
from labeler.reading.formats.documents import LIST_KEYS, documents_in
from labeler.reading.formats.messages import messages_in
from labeler.reading.formats.parts import is_part, parts_of
from labeler.reading.formats.values import text_in
from labeler.reading.media.detect import described, encoded
from labeler.reading.message import Data, Message, NamedValue, Note, Part, Reasoning, Role, TextPart

_REASONING_KEYS: Final = ("reasoning", "rationale", "thinking", "thought", "chain_of_thought", "reasoning_content")
_REPR: Final = re.compile(
    r"<[\w.]+(?: object)? at 0x[0-9a-fA-F]+>|<(?:async_)?generator object [\w.<>]+ at 0x[0-9a-fA-F]+>"
    r"|<[\w.]+\.[\w.]+ object at 0x[0-9a-fA-F]+>|<coroutine object [^>]+>|<function [\w.<>]+ at 0x[0-9a-fA-F]+>"
)
_REDACTED: Final = re.compile(r"[<\[({*_ ]*redacted[>\])}*_ ]*", re.IGNORECASE)
_DUMP: Final = re.compile(r"\{'_?[a-z_]+': (?:<|\[?[A-Z][A-Za-z]+\()", re.ASCII)


def input_message(value: JsonValue) -> Message:
    """Return what went in, as one message of the user. Arguments left at null are left out."""
    if isinstance(value, Mapping):
        value = {name: each for name, each in value.items() if each is not None} or value
    return Message(Role.USER, side_parts(value), title=_title("input", value))


def output_message(value: JsonValue) -> Message:
    """Return what came out, as one message of the assistant. A record of short values is shown as the JSON it is."""
    parts = (Data(value),) if _is_record(value) else side_parts(value)
    return Message(Role.ASSISTANT, parts, title=_title("output", value))


def answer_text(value: str) -> Message:
    """Return a text that answers a chat, as a message of the assistant."""
    return Message(Role.ASSISTANT, side_parts(value))


def is_repr(value: JsonValue) -> bool:
    """Return whether a text is what Python writes for an object it cannot serialise: the value itself was not
    recorded.
    """
    return isinstance(value, str) and bool(_REPR.fullmatch(value) or _DUMP.match(value[:_HEAD]))


def is_redacted(value: JsonValue) -> bool:
    """Return whether a text only says that something was taken out of the recording."""
    return isinstance(value, str) and bool(_REDACTED.fullmatch(value[:_HEAD]))


def side_parts(value: JsonValue) -> tuple[Part, ...]:
    """Return the parts of a side: prose, media, documents and named fields; a note where there is nothing to read."""
    match value:
        case None:
            return (Note("null"),)
        case "":
            return (Note("empty string"),)
        case str() if is_repr(value):
            return (Note(f"not recorded: only the Python object's name was kept, {value}"),)
        case str() if is_redacted(value):
            return (Note(f"redacted by the recorder: {value}"),)
        case str():
            return (described(value) or TextPart(value),)
        case list() if value and all(isinstance(item, str) for item in value):
            return _texts([item for item in value if isinstance(item, str)])
        case list() if (documents := documents_in(value)) is not None:
            return tuple(documents)
        case dict() if not value:
            return (Note("empty object: nothing was passed"),)
        case dict():
            return _fields(value)
        case _:
            return (Data(value),)


def _texts(texts: list[str]) -> tuple[Part, ...]:
    """Return a list of texts: the chunks of a stream as one text, paragraphs and passages as they are."""
    if _streamed(texts):
        return (TextPart("".join(texts)),)
    return (Data(texts),)


def _streamed(texts: list[str]) -> bool:
    return len(texts) > 1 and any(text[:1].isspace() or text[-1:].isspace() for text in texts)


def _fields(value: Mapping[str, JsonValue]) -> tuple[Part, ...]:
    if len(value) == 1:
        ((name, only),) = value.items()
        if name in LIST_KEYS and (documents := documents_in(only)) is not None:
            return tuple(documents)
        if isinstance(only, str):
            return side_parts(only)
        if name in _PARTS_KEYS and isinstance(only, list) and only and all(map(is_part, only)):
            return tuple(parts_of(only))
    if all(isinstance(each, Mapping) for each in value.values()) and (text := _only_text(value)):
        return side_parts(text)
    parts: list[Part] = []
    for name, each in value.items():
        if name in _REASONING_KEYS and isinstance(each, str) and each:
            parts.append(Reasoning(each))
        elif name in LIST_KEYS and (documents := documents_in(each)) is not None:
            parts.extend(documents)
        else:
            parts.append(NamedValue(name, each))
    if len(parts) > 1 and sum(isinstance(part, NamedValue) for part in parts) == 1:
        return tuple(_prose(part) if isinstance(part, NamedValue) else part for part in parts)
    return tuple(parts)


def _is_record(value: JsonValue) -> bool:
    """Return whether an object holds nothing but short values, none of which is known to be the answer."""
    if not isinstance(value, Mapping) or len(value) < 2:
        return False
    if any(name in _MAIN_KEYS or _is_apart(name, each) for name, each in value.items()):
        return False
    return all(not isinstance(each, str) or _is_short(each) for each in value.values())


def _is_short(text: str) -> bool:
    return len(text) <= _SHORT and text.isprintable() and not set(text) & {'"', "\\"} and encoded(text) is None


def _only_text(value: JsonValue) -> str:
    """Return the one text that nested objects say, however often; the empty string when they say more."""
    found: set[str] = set()
    pending: list[JsonValue] = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, Mapping):
            pending.extend(each.values())
        elif isinstance(each, str):
            found.add(each)
        elif each is not None:
            return ""
    return found.pop() if len(found) == 1 else ""


def _prose(field: NamedValue) -> Part:
    return side_parts(field.value)[0] if isinstance(field.value, str) else field


def _title(side: str, value: JsonValue) -> str:
    if isinstance(value, Mapping):
        names = [name for name, each in value.items() if not _is_apart(name, each)]
        if len(names) == 1 and isinstance(value[names[0]], str):
            return f"{side} ({names[0]})"
    return side


def _is_apart(name: str, value: JsonValue) -> bool:
    """Return whether a field is shown as reasoning or documents, beside the answer."""
    return name in _REASONING_KEYS or (name in LIST_KEYS and documents_in(value) is not None)


def main_text(message: Message) -> str:
    """Return the one text that a side is about, for titles and for comparing: its prose, else its likeliest field.

    Encoded media are no text.
    """
    if text := message.text:
        return text
    fields = {field.name: field.value for field in message.each(NamedValue)}
    for name in _MAIN_KEYS:
        if (value := fields.get(name)) is not None and (text := text_in(value)):
            return text
        if (messages := messages_in(fields.get(name))) is not None:
            return messages[-1].text
    texts = (value for value in fields.values() if isinstance(value, str) and value)
    return next((text for text in texts if encoded(text) is None), "")


_MAIN_KEYS: Final = (
    "question", "query", "user_message", "message", "prompt", "input", "user_prompt", "user_input", "task", "text",
    "q", "topic", "instruction", "request", "answer", "response", "output", "result", "raw", "final_output", "_value",
    "reply", "completion", "content", "messages", "inputs",
)  # fmt: skip
_PARTS_KEYS: Final = ("content", "parts")
_HEAD: Final = 200
_SHORT: Final = 100
