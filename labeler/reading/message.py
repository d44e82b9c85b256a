"""Messages: the one form that every vendor's conversation is read into.

Everything in here is exact, unsanitised text and values as they were recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue
from labeler.reading.wire.bounded_json import container_in


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What a model thought before it spoke."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call. `arguments` is the value of the recorded JSON text, or the text itself where it is no JSON.

    None where they were not recorded.
    """

    name: str
    arguments: JsonValue
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool answered, inside a message that holds more. It becomes a message of its own (see `split`)."""

    parts: tuple[Part, ...]
    call_id: str | None = None
    name: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """Something that is no text. `type` is a MIME type or ``image``, ``audio``, ``file``; `size` in bytes.

    `uri` is where the content is (``mlflow-attachment:``, ``data:``, ``http:``, ``gs:``), the ``repr`` of bytes that
    holds it, or the empty string when only a placeholder was recorded. `dimensions` are a picture's width and height
    in pixels, where the content itself is here to tell.
    """

    type: str
    size: int | None = None
    uri: str = ""
    name: str = ""
    dimensions: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A document that was found for or handed to the model."""

    text: str
    title: str = ""
    source: str = ""
    score: float | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Data:
    """A JSON value that is no text. `label` says what it is where its form is unknown to us."""

    value: JsonValue
    label: str = ""


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A named value of a plain input or output."""

    name: str
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception. `span` is the name of the span that raised it."""

    type: str
    message: str
    stacktrace: str = ""
    span: str = ""

    @property
    def line(self) -> str:
        return ": ".join(part for part in (self.type, self.message) if part) or "failed without a message"


@dataclass(frozen=True, slots=True)
class Note:
    """The reader speaking: empty, null, not recorded, redacted, in progress."""

    text: str


@dataclass(frozen=True, slots=True)
class Turns:
    """What a nested agent did, a conversation of its own. `span` is the name of the agent's span."""

    messages: tuple[Message, ...]
    span: str = ""


Part: TypeAlias = TextPart | Reasoning | Call | Result | Media | Retrieved | Data | NamedValue | Failure | Note | Turns

_P = TypeVar("_P", TextPart, Reasoning, Call, Result, Media, Retrieved, Data, NamedValue, Failure, Note, Turns)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. `name` is the speaker's or the tool's; `call_id` the call that a tool's message answers.

    `title` replaces the role in the message's header (``input``, ``output``) where nobody speaks.
    """

    role: Role
    parts: tuple[Part, ...]
    name: str = ""
    call_id: str | None = None
    failed: bool = False
    title: str = ""
    span_id: str | None = None

    def each(self, kind: type[_P]) -> Iterator[_P]:
        """Yield the parts of one kind, in order."""
        return (part for part in self.parts if isinstance(part, kind))

    @property
    def text(self) -> str:
        """The message's prose."""
        return "\n\n".join(part.text for part in self.each(TextPart))

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(self.each(Call))


def message(role: Role, parts: list[Part], *, name: str = "", call_id: str | None = None) -> Message:
    """Return a message without empty texts, unless an empty text is all there is; a note where there is nothing."""
    full = [part for part in parts if not (isinstance(part, TextPart | Reasoning) and not part.text)]
    return Message(role, tuple(full or parts[:1] or [Note("null")]), name=name, call_id=call_id)


def annotated(messages: list[Message], note: str) -> list[Message]:
    """Return the messages, the last one with a note of the reader's."""
    if not messages:
        return [Message(Role.ASSISTANT, (Note(note),))]
    return [*messages[:-1], replace(messages[-1], parts=(*messages[-1].parts, Note(note)))]


def split(role: Role, parts: list[Part], *, name: str = "") -> list[Message]:
    """Return the messages that one recorded message stands for: its tool results become messages of the tool."""
    messages: list[Message] = []
    pending: list[Part] = []
    for part in parts:
        if isinstance(part, Result):
            if pending:
                messages.append(message(role, pending, name=name))
                pending = []
            messages.append(Message(Role.TOOL, part.parts, part.name, part.call_id, part.failed))
        else:
            pending.append(part)
    if pending or not messages:
        messages.append(message(role, pending, name=name))
    return messages


_NEVER_SHOWN: Final = frozenset(("id", "call_id", "span_id"))
"""Fields of messages and parts that link them and that no reader sees."""


def texts_in(told: object) -> Iterator[str]:
    """Yield every text that messages, parts of them or values tell, whole, and once more each that lies in JSON within
    one.

    It goes by structure, so that a new kind of part is searched as all others are.
    """
    match told:
        case str():
            yield told
            if (inner := container_in(told)) is not None:
                yield from texts_in(inner)
        case Mapping():
            for key, each in told.items():
                yield key
                yield from texts_in(each)
        case list() | tuple():
            for each in told:
                yield from texts_in(each)
        case None | bool() | int() | float():
            return
        case _:
            yield from (
                text
                for name in getattr(told, "__slots__", ())
                if name not in _NEVER_SHOWN
                for text in texts_in(getattr(told, name))
            )


@dataclass(frozen=True, slots=True)
class Aside:
    """What was recorded beside the conversation: `title` says what it is, on one line."""

    title: str
    value: JsonValue
