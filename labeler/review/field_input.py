"""What a field asks for, and what the text typed into it means. Pure: fields on a screen show and hear it."""

from __future__ import annotations

import json

from labeler.domain.question import Question
from labeler.review import action as act
from labeler.review.answer_values import allowed, parse_number
from labeler.review.decision import FieldKind, FieldRequest

_COMMENTS = frozenset({FieldKind.COMMENT, FieldKind.COMMENT_AFTER, FieldKind.THUMB_COMMENT})


def takes_several_lines(request: FieldRequest) -> bool:
    """Return whether people write more than a line there."""
    return request.field in _COMMENTS or request.field is FieldKind.TEXT


def meaning_of(request: FieldRequest, question: Question | None, text: str) -> act.Action:
    """Return the action that a text typed into the field stands for; `question` is the one that it was asked for, or
    the field of one.

    Raises `UnusableValue`, with a sentence, for a text that is no number where one is asked for.
    """
    match request.field:
        case FieldKind.COMMENT if request.trace_id:
            return act.OnItem(request.trace_id, act.Comment(request.question, text))
        case FieldKind.FLAG if request.trace_id:
            return act.OnItem(request.trace_id, act.SetFlag(text))
        case FieldKind.COMMENT | FieldKind.COMMENT_AFTER:
            return act.Comment(request.question, text)
        case FieldKind.THUMB_COMMENT:
            return act.SetAnswer(request.question, request.positive, text.strip(), request.field_name)
        case FieldKind.TEXT:
            return act.SetAnswer(request.question, text, field_name=request.field_name)
        case FieldKind.NUMBER:
            assert question is not None, "a number is asked for a question"
            return act.SetAnswer(request.question, parse_number(question, text), field_name=request.field_name)
        case FieldKind.DECLINE:
            return act.Decline(text)
        case FieldKind.FLAG:
            return act.SetFlag(text)


def title_of(request: FieldRequest, question: Question | None, name: str, declines_for: str = "") -> str:
    """Return what stands over the field. `name` is what the question is called, as display text.

    `declines_for` says for whom an item is declined.
    """
    for_all = f" for {request.selected} selected" if request.selected else ""
    match request.field:
        case FieldKind.COMMENT | FieldKind.COMMENT_AFTER:
            return f"comment on {name}"
        case FieldKind.THUMB_COMMENT:
            return f"{'thumbs up' if request.positive else 'thumbs down'} on {name}{for_all}, with a comment"
        case FieldKind.TEXT:
            return f"{name}{for_all}"
        case FieldKind.NUMBER:
            return f"{name}{for_all} ({allowed(question)}):" if question is not None else f"{name}{for_all}:"
        case FieldKind.DECLINE:
            what = f"decline {request.selected} items" if request.selected else "decline"
            return f"{what} for {declines_for}, because:"
        case FieldKind.FLAG:
            return f"flag {request.selected} items, note:" if request.selected else "flag, note:"


def draft_slot(request: FieldRequest, span_id: str | None) -> str:
    """Return what a draft is kept under. A comment is the same comment, whichever key opened it."""
    about = f"@{span_id}" if span_id and request.question else ""
    selected = "selected " if request.selected else ""
    if request.field in _COMMENTS:
        return f"{selected}{FieldKind.COMMENT}:{request.question}{about}"
    field = json.dumps(request.field_name) if request.field_name else ""  # in quotes, so that no other slot is like it
    return f"{selected}{request.field}{field}:{request.question}{about}"


def draft_of(request: FieldRequest, text: str) -> str:
    """Return what of a text is kept as a draft: what differs from the text that the field brought.

    A half number is none: its first digit opens the field.
    """
    return text if text != request.text and request.field is not FieldKind.NUMBER else ""
