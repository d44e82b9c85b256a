"""The files that a sprint is made from: reviewers, trace IDs, questions, guide and gold labels."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.config.checks import Wrong
from labeler.config.identity import BadReviewer, check_reviewer
from labeler.config.questions import ConfiguredQuestion, questions
from labeler.config.sentences import explain
from labeler.config.toml_lines import key_lines, nearest_line
from labeler.config.toml_text import NestedTooDeeply, parse_toml
from labeler.dataclass import dataclass
from labeler.domain.question import Question
from labeler.domain.trace import short_id, why_no_id
from labeler.domain.value import UnusableValue
from labeler.labels.label import Label
from labeler.labels.label_file import read_label_file
from labeler.review.converted_values import converted
from labeler.storage.file_reading import read_data_file
from labeler.storage.home_directory import expand

_MOST_BYTES: Final = 1 << 28
_NAMED: Final = 5
"""How many bad lines of a file are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class NumberedIds:
    """Trace IDs of a file with their lines, from 1, and the SHA-256 of the file."""

    name: str
    lines: Mapping[str, int]
    sha256: str


@dataclass(frozen=True, slots=True)
class GoldFile:
    """Gold labels with their lines, from 1, and the SHA-256 of the file."""

    name: str
    labels: tuple[tuple[int, Label], ...]
    sha256: str

    @property
    def lines(self) -> dict[str, int]:
        """The traces, each with the line that names it first."""
        return {label.trace_id: number for number, label in reversed(self.labels)}


def read_bytes(file: str) -> bytes:
    """Return what a file holds. Raises `CommandFailed`."""
    try:
        return read_data_file(expand(file), _MOST_BYTES)
    except OSError as error:
        raise _failed(f"{file} cannot be read: {error.strerror or error}") from None


def read_text(file: str) -> str:
    """Return the text of a file. Raises `CommandFailed`."""
    content = read_bytes(file)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _failed(f"{file} is not UTF-8 text (at byte {error.start + 1:,})") from None


def read_reviewers(given: str) -> list[str]:
    """Return reviewer IDs from ``a,b,c``, or from a file with one a line. Raises `CommandFailed` for one of no use."""
    path = expand(given)
    is_file = "," not in given and _is_file(path)
    listed = [line.partition("#")[0] for line in read_text(given).splitlines()] if is_file else given.split(",")
    reviewers = [each.strip() for each in listed if each.strip()]
    for reviewer in reviewers:
        try:
            check_reviewer(reviewer)
        except BadReviewer as error:
            raise _failed(f"The reviewer “{reviewer}” {error}") from None
    return reviewers


def read_ids(file: str) -> NumberedIds:
    """Return the trace IDs of a plain list. Raises `CommandFailed`, naming lines that are none, or come again."""
    content, lines = read_bytes(file), dict[str, int]()
    problems: list[str] = []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        trace_id = line.strip()
        if not trace_id:
            continue
        if trace_id in lines:
            problems.append(f"{file}, line {number}: {short_id(trace_id)} is in line {lines[trace_id]} already")
        elif why := why_no_id(trace_id) or _why_no_line(trace_id):
            problems.append(f"{file}, line {number}: {short_id(trace_id)} {why}")
        else:
            lines[trace_id] = number
    _refuse(problems, f"{file} is to be a plain list, a trace ID a line. Nothing was made")
    return NumberedIds(file, lines, hashlib.sha256(content).hexdigest())


def refuse_missing(lines: Mapping[str, int], name: str, there: Collection[str], advice: str = "") -> None:
    """Raise `CommandFailed` where a file names traces that the experiment does not have."""
    _refuse(_missing(lines, name, there), f"Nothing was made. A sprint takes traces of one experiment{advice}")


def leave_out_missing(lines: Mapping[str, int], name: str, there: Collection[str]) -> None:
    """Say which traces of a file are left out, because the experiment does not have them."""
    for sentence in _some(_missing(lines, name, there)):
        print_message(f"{sentence}; left out.")


def read_questions(file: str) -> list[Question]:
    """Return the questions of a file of ``[[questions]]``. Raises `CommandFailed`, naming file, line and key."""
    text = read_text(file)
    try:
        values = parse_toml(text)
    except (tomllib.TOMLDecodeError, NestedTooDeeply) as error:
        raise _failed(f"{file} is not valid TOML: {error}") from None
    others = sorted(set(values) - {"questions"})
    if others or "questions" not in values:
        had = f"has {', '.join(others)}" if others else "has none"
        raise _failed(f"{file} is to hold [[questions]] and nothing else; it {had}")
    try:
        read = questions(values["questions"])
    except Wrong as error:
        lines = key_lines(text)
        said = []
        for path, sentence in explain(error.mistakes):
            line = nearest_line(lines, ("questions", *path))
            where = f"{file}, line {line}" if line else file
            said.append(f"{where}: {'.'.join(map(str, path[1:])) or 'questions'} {sentence}")
        _refuse(said, "Nothing was made")
        raise
    unfit = [each.name for each in read if not isinstance(each, ConfiguredQuestion)]
    if unfit:
        raise _failed(f"{file}: {unfit[0]} has no input; give pass_fail, categorical, numeric or text")
    return [each.question() for each in read if isinstance(each, ConfiguredQuestion)]


def read_gold(file: str, asked: Sequence[Question]) -> GoldFile:
    """Return gold labels. Raises `CommandFailed`, naming lines that are no label, or no answer to a question `asked`.

    Without any, answers are not looked at.
    """
    content = read_bytes(file)
    lines, bad = read_label_file(content)
    problems = [(each.number, each.sentence.rstrip(".")) for each in bad]
    by_name = {question.name: question for question in asked}
    for line in lines if asked else ():
        question = by_name.get(line.label.name)
        if question is None:
            problems.append((line.number, f"“{line.label.name}” is no question of this sprint"))
            continue
        try:
            converted(question, line.label.value)
        except UnusableValue as error:
            problems.append((line.number, f"the question refuses the value: {error}"))
    said = [f"{file}, line {number}: {why}" for number, why in sorted(problems)]
    _refuse(said, "Nothing was made")
    if not lines:
        raise _failed(f"{file} holds no label. Nothing was made")
    return GoldFile(file, tuple((each.number, each.label) for each in lines), hashlib.sha256(content).hexdigest())


def _missing(lines: Mapping[str, int], name: str, there: Collection[str]) -> list[str]:
    return [
        f"{name}, line {number}: there is no trace {short_id(trace_id)} in this experiment"
        for trace_id, number in sorted(lines.items(), key=lambda each: each[1])
        if trace_id not in there
    ]


def _why_no_line(text: str) -> str:
    return "is more than a trace ID" if any(character in text for character in " \t,;\"'{") else ""


def _refuse(problems: Sequence[str], advice: str) -> None:
    if problems:
        raise _failed("\n".join([*_some(problems), advice]))


def _some(problems: Sequence[str]) -> list[str]:
    more = len(problems) - _NAMED
    return [*problems[:_NAMED], *([f"… and {more:,} more"] if more > 0 else [])]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _failed(sentence: str) -> CommandFailed:
    return CommandFailed(ExitCode.USAGE, sentence)
