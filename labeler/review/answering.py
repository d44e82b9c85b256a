"""Answers: from a key or a field to a change, and on to the next question or item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change, Effect, StateEffect
from labeler.domain.question import DECLINED_NAME, Categorical, Numeric, PassFail, Question, Text
from labeler.domain.value import JsonValue, UnusableValue, check_text, same_value
from labeler.domain.worklist import ItemState
from labeler.review.action import Comment, Digit, Give, Stamp, Thumb
from labeler.review.decision import Ask, Decision, Field, Refusal
from labeler.review.entry import allowed, check_value, option_index, takes_single_digits, toggled
from labeler.review.flow import focus_after, is_complete, next_open
from labeler.review.state import Item, ReviewState

EDITING = "editing a submitted item · Enter submits the change"


def thumb_target(state: ReviewState) -> Question | Refusal:
    """The pass/fail question a thumb answers: the focused one, else the first unanswered one."""
    focused, item = state.question, state.item
    if focused is not None and isinstance(focused.input, PassFail):
        return focused
    thumbs = [question for question in state.questions if isinstance(question.input, PassFail)]
    if not thumbs or item is None:
        return Refusal("No pass/fail question here; the digits answer the focused question")
    unanswered = (question for question in thumbs if not state.is_answered(item.trace_id, question))
    return next(unanswered, Refusal("Every pass/fail question here is answered; Tab goes to one to change it"))


def answer_thumb(state: ReviewState, item: Item, action: Thumb, stamp: Stamp) -> Decision | Refusal:
    target = thumb_target(state)
    if isinstance(target, Refusal):
        return target
    return give(state, item, Give(target.name, action.positive, action.comment), stamp)


def answer_digit(state: ReviewState, item: Item, action: Digit, stamp: Stamp) -> Decision | Refusal:
    question = state.question
    if question is None:
        return Refusal("This review asks no question")
    match question.input:
        case PassFail():
            value: JsonValue = {"1": True, "2": False}.get(action.char)
        case Categorical(options, multiple):
            index = option_index(action.char)
            if index is None or index >= len(options):
                return Refusal(f"{question.name}: {allowed(question)}")
            if multiple:
                return _toggle(state, item, question, options[index], stamp)
            value = options[index]
        case Numeric():
            if not takes_single_digits(question.input):
                return Decision(ask=Ask(Field.NUMBER, question.name, action.char))
            value = int(action.char) if action.char.isdigit() else None
        case Text():
            return Refusal(f"{question.name} takes text; e writes it")
    if value is None:
        return Refusal(f"{question.name}: {allowed(question)}")
    return give(state, item, Give(question.name, value), stamp)


def give(state: ReviewState, item: Item, action: Give, stamp: Stamp) -> Decision | Refusal:
    """Answer a question with a whole value, then go on as `review.advance` says."""
    index, question = find_question(state, action.question)
    try:
        value = check_value(question, action.value)
        comment = None if action.comment is None else check_text(action.comment, "The comment")
    except UnusableValue as error:
        return Refusal(str(error))
    before = state.answers_of(item.trace_id).get(question.name)
    if comment is None:
        comment = state.kept_comments.get(item.trace_id) or (before.comment if before else None)
    if before is not None and same_value(before.value, value) and (comment or None) == before.comment:
        return go_on(state, item, index, (), stamp, Act.ANSWER)
    effect = answer_effect(state, item, question, before, value, comment or None, stamp)
    if _opens_comment(question, value) and not comment:
        return Decision(
            change=make_change(Act.ANSWER, item.trace_id, (effect,), stamp),
            focus=index,
            ask=Ask(Field.COMMENT_AFTER, question.name),
        )
    return go_on(state, item, index, (effect,), stamp, Act.ANSWER)


def comment_on(state: ReviewState, item: Item, action: Comment, stamp: Stamp) -> Decision | Refusal:
    """Put a comment on an answer, or keep it for the answer to come."""
    try:
        text = check_text(action.text.strip(), "The comment")
    except UnusableValue as error:
        return Refusal(str(error))
    index, question = find_question(state, action.question)
    before = state.answers_of(item.trace_id).get(question.name)
    if before is None:
        return Decision(kept_comment=text, says="kept; it goes with the answer to come" if text else "comment removed")
    if (before.comment or "") == text:
        return go_on(state, item, index, (), stamp, Act.COMMENT, focus=state.focus)
    effect = answer_effect(state, item, question, before, before.value, text or None, stamp)
    return go_on(state, item, index, (effect,), stamp, Act.COMMENT, focus=state.focus)


def clear(state: ReviewState, item: Item, stamp: Stamp) -> Decision | Refusal:
    """Clear the focused answer; on an unanswered question, go back to the one answered before."""
    question = state.question
    if question is None:
        return Refusal("This review asks no question")
    before = state.answers_of(item.trace_id).get(question.name)
    if before is None:
        earlier = state.last_answered(item.trace_id)
        if earlier is None:
            return Refusal("Nothing is answered here; u takes back what you did last")
        return Decision(focus=state.questions.index(earlier))
    effects: list[Effect] = [AnswerEffect(item.trace_id, question.name, question.kind, before, None)]
    if question.required and item.state is ItemState.LABELLED:
        effects.append(StateEffect(item.trace_id, item.state, ItemState.OPEN))
    return Decision(change=make_change(Act.CLEAR, item.trace_id, effects, stamp), focus=state.focus)


def end_choice(state: ReviewState, item: Item, stamp: Stamp) -> Decision:
    """Close the focused choice of several; with nothing on, the answer is the empty list."""
    question = state.questions[state.focus]
    if state.is_answered(item.trace_id, question):
        return go_on(state, item, state.focus, (), stamp, Act.ANSWER)
    effect = answer_effect(state, item, question, None, [], state.kept_comments.get(item.trace_id), stamp)
    return go_on(state, item, state.focus, (effect,), stamp, Act.ANSWER)


def go_on(
    state: ReviewState,
    item: Item,
    asked: int,
    effects: Sequence[Effect],
    stamp: Stamp,
    act: Act,
    focus: int | None = None,
) -> Decision:
    """After an answer to question `asked`: submit and move on, or go to the next question (or `focus`)."""
    given = set(state.answers_of(item.trace_id)) | {
        effect.question for effect in effects if isinstance(effect, AnswerEffect)
    }
    if item.state is ItemState.LABELLED:
        return Decision(change=_change_or_none(item, act, effects, stamp), says=EDITING, focus=focus)
    if is_complete(state, frozenset(given)):
        return submit(state, item, effects, stamp, act)
    unanswered = [index for index, question in enumerate(state.questions) if question.name not in given]
    if focus is None:
        focus = focus_after(asked, unanswered)
    return Decision(change=_change_or_none(item, act, effects, stamp), focus=focus)


def submit(state: ReviewState, item: Item, effects: Sequence[Effect], stamp: Stamp, act: Act) -> Decision:
    """Submit the item, together with `effects`, and go to the next open one."""
    submitted = [*effects, StateEffect(item.trace_id, item.state, ItemState.LABELLED)]
    note = state.answers_of(item.trace_id).get(DECLINED_NAME)
    if note is not None:
        submitted.append(note_effect(item, DECLINED_NAME, note, None))
    target = next_open(state)
    return Decision(
        change=make_change(act, item.trace_id, submitted, stamp),
        position=target,
        says="" if target is not None else nothing_left(state),
        submits=True,
    )


def nothing_left(state: ReviewState) -> str:
    """What to say when there is no open item to go to."""
    if any(item.state is ItemState.OPEN and item.trace_id in state.absent for item in state.items):
        return "Everything that is downloaded is labelled; the rest follows when the backend is back"
    return "No open item is left; p looks back, q leaves"


def answer_effect(
    state: ReviewState,
    item: Item,
    question: Question,
    before: Answer | None,
    value: JsonValue,
    comment: str | None,
    stamp: Stamp,
) -> AnswerEffect:
    """The cell of `question` going from `before` to a new answer."""
    after = Answer(stamp.mint(), value, comment, stamp.at_ms, stamp.duration_ms, stamp.blind)
    if before is not None:
        in_place = state.rules.edits_in_place
        after = (
            replace(after, assessment_id=before.assessment_id, overrides=before.overrides)
            if in_place
            else replace(after, overrides=before.assessment_id)
        )
    return AnswerEffect(item.trace_id, question.name, question.kind, before, after)


def note_effect(item: Item, name: str, before: Answer | None, after: Answer | None) -> AnswerEffect:
    """A flag or a decline note appearing or disappearing; both travel as feedback."""
    return AnswerEffect(item.trace_id, name, AssessmentKind.FEEDBACK, before, after)


def make_change(
    act: Act, trace_id: str, effects: Sequence[Effect], stamp: Stamp, reverses: str | None = None
) -> Change:
    """A change with an ID of its own."""
    return Change(f"c-{stamp.mint()[2:]}", act, trace_id, stamp.at_ms, tuple(effects), reverses)


def find_question(state: ReviewState, name: str) -> tuple[int, Question]:
    """Index and question of that name. Raises KeyError: naming an unknown question is a defect."""
    for index, question in enumerate(state.questions):
        if question.name == name:
            return index, question
    raise KeyError(name)


def _toggle(state: ReviewState, item: Item, question: Question, option: str, stamp: Stamp) -> Decision:
    assert isinstance(question.input, Categorical)
    before = state.answers_of(item.trace_id).get(question.name)
    chosen = [str(name) for name in before.value] if before and isinstance(before.value, Sequence) else []
    wanted = toggled(question.input.options, chosen, option)
    if wanted:
        comment = before.comment if before else state.kept_comments.get(item.trace_id)
        effect = answer_effect(state, item, question, before, wanted, comment, stamp)
    else:
        effect = AnswerEffect(item.trace_id, question.name, question.kind, before, None)
    says = EDITING if item.state is ItemState.LABELLED else ""
    return Decision(
        change=make_change(Act.ANSWER, item.trace_id, (effect,), stamp), focus=state.focus, choosing=True, says=says
    )


def _opens_comment(question: Question, value: JsonValue) -> bool:
    if not question.takes_comment or question.comment_on is None:
        return False
    return question.comment_on == "always" or (question.comment_on == "positive") is (value is True)


def _change_or_none(item: Item, act: Act, effects: Sequence[Effect], stamp: Stamp) -> Change | None:
    return make_change(act, item.trace_id, effects, stamp) if effects else None
