"""What can be filtered by, as menus: the criteria with their counts, and the values of the focused question."""

from __future__ import annotations

from collections.abc import Iterator

from labeler.desk.desk import Desk
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.domain.value_words import value_words
from labeler.reading.sanitise import one_line
from labeler.review.action import AskText, Clear, Digit, Thumb
from labeler.review.answer_values import option_index
from labeler.review.criteria import OF_OTHERS, Criterion, CriterionKind, Filter, Sought, criterion_words
from labeler.review.parts import Part
from labeler.tui.action_table import Action, Context, OnScreen, Rule
from labeler.tui.keymap import Keymap
from labeler.tui.widgets.key_menu import KeyMenuView, MenuChoice


def criteria_menu(desk: Desk, keymap: Keymap) -> KeyMenuView:
    """Return the menu of `worklist.filter`."""
    return KeyMenuView("filter", tuple(_criteria(desk, keymap)), _note(desk))


def values_menu(desk: Desk, keymap: Keymap, part: Part) -> KeyMenuView:
    """Return the menu of the values of a question, or a field of one: the keys are those that answer or clear it."""
    index, choices = desk.filters.index, dict[Criterion, MenuChoice]()
    for action in keymap.actions:
        criterion = value_criterion(action, part)
        if criterion is not None and criterion not in choices and action.keys:
            words = one_line(_value_words(criterion, part.asked), 40)
            choices[criterion] = MenuChoice(action.keys[0], words, index.count_of(criterion))
    return KeyMenuView(f"filter {one_line(part.name, 24)}", tuple(choices.values()))


def value_criterion(action: Action, part: Part) -> Criterion | None:
    """Return the criterion that an action chooses among the values of a question, or a field of one; None for any
    other action: the value that it would answer with at one press, or none.
    """
    match part.asked.input, action.run:
        case _, Rule(Clear()):
            return Criterion(CriterionKind.UNANSWERED, part.name)
        case Text(), Rule(AskText(), False):
            return Criterion(CriterionKind.ANSWERED, part.name)
        case Categorical(_, True), Rule(Digit("-")):
            return Criterion(CriterionKind.NONE_CHOSEN, part.name)
    value = _value_of(action, part.asked)
    return None if value is None else Criterion(CriterionKind.VALUE, part.name, value)


def _value_words(criterion: Criterion, question: Question) -> str:
    match criterion.kind:
        case CriterionKind.UNANSWERED:
            return "not answered"
        case CriterionKind.ANSWERED:
            return "answered"
        case CriterionKind.NONE_CHOSEN:
            return "none"
    return value_words(criterion.value, question)


def _value_of(action: Action, question: Question) -> Sought | None:
    """Return the value that an action would answer a question with, at one press; None for any other."""
    match question.input, action.run:
        case PassFail(), Rule(Thumb(positive)):
            return positive
        case PassFail(), Rule(Digit(char)):
            return {"1": True, "2": False}.get(char)
        case Categorical(options, _), Rule(Digit(char)):
            index = option_index(char)
            return options[index] if index is not None and index < len(options) else None
        case Numeric(lowest, highest), Rule(Digit(char)) if char.isdecimal():
            number = int(char)
            is_in_range = (lowest is None or lowest <= number) and (highest is None or number <= highest)
            return number if is_in_range else None
    return None


def filter_words(desk: Desk, typed: Filter | None) -> str:
    """Return the filter in effect, for the status line: ``filter flagged 7 of 150 +3``; empty where there is none.

    While the text of one is `typed`, that is told.
    """
    state = desk.state
    filter = typed or state.filter
    if filter is None:
        return ""
    words = one_line(criterion_words(filter.criterion, state.questions), 32)
    new = 0 if typed is not None else desk.filters.new()
    return f"filter {words} {len(filter.shown)} of {len(state.items)}{f' +{new}' if new else ''}"


def _criteria(desk: Desk, keymap: Keymap) -> Iterator[MenuChoice]:
    state, index = desk.state, desk.filters.index
    for action in keymap.actions:
        if action.context is not Context.FILTER or not action.keys or not isinstance(action.run, OnScreen):
            continue
        words, matches = action.hint, None
        match action.run.about:
            case "all":
                matches = len(state.items)
            case CriterionKind.TEXT:
                pass
            case CriterionKind.VALUE:
                part = state.part
                if part is None:
                    continue
                words = one_line(part.name, 24)
                matches = index.count_of(Criterion(CriterionKind.ANSWERED, part.name))
            case CriterionKind.LIKE:
                like = desk.filters.like_this
                matches = 0 if like is None else index.count_of(like)
            case kind:
                if kind in OF_OTHERS and state.is_blind:
                    continue
                matches = index.count_of(Criterion(CriterionKind(kind)))
        yield MenuChoice(action.keys[0], words, matches)


def _note(desk: Desk) -> str:
    """Of how many items the counts do not know everything."""
    unread = desk.filters.unread
    if not unread:
        return ""
    what = "name" if desk.state.is_blind else "name, judges and others"
    return f"{what} not known yet of {unread} of {len(desk.state.items)}"
