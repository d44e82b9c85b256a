"""The question panel: what happened last, then what may be answered with which key, and what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size

from labeler.dataclass import dataclass
from labeler.desk.delivery_status import DeliveryState
from labeler.domain.change import Answer
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.domain.value import JsonValue
from labeler.domain.value_words import number_words
from labeler.reading.sanitise import one_line, sanitise
from labeler.review.answer_values import allowed, takes_single_digits
from labeler.tui.appearance import Signs
from labeler.tui.review.last_item import LastItemView, last_line
from labeler.tui.widgets.delivery_sign import fate_mark, fate_width
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line, Run, cut, fit, flow, spread, width_of

_MAX_NAME_WIDTH = 28
_GAP = 3
_LEAST_ROOM = 8
"""Cells that answers take at least, however narrow the screen is."""

OPTION_DIGITS = "1234567890"
"""The digits that choose an option, in the order of the options."""


@dataclass(frozen=True, slots=True)
class PanelKeys:
    """Keys to show, as the effective keymap has them."""

    positive: str
    negative: str
    text: str
    accept: str
    guideline: str
    options: Mapping[str, str]
    """The key of each digit that answers, empty where it has none."""
    submit: str
    """As sentences write it."""


@dataclass(frozen=True, slots=True)
class JudgeSaid:
    """A judge's word on a question, as display text, and whether the question takes it for an answer."""

    words: str
    fits: bool


