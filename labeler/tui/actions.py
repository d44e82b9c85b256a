"""The one table of actions: its keys, what it does, where it applies.

The key line, the help screen, `labeler keys`, docs/keys.md and remapping are views of this table.
It imports nothing, so that printing it is quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Context(StrEnum):
    """Where an action's keys are heard. A key may mean one thing in each."""

    REVIEW = "review"
    SEARCH = "search"
    OVERLAY = "overlay"
    COPY = "copy"
    """The next key after `copy.menu`."""
    OUTBOX = "outbox"
    """The outbox, which hears the keys of overlays as well."""


class Group(StrEnum):
    """Headings of the help screen, in its order."""

    ANSWER = "answer"
    QUESTION = "question"
    ITEM = "item"
    EDIT = "edit"
    VIEW = "view"
    WORKLIST = "worklist"
    COPY = "copy"
    OUTBOX = "outbox"
    APP = "app"
    OVERLAY = "overlay"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does. `keys` are as people write them: a character, or a name such as ``shift+tab``.

    `hint` is the word on the key line (empty: not there); `does` the sentence in the help.
    """

    id: str
    keys: tuple[str, ...]
    does: str
    group: Group
    context: Context = Context.REVIEW
    hint: str = ""


ACTIONS: tuple[Action, ...] = (
    Action("answer.positive", ("y",), "thumbs up", Group.ANSWER, hint="yes"),
    Action("answer.negative", ("n",), "thumbs down", Group.ANSWER, hint="no"),
    Action("answer.positive_with_comment", ("Y",), "thumbs up, with a comment typed first", Group.ANSWER),
    Action("answer.negative_with_comment", ("N",), "thumbs down, with a comment typed first", Group.ANSWER, hint="no…"),
    Action(
        "answer.option",
        ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "."),
        "the n-th option, or a number, for the focused question",
        Group.ANSWER,
        hint="option",
    ),
    Action("answer.comment", ("c",), "comment on the answer", Group.ANSWER, hint="comment"),
    Action("answer.comment_in_editor", ("C",), "comment in $EDITOR", Group.ANSWER),
    Action("answer.text", ("e",), "write the text or expectation", Group.ANSWER, hint="write"),
    Action("answer.text_in_editor", ("E",), "write it in $EDITOR", Group.ANSWER),
    Action("answer.clear", ("backspace",), "clear the focused answer, or go back to the one before", Group.ANSWER),
    Action("answer.accept", ("=", "+"), "take the judge's value", Group.ANSWER, hint="accept"),
    Action("question.next", ("tab",), "next question", Group.QUESTION),
    Action("question.previous", ("shift+tab",), "previous question", Group.QUESTION),
    Action("item.submit", ("enter",), "submit and go to the next open item", Group.ITEM, hint="submit"),
    Action("item.next", ("j",), "next item of the worklist", Group.ITEM),
    Action("item.previous", ("k",), "previous item of the worklist", Group.ITEM),
    Action("item.back", ("p",), "the item I was at before", Group.ITEM, hint="back"),
    Action("item.forward", ("P",), "forward again, after going back", Group.ITEM),
    Action("item.first", ("g",), "first item", Group.ITEM),
    Action("item.last", ("G",), "last item", Group.ITEM),
    Action("item.next_open", ("o",), "next item that is not labelled", Group.ITEM, hint="next open"),
    Action("item.defer", ("s",), "defer: it comes back at the end", Group.ITEM, hint="defer"),
    Action("item.decline", ("D",), "decline, with a reason", Group.ITEM),
    Action("item.flag", ("f",), "flag for discussion, with an optional note; again: off", Group.ITEM, hint="flag"),
    Action("edit.undo", ("u",), "undo, any number of steps", Group.EDIT, hint="undo"),
    Action("edit.redo", ("U",), "redo", Group.EDIT),
    Action("view.up", ("up",), "scroll up a line", Group.VIEW),
    Action("view.down", ("down",), "scroll down a line", Group.VIEW),
    Action("view.page_down", ("space", "pagedown"), "scroll down a page", Group.VIEW, hint="page"),
    Action("view.page_up", ("b", "pageup"), "scroll up a page", Group.VIEW),
    Action("view.home", ("home",), "start of the document", Group.VIEW),
    Action("view.end", ("end",), "end of the document", Group.VIEW),
    Action("view.previous_message", ("<", "{"), "previous message", Group.VIEW),
    Action("view.next_message", (">", "}"), "next message", Group.VIEW),
    Action("view.answer", ("a",), "the response under judgement; again: its request", Group.VIEW),
    Action("view.fold", ("z",), "open or close the current block; media: open it", Group.VIEW, hint="fold"),
    Action("view.fold_all", ("Z",), "open or close all blocks", Group.VIEW),
    Action("view.search", ("/",), "search in the trace", Group.VIEW, hint="search"),
    Action("view.spans", ("t",), "the span tree", Group.VIEW, hint="spans"),
    Action("view.aim", ("A",), "in the span tree: ask about the span; again: about the trace", Group.VIEW, hint="aim"),
    Action("view.documents", ("x",), "retrieved documents with rank, source, score", Group.VIEW),
    Action("view.raw", ("r",), "exact JSON, or the conversation again", Group.VIEW),
    Action("view.session", ("h",), "earlier turns of the conversation", Group.VIEW),
    Action("view.metadata", ("m",), "tags, metadata, tokens, cost, and all that was ever said", Group.VIEW),
    Action("view.guideline", ("i",), "the focused question's whole instruction", Group.VIEW),
    Action("view.next_match", ("n", "]"), "next match", Group.VIEW, Context.SEARCH),
    Action("view.previous_match", ("N", "["), "previous match", Group.VIEW, Context.SEARCH),
    Action("worklist.toggle", ("l",), "show or hide the worklist", Group.WORKLIST),
    Action("copy.menu", ("w",), "copy; the next key says what", Group.COPY),
    Action("copy.id", ("i",), "copy the trace's ID", Group.COPY, Context.COPY, "ID"),
    Action("copy.address", ("a",), "copy its address in MLflow's pages", Group.COPY, Context.COPY, "web address"),
    Action("copy.message", ("m",), "copy the current message", Group.COPY, Context.COPY, "message"),
    Action("copy.trace", ("t",), "copy the whole trace", Group.COPY, Context.COPY, "whole trace"),
    Action("copy.file", ("f",), "after copying: write the same to a file", Group.COPY, Context.COPY),
    Action("outbox.open", ("O",), "what is waiting, parked or refused, and why", Group.OUTBOX),
    Action("outbox.item", ("enter",), "go to the item", Group.OUTBOX, Context.OUTBOX, "its item"),
    Action("outbox.retry", ("r",), "try this one again now", Group.OUTBOX, Context.OUTBOX, "try again"),
    Action("outbox.retry_all", ("R",), "try everything again now", Group.OUTBOX, Context.OUTBOX, "try all"),
    Action("outbox.discard", ("d",), "give it up for good, after asking", Group.OUTBOX, Context.OUTBOX, "give up"),
    Action("app.command", (":",), "a number, $, or a command name", Group.APP, hint="command"),
    Action("app.help", ("?",), "every key, by group, and the signs", Group.APP, hint="help"),
    Action("app.quit", ("q",), "leave; nothing is lost", Group.APP, hint="quit"),
    Action("overlay.down", ("j", "down"), "down a line", Group.OVERLAY, Context.OVERLAY),
    Action("overlay.up", ("k", "up"), "up a line", Group.OVERLAY, Context.OVERLAY),
    Action("overlay.page_down", ("space", "pagedown"), "down a page", Group.OVERLAY, Context.OVERLAY),
    Action("overlay.page_up", ("b", "pageup"), "up a page", Group.OVERLAY, Context.OVERLAY),
    Action("overlay.home", ("g", "home"), "to the start", Group.OVERLAY, Context.OVERLAY),
    Action("overlay.end", ("G", "end"), "to the end", Group.OVERLAY, Context.OVERLAY),
    Action("overlay.open", ("enter",), "open the span; again: its message", Group.OVERLAY, Context.OVERLAY),
    Action("overlay.close", ("q", "escape"), "close", Group.OVERLAY, Context.OVERLAY),
)
