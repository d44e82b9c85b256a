"""The question panel: what happened last, then what may be answered with which key, and what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from rich.cells import cell_len, set_cell_size

from labeler.dataclass import dataclass
from labeler.desk.delivery_status import DeliveryState
from labeler.domain.change import Answer
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.value import JsonValue
from labeler.domain.value_words import number_words
from labeler.review.answer_values import allowed, takes_single_digits
from labeler.tui.appearance import Signs
from labeler.tui.keymap import Keymap
from labeler.tui.review.last_item import LastItemView, last_line
from labeler.tui.review.question_rows import QuestionRow, question_rows_of
from labeler.tui.widgets.delivery_sign import fate_mark, fate_width
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, Run, cut, fit, flow, spread, width_of

_MAX_NAME_WIDTH = 28
_GAP = 3
_GROUP_GAP = 2
_LEAST_ROOM = 8
"""Cells that answers take at least, however narrow the screen is."""

OPTION_DIGITS = "1234567890"
"""The digits that choose an option, in the order of the options."""
NONE = "-"
"""What chooses none of several options."""


@dataclass(frozen=True, slots=True)
class PanelKeys:
    """Keys to show, as the effective keymap has them."""

    positive: str
    negative: str
    text: str
    accept: str
    guideline: str
    options: Mapping[str, str]
    """The key of each digit that answers, and of `NONE`; empty where it has none."""
    submit: str
    """As sentences write it."""


@dataclass(frozen=True, slots=True)
class JudgeSaid:
    """A judge's word on a question, as display text, and whether the question takes it for an answer."""

    words: str
    fits: bool


@dataclass(frozen=True, slots=True)
class PanelView:
    """What the panel tells. `judges` holds what judges said, by the name of the question or field."""

    questions: Sequence[Question]
    answers: Mapping[str, Answer]
    focus: int
    judges: Mapping[str, JudgeSaid]
    keys: PanelKeys
    signs: Signs
    display: Mapping[str, str]
    """Sanitised spellings of names, options and instructions, which a server chose."""
    fates: Mapping[str, DeliveryState | None]
    """How far answers got, by assessment ID: the state of the delivery that carries each."""
    last: LastItemView
    field_index: int = 0
    """The focused field, where the focused question is a structured one."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What there is to say of the answers, as display text, by the name of the question or field (`Part.name`):
    ``+2``, ``overridden by sam``.
    """
    message: Sequence[Line] = ()
    """Lines of a sentence that stand over the last rows, because the key line has no room for them."""


def option_keys(keymap: Keymap) -> Mapping[str, str]:
    """Return the keys of the options, as `PanelKeys.options` has them."""
    digits = {digit: keymap.first_key(f"answer.option.{digit}") for digit in OPTION_DIGITS}
    return {**digits, NONE: keymap.first_key("answer.option.minus")}


class QuestionPanel(ViewWidget[PanelView]):
    """What happened last, and the questions below it."""

    def lines(self, view: PanelView, width: int, height: int) -> Sequence[Line]:
        free = height - len(view.message)
        rows = [last_line(view.last, view.questions, width, self._signs), *question_rows(view, width, height - 1)]
        return [*(rows[row] if row < len(rows) else [] for row in range(free)), *view.message]


