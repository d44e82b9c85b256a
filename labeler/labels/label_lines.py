"""Label files as JSON Lines: one label a line, UTF-8."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TextIO

from labeler.dataclass import dataclass
from labeler.domain.assessment import NOTHING, AssessmentKind, SourceType
from labeler.domain.moment import parse_time
from labeler.domain.value import JsonValue, UnusableValue
from labeler.labels.exact_json import exact_json
from labeler.labels.label import COLUMNS, SOURCE_TYPE, Label, check_author, check_content, fields_of

_MAX_DEPTH: Final = 100
"""Levels of nested containers: every backend was seen to store these, and they are far below what breaks a parser."""

_SUPERSEDED: Final = "This label is marked as superseded by another, so it is not queued."

_SOURCE_TYPES: Final = {each.value: each for each in (SourceType.HUMAN, SourceType.LLM_JUDGE, SourceType.CODE)}
_KINDS: Final = {kind.value: kind for kind in (AssessmentKind.FEEDBACK, AssessmentKind.EXPECTATION)}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no usable label: its number in the file, from 1, and a sentence that says why.

    `label` is what it says anyway, where that can be read: a server may hold what nobody could give today.
    """

    number: int
    sentence: str
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A line that says something about a trace: its number in the file, from 1, and what it says.

    `problem` says why it cannot be queued. Such a line still counts as known where a backend has what it says.
    """

    number: int
    label: Label
    problem: str = ""


def write_labels(labels: Iterable[Label], out: TextIO) -> None:
    """Write labels as JSON Lines with every field present; control and bidi characters become escapes."""
    for label in labels:
        out.write(exact_json(fields_of(label)) + "\n")


def read_labels(lines: Iterable[bytes]) -> Iterator[Label | BadLine]:
    """Yield the labels of a file opened in binary mode, with bad lines in their places. Empty lines are skipped."""
    for number, line in enumerate(lines, start=1):
        stripped = (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
        if not stripped:
            continue
        label = None
        try:
            fields = _parse(stripped)
            label = label_of_fields(fields)
            check_content(label)
            if "reviewer" in fields or label.source_type is not SourceType.HUMAN:
                check_author(label)
        except UnusableValue as problem:
            yield BadLine(number, f"{problem}.", label)
        else:
            yield label


def read_lines(content: bytes) -> tuple[list[LabelLine], list[BadLine]]:
    """Read a whole file: the lines that say something about a trace, and those that cannot be read."""
    lines: list[LabelLine] = []
    unreadable: list[BadLine] = []
    for number, text in enumerate(content.splitlines(keepends=True), 1):
        for found in read_labels([text]):
            if isinstance(found, Label):
                lines.append(LabelLine(number, found, "" if found.valid else _SUPERSEDED))
            elif found.label is not None:
                lines.append(LabelLine(number, found.label, found.sentence))
            else:
                unreadable.append(BadLine(number, found.sentence))
    return lines, unreadable


def _parse(line: bytes) -> Mapping[str, JsonValue]:
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise UnusableValue("The line is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise UnusableValue(f"The line is not JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise UnusableValue("The value is nested too deeply") from None
    except ValueError:
        raise UnusableValue("The line holds a number with too many digits") from None
    if not isinstance(fields, dict):
        raise UnusableValue("The line is not a JSON object")
    return fields


def label_of_fields(fields: Mapping[str, JsonValue]) -> Label:
    """Return what the fields of a line say. Raises `UnusableValue` where one has the wrong type."""
    _check_keys(fields)
    trace_id = _text(fields, "trace_id")
    if trace_id is None:
        raise UnusableValue('"trace_id" is empty')
    _check_depth(fields["value"])
    return Label(
        trace_id=trace_id,
        name=_text(fields, "name") or "",
        value=fields["value"],
        kind=_kind(fields),
        rationale=_text(fields, "rationale"),
        span_id=_text(fields, "span_id"),
        reviewer=_text(fields, "reviewer"),
        assessment_id=_text(fields, "assessment_id"),
        created_at_ms=_time(fields),
        metadata=_metadata(fields),
        valid=_valid(fields),
        source_type=_source_type(fields),
    )


def _check_keys(fields: Mapping[str, JsonValue]) -> None:
    for key in fields:
        if key not in COLUMNS and key != SOURCE_TYPE:
            nearest = difflib.get_close_matches(key, COLUMNS, n=1)
            advice = f'did you mean "{nearest[0]}"?' if nearest else f"the fields are {', '.join(COLUMNS)}"
            raise UnusableValue(f"{exact_json(key)} is not a field of a label; {advice}")
    for key in ("trace_id", "name", "value"):
        if key not in fields:
            raise UnusableValue(f'"{key}" is missing')


def _check_depth(value: JsonValue) -> None:
    level = [value]
    for _ in range(_MAX_DEPTH + 1):
        level = [child for parent in level for child in _children(parent)]
    if level:
        raise UnusableValue(f'"value" is nested deeper than {_MAX_DEPTH} levels')


def _children(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def _text(fields: Mapping[str, JsonValue], key: str) -> str | None:
    """Return a field that holds text. Null and the empty text count as absent."""
    text = fields.get(key)
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise UnusableValue(f'"{key}" has to be text')
    return text


def _kind(fields: Mapping[str, JsonValue]) -> AssessmentKind:
    kind = _text(fields, "kind")
    if kind is None:
        return AssessmentKind.FEEDBACK
    if kind not in _KINDS:
        raise UnusableValue(f'"kind" is {exact_json(kind)}; it has to be "feedback" or "expectation"')
    return _KINDS[kind]


def _source_type(fields: Mapping[str, JsonValue]) -> SourceType:
    written = _text(fields, SOURCE_TYPE)
    if written is None:
        return SourceType.HUMAN
    if written not in _SOURCE_TYPES:
        raise UnusableValue(
            f'"{SOURCE_TYPE}" is {exact_json(written)}; it has to be "HUMAN", "LLM_JUDGE" or "CODE", or left out'
        )
    return _SOURCE_TYPES[written]


def _time(fields: Mapping[str, JsonValue]) -> int | None:
    text = _text(fields, "created_at")
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise UnusableValue(
            f'"created_at" is {exact_json(text)}; it has to be a time with its zone, such as "2026-01-31T10:00:00.123Z"'
        ) from None


def _metadata(fields: Mapping[str, JsonValue]) -> Mapping[str, str]:
    metadata = fields.get("metadata")
    if metadata is None:
        return NOTHING
    if not isinstance(metadata, Mapping):
        raise UnusableValue('"metadata" has to be an object')
    checked: dict[str, str] = {}
    for key, value in metadata.items():
        if not isinstance(value, str):
            raise UnusableValue(f'"metadata" holds something else than text under {exact_json(key)}')
        checked[key] = value
    return checked


def _valid(fields: Mapping[str, JsonValue]) -> bool:
    valid = fields.get("valid")
    if valid is None:
        return True
    if not isinstance(valid, bool):
        raise UnusableValue('"valid" has to be true or false')
    return valid