@dataclass(frozen=True, slots=True)
class PanelView:
    """What the panel tells. `judges` holds what judges said, by question name."""

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
    notes: Mapping[str, str] = field(default_factory=dict)
    """What there is to say of the answers, as display text, by question name: ``+2``, ``overridden by sam``."""
    message: Sequence[Line] = ()
    """Lines of a sentence that stand over the last rows, because the key line has no room for them."""


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
    longest = max(cell_len(_name(view, question)) for question in view.questions)
    names = min(longest, _MAX_NAME_WIDTH, width * 2 // 5) + 2
    focused = _focused_rows(view, width, names)
    around = height - len(focused)
    if around >= len(view.questions) - 1:
        first, last, place = 0, len(view.questions), ""
    else:
        around = max(around, 0)
        first = max(0, min(view.focus - around // 2, len(view.questions) - around - 1))
        last = min(len(view.questions), first + around + 1)
        place = _place(first, len(view.questions) - last)
        if not around:
            focused = _with_place(view, focused, place, width, height)
    rows: list[Line] = []
    for index in range(first, last):
        if index == view.focus:
            rows += [_with_fate(view, index, focused[0], width), *focused[1:]]
        else:
            rows.append(_with_fate(view, index, _other_row(view, index, width, names, place), width))
            place = ""
    return rows


def _place(above: int, below: int) -> str:
    """How many questions are out of view, such as ``2 above · 3 below``."""
    return " · ".join(words for count, words in ((above, f"{above} above"), (below, f"{below} below")) if count)


def _with_place(view: PanelView, rows: list[Line], place: str, width: int, height: int) -> list[Line]:
    """The focused question's rows where they take all the room, with the place on the last.

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
    names = min(_MAX_NAME_WIDTH, width * 2 // 5) + 2
    others = len(view.questions) - 1
    focused = (replace(view, focus=index) for index in range(len(view.questions)))
    return others + max((len(_focused_rows(each, width, names)) for each in focused), default=1)


def whole_question(question: Question, keys: Sequence[str]) -> str:
    """The instruction and every option as display text; `keys` are those of the options, in order."""
    instruction = sanitise(question.instruction) or "This question has no instruction."
    options = question.input.options if isinstance(question.input, Categorical) else ()
    listed = [f"{key:2}{one_line(option, len(option) + 1)}" for key, option in zip_longest(keys, options, fillvalue="")]
    return "\n".join([instruction, *([""] if options else []), *listed[: len(options)]])


def describe(question: Question) -> str:
    """What may be answered, in a few words, unsanitised: ``Helpful / Not helpful``."""
    match question.input:
        case PassFail(positive, negative):
            return f"{positive} / {negative}"
        case Categorical(options, multiple):
            return f"{'any of' if multiple else 'one of'} {', '.join(options)}"
        case _:
            return allowed(question)


def _name(view: PanelView, question: Question) -> str:
    return " ".join(_shown(view, question.name).split()) + (" *" if question.required else "")


def _shown(view: PanelView, text: str) -> str:
    return view.display.get(text, text)


def _label(view: PanelView, index: int, names: int) -> Line:
    focused = index == view.focus
    mark = view.signs.cursor if focused else " "
    name = cut(_name(view, view.questions[index]), names - 1, view.signs.ellipsis)
    return [
        (f" {mark} ", "cursor"),
        (set_cell_size(name, names), "option.focused" if focused else "chrome"),
    ]


def _focused_rows(view: PanelView, width: int, names: int) -> list[Line]:
    """The focused question with all that may be answered, in as many lines as it takes, and its instruction's first."""
    question = view.questions[view.focus]
    label = _label(view, view.focus, names)
    indent = width_of(label)
    room = max(width - indent - fate_width(width), _LEAST_ROOM)
    groups = _choices(view, question)
    answer = view.answers.get(question.name)
    groups.extend(_noted(view, question))
    if answer is not None and answer.comment:
        groups.append(_comment(view, answer.comment, room))
    if isinstance(question.input, Categorical) and question.input.multiple:
        groups.append([(f"{view.keys.submit} ends, none if empty", "chrome.dim")])
    judge = view.judges.get(question.name)
    if judge is not None:
        groups.append(_judge(view, question, judge, room))
    wrapped = flow(groups, room, _GAP, "chrome")
    rows = [[*label, *wrapped[0]], *([(" " * indent, "chrome"), *line] for line in wrapped[1:])]
    instruction = _shown(view, question.instruction).strip()
    if instruction:
        first, _, rest = instruction.partition("\n")
        first = " ".join(first.split())
        hint: list[Run] = []
        if rest or cell_len(first) > width - 20:
            hint = [(f"  {view.keys.guideline}", "key"), (" guideline ", "chrome.dim")]
        rows.append(spread([(f"   {first}", "chrome.dim")], hint, width, "chrome", view.signs.ellipsis))
    return rows


def _other_row(view: PanelView, index: int, width: int, names: int, place: str) -> Line:
    """A question without the focus, on one line, with a `place` on the right.

    Where not all choices fit, those that were not taken are left out.
    """
    question = view.questions[index]
    label = _label(view, index, names)
    right: Line = [(f"  {place}", "chrome.dim")] if place else []
    room = width - fate_width(width) - width_of(label) - width_of(right)
    choices, comments = _choices(view, question), list[Line]()
    answer = view.answers.get(question.name)
    comments.extend(_noted(view, question))
    if answer is not None and answer.comment:
        comments.append(_comment(view, answer.comment, room))
    if sum(width_of(group) + _GAP for group in (*choices, *comments)) - _GAP > room:
        choices = [choice for choice in choices if choice[0][1] == "option.chosen"] or choices
    line = list(label)
    for number, group in enumerate([*choices, *comments]):
        line.extend([(" " * _GAP, "chrome"), *group] if number else group)
    if right:
        return spread(line, right, width - fate_width(width), "chrome", view.signs.ellipsis)
    return fit(line, width - fate_width(width), view.signs.ellipsis)


def _with_fate(view: PanelView, index: int, line: Line, width: int) -> Line:
    """A question's row with how far its answer got, in the same place for every question."""
    answer = view.answers.get(view.questions[index].name)
    state = view.fates.get(answer.assessment_id) if answer is not None else None
    rest = " " * (width - fate_width(width) - width_of(line))
    return [*line, (rest, "chrome"), *fate_mark(state, width, view.signs)]


def _noted(view: PanelView, question: Question) -> list[Line]:
    note = view.notes.get(question.name)
    return [[(note, "warning")]] if note else []


def _comment(view: PanelView, comment: str, width: int) -> Line:
    text = cut(" ".join(_shown(view, comment).split()), min(max(width // 3, 16), 60), view.signs.ellipsis)
    return [(f"{view.signs.draft} “{text}”", "chrome")]


def _judge(view: PanelView, question: Question, judge: JudgeSaid, width: int) -> Line:
    """What a judge said, with the key that takes it, or why none does."""
    key: Line = []
    if not judge.fits:
        key = [(f" · {_misfit(question)}", "chrome.dim")]
    elif view.keys.accept:
        key = [("  ", "chrome.dim"), (view.keys.accept, "key"), (" accept", "chrome.dim")]
    said = cut(judge.words, max(width - max(width_of(key), 16), 12), view.signs.ellipsis)
    return [(said, "chrome.dim"), *key]


def _misfit(question: Question) -> str:
    """Why the question takes no such value, in two or three words."""
    match question.input:
        case PassFail() | Categorical():
            return "no option here"
        case Numeric() | Text():
            return f"takes {allowed(question)}"


def _choices(view: PanelView, question: Question) -> list[Line]:
    """The possible answers side by side, each with the keys that give it now, the given one in brackets."""
    is_focused = question is view.questions[view.focus]
    answer = view.answers.get(question.name)
    value = answer.value if answer else None
    match question.input:
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
            return choices if value != [] else [[("[none]", "option.chosen")], *choices]
        case Numeric():
            return _number_choices(view, question, question.input, value)
        case Text():
            if isinstance(value, str):
                return [[(f"“{cut(' '.join(_shown(view, value).split()), 48, view.signs.ellipsis)}”", "option.chosen")]]
            return [[(view.keys.text, "key"), (" write", "chrome.dim")]]


def _either(*keys: str) -> str:
    """The keys that do the same, such as ``y/1``."""
    return "/".join(filter(None, keys))


def _choice(view: PanelView, key: str, label: str, *, chosen: bool) -> Line:
    shown = " ".join(_shown(view, label).split())
    if chosen:
        return [(f"[{key} {shown}]" if key else f"[{shown}]", "option.chosen")]
    return [(f"{key} ", "key"), (shown, "chrome")] if key else [(shown, "chrome")]


def _option_key(view: PanelView, index: int) -> str:
    """The key of the option at an index; empty where there is none for it."""
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
    """A number, which is its own key unless another one was given to it."""
    before = f"{key} " if key not in ("", number) else ""
    if chosen:
        return [(f"[{before}{number}]", "option.chosen")]
    if key == number:
        return [(number, "key")]
    return [(before, "key"), (number, "chrome")] if before else [(number, "chrome")]