def question_rows(view: PanelView, width: int, height: int) -> list[Line]:
    """At most `height` lines: all questions, or those around the focused one, with how many are above and below."""
    if not view.questions:
        return [[(" This review asks no question", "chrome.dim")]]
    asked = question_rows_of(view.questions, view.answers)
    labels = _Labels(view, asked, width)
    at = next(index for index, row in enumerate(asked) if row.is_at((view.focus, view.field_index)))
    focused = _focused_rows(view, asked[at], width, labels.of(asked[at], is_named=True))
    around = height - len(focused)
    if around >= len(asked) - 1:
        first, last, place = 0, len(asked), ""
    else:
        around = max(around, 0)
        first = max(0, min(at - around // 2, len(asked) - around - 1))
        last = min(len(asked), first + around + 1)
        place = _place(first, len(asked) - last)
    rows: list[Line] = []
    for index, row in enumerate(asked[first:last], first):
        label = labels.of(row, is_named=row.is_first or index == first)
        if index == at:
            focused = _focused_rows(view, row, width, label)
            if not around:
                focused = _with_place(view, focused, place, width, height)
            rows += [_with_fate(view, row, focused[0], width), *focused[1:]]
        else:
            rows.append(_with_fate(view, row, _other_row(view, row, width, label, place), width))
            place = ""
    return rows


def _place(above: int, below: int) -> str:
    """Return how many rows are out of view, such as ``2 above · 3 below``."""
    return " · ".join(words for count, words in ((above, f"{above} above"), (below, f"{below} below")) if count)


def _with_place(view: PanelView, rows: list[Line], place: str, width: int, height: int) -> list[Line]:
    """Return the focused question's rows where they take all the room, with the place on the last.

    What is cut for that, and what has no room at all, is shown by a key that is named.
    """
    missing, last = len(rows) - height, rows[height - 1]
    right: Line = [(f"{place}  ", "chrome.dim")] if place else []
    if view.keys.guideline and (missing > 0 or width_of(last) + width_of(right) + 2 > width):
        more = f"{missing} more line{'s' if missing > 1 else ''}" if missing > 0 else "shows all"
        right += [(view.keys.guideline, "key"), (f" {more} ", "chrome.dim")]
    return [*rows[: height - 1], spread(last, right, width, "chrome", view.signs.ellipsis)]


def height_needed(view: PanelView, width: int) -> int:
    """Lines that the rows take at most, whichever question has the focus."""
    label: Line = [(" " * (min(_MAX_NAME_WIDTH, width * 2 // 5) + 5), "chrome")]
    rows = question_rows_of(view.questions, view.answers)
    focused = ((replace(view, focus=row.part.place[0], field_index=row.part.place[1]), row) for row in rows)
    return len(rows) - 1 + max((len(_focused_rows(each, row, width, label)) for each, row in focused), default=1)


def _shown(view: PanelView, text: str) -> str:
    return view.display.get(text, text)


class _Labels:
    """What the rows are called, in columns of one width: the names of questions, and of fields beside theirs."""

    def __init__(self, view: PanelView, rows: Sequence[QuestionRow], width: int) -> None:
        self._view = view
        most = min(_MAX_NAME_WIDTH, width * 2 // 5)
        fields = max((cell_len(self._name(row)) for row in rows if row.group), default=0)
        groups = max((cell_len(self._group(row)) for row in rows if row.group), default=0)
        self._groups = min(groups, max(most - fields - _GROUP_GAP, most // 3))
        """Cells of the names of questions that have fields."""
        beside = self._groups + _GROUP_GAP
        longest = max(cell_len(self._name(row)) + (beside if row.group else 0) for row in rows)
        self._names = min(longest, most) + 2

    def of(self, row: QuestionRow, *, is_named: bool) -> Line:
        """Return the label of a row; of a field the name of its question is told where `is_named`."""
        ellipsis, is_focused = self._view.signs.ellipsis, self._is_focused(row)
        label: Line = [(f" {self._view.signs.cursor if is_focused else ' '} ", "cursor")]
        names = self._names
        if row.group:
            group = cut(self._group(row), self._groups, ellipsis) if is_named else ""
            label.append((set_cell_size(group, self._groups + _GROUP_GAP), "chrome"))
            names -= self._groups + _GROUP_GAP
        name, role = cut(self._name(row), names - 1, ellipsis), "option.focused" if is_focused else "chrome"
        return [*label, (name, role), (" " * (names - cell_len(name)), "chrome")]

    def _is_focused(self, row: QuestionRow) -> bool:
        return row.is_at((self._view.focus, self._view.field_index))

    def _group(self, row: QuestionRow) -> str:
        return " ".join(_shown(self._view, row.group).split())

    def _name(self, row: QuestionRow) -> str:
        if row.tells:
            return ""
        return " ".join(_shown(self._view, row.asked.name).split()) + (" *" if row.is_required else "")


def _focused_rows(view: PanelView, row: QuestionRow, width: int, label: Line) -> list[Line]:
    """Return the focused question with all that may be answered, in as many lines as it takes, and its
    instruction's first.
    """
    question = row.asked
    indent = width_of(label)
    room = max(width - indent - fate_width(width), _LEAST_ROOM)
    groups = _choices(view, row)
    if isinstance(question.input, Categorical) and question.input.multiple and row.value != []:
        groups.append(_none_choice(view, chosen=False))
    groups += _noted(view, row)
    if row.comment:
        groups.append(_comment(view, row.comment, room))
    if isinstance(question.input, Categorical) and question.input.multiple:
        groups.append([(f"{view.keys.submit} ends", "chrome.dim")])
    judge = view.judges.get(row.part.name) or (view.judges.get(row.group) if row.is_first else None)
    if judge is not None:
        groups.append(_judge(view, row.part.question, judge, room))
    wrapped = flow(groups, room, _GAP, "chrome")
    rows = [[*label, *wrapped[0]], *([(" " * indent, "chrome"), *line] for line in wrapped[1:])]
    of_question = row.part.question.instruction if row.is_first else ""
    instruction = _shown(view, question.instruction or of_question).strip()
    if instruction:
        first, _, rest = instruction.partition("\n")
        first = " ".join(first.split())
        hint: list[Run] = []
        if rest or cell_len(first) > width - 20:
            hint = [(f"  {view.keys.guideline}", "key"), (" guideline ", "chrome.dim")]
        rows.append(spread([(f"   {first}", "chrome.dim")], hint, width, "chrome", view.signs.ellipsis))
    return rows


def _other_row(view: PanelView, row: QuestionRow, width: int, label: Line, place: str) -> Line:
    """Return a question without the focus, on one line, with a `place` on the right.

    Where not all choices fit, those that were not taken are left out.
    """
    right: Line = [(f"  {place}", "chrome.dim")] if place else []
    room = width - fate_width(width) - width_of(label) - width_of(right)
    choices, comments = _choices(view, row), _noted(view, row)
    if row.comment:
        comments.append(_comment(view, row.comment, room))
    if sum(width_of(group) + _GAP for group in (*choices, *comments)) - _GAP > room:
        choices = [choice for choice in choices if choice[0][1] == "option.chosen"] or choices
    line = list(label)
    for number, group in enumerate([*choices, *comments]):
        line.extend([(" " * _GAP, "chrome"), *group] if number else group)
    if right:
        return spread(line, right, width - fate_width(width), "chrome", view.signs.ellipsis)
    return fit(line, width - fate_width(width), view.signs.ellipsis)


def _with_fate(view: PanelView, row: QuestionRow, line: Line, width: int) -> Line:
    """Return a row with how far the answer got that has it, in the same place for every question."""
    is_answered = row.value is not None or (row.is_first and not row.part.is_open(row.answer))
    state = view.fates.get(row.answer.assessment_id) if row.answer is not None and is_answered else None
    rest = " " * (width - fate_width(width) - width_of(line))
    return [*line, (rest, "chrome"), *fate_mark(state, width, view.signs)]


def _noted(view: PanelView, row: QuestionRow) -> list[Line]:
    """Return what there is to say of the answer: of one field's value beside it, of the whole on its question's
    first row.
    """
    if row.tells:
        return []
    names = (row.part.name, row.group) if row.is_first else (row.part.name,)
    return [[(note, "warning")] for name in names if (note := view.notes.get(name))]


def _comment(view: PanelView, comment: str, width: int) -> Line:
    text = cut(" ".join(_shown(view, comment).split()), min(max(width // 3, 16), 60), view.signs.ellipsis)
    return [(f"{view.signs.draft} “{text}”", "chrome")]


def _judge(view: PanelView, question: Question, judge: JudgeSaid, width: int) -> Line:
    """Return what a judge said, with the key that takes it, or why none does."""
    key: Line = []
    if not judge.fits:
        key = [(f" · {_misfit(question)}", "chrome.dim")]
    elif view.keys.accept:
        what = " accept all" if isinstance(question.input, Structured) else " accept"
        key = [("  ", "chrome.dim"), (view.keys.accept, "key"), (what, "chrome.dim")]
    said = cut(judge.words, max(width - max(width_of(key), 16), 12), view.signs.ellipsis)
    return [(said, "chrome.dim"), *key]


def _misfit(question: Question) -> str:
    """Why the question takes no such value, in two or three words."""
    match question.input:
        case PassFail() | Categorical():
            return "no option here"
        case Numeric() | Text() | Structured():
            return f"takes {allowed(question)}"


def _choices(view: PanelView, row: QuestionRow) -> list[Line]:
    """Return the possible answers side by side, each with the keys that give it now, the given one in brackets."""
    if row.tells:
        return [[(f"not asked: {_shown(view, row.tells)}", "chrome.dim")]]
    is_focused = row.is_at((view.focus, view.field_index))
    value = row.value
    match row.asked.input:
        case PassFail(positive, negative):
            keys = view.keys
            digits = (keys.options["1"], keys.options["2"]) if is_focused else ("", "")
            yes, no = value is True, value is False
            return [
                _choice(view, keys.positive if yes else _either(keys.positive, digits[0]), positive, chosen=yes),
                _choice(view, keys.negative if no else _either(keys.negative, digits[1]), negative, chosen=no),
            ]
        case Categorical(options, multiple):
            chosen = value if multiple and isinstance(value, Sequence) else [value]
            choices = [
                _choice(view, _option_key(view, number), option, chosen=option in chosen)
                for number, option in enumerate(options)
            ]
            return [*choices, _none_choice(view, chosen=True)] if multiple and value == [] else choices
        case Numeric():
            return _number_choices(view, row.asked, row.asked.input, value)
        case Text():
            if isinstance(value, str):
                return [[(f"“{cut(' '.join(_shown(view, value).split()), 48, view.signs.ellipsis)}”", "option.chosen")]]
            return [[(view.keys.text, "key"), (" write", "chrome.dim")]]
        case Structured():
            raise AssertionError("a structured question has a row for each field")


def _either(*keys: str) -> str:
    """Return the keys that do the same, such as ``y/1``."""
    return "/".join(filter(None, keys))


def _choice(view: PanelView, key: str, label: str, *, chosen: bool) -> Line:
    shown = " ".join(_shown(view, label).split())
    if chosen:
        return [(f"[{key} {shown}]" if key else f"[{shown}]", "option.chosen")]
    return [(f"{key} ", "key"), (shown, "chrome")] if key else [(shown, "chrome")]


def _none_choice(view: PanelView, *, chosen: bool) -> Line:
    """None of several options. A question without the focus shows it only where it was chosen."""
    return _choice(view, view.keys.options[NONE], "none", chosen=chosen)


def _option_key(view: PanelView, index: int) -> str:
    """Return the key of the option at an index; empty where there is none for it."""
    return view.keys.options.get(OPTION_DIGITS[index : index + 1], "")


def _number_choices(view: PanelView, question: Question, numeric: Numeric, value: JsonValue) -> list[Line]:
    if takes_single_digits(numeric):
        step = int(numeric.step or 1)
        numbers = range(int(numeric.minimum or 0), int(numeric.maximum or 9) + 1, step)
        return [_number_choice(view.keys.options[str(n)], str(n), chosen=n == value) for n in numbers]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [[(f"[{number_words(value)}]", "option.chosen")], [(allowed(question), "chrome.dim")]]
    return [[(allowed(question), "chrome.dim")]]


def _number_choice(key: str, number: str, *, chosen: bool) -> Line:
    """Return a number, which is its own key unless another one was given to it."""
    before = f"{key} " if key not in ("", number) else ""
    if chosen:
        return [(f"[{before}{number}]", "option.chosen")]
    if key == number:
        return [(number, "key")]
    return [(before, "key"), (number, "chrome")] if before else [(number, "chrome")]
