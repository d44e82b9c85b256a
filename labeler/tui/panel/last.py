"""The line that says what happened last, and whether it arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labeler.domain.change import Act, AnswerEffect, Change
from labeler.domain.question import DECLINED_NAME, FLAG_NAME, PassFail, Question
from labeler.reading.sanitise import one_line
from labeler.tui.chrome.runs import Line, Run, cut, spread
from labeler.tui.panel.questions import value_text
from labeler.tui.signs import Signs

_WORDS = {
    Act.SUBMIT: "submitted",
    Act.DEFER: "deferred",
    Act.DECLINE: "declined",
    Act.FLAG: "flagged",
    Act.UNFLAG: "flag off",
    Act.CLEAR: "cleared",
}


def last_line(
    change: Change | None,
    title: str,
    fate: str,
    questions: Sequence[Question],
    hints: Sequence[tuple[str, str]],
    width: int,
    signs: Signs,
) -> Line:
    """``last  Misses “no channel”   Is the ferry to…   saved   u undo  p back``.

    `fate` is ``saved``, ``waiting``, ``delivered`` or ``refused: …``; `hints` are keys with their words.
    """
    if change is None:
        return [(" last", "chrome.dim"), ("  nothing yet", "chrome.dim")]
    role = "error" if fate.startswith("refused") else "ok" if fate == "delivered" else "chrome.dim"
    right: list[Run] = [(f"  {fate}  " if fate else "  ", role)]
    for key, word in hints:
        right += [(f" {key}", "key"), (f" {word} ", "chrome.dim")]
    said = cut(one_line(tell(change, questions), 120), max(width // 3, 20), signs.ellipsis)
    left: list[Run] = [(" last  ", "chrome.dim"), (said, "chrome.strong"), ("   ", "chrome"), (title, "chrome.dim")]
    return spread(left, right, width, "chrome", signs.ellipsis)


def tell(change: Change, questions: Sequence[Question]) -> str:
    """What a change did, in a few words. Text from the reviewer comes back as it was typed."""
    if change.act is Act.UNDO:
        return f"took back {_what(change, questions, taken_back=True)}"
    if change.act is Act.REDO:
        return f"again {_what(change, questions, taken_back=False)}"
    return _what(change, questions, taken_back=False)


def _what(change: Change, questions: Sequence[Question], *, taken_back: bool) -> str:
    by_name: Mapping[str, Question] = {question.name: question for question in questions}
    for effect in change.effects:
        if not isinstance(effect, AnswerEffect):
            continue
        answer = effect.before if taken_back else effect.after
        if effect.question == FLAG_NAME:
            return "flag" if answer is None else f"flag “{answer.comment}”" if answer.comment else "flag"
        if effect.question == DECLINED_NAME and answer is not None:
            return f"declined “{answer.comment}”" if answer.comment else "declined"
        if answer is None:
            return f"clearing {effect.question}" if taken_back else f"cleared {effect.question}"
        question = by_name.get(effect.question)
        name = "" if question is not None and isinstance(question.input, PassFail) else f"{effect.question} "
        comment = f" “{answer.comment}”" if answer.comment else ""
        return f"{name}{value_text(question, answer.value)}{comment}"
    return _WORDS.get(change.act, "submitted")
