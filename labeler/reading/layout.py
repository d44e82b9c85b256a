"""From a conversation to the blocks that a reader shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from textwrap import indent
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.value import JsonValue
from labeler.reading.conversation.build import Conversation
from labeler.reading.conversation.unread_fields import is_parameter
from labeler.reading.document import Block, BlockKind, Document
from labeler.reading.formats.plain import main_text
from labeler.reading.json.pretty import Extracted, Pretty, compact, pretty, pretty_json, pretty_text
from labeler.reading.media.detect import described, encoded, label
from labeler.reading.message import (
    Aside,
    Call,
    Data,
    Failure,
    Media,
    Message,
    NamedValue,
    Note,
    Part,
    Reasoning,
    Result,
    Retrieved,
    Role,
    TextPart,
    Turns,
)
from labeler.reading.sanitise import one_line, sanitise

TITLE_LENGTH: Final = 80
_SUMMARY_LENGTH: Final = 120
_EMBEDDED_MEDIA: Final = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,[A-Za-z0-9+/=]{100,}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fold:
    """How much of a block may open unfolded: more lines or characters than these start folded."""

    lines: int
    characters: int


_FOLDS: Final[Mapping[BlockKind, Fold]] = {
    BlockKind.REASONING: Fold(6, 600),
    BlockKind.CALL: Fold(8, 600),
    BlockKind.RESULT: Fold(8, 600),
    BlockKind.DOCUMENT: Fold(6, 600),
    BlockKind.JSON: Fold(40, 4000),
    BlockKind.CODE: Fold(40, 4000),
}
_SYSTEM_FOLD: Final = Fold(3, 240)
_NOTHING: Final = Fold(0, 0)
_STACK_TRACE: Final = "pytb"
_FRAME: Final = re.compile(r'^ +File "([^"\n]+)", line (\d+), in (.+)$', re.MULTILINE)
_NEVER_FOLDED: Final = (BlockKind.HEADER, BlockKind.NOTE, BlockKind.MEDIA)


def lay_out(conversation: Conversation, name: str = "") -> Document:
    """Return the document of a conversation; `name` is the trace's, for a title where nothing was asked."""
    blocks: list[Block] = []
    for number, message in enumerate(conversation.messages):
        blocks.extend(_blocks(message, number))
    behind = len(conversation.messages)
    if conversation.origin:
        blocks.append(Block(BlockKind.NOTE, one_line(conversation.origin, _SUMMARY_LENGTH), message=behind - 1))
    for aside in conversation.asides:
        blocks.extend(_aside(aside, behind))
    return Document(
        trace_id=conversation.trace_id,
        title=_title(conversation) or one_line(name or conversation.source, TITLE_LENGTH),
        source=one_line(conversation.source, _SUMMARY_LENGTH),
        blocks=tuple(blocks),
        request=conversation.request,
        answer=conversation.answer,
        roots=conversation.roots,
        parameters=tuple(block for each in conversation.parameters for block in _parameters(each)),
    )


def _blocks(message: Message, number: int) -> Iterator[Block]:
    layer = _Layer(message, number)
    yield layer.block(BlockKind.HEADER, _header(message))
    rank = 0
    for part in message.parts:
        rank += isinstance(part, Retrieved)
        yield from layer.part(part, rank)


def _aside(aside: Aside, number: int) -> Iterator[Block]:
    """Yield what was recorded beside the conversation, on one line until it is opened."""
    layer = _Layer(Message(Role.TOOL, (), title=aside.title), number)
    shown = Pretty(aside.value) if isinstance(aside.value, str) else pretty(aside.value)
    summary = one_line(aside.title, _SUMMARY_LENGTH)
    yield _closed(layer.block(BlockKind.CODE, sanitise(f"{aside.title}\n{shown.text}"), summary=summary))
    for apart in shown.apart:
        yield _closed(layer.apart(apart))


def _parameters(recorded: Aside) -> Iterator[Block]:
    """Yield what was recorded of a model call beside its messages: a field for each parameter, one for what lay
    within.
    """
    layer = _Layer(Message(Role.TOOL, ()), 0)
    yield layer.block(BlockKind.HEADER, one_line(f"parameters of {recorded.title}", _SUMMARY_LENGTH))
    sides = recorded.value if isinstance(recorded.value, Mapping) else {}
    within: dict[str, JsonValue] = {}
    for side, value in sides.items():
        for name, each in value.items() if isinstance(value, Mapping) else [(side, value)]:
            if is_parameter(name) or not isinstance(each, dict | list):
                yield from (_closed(block) if block.foldable else block for block in layer.field(name, each))
            else:
                within[name] = each
    if within:
        summary = one_line(f"within {', '.join(within)}", _SUMMARY_LENGTH)
        text = sanitise(pretty(within).text)
        yield _closed(layer.block(BlockKind.FIELD, text, summary=summary))


