"""What is painted of a review, area by area, and what should be by what was said: for tests that compare the two."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from labeler.domain.question import FLAG_NAME, Categorical, Numeric, PassFail, Question, Text
from labeler.domain.value import JsonValue
from labeler.domain.value_words import number_words
from labeler.domain.worklist import ItemState
from labeler.review.parts import Part, parts
from labeler.tui.appearance import UNICODE
from labeler.tui.review.question_panel import QuestionPanel
from labeler.tui.review.screen import ReviewScreen
from tests.tui.review.plain_notebook import Page, Said

_SIGNS = {
    ItemState.OPEN: UNICODE.open,
    ItemState.LABELLED: UNICODE.labelled,
    ItemState.DEFERRED: UNICODE.deferred,
    ItemState.DECLINED: UNICODE.declined,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the worklist: what stands in each column, and the beginning of the title."""

    cursor: str
    selected: str
    state: str
    second: str
    draft: str
    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of the panel: whether it has the focus, what is chosen there, and the comment; empty for none."""

    is_focused: bool
    chosen: str
    comment: str

    def shows(self, whole: Asked) -> bool:
        """Whether this is that row, of which long texts may be cut."""
        is_same_place = self.is_focused == whole.is_focused
        return is_same_place and _is_cut_of(self.chosen, whole.chosen) and _is_cut_of(self.comment, whole.comment)


class Painted:
    """The review as it was painted."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen
        self._strips = screen._compositor.render_strips()

    def area(self, name: str) -> list[str]:
        """The lines where a widget is; none where it is not displayed."""
        widget = self._screen.query_one(f"#{name}")
        if not widget.display:
            return []
        x, y, width, height = widget.region
        strips = (strip.crop(x, x + width) for strip in self._strips[y : y + height])
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def rows(self) -> list[Row]:
        """The rows of the worklist; none while it is hidden."""
        lines = [line.ljust(12) for line in self.area("worklist") if line]
        return [Row(line[0], line[1], line[2], line[3], line[4], line[6:9].strip(), line[11:]) for line in lines]

    def asked(self, questions: Sequence[Question]) -> dict[str, Asked]:
        """The rows of the panel that are in view, by `Part.name`: neither what happened last nor what is said."""
        found: dict[str, list[str]] = {}
        view = self._screen.query_one(QuestionPanel).view
        said = len(view.message) if view is not None else 0
        lines = self.area("panel")
        left, name = parts(questions), ""
        for line in lines[1 : len(lines) - said]:
            part = next((each for each in left if _is_row_of(line, each)), None)
            if part is not None:
                left, name = [each for each in left if each.place > part.place], part.name
            if name:
                found.setdefault(name, []).append(line)
        return {name: _read(lines) for name, lines in found.items()}


def row_of(
    page: Page,
    trace_id: str,
    questions: Sequence[Question],
    title: str,
    *,
    is_here: bool,
    selected: Collection[str],
    drafts: Collection[str],
) -> Row:
    """The row that a trace should have."""
    said, state = page.about(trace_id), page.states[trace_id]
    is_begun = state is ItemState.OPEN and any(question.name in said for question in questions)
    on_spans = any(trace == trace_id and span is not None for trace, span, _ in page.said)
    return Row(
        cursor=UNICODE.cursor if is_here else " ",
        selected=UNICODE.selected if trace_id in selected else " ",
        state=UNICODE.partly if is_begun else _SIGNS[state],
        second=UNICODE.flag if FLAG_NAME in said else UNICODE.said if on_spans else " ",
        draft=UNICODE.draft if trace_id in drafts else " ",
        value=_value_of(questions, said),
        title=title,
    )


def _value_of(questions: Sequence[Question], said: Mapping[str, Said]) -> str:
    """The first answer, in the few cells that a row has for it."""
    values = (_first(question, said[question.name][0]) for question in questions if question.name in said)
    match next(values, None):
        case True:
            return UNICODE.labelled
        case False:
            return UNICODE.refused
        case int() | float() as number:
            return number_words(number)[:3]
        case []:
            return UNICODE.declined
        case [str(first), *others]:
            return first[:2] + ("+" if others else "")
        case str(text):
            return text[:3].strip()
        case _:
            return ""


def _first(question: Question, value: JsonValue) -> JsonValue:
    if not isinstance(value, Mapping):
        return value
    fields = [part.field_name for part in parts((question,))]
    return next((value[name] for name in fields if value.get(name) is not None), value)


def _is_cut_of(painted: str, whole: str) -> bool:
    words = " ".join(whole.split())
    return painted == words or (painted.endswith(UNICODE.ellipsis) and words.startswith(painted.rstrip("… ")))


def _is_row_of(line: str, part: Part) -> bool:
    return re.match(rf" [› ] +(\w+ +)?{part.asked.name}( \*)?(  |$)", line) is not None


def _read(lines: list[str]) -> Asked:
    text = " ".join(line.strip() for line in lines)
    comment = re.search(r"✎ “(.*?)”", text)
    text = text.replace(comment[0], "") if comment else text
    chosen = re.findall(r"\[([^]]*)\]|“(.*?)”", text)
    return Asked(lines[0][1] == UNICODE.cursor, ", ".join(one or other for one, other in chosen), _of(comment))


def _of(match: re.Match[str] | None) -> str:
    return match[1] if match else ""


def asked_of(part: Part, said: Said | None, *, is_focused: bool) -> Asked:
    """The row that a part should have."""
    value, comment = said or (None, "")
    if part.field is not None:
        value = value.get(part.field.name) if isinstance(value, Mapping) else None
    is_first = part.place[1] == 0
    return Asked(is_focused, _chosen(part.asked, value), comment if is_first else "")


def _chosen(question: Question, value: JsonValue) -> str:
    """What stands in brackets or quotes of a row, with the keys that chose it."""
    match question.input, value:
        case _, None:
            return ""
        case PassFail(positive, negative), bool():
            return f"y {positive}" if value else f"n {negative}"
        case Categorical(_, True), []:
            return "- none"
        case Categorical(options, _), _:
            chosen = value if isinstance(value, list | tuple) else [value]
            return ", ".join(f"{number} {each}" for number, each in enumerate(options, 1) if each in chosen)
        case Numeric(), int() | float():
            return number_words(value)
        case Text(), str():
            return value
    raise AssertionError(f"{question.name} cannot be {value!r}")
