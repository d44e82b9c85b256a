"""The JSON values of a stream, one after the other, in memory for no more than one of them.

They may be a value a line (JSON Lines), the members of a list, documents one after another however they are indented,
or stand in lines of a log behind other words. What cannot be read costs its own line only; a list that is cut off gives
its whole members.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, TextIO

from labeler.domain.byte_size import limit_words
from labeler.domain.value import JsonValue
from labeler.reading.files.entry import MAX_ENTRIES, MAX_VALUE_BYTES, Entry, Unusable
from labeler.reading.wire.bounded_json import MAX_VALUES, NotJson, decode_at

_CHUNK: Final = 1 << 18
_SPACE: Final = " \t\r\n"
_BETWEEN: Final = re.compile("[ \t\r\n,\ufeff]*")
_MOST_SPACE: Final = 1 << 24
"""So many blanks within a value are nobody's layout."""

_NEAR_THE_END: Final = 16
"""Characters of an unfinished word (``fals``) or escape at the end of what was read so far."""

_WORDS: Final = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_FIRST_SIGNS: Final = frozenset('{["-0123456789tfnNI')

_BAD_LINES_FIRST: Final = 50
"""So many lines without a value at the beginning, and a file is not taken for JSON."""

_CUT_OFF: Final = "is cut off: the file ends in the middle of it"


class _CutOff(NotJson):
    """A value that the stream ends in the middle of."""


def json_entries(stream: TextIO) -> Iterator[Entry]:
    """Yield the values of a stream. Raises `Unusable` where it holds none at all, or more than can be read."""
    buffer = _Buffer(stream)
    if not buffer.skip():
        raise Unusable("is empty")
    count = groups = bad = 0
    while buffer.skip():
        if buffer.here() == "[":
            groups += 1
            found = _members(buffer, groups)
        else:
            found = iter((_value(buffer),))
        for entry in found:
            count += not entry.problem
            bad += bool(entry.problem)
            if not count and bad >= _BAD_LINES_FIRST:
                raise Unusable("is not JSON: none of its first lines is")
            if count > MAX_ENTRIES:
                raise Unusable(f"has more than {MAX_ENTRIES:,} entries, more than can be read")
            yield entry


def begins_json(text: str) -> bool:
    """Return whether a text begins with a JSON value, or with as much of one as there is of the text."""
    if text[:1] not in _FIRST_SIGNS:
        return False
    try:
        decode_at(text, 0)
    except NotJson as error:
        return _wants_more(error, text)
    return True


def _members(buffer: _Buffer, group: int) -> Iterator[Entry]:
    line = buffer.line
    start = buffer.position
    buffer.advance(start + 1)
    number = 0
    while buffer.skip():
        if buffer.here() == "]":
            buffer.advance(buffer.position + 1)
            return
        number += 1
        is_at_start = number == 1 and buffer.line == line > 1
        position = (
            f"line {line}"
            if is_at_start
            else f"entry {number}"
            if line == 1
            else f"entry {number} of the list in line {line}"
        )
        try:
            value, text, end = _decoded(buffer)
        except NotJson as error:
            why = _CUT_OFF if isinstance(error, _CutOff) else f"is not JSON ({error}); nothing behind it was read"
            yield Entry(position, "", None, group, why)
            buffer.end_line() if buffer.line == line else buffer.drop_all()
            return
        yield Entry(position, text, value, group, end=end)
    yield Entry(f"the list behind entry {number}", "", None, group, "is cut off: the file ends within it")


def _value(buffer: _Buffer) -> Entry:
    position = f"line {buffer.line}"
    try:
        if buffer.here() in '{"' or buffer.is_alone():
            value, text, end = _decoded(buffer)
            return Entry(position, text, value, end=end)
        problem = "is not JSON (no value)"
    except _CutOff:
        problem = _CUT_OFF
    except NotJson as error:
        problem = f"is not JSON ({error})"
    start = buffer.absolute(buffer.position)
    line = buffer.end_line()
    if problem == _CUT_OFF and buffer.skip():
        problem = "is not JSON (it is cut off)"
    return _in_log_line(line, position, start) or Entry(position, line, None, problem=problem)