def _title(conversation: Conversation) -> str:
    if conversation.request is None:
        return ""
    asked = conversation.messages[conversation.request]
    media = [label(part) for part in asked.each(Media)]
    return one_line(main_text(asked) or " ".join(media), TITLE_LENGTH)


def _header(message: Message) -> str:
    spoken = message.title or " ".join(part for part in (message.role.value, message.name) if part)
    return one_line(f"{spoken} (failed)" if message.failed and not message.title else spoken, _SUMMARY_LENGTH)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Lays out the parts of one message."""

    message: Message
    number: int

    def block(self, kind: BlockKind, text: str, *, summary: str = "", language: str = "", uri: str = "") -> Block:
        fold = _FOLDS.get(kind)
        if self.message.role is Role.SYSTEM and kind is BlockKind.PROSE:
            fold = _SYSTEM_FOLD
        elif language == _STACK_TRACE:
            fold = _NOTHING
        lines = text.count("\n") + 1
        long = fold is not None and (lines > fold.lines or len(text) > fold.characters)
        is_labelled = kind is BlockKind.DOCUMENT  # it takes a row of its own, which stands for the text as well
        foldable = kind not in _NEVER_FOLDED and (long or lines > 1 or len(text) > _SUMMARY_LENGTH or is_labelled)
        return Block(
            kind,
            text,
            role=self.message.role.value,
            message=self.number,
            summary=summary,
            foldable=foldable,
            folded=long,
            span_id=self.message.span_id,
            language=language,
            uri=uri,
        )

    def part(self, part: Part, rank: int) -> Iterator[Block]:
        match part:
            case TextPart(text):
                yield from self._text(text)
            case Reasoning(text):
                yield self.block(BlockKind.REASONING, sanitise(text), summary=one_line(text, _SUMMARY_LENGTH))
            case Call():
                yield from self._call(part)
            case Media():
                yield self._media(part)
            case Retrieved():
                yield self._document(part, rank)
            case Data(value, unknown):
                yield from self._json(pretty(value), f"[{unknown}] {compact(value)}" if unknown else "")
            case NamedValue(name, value):
                yield from self.field(name, value)
            case Failure():
                yield from self._failure(part)
            case Note(text):
                yield self.block(BlockKind.NOTE, sanitise(text))
            case Turns():
                yield self._turns(part)
            case Result():
                for inner in part.parts:
                    yield from self.part(inner, rank)

    @property
    def _is_tool(self) -> bool:
        return self.message.role is Role.TOOL and not self.message.title

    def _text(self, text: str) -> Iterator[Block]:
        if not text:
            yield self.block(BlockKind.NOTE, "empty string")
        elif (reformatted := pretty_text(text)) is not None:
            yield from self._json(reformatted)
        else:
            embedded = [media for found in _EMBEDDED_MEDIA.findall(text) if (media := described(found)) is not None]
            if embedded:
                text = _EMBEDDED_MEDIA.sub(lambda match: _placeholder(match.group()), text)
            kind = BlockKind.RESULT if self._is_tool else BlockKind.PROSE
            yield self.block(kind, sanitise(text))
            if text.isspace():
                yield self.block(BlockKind.NOTE, f"only white space ({len(text)} characters)")
            for media in embedded:
                yield self._media(media)

    def _json(self, shown: Pretty, unknown: str = "") -> Iterator[Block]:
        plain = BlockKind.JSON if shown.language == "json" else BlockKind.CODE
        kind = BlockKind.RESULT if self._is_tool else plain
        summary = one_line(unknown or shown.text, _SUMMARY_LENGTH)
        block = self.block(kind, sanitise(shown.text), summary=summary, language=shown.language)
        yield block if not unknown else _closed(block)
        for apart in shown.apart:
            yield self.apart(apart)

    def apart(self, apart: Extracted) -> Block:
        if apart.media is not None:
            return self._media(apart.media)
        name = one_line(f"{apart.path} {apart.label}".strip(), _SUMMARY_LENGTH)
        return _closed(self.block(BlockKind.FIELD, sanitise(apart.text), summary=name))

    def _call(self, call: Call) -> Iterator[Block]:
        if call.arguments is None:
            shown, text = Pretty("", (), ""), call.name
        elif isinstance(call.arguments, str):
            shown = Pretty(call.arguments, (), "")
            text = f"{call.name}\n{shown.text}" if shown.text else call.name
        else:
            shown = pretty(call.arguments)
            on_one_line = "\n" not in shown.text and shown.language == "json"
            text = f"{call.name} {shown.text}" if on_one_line else f"{call.name}\n{shown.text}"
        given = "" if call.arguments is None else f"({_as_keywords(call.arguments)})"
        summary = one_line(f"{call.name}{given}", _SUMMARY_LENGTH)
        yield self.block(BlockKind.CALL, sanitise(text), summary=summary, language=shown.language)
        for apart in shown.apart:
            yield self.apart(apart)

    def _media(self, media: Media) -> Block:
        return self.block(BlockKind.MEDIA, sanitise(label(media)), uri=media.uri)

    def _document(self, document: Retrieved, rank: int) -> Block:
        score = f"score {document.score:.3g}" if document.score is not None else ""
        about = " · ".join(part for part in (str(rank), score, document.title, document.source) if part)
        known = " · ".join(f"{key}: {compact(value)}" for key, value in document.metadata.items())
        text = "\n".join(part for part in (document.text, known) if part)
        return self.block(BlockKind.DOCUMENT, sanitise(text), summary=one_line(about, _SUMMARY_LENGTH))

    def field(self, name: str, value: JsonValue) -> Iterator[Block]:
        title = one_line(name, _SUMMARY_LENGTH)
        if isinstance(value, str) and (media := encoded(value)) is not None:
            yield self.block(BlockKind.FIELD, "", summary=title)
            yield self._media(media)
        elif isinstance(value, str) and value and ("\n" in value or len(value) > _SUMMARY_LENGTH):
            yield self.block(BlockKind.FIELD, "", summary=title)
            yield from self._text(value)
        else:
            shown = Pretty(value) if isinstance(value, str) and value else pretty(value)
            if "\n" in shown.text or shown.apart:
                yield self.block(BlockKind.FIELD, "", summary=title)
                yield from self._json(shown)
            else:
                yield self.block(BlockKind.FIELD, sanitise(shown.text), summary=title)

    def _turns(self, turns: Turns) -> Block:
        blocks = [block for number, each in enumerate(turns.messages) for block in _blocks(each, number)]
        text = indent("\n\n".join(filter(None, (block.plain_text for block in blocks))), "  ")
        calls = sum(len(each.calls) for each in turns.messages)
        counted = f"{len(turns.messages)} messages" + (
            f", {calls} {'call' if calls == 1 else 'calls'}" if calls else ""
        )
        summary = one_line(f"{turns.span}: {counted} of its own", _SUMMARY_LENGTH)
        return _closed(self.block(BlockKind.RESULT, text, summary=summary))

    def _failure(self, failure: Failure) -> Iterator[Block]:
        yield self.block(BlockKind.ERROR, sanitise(failure.line), summary=one_line(failure.line, _SUMMARY_LENGTH))
        if failure.stacktrace:
            yield self.block(
                BlockKind.CODE,
                sanitise(failure.stacktrace.rstrip()),
                summary=one_line(f"stack trace{_raised_in(failure.stacktrace)}", _SUMMARY_LENGTH),
                language=_STACK_TRACE,
            )


def _raised_in(stacktrace: str) -> str:
    """Return where an exception came from, as Python writes it: the last frame's function, file and line."""
    frames = _FRAME.findall(stacktrace)
    if not frames:
        return ""
    path, line, function = frames[-1]
    file = path.replace("\\", "/").rpartition("/")[2]
    return f", raised in {function}, {file} line {line}"


def _placeholder(encoded: str) -> str:
    media = described(encoded)
    return label(media) if media else encoded


def _closed(block: Block) -> Block:
    return replace(block, foldable=True, folded=True)


def _as_keywords(arguments: JsonValue) -> str:
    if not isinstance(arguments, Mapping):
        return compact(arguments)
    return ", ".join(f"{key}={_short(value)}" for key, value in arguments.items())


def _short(value: JsonValue) -> str:
    return one_line(f'"{value}"' if isinstance(value, str) else pretty_json(value).text, _SUMMARY_LENGTH)
