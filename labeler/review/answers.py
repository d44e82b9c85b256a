"""Answers: from a key or a field to a change, and on to the next question or item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change, Effect, StateEffect
from labeler.domain.moment import recent_day
from labeler.domain.question import DECLINED_NAME, Categorical, PassFail, Question
from labeler.domain.value import JsonValue, UnusableValue, check_text, same_value
from labeler.domain.worklist import ItemState
from labeler.review.action import ActionContext, Comment, SetAnswer, Thumb
from labeler.review.answer_values import check_value, toggled
from labeler.review.blind import SHOWN_NOW, blind_of, shows_after
from labeler.review.changed_answers import said_of_changes
from labeler.review.decision import Decision, FieldKind, FieldRequest, Refusal, verbatim
from labeler.review.navigation import ends_with_this, focus_after, is_complete, next_open, nothing_left_after
from labeler.review.parts import Part, Place, answered_names, find_part, open_parts, part_at, parts
from labeler.review.state import ReviewState
from labeler.review.structured import changed_parts, is_foreign, with_part, without_part
from labeler.review.unfinished_texts import stopped
from labeler.review.worklist import Item


def thumb_target(state: ReviewState) -> Part | Refusal:
    """Find the pass/fail question or field that a thumb answers: the focused one, else the first unanswered one."""
    focused = state.part
    if focused is not None and isinstance(focused.asked.input, PassFail):
        return focused
    thumbs = [part for part in parts(state.questions) if isinstance(part.asked.input, PassFail)]
    if not thumbs:
        return Refusal("No pass/fail question here; the digits answer the focused question")
    unanswered = (part for part in thumbs if part.name not in state.passed)
    return next(
        unanswered, Refusal("Every pass/fail question here is answered; {question.next} goes to one to change it")
    )


def answer_thumb(state: ReviewState, item: Item, action: Thumb, stamp: ActionContext) -> Decision | Refusal:
    target = thumb_target(state)
    if isinstance(target, Refusal):
        return target
    answer = SetAnswer(target.question.name, action.positive, action.comment, target.field_name)
    return give(state, item, answer, stamp)


def give(state: ReviewState, item: Item, action: SetAnswer, stamp: ActionContext) -> Decision | Refusal:
    """Answer a question, or a field of it, with a whole value, then go on as `review.advance` says."""
    part = find_part(state.questions, action.question, action.field_name)
    if part is None:
        return Refusal(not_asked(action.question))
    question = part.question
    before = state.given.get(question.name)
    if is_foreign(question, before):
        return Refusal(foreign_kept(question))
    try:
        value = check_value(part.asked, action.value)
        typed = None if action.comment is None else check_text(action.comment.strip(), "The comment")
    except UnusableValue as error:
        return Refusal(verbatim(str(error)))
    if is_blank(value):
        return Refusal(blank_refused(part.asked))
    value = with_part(part, before, value)
    comment = (state.comment_so_far(question) if typed is None else typed) or None
    effects: Sequence[Effect] = ()
    if before is None or not same_value(before.value, value) or before.comment != comment:
        effects = (answer_effect(state, item, question, before, value, comment, stamp),)
    if typed is None:
        return _ask_why_or_go_on(state, item, part, value, comment, effects, stamp, Act.ANSWER)
    return _in_place_of_kept(before, go_on(state, item, part.place, effects, stamp, Act.ANSWER))


def is_blank(value: JsonValue) -> bool:
    """Return whether a value is text without any visible character, which answers nothing."""
    return isinstance(value, str) and not value.strip()


def blank_refused(question: Question) -> str:
    """Say in a sentence of the rules why a blank text is no answer to the question."""
    return f"Nothing is written, so {verbatim(question.name)} stays as it was; {{answer.clear}} takes an answer away"


def foreign_kept(question: Question) -> str:
    """Say in a sentence of the rules why a field of a question that holds something else cannot be answered."""
    return f"{verbatim(question.name)} holds an answer without fields, which is kept; {{answer.clear}} takes it away"


def comment_on(state: ReviewState, item: Item, action: Comment, stamp: ActionContext) -> Decision | Refusal:
    """Put a comment on an answer, or keep it until there is one."""
    try:
        text = check_text(action.text.strip(), "The comment")
    except UnusableValue as error:
        return Refusal(verbatim(str(error)))
    found = find_question(state, action.question)
    if found is None:
        return Refusal(not_asked(action.question))
    index, question = found
    before = state.given.get(question.name)
    if before is None:
        return Decision(kept_comment=text, says="kept; it goes with the answer to come" if text else "comment removed")
    effects: Sequence[Effect] = ()
    if (before.comment or "") != text:
        effects = (_chosen_effect(state, item, question, before, before.value, text or None, stamp),)
    if state.choosing:
        act = Act.CHOOSE if state.is_choice_unfinished else Act.COMMENT
        decision = Decision(change=change_or_none(item, act, effects, stamp), says=editing(state, item, effects))
    else:
        asked = (state.focus, state.field_index) if index == state.focus else (index, 0)
        decision = go_on(state, item, asked, effects, stamp, Act.COMMENT, stays=index != state.focus)
    return _in_place_of_kept(before, decision)


def clearing_effect(state: ReviewState, item: Item, part: Part, before: Answer, stamp: ActionContext) -> AnswerEffect:
    """Return the effect by which a part of an answer goes, and with the last part the answer."""
    left = without_part(part, before)
    if left is None:
        return AnswerEffect(item.trace_id, part.question.name, part.question.kind, before, None, state.aim)
    return answer_effect(state, item, part.question, before, left, before.comment, stamp)


def given_after(state: ReviewState, effects: Iterable[Effect]) -> Mapping[str, Answer]:
    """Return the answers about the current subject after these effects."""
    given = dict(state.given)
    for effect in effects:
        if isinstance(effect, AnswerEffect):
            given.pop(effect.question, None)
            if effect.after is not None:
                given[effect.question] = effect.after
    return given


def toggle_option(state: ReviewState, item: Item, part: Part, option: str, stamp: ActionContext) -> Decision:
    """Turn an option on or off. Without any option on, the question of an open item is unanswered.

    Each is journaled by itself, so that none is lost; all up to the end of the choice are one step of the history.
    """
    assert isinstance(part.asked.input, Categorical)
    question, before = part.question, state.given.get(part.question.name)
    said = part.value_in(before)
    chosen = [str(name) for name in said] if isinstance(said, Sequence) else []
    wanted = toggled(part.asked.input.options, chosen, option)
    comment, kept = state.comment_so_far(question) or None, None
    value: JsonValue = None
    if wanted or before is None or (state.aim is None and item.state is ItemState.LABELLED):
        value = with_part(part, before, wanted)
    else:
        value = without_part(part, before)
        kept = comment if value is None else None
    effect = _chosen_effect(state, item, question, before, value, comment, stamp)
    return Decision(
        change=make_change(_act_of_choice(state), item.trace_id, (effect,), stamp),
        focus=state.focus,
        says=editing(state, item, (effect,)),
        choosing=True,
        kept_comment=kept,
    )


def choose_none(state: ReviewState, item: Item, part: Part, stamp: ActionContext) -> Decision:
    """Answer a choice of several with none of its options, the empty list, and end it."""
    before = state.given.get(part.question.name)
    comment = state.comment_so_far(part.question) or None
    value = with_part(part, before, [])
    effects: Sequence[Effect] = ()
    if before is None or not same_value(before.value, value):
        effects = (_chosen_effect(state, item, part.question, before, value, comment, stamp),)
    act = _act_of_choice(state)
    return replace(_ask_why_or_go_on(state, item, part, value, comment, effects, stamp, act), choosing=False)


def end_choice(state: ReviewState, item: Item, stamp: ActionContext) -> Decision:
    """End the focused choice of several with the options that are on."""
    part = state.part
    assert part is not None, "a choice is ended where it is asked"
    answer = state.given[part.question.name]
    act = _act_of_choice(state)
    decision = _ask_why_or_go_on(state, item, part, answer.value, answer.comment, (), stamp, act)
    return replace(decision, choosing=False)


def _act_of_choice(state: ReviewState) -> Act:
    return Act.CHOOSE if state.is_choice_unfinished else Act.ANSWER


def _chosen_effect(
    state: ReviewState,
    item: Item,
    question: Question,
    before: Answer | None,
    value: JsonValue,
    comment: str | None,
    stamp: ActionContext,
) -> AnswerEffect:
    """Make the effect of a key in a choice of several, where a value of None clears the answer.

    One choice makes one assessment: what goes on with it changes its answer under the same ID.
    """
    if value is None:
        return AnswerEffect(item.trace_id, question.name, question.kind, before, None, state.aim)
    effect = answer_effect(state, item, question, before, value, comment, stamp)
    if before is None or effect.after is None or not state.is_choice_unfinished:
        return effect
    same = replace(effect.after, assessment_id=before.assessment_id, overrides=before.overrides)
    return replace(effect, after=same)


def go_on(
    state: ReviewState,
    item: Item,
    asked: Place,
    effects: Sequence[Effect],
    stamp: ActionContext,
    act: Act,
    *,
    stays: bool = False,
) -> Decision:
    """Continue after an answer to `asked`: submit and move on, or go to the next part unless the focus `stays`.

    An answer about a span submits nothing: an item is complete by the answers about its trace.
    """
    given, passes = given_after(state, effects), frozenset[str]()
    if state.questions and state.aim is None:
        passes = frozenset({part_at(state.questions, asked).name})
    if state.aim is None and item.state is ItemState.LABELLED:
        return Decision(change=change_or_none(item, act, effects, stamp), says=editing(state, item, effects))
    to_pass = set() if state.aim is not None else state.filled_in - passes - _changed_names(state, effects)
    passed = answered_names(state.questions, given) - to_pass
    if state.aim is None and is_complete(state, passed, given):
        return submit(state, item, effects, stamp, act)
    focus, field_index = (state.focus, state.field_index) if stays else focus_after(state, asked, passed, given)
    change = change_or_none(item, act, effects, stamp)
    return Decision(change=change, focus=focus, field_index=field_index, passes=passes)


def _changed_names(state: ReviewState, effects: Iterable[Effect]) -> set[str]:
    """Return the names of the parts that these effects answer or clear."""
    return {
        part.name
        for effect in effects
        if isinstance(effect, AnswerEffect) and (found := find_question(state, effect.question)) is not None
        for part in changed_parts(*found, effect.before, effect.after)
    }


def submit(state: ReviewState, item: Item, effects: Sequence[Effect], stamp: ActionContext, act: Act) -> Decision:
    """Submit the item, together with `effects`, and go to the next open one, unless what others said is to be seen.

    Stop once where a draft would be left behind.

    An item of a queue that is completed without an answer given in this sitting says with which answers.
    """
    submitted = [*effects, StateEffect(item.trace_id, item.state, ItemState.LABELLED)]
    if DECLINED_NAME in state.answers_of(item.trace_id):
        submitted.append(note_effect(state, item, DECLINED_NAME, None))
    lingers = shows_after(state, item.trace_id)
    at_end = not lingers and ends_with_this(state)
    target = None if lingers else next_open(state)
    whose = "" if effects else _whose_answers(state, item, stamp)
    left = SHOWN_NOW if lingers else "" if target is not None or at_end else nothing_left_after(state)
    submission = Decision(
        change=make_change(act, item.trace_id, submitted, stamp),
        position=target,
        says=" · ".join(part for part in (whose, left) if part),
        submits=True,
        at_end=at_end,
        lingers=lingers,
    )
    return stopped(state, item, effects, submission)


def _whose_answers(state: ReviewState, item: Item, stamp: ActionContext) -> str:
    """Say with which answers an item of a queue is completed, where none of them was given in this sitting."""
    answers = state.answers_of(item.trace_id)
    newest_ms = max((answers[each.name].answered_at_ms for each in state.questions if each.name in answers), default=0)
    if not state.rules.for_queue or item.trace_id in state.touched or not newest_ms:
        return ""
    return f"completed with your answers of {recent_day(newest_ms, stamp.at_ms)}"


def answer_effect(
    state: ReviewState,
    item: Item,
    question: Question,
    before: Answer | None,
    value: JsonValue,
    comment: str | None,
    stamp: ActionContext,
) -> AnswerEffect:
    """Make the effect by which the answer to `question`, about the current subject, goes from `before` to a new one."""
    place, blind = state.places.get(item.trace_id), blind_of(state, item.trace_id, before)
    after = Answer(stamp.mint(), value, comment, stamp.at_ms, stamp.duration_ms, blind, place=place)
    succeeding = succeed(state, before, after)
    return AnswerEffect(item.trace_id, question.name, question.kind, before, succeeding, state.aim)


def note_effect(state: ReviewState, item: Item, name: str, after: Answer | None) -> AnswerEffect:
    """Make the effect by which a flag or a decline note appears, changes or (None) disappears. Both are feedback."""
    before = state.answers_of(item.trace_id).get(name)
    place = state.places.get(item.trace_id)
    succeeding = None if after is None else succeed(state, before, replace(after, place=place))
    return AnswerEffect(item.trace_id, name, AssessmentKind.FEEDBACK, before, succeeding)


def make_change(
    act: Act, trace_id: str, effects: Sequence[Effect], stamp: ActionContext, reverses: str | None = None
) -> Change:
    """Make a change with an ID of its own."""
    return Change(f"c-{stamp.mint()[2:]}", act, trace_id, stamp.at_ms, tuple(effects), reverses)


def find_question(state: ReviewState, name: str) -> tuple[int, Question] | None:
    """Return the index and the question of that name; None where it went while its answer was being given."""
    return next(((index, each) for index, each in enumerate(state.questions) if each.name == name), None)


def not_asked(name: str) -> str:
    """Say in a sentence of the rules that a question went while it was being answered."""
    return f"{verbatim(name)} is not asked any more, so this answers nothing; answers given before are kept"


def _ask_why_or_go_on(
    state: ReviewState,
    item: Item,
    part: Part,
    value: JsonValue,
    comment: str | None,
    effects: Sequence[Effect],
    stamp: ActionContext,
    act: Act,
) -> Decision:
    """Open the comment if the question wants one after such an answer, else go on.

    A structured question wants it once none of its fields is left.
    """
    question, (focus, field_index) = part.question, part.place
    left = open_parts((question,), given_after(state, effects))
    if comment or left or not _wants_comment(question, value):
        return go_on(state, item, part.place, effects, stamp, act)
    return Decision(
        change=change_or_none(item, act, effects, stamp),
        focus=focus,
        field_index=field_index,
        ask=FieldRequest(FieldKind.COMMENT_AFTER, question.name),
        says=editing(state, item, effects),
    )


def _wants_comment(question: Question, value: JsonValue) -> bool:
    wanted = {"always": True, "positive": value is True, "negative": value is False}
    return question.takes_comment and wanted.get(question.comment_on or "", False)


def _in_place_of_kept(before: Answer | None, decision: Decision) -> Decision:
    """Drop the comment that was kept: the field that opened with it was closed, and its text counts now."""
    return decision if before is not None and before.comment else replace(decision, kept_comment="")


def succeed(state: ReviewState, before: Answer | None, after: Answer) -> Answer:
    """Return `after` as the successor of `before`: superseding it, or under its ID where edits are made in place."""
    if before is None or before.has_fallen:
        return after
    if state.rules.edits_in_place:
        return replace(after, assessment_id=before.assessment_id, overrides=before.overrides)
    return replace(after, overrides=before.assessment_id)


def editing(state: ReviewState, item: Item, effects: Sequence[Effect]) -> str:
    """Say what is changed about an item that was submitted; nothing of any other."""
    is_submitted = state.aim is None and item.state is ItemState.LABELLED
    return said_of_changes(state.questions, effects) if is_submitted else ""


def change_or_none(item: Item, act: Act, effects: Sequence[Effect], stamp: ActionContext) -> Change | None:
    """Make a change of these effects; None where there are none."""
    return make_change(act, item.trace_id, effects, stamp) if effects else None
