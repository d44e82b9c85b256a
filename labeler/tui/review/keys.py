"""What each action of the table means to the rules of a review. The rest are the screen's own."""

from __future__ import annotations

from collections.abc import Mapping

from labeler.review import action as act
from labeler.tui.review.slips import Weight

REVIEW_ACTIONS: Mapping[str, act.Action] = {
    "answer.positive": act.Thumb(True),
    "answer.negative": act.Thumb(False),
    "answer.positive_with_comment": act.AskThumbComment(True),
    "answer.negative_with_comment": act.AskThumbComment(False),
    "answer.comment": act.AskComment(),
    "answer.comment_in_editor": act.AskComment(),
    "answer.text": act.AskText(),
    "answer.text_in_editor": act.AskText(),
    "answer.clear": act.Clear(),
    "question.next": act.FocusBy(1),
    "question.previous": act.FocusBy(-1),
    "item.submit": act.Submit(),
    "item.next": act.Go(act.Where.NEXT),
    "item.previous": act.Go(act.Where.PREVIOUS),
    "item.back": act.Go(act.Where.BACK),
    "item.forward": act.Go(act.Where.FORWARD),
    "item.first": act.Go(act.Where.FIRST),
    "item.last": act.Go(act.Where.LAST),
    "item.next_open": act.Go(act.Where.NEXT_OPEN),
    "item.defer": act.Defer(),
    "item.decline": act.AskDecline(),
    "item.flag": act.ToggleFlag(),
    "edit.undo": act.Undo(),
    "edit.redo": act.Redo(),
}

JUDGING = frozenset(
    {
        "answer.positive",
        "answer.negative",
        "answer.positive_with_comment",
        "answer.negative_with_comment",
        "answer.option",
        "answer.comment",
        "answer.comment_in_editor",
        "answer.text",
        "answer.text_in_editor",
        "answer.clear",
        "answer.accept",
        "item.submit",
    }
)
"""Actions that judge the trace: refused while it is not on the screen."""

DECIDING = JUDGING | {"item.defer", "item.decline", "item.flag"}
"""Actions that decide something about the item: refused while a search is active, whose keys are among theirs."""

WEIGHTS: Mapping[str, Weight] = {
    "answer.positive": Weight.ACTS,
    "answer.negative": Weight.ACTS,
    "answer.positive_with_comment": Weight.ACTS,
    "answer.negative_with_comment": Weight.ACTS,
    "answer.option": Weight.ACTS,
    "answer.clear": Weight.ACTS,
    "answer.accept": Weight.ACTS,
    "item.submit": Weight.ACTS,
    "item.defer": Weight.ACTS,
    "item.decline": Weight.ACTS,
    "item.flag": Weight.ACTS,
    "answer.comment": Weight.WRITES,
    "answer.comment_in_editor": Weight.WRITES,
    "answer.text": Weight.WRITES,
    "answer.text_in_editor": Weight.WRITES,
    "edit.undo": Weight.WRITES,
    "edit.redo": Weight.WRITES,
}
"""How carefully a key that does something is heard; the rest read, move or leave."""

SWALLOWING = frozenset(
    {
        "answer.comment",
        "answer.comment_in_editor",
        "answer.text",
        "answer.text_in_editor",
        "answer.positive_with_comment",
        "answer.negative_with_comment",
        "item.decline",
        "item.flag",
    }
)
"""Actions after which people type on: when they are refused, so is the typing, until Esc or Enter."""

IN_EDITOR = frozenset({"answer.comment_in_editor", "answer.text_in_editor"})

VIEWS = ("view.spans", "view.documents", "view.raw", "view.session", "view.metadata")
"""Actions that open another view of the trace."""

COPIES = ("copy.id", "copy.address", "copy.message", "copy.trace", "copy.file")
