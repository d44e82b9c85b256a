"""From the desk to what the small widgets show. Reads only; paints nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from labeler.desk.delivery_status import AnswerDelivery, DeliveryState
from labeler.desk.desk import EFFECTS_IN_SIGHT, Desk
from labeler.domain.assessment import Assessment
from labeler.domain.change import Answer, AnswerEffect, Change
from labeler.domain.clock import wall_clock_ms
from labeler.domain.connection import ConnectionStatus
from labeler.domain.moment import time_of_day
from labeler.domain.question import Categorical, PassFail, Question, Structured
from labeler.domain.value_words import value_words
from labeler.domain.worklist import ItemState
from labeler.reading.sanitise import one_line, sanitise
from labeler.review.criteria import Filter
from labeler.review.filled_in import filled_in
from labeler.review.repeat import repeatable
from labeler.review.shared_queue import why_no_work
from labeler.review.structured import asked_fields
from labeler.tui.appearance import Signs
from labeler.tui.keymap import Keymap
from labeler.tui.review.answer_notes import answer_notes
from labeler.tui.review.available_keys import acceptable
from labeler.tui.review.filter_menu import filter_words
from labeler.tui.review.judges_said import judges_said
from labeler.tui.review.last_item import LastItemView
from labeler.tui.review.question_panel import PanelKeys, PanelView, option_keys
from labeler.tui.review.question_rows import question_rows_of
from labeler.tui.review.status_line import StatusView
from labeler.tui.review.trace_header import HeaderView
from labeler.tui.review.trace_views import PaneView
from labeler.tui.widgets.delivery_sign import fate_words
from labeler.tui.widgets.key_line import KeysThatAct

_REPEATED: Final = 60
"""Characters that the key line gives to what would be repeated."""

_ACCEPTED: Final = 24
"""Characters that the key line gives to a verdict, and to whose it is."""

_EMPTY: Final = "The worklist is empty. {app.command}refresh looks for new traces, {app.quit} leaves."


def status_view(desk: Desk, conditions: tuple[str, ...]) -> StatusView:
    counts = desk.deliveries.counts
    state = desk.state
    total = len(state.items)
    return StatusView(
        title=one_line(desk.title, 60),
        number=state.position + 1 if total else 0,
        total=total,
        labelled=state.labelled,
        left_ms=desk.pace.left_ms(state.worklist.work_left - state.worklist.count_of(ItemState.DEFERRED)),
        queued=desk.deliveries.counts.waiting,
        stuck=counts.parked + counts.refused - counts.conflicts,
        conflicts=counts.conflicts,
        has_more_coming=desk.intake.has_more_coming,
        connection=desk.connection,
        until=_until(desk.left_alone_until_ms),
        since=time_of_day(desk.not_online_since_ms),
        here=(total - len(state.absent), total) if desk.connection is ConnectionStatus.OFFLINE else None,
        reviewer=one_line(desk.reviewer, 60),
        conditions=conditions,
    )


def conditions(desk: Desk, typed: Filter | None) -> tuple[str, ...]:
    """Return words for what holds until it is changed, and for who finished the current item.

    `typed` is the filter whose text is being typed.
    """
    state, item = desk.state, desk.state.item
    theirs = why_no_work(state, item.trace_id) if item is not None else ""
    blind = "blind" if state.is_blind else ""
    words = (desk.steps.words, blind, filter_words(desk, typed), one_line(theirs, 40))
    return tuple(word for word in words if word)


def _until(at_ms: int) -> str:
    """Return ``14:05`` while that is to come, else an empty text."""
    return time_of_day(at_ms) if at_ms > wall_clock_ms() else ""


def panel_view(desk: Desk, keymap: Keymap, acting: KeysThatAct, signs: Signs, display: dict[str, str]) -> PanelView:
    """Return everything that the question panel tells. Texts that are met for the first time are added to `display`."""
    state = desk.state
    answers = dict(state.given) if state.item else {}  # what is compared later must not change meanwhile
    for text in _texts_of(state.questions, answers):
        if text not in display:
            display[text] = sanitise(text)
    return PanelView(
        questions=state.questions,
        answers=answers,
        focus=min(state.focus, max(len(state.questions) - 1, 0)),
        field_index=state.field_index,
        judges=judges_said(desk),
        keys=PanelKeys(
            positive=keymap.first_key("answer.positive"),
            negative=keymap.first_key("answer.negative"),
            text=keymap.first_key("answer.text"),
            accept=keymap.first_key("answer.accept"),
            guideline=keymap.first_key("view.guideline"),
            options=option_keys(keymap),
            submit=keymap.spelled("{item.submit}"),
        ),
        signs=signs,
        display=display,
        fates={each.assessment_id: desk.deliveries.state_of(each.assessment_id) for each in answers.values()},
        last=last_item_view(desk, keymap, acting),
        notes=answer_notes(desk.state, answers),
    )


def _texts_of(questions: Sequence[Question], answers: Mapping[str, Answer]) -> Iterator[str]:
    """Yield texts of the answers that the panel shows."""
    for row in question_rows_of(questions, answers):
        yield from (each for each in (row.comment, row.tells, row.value) if isinstance(each, str) and each)


def display_texts(questions: tuple[Question, ...]) -> dict[str, str]:
    """Sanitised spellings of everything a server may have put into questions."""
    return {text: sanitise(text) for question in questions for text in _texts(question)}


def last_item_view(desk: Desk, keymap: Keymap, acting: KeysThatAct) -> LastItemView:
    """Return what happened last, with the keys that take it back and go back, where they would."""
    change = desk.last_change
    title = ""
    if change is not None and change.trace_id in desk.state.index_of:
        title = one_line(desk.state.items[desk.state.index_of[change.trace_id]].title)
    leads_back = (keymap.by_id[each] for each in ("edit.undo", "item.back"))
    hints = [(keys[0], action.hint) for action in leads_back if (keys := acting(action))]
    is_edit = change is not None and change.trace_id in desk.state.before_edit
    return LastItemView(change, title, _span_name(desk, change), _fate(desk), hints, is_edit)


def pane_view(desk: Desk, keymap: Keymap) -> PaneView:
    """Return the current trace; where it is not here it begins to be prepared."""
    state, item = desk.state, desk.state.item
    prepared = desk.document(item.trace_id) if item else None
    instead = "" if prepared else desk.why_absent(item.trace_id) if item else _EMPTY
    return PaneView(
        trace_id=item.trace_id if item else "",
        prepared=prepared,
        instead=keymap.spelled(instead),
        is_blind=item is not None and state.hides_others_of(item.trace_id),
        has_questions=bool(state.questions),
        aim=state.aim,
        is_choosing=state.choosing,
        about_spans=desk.known.about_spans(item.trace_id) if item else {},
        as_of_ms=prepared.raw.summary.read_at_ms if prepared and desk.connection is ConnectionStatus.OFFLINE else 0,
    )


def what_was_said(desk: Desk, trace_id: str) -> tuple[Sequence[Assessment], dict[str, str]]:
    """Return all that was said about a trace, and how far my answers among it got, in words, by assessment ID."""
    said = desk.known.about(trace_id)
    fates = {each.id: desk.deliveries.fates.get(each.id) for each in said}
    return said, {each: fate_words(fate.state, fate.reason) for each, fate in fates.items() if fate is not None}


def key_words(desk: Desk) -> dict[str, str]:
    """Return what the key line says in place of an action's own word.

    All that would be repeated: ``Wrong · 2 “too late”``; where a judge is checked, which verdict would be taken over;
    while a choice of several is made, that it is ended.
    """
    is_choosing = desk.state.choosing or desk.state.selection.options is not None
    return {**_accepted(desk), **_repeated(desk), **({"item.submit": "end choice"} if is_choosing else {})}


def _accepted(desk: Desk) -> dict[str, str]:
    state = desk.state
    found = acceptable(desk) if state.rules.checked else ""
    if isinstance(found, str) or state.question is None:
        return {}
    said = one_line(value_words(found.value, state.question), _ACCEPTED)
    return {"answer.accept": f"{said}, as {one_line(found.judge.source.id, _ACCEPTED)}"}


def _repeated(desk: Desk) -> dict[str, str]:
    found = repeatable(desk.state)
    if found is None:
        return {}
    by_name = {question.name: question for question in desk.state.questions}
    said = (
        f"{value_words(asked_fields(by_name[name], answer.value), by_name[name])}"
        f"{f' “{answer.comment}”' if answer.comment else ''}"
        for name, answer in found[1].items()
    )
    return {"answer.repeat": one_line(" · ".join(said), _REPEATED)}


def target_name(desk: Desk) -> str:
    """Return what the span that the questions are about is called, as display text; empty while that is the trace."""
    state = desk.state
    if state.item is None or state.aim is None:
        return ""
    return desk.library.span_name(state.item.trace_id, state.aim)


def header_view(desk: Desk, place: str) -> HeaderView | None:
    """Return what the header tells of the current trace, of which `place` is in view; None while it is not here."""
    item = desk.state.item
    prepared = desk.library.get(item.trace_id) if item else None
    if prepared is None:
        return None
    summary = prepared.raw.summary
    about_spans, roots = desk.known.about_spans(summary.id), prepared.document.roots
    return HeaderView(
        summary=replace(summary, name=prepared.name),
        models=prepared.models,
        turn=desk.sessions.turn_of(summary.id),
        place=place,
        filled_in=filled_in(desk.state, wall_clock_ms()),
        said_of_spans=sum(len(said) for span_id, said in about_spans.items() if span_id not in roots),
    )


def _texts(question: Question) -> Iterator[str]:
    yield question.name
    yield question.instruction
    match question.input:
        case PassFail(positive, negative):
            yield positive
            yield negative
        case Categorical(options, _):
            yield from options
        case Structured(fields):
            for field in fields:
                yield from _texts(field)


def _span_name(desk: Desk, change: Change | None) -> str:
    """Return the span that a change was about; empty where it was about the trace, or about several."""
    effects = change.effects if change is not None and not change.is_about_several else ()
    about = ((each.trace_id, each.span_id) for each in effects if isinstance(each, AnswerEffect))
    return next((desk.library.span_name(trace_id, span_id) for trace_id, span_id in about if span_id), "")


def refusal(desk: Desk, key: str) -> str:
    """Return which answer of the current item was refused and why, in a sentence; empty when none was."""
    state = desk.state
    for name, answer in state.given.items() if state.item else ():
        fate = desk.deliveries.fates.get(answer.assessment_id)
        if fate is not None and fate.state is DeliveryState.REFUSED:
            more = f" · {key} shows what can be done" if key else ""
            return f"{one_line(name, 40)} was refused: {one_line(fate.reason or 'no reason was given', 160)}{more}"
    return ""


def _fate(desk: Desk) -> AnswerDelivery | None:
    """Return how far the answers of the last change got: the refused one, else any once all are delivered."""
    change = desk.last_change
    effects = change.effects if change is not None and len(change.effects) <= EFFECTS_IN_SIGHT else ()
    ids = [effect.after.assessment_id for effect in effects if isinstance(effect, AnswerEffect) and effect.after]
    fates = [desk.deliveries.fates[each] for each in ids if each in desk.deliveries.fates]
    refused = next((fate for fate in fates if fate.state is DeliveryState.REFUSED), None)
    if refused is not None:
        return refused
    return fates[0] if fates and all(fate.state is DeliveryState.DELIVERED for fate in fates) else None
