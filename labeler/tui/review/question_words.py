"""A question in words: whole, where its row has no room for it, and briefly, for a list."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from labeler.domain.question import Categorical, PassFail, Question, Structured
from labeler.reading.sanitise import one_line, sanitise
from labeler.review.answer_values import allowed
from labeler.review.parts import Part
from labeler.tui.review.question_panel import NONE, OPTION_DIGITS


def whole_question(part: Part, keys: Mapping[str, str]) -> str:
    """Return the instruction and every option as display text; `keys` are as in `PanelKeys.options`.

    Below a field's own instruction stands that of its question.
    """
    instructions = (each.instruction for each in dict.fromkeys((part.asked, part.question)))
    return whole_text(part.asked, keys, "\n\n".join(filter(None, map(sanitise, instructions))))


def whole_text(question: Question, keys: Mapping[str, str], instruction: str | None = None) -> str:
    """Return a question's `instruction`, its own unless it is given, and every option as display text."""
    told = sanitise(question.instruction) if instruction is None else instruction
    instruction = told or "This question has no instruction."
    if not isinstance(question.input, Categorical):
        return instruction
    options = question.input.options
    listed = [
        f"{keys.get(digit, ''):2}{one_line(option, len(option) + 1)}"
        for digit, option in zip_longest(OPTION_DIGITS[: len(options)], options, fillvalue="")
    ]
    none = [f"{keys[NONE]:2}none"] if question.input.multiple else []
    return "\n".join([instruction, "", *listed, *none])


def describe(question: Question) -> str:
    """Return what may be answered, in a few words, unsanitised: ``Helpful / Not helpful``."""
    match question.input:
        case PassFail(positive, negative):
            return f"{positive} / {negative}"
        case Categorical(options, multiple):
            return f"{'any of' if multiple else 'one of'} {', '.join(options)}"
        case Structured(fields):
            return ", ".join(field.name for field in fields)
        case _:
            return allowed(question)