def _in_log_line(line: str, position: str, begins: int) -> Entry | None:
    """Return the object or list that ends a line of a log, behind a time, a level or the like; the line
    `begins` there.
    """
    for opening in ("{", "["):
        start = line.find(opening, 1)
        if start > 0:
            try:
                value, end = decode_at(line, start)
            except NotJson:
                continue
            if isinstance(value, dict | list) and value and not line[end:].strip():
                return Entry(position, line[start:end], value, end=begins + end)
    return None


def _decoded(buffer: _Buffer) -> tuple[JsonValue, str, int]:
    """Return the value at the buffer's position, its text, and where that ends in the stream. Raises `NotJson`."""
    while True:
        text, start = buffer.text, buffer.position
        length = len(text) - start
        if length > MAX_VALUES and sum(text.count(sign, start) for sign in ",[{") > MAX_VALUES:
            raise NotJson(f"more than {MAX_VALUES:,} values")
        try:
            value, end = decode_at(text, start)
        except NotJson as error:
            if _is_unfinished(error, len(text)) and buffer.more():
                continue
            if _wants_more(error, text):
                raise _CutOff(str(error)) from None
            raise
        is_open_ended = end == len(text) and not isinstance(value, dict | list | str)
        if is_open_ended and buffer.more():
            continue
        start = buffer.position
        buffer.advance(end)
        return value, text[start:end], buffer.absolute(end)


def _is_unfinished(error: NotJson, length: int) -> bool:
    cause = error.__cause__
    if not isinstance(cause, json.JSONDecodeError):
        return False
    return cause.msg.startswith("Unterminated string") or cause.pos >= length - _NEAR_THE_END


def _wants_more(error: NotJson, text: str) -> bool:
    """Return whether a text breaks off in the middle of a value, rather than going on with what is no JSON."""
    cause = error.__cause__
    if not isinstance(cause, json.JSONDecodeError):
        return False
    rest = text[cause.pos :].strip()
    return cause.msg.startswith("Unterminated string") or any(word.startswith(rest) for word in _WORDS)


class _Buffer:
    """The part of a stream that is being looked at; what lies before `position` is done with."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.text = ""
        self.position = 0
        self.line = 1
        self._before = 0
        self._ended = False

    def more(self) -> bool:
        """Read on, as much again as there is. False at the end of the stream. Raises `Unusable`, `NotJson`."""
        kept = len(self.text) - self.position
        if kept > MAX_VALUE_BYTES:
            raise Unusable(f"holds a value of more than {limit_words(MAX_VALUE_BYTES)} in line {self.line}")
        if kept > _MOST_SPACE and self.text[-_MOST_SPACE:].isspace():
            raise Unusable(f"holds more than {limit_words(_MOST_SPACE)} of blanks within a value")
        chunk = "" if self._ended else self._stream.read(max(_CHUNK, kept))
        self._ended = not chunk
        if chunk:
            self.text = self.text[self.position :] + chunk
            self._before += self.position
            self.position = 0
        return bool(chunk)

    def skip(self) -> bool:
        """Go on to the next character that is neither space nor a comma. False where there is none."""
        while True:
            between = _BETWEEN.match(self.text, self.position)
            assert between is not None  # it matches nothing as well
            self.advance(between.end())
            if self.position < len(self.text):
                return True
            if not self.more():
                return False

    def absolute(self, position: int) -> int:
        """Return how many characters of the stream lie before a position in the text."""
        return self._before + position

    def here(self) -> str:
        return self.text[self.position]

    def advance(self, position: int) -> None:
        self.line += self.text.count("\n", self.position, position)
        self.position = position

    def is_alone(self) -> bool:
        """Return whether the line from here on is one JSON value and nothing else."""
        end = self._line_end()
        try:
            return not self.text[decode_at(self.text[:end], self.position)[1] : end].strip(_SPACE + ",")
        except NotJson:
            return False

    def end_line(self) -> str:
        """Go to the end of the line and return what lay before it."""
        end = self._line_end()
        line = self.text[self.position : end].rstrip()
        self.advance(end)
        return line

    def drop_all(self) -> None:
        """Go to the end of the stream."""
        self.position = len(self.text)
        while self._stream.read(_CHUNK):
            pass
        self._ended = True

    def _line_end(self) -> int:
        while (end := self.text.find("\n", self.position)) < 0 and self.more():
            pass
        return len(self.text) if end < 0 else end
