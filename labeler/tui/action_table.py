"""The one table of actions: a row an action, a column for everything that is told of it.

Its keys, what it does and where, who does it, how carefully its keys are heard, its word on the key line. The key line,
the help screen, `labeler keys`, docs/keys.md, the command line and remapping are views of this table, and no other
table is keyed by an action's ID. It imports what is light, so that printing it is quick.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, StrEnum, auto
from typing import TypeAlias

from labeler.dataclass import dataclass
from labeler.review import action as act


class Context(StrEnum):
    """Where an action's keys are heard. A key may mean one thing in each."""

    REVIEW = "review"
    SEARCH = "search"
    OVERLAY = "overlay"
    COPY = "copy"
    """The next key after `copy.menu`."""
    FILTER = "filter"
    """The next key after `worklist.filter`."""
    ADJUDICATION = "adjudication"
    """While a lead decides about the items of a sprint, which hears the keys of the review as well."""
    OUTBOX = "outbox"
    """The outbox, which hears the keys of overlays as well."""
    FIELD = "field"
    """While a field is open, in which everything else is typed."""
    CONFIRM = "confirm"
    """While the program asks whether it is to do something."""


class Group(StrEnum):
    """Headings of the help screen, in its order."""

    ANSWER = "answer"
    QUESTION = "question"
    ITEM = "item"
    EDIT = "edit"
    SELECT = "select"
    VIEW = "view"
    WORKLIST = "worklist"
    FILTER = "filter"
    REVIEW = "review"
    COPY = "copy"
    OUTBOX = "outbox"
    APP = "app"
    OVERLAY = "overlay"
    FIELD = "field"
    CONFIRM = "confirm"


class Consequence(Enum):
    """What an action leads to, and so how carefully its keys are heard."""

    READS = auto()
    """Reads, moves or leaves: held down it goes on, and it is never too early."""
    TAKES_BACK = auto()
    """Undoes or redoes: once a press, and for the item that was there when it was pressed."""
    WRITES = auto()
    """Opens a field for an answer: as `TAKES_BACK`, and only where the trace can be read."""
    MARKS = auto()
    """Defers, declines, flags: once a press, and only on an item that could be looked at."""
    ANSWERS = auto()
    """Answers or submits: as `MARKS`, and only where the trace can be read."""

    @property
    def decides(self) -> bool:
        """Whether it decides something about the item: a search and what stands over the review hold it back."""
        return self in (Consequence.WRITES, Consequence.MARKS, Consequence.ANSWERS)

    @property
    def judges(self) -> bool:
        """Whether it judges the trace: refused while that is not on the screen."""
        return self in (Consequence.WRITES, Consequence.ANSWERS)

    @property
    def is_guarded(self) -> bool:
        """Whether it waits until a new item could be looked at."""
        return self in (Consequence.MARKS, Consequence.ANSWERS)


class Situation(Enum):
    """What makes some keys worth more than they are otherwise."""

    IN_QUEUE = auto()
    """The items are those of a review queue."""
    LIST_HIDDEN = auto()
    """The worklist is not on the screen."""
    CHECKS_JUDGE = auto()
    """The verdicts of a judge are reviewed."""
    SELECTING = auto()
    """Rows of the worklist are selected."""
    SEVERAL_ASKED = auto()
    """The focused question is a choice of several."""
    CAN_REPEAT = auto()
    """An item was submitted whose answers can be repeated, and the current one has none."""
    CHOOSING = auto()
    """A choice of several was begun, and has to be ended."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Decided by the rules of a review. `in_editor`: the field that they ask for is the reviewer's editor."""

    action: act.Action
    in_editor: bool = False


@dataclass(frozen=True, slots=True)
class Pane:
    """Done by what is in front, the document or a list: a method, and how far it goes (no number: it takes none)."""

    method: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class OnScreen:
    """Done by the screen that hears the key: a method, and what it is about (empty: it takes nothing)."""

    method: str
    about: str = ""


Target: TypeAlias = Rule | Pane | OnScreen
"""Who does what an action stands for."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does. `keys` are as people write them: a character, or a name such as ``shift+tab``.

    `does` is the sentence in the help, `run` who does it; `consequence` how carefully its keys are heard. After an
    action that `opens_field` people type on: when it is refused, that must not act. One that `needs_key` may be
    remapped but not unbound: it is the only way out of where it is heard. `hint` is the word on the key line (empty:
    not there); of the hints that fit, those of more `worth` come first (0: only where nothing else is offered); in the
    situation that `worth_in` names they are worth as much as that says. Actions of one `series` share a line of the
    help, which says that of all of them. `brief` says in few words what it does, where the help has no room for `does`;
    there, neighbours of the same `brief` share an entry.
    """

    id: str
    keys: tuple[str, ...]
    does: str
    run: Target
    context: Context = Context.REVIEW
    consequence: Consequence = Consequence.READS
    opens_field: bool = False
    needs_key: bool = False
    hint: str = ""
    worth: int = 0
    worth_in: tuple[Situation, int] | None = None
    series: str = ""
    brief: str = ""

    @property
    def in_few_words(self) -> str:
        """What it does, in as few words as there are for it."""
        return self.brief or self.hint or self.does

    def worth_now(self, holding: Collection[Situation]) -> int:
        """Return what the hint is worth while these situations hold."""
        return self.worth_in[1] if self.worth_in is not None and self.worth_in[0] in holding else self.worth

    @property
    def group(self) -> Group:
        """The heading it stands under in the help: what its ID begins with."""
        return Group(self.id.partition(".")[0])

    @property
    def can_be_typed(self) -> bool:
        """Whether it may be given on the command line: what keys do in a review, in a search and for a filter."""
        return self.context in (Context.REVIEW, Context.SEARCH, Context.FILTER)


_TAKES_BACK, _WRITES = Consequence.TAKES_BACK, Consequence.WRITES
_MARKS, _ANSWERS = Consequence.MARKS, Consequence.ANSWERS


def _option(number: int, digit: str) -> Action:
    """Return the row of a digit: the `number`-th option, or the digit itself where a number is asked for."""
    does = f"option {number}, or {digit} where a number is asked for"
    run = Rule(act.Digit(digit))
    series = "the options in their order, or the digit where a number is asked for"
    return Action(
        f"answer.option.{digit}",
        (digit,),
        does,
        run,
        consequence=_ANSWERS,
        hint="option",
        worth=160,
        series=series,
        brief="option, or digit",
    )


def _filter(name: str, key: str, about: str, does: str, hint: str = "") -> Action:
    """Return the row of a filter."""
    run = OnScreen("filter_by", about)
    return Action(f"filter.{name}", (key,), does, run, Context.FILTER, hint=hint or about)


# fmt: off
ACTIONS: tuple[Action, ...] = (
    Action("answer.positive", ("y",), "thumbs up", Rule(act.Thumb(True)), consequence=_ANSWERS, hint="yes", worth=190),
    Action("answer.negative", ("n",), "thumbs down", Rule(act.Thumb(False)), consequence=_ANSWERS, hint="no",
           worth=180),
    Action("answer.positive_with_comment", ("Y",), "thumbs up, with a comment typed first",
           Rule(act.AskThumbComment(True)), consequence=_ANSWERS, opens_field=True, brief="up, with comment"),
    Action("answer.negative_with_comment", ("N",), "thumbs down, with a comment typed first",
           Rule(act.AskThumbComment(False)), consequence=_ANSWERS, opens_field=True, hint="no…", worth=170,
           brief="down, with comment"),
    *(_option(number, digit) for number, digit in enumerate("1234567890", 1)),
    Action("answer.option.minus", ("-",), "none of several options; a minus, where a number is typed",
           Rule(act.Digit("-")), consequence=_ANSWERS, hint="none", worth_in=(Situation.SEVERAL_ASKED, 158),
           brief="none; a minus"),
    Action("answer.comment", ("c",), "comment on the answer", Rule(act.AskComment()), consequence=_WRITES,
           opens_field=True, hint="comment", worth=150),
    Action("answer.comment_in_editor", ("C",), "comment in $EDITOR", Rule(act.AskComment(), in_editor=True),
           consequence=_WRITES, opens_field=True),
    Action("answer.text", ("e",), "write the text or expectation", Rule(act.AskText()), consequence=_WRITES,
           opens_field=True, hint="write", worth=40, brief="write the text"),
    Action("answer.text_in_editor", ("E",), "write it in $EDITOR", Rule(act.AskText(), in_editor=True),
           consequence=_WRITES, opens_field=True, brief="write in $EDITOR"),
    Action("answer.clear", ("backspace",), "clear the focused answer, or go back to the one before", Rule(act.Clear()),
           consequence=_ANSWERS, brief="clear, or back"),
    Action("answer.accept", ("=", "+"), "take the judge's value", OnScreen("accept"), consequence=_ANSWERS,
           hint="accept", worth=30, worth_in=(Situation.CHECKS_JUDGE, 195), brief="the judge's value"),
    Action("answer.no_right_answer", ("X",), "in an adjudication: no answer is right for this trace",
           OnScreen("no_right_answer"), Context.ADJUDICATION, consequence=_ANSWERS, hint="no right answer"),
    Action("answer.repeat", (".",), "the same answers and comments as on the item submitted last", Rule(act.Repeat()),
           consequence=_ANSWERS, hint="repeat", worth=35, worth_in=(Situation.CAN_REPEAT, 118),
           brief="repeat the last"),
    Action("question.next", ("tab",), "next question", Rule(act.FocusBy(1))),
    Action("question.previous", ("shift+tab",), "previous question", Rule(act.FocusBy(-1)), brief="previous one"),
    Action("item.submit", ("enter",), "submit and go to the next open item", Rule(act.Submit()), consequence=_ANSWERS,
           hint="submit", worth=140, worth_in=(Situation.CHOOSING, 195), brief="submit, and go on"),
    Action("item.next", ("j",), "next item of the worklist", Rule(act.Go(act.Where.NEXT)), brief="next, previous"),
    Action("item.previous", ("k",), "previous item of the worklist", Rule(act.Go(act.Where.PREVIOUS)),
           brief="next, previous"),
    Action("item.back", ("p",), "the item I was at before", Rule(act.Go(act.Where.BACK)), hint="back", worth=110),
    Action("item.forward", ("P",), "forward again, after going back", Rule(act.Go(act.Where.FORWARD)),
           brief="forward again"),
    Action("item.first", ("g",), "first item", Rule(act.Go(act.Where.FIRST)), brief="first, last"),
    Action("item.last", ("G",), "last item", Rule(act.Go(act.Where.LAST)), brief="first, last"),
    Action("item.next_open", ("o",), "next item that is not labelled", Rule(act.Go(act.Where.NEXT_OPEN)),
           hint="next open", worth=70, brief="next open one"),
    Action("item.defer", ("s",), "defer: it comes back at the end", Rule(act.Defer()), consequence=_MARKS, hint="defer",
           worth=80, brief="defer to the end"),
    Action("item.decline", ("D",), "decline, with a reason", Rule(act.AskDecline()), consequence=_MARKS,
           opens_field=True, hint="decline", worth=15, worth_in=(Situation.IN_QUEUE, 117)),
    Action("item.flag", ("f",), "flag for discussion, with an optional note; again: off", Rule(act.ToggleFlag()),
           consequence=_MARKS, opens_field=True, hint="flag", worth=50, worth_in=(Situation.IN_QUEUE, 115),
           brief="flag, or no longer"),
    Action("edit.undo", ("u",), "undo, any number of steps", Rule(act.Undo()), consequence=_TAKES_BACK, hint="undo",
           worth=130),
    Action("edit.redo", ("U",), "redo", Rule(act.Redo()), consequence=_TAKES_BACK),
    Action("select.toggle", ("v",), "select the item, or no longer, and go to the next", Rule(act.ToggleSelected()),
           consequence=_MARKS, worth_in=(Situation.SELECTING, 110), hint="select"),
    Action("select.range", ("V",), "select up to here from the one selected last", Rule(act.SelectRange()),
           consequence=_MARKS, worth_in=(Situation.SELECTING, 108), hint="up to here"),
    Action("select.all", ("*",), "select all open items that the filter shows; without one, after asking",
           Rule(act.SelectAll()), consequence=_MARKS, brief="all open ones"),
    Action("view.up", ("up",), "scroll up a line", Pane("scroll_line", -1), brief="a line up, down"),
    Action("view.down", ("down",), "scroll down a line", Pane("scroll_line", 1), brief="a line up, down"),
    Action("view.page_down", ("space", "pagedown"), "scroll down a page", Pane("scroll_page", 1), hint="page",
           worth=60, brief="a page down, up"),
    Action("view.page_up", ("b", "pageup"), "scroll up a page", Pane("scroll_page", -1), brief="a page down, up"),
    Action("view.home", ("home",), "start of the document", Pane("go_home"), brief="start, end"),
    Action("view.end", ("end",), "end of the document", Pane("go_end"), brief="start, end"),
    Action("view.previous_message", ("<", "{"), "previous message", Pane("previous_message"), brief="message"),
    Action("view.next_message", (">", "}"), "next message", Pane("next_message"), brief="message"),
    Action("view.answer", ("a",), "the response under judgement; again: its request", OnScreen("go_answer"),
           brief="answer, request"),
    Action("view.fold", ("z",), "open or close the current block; media: open it", OnScreen("fold"), hint="fold",
           worth=100),
    Action("view.fold_all", ("Z",), "open or close all blocks", OnScreen("fold_all"), brief="fold all"),
    Action("view.search", ("/",), "search in the trace", OnScreen("search"), hint="search", worth=90,
           brief="search the trace"),
    Action("view.spans", ("t",), "the span tree", OnScreen("toggle_view", "view.spans"), hint="spans"),
    Action("view.aim", ("A",), "in the span tree: ask about the span; again: about the trace", OnScreen("aim"),
           hint="aim", brief="aim at the span"),
    Action("view.documents", ("x",), "retrieved documents with rank, source, score",
           OnScreen("toggle_view", "view.documents"), brief="documents"),
    Action("view.raw", ("r",), "exact JSON, or the conversation again", OnScreen("toggle_view", "view.raw"),
           brief="exact JSON"),
    Action("view.session", ("h",), "earlier turns of the conversation", OnScreen("toggle_view", "view.session"),
           brief="earlier turns"),
    Action("view.metadata", ("m",), "tags, metadata, tokens, cost, and all that was ever said",
           OnScreen("toggle_view", "view.metadata"), brief="all that is known"),
    Action("view.guideline", ("i",), "the focused question's whole instruction and every option",
           OnScreen("guideline"), brief="the guideline"),
    Action("view.next_match", ("n", "]"), "next match", OnScreen("next_match"), Context.SEARCH, hint="next match",
           brief="match by match"),
    Action("view.previous_match", ("N", "["), "previous match", OnScreen("previous_match"), Context.SEARCH,
           hint="previous match", brief="match by match"),
    Action("worklist.toggle", ("l",), "show or hide the worklist", OnScreen("toggle_worklist"), hint="list",
           worth=12, worth_in=(Situation.LIST_HIDDEN, 112), brief="show or hide it"),
    Action("worklist.filter", ("F",), "filter the worklist; the next key says by what", OnScreen("filter_menu"),
           hint="filter", worth=18, brief="filter, then a key"),
    _filter("open", "o", "open", "open ones"),
    _filter("labelled", "l", "labelled", "labelled ones"),
    _filter("flagged", "f", "flagged", "flagged ones"),
    _filter("deferred", "s", "deferred", "deferred ones"),
    _filter("declined", "d", "declined", "declined ones"),
    _filter("commented", "c", "commented", "those with a comment of mine", "comment"),
    _filter("drafts", "w", "draft", "those with something written and not sent", "draft"),
    _filter("failed", "e", "failed", "traces in error", "in error"),
    _filter("judged_no", "j", "judged no", "those to which a judge says no", "judge says no"),
    _filter("judge_differs", "x", "judge differs", "those about which a judge and I differ", "judge differs"),
    _filter("others", "h", "others", "those that others answered", "others"),
    _filter("value", "v", "value", "those with a value of the focused question; the next key says which"),
    _filter("like", "t", "like", "traces of the name of this one and, if it is in error, in error", "like this"),
    _filter("words", "/", "text", "a text in the request, the response, the name and my comments", "text"),
    _filter("all", "a", "all", "all of them again"),
    Action("review.blind", ("B",), "hide what others said, or show it; asks first, and showing is written down",
           OnScreen("blind"), brief="blind, or not"),
    Action("copy.menu", ("w",), "copy; the next key says what", OnScreen("copy_menu"), brief="copy, then a key"),
    Action("copy.id", ("i",), "copy the trace's ID", OnScreen("copy", "id"), Context.COPY, hint="ID"),
    Action("copy.address", ("a",), "copy its address in MLflow's pages", OnScreen("copy", "address"), Context.COPY,
           hint="web address"),
    Action("copy.message", ("m",), "copy the current message", OnScreen("copy", "message"), Context.COPY,
           hint="message"),
    Action("copy.trace", ("t",), "copy the whole trace", OnScreen("copy", "trace"), Context.COPY, hint="whole trace"),
    Action("copy.file", ("f",), "after copying: write the same to a file", OnScreen("write_copy"), Context.COPY,
           brief="write to a file"),
    Action("outbox.open", ("O",), "what is waiting, parked or refused, and why", OnScreen("outbox"),
           brief="what is waiting"),
    Action("outbox.item", ("enter",), "go to the item", OnScreen("go_to_item"), Context.OUTBOX, hint="its item",
           worth=40),
    Action("outbox.retry", ("r",), "try this one again now", OnScreen("retry"), Context.OUTBOX, hint="try again",
           worth=30),
    Action("outbox.retry_all", ("R",), "try everything again now", OnScreen("retry_all"), Context.OUTBOX,
           hint="try all", worth=20),
    Action("outbox.keep_other", ("1",), "of two answers of mine, keep the one from elsewhere", OnScreen("keep_other"),
           Context.OUTBOX, hint="keep the other"),
    Action("outbox.send_mine", ("2",), "of two answers of mine, send the one given here", OnScreen("send_mine"),
           Context.OUTBOX, hint="send yours"),
    Action("outbox.discard", ("d",), "give it up for good, after asking", OnScreen("ask_to_discard"), Context.OUTBOX,
           hint="give up", worth=10),
    Action("app.command", (":",), "a number, $, or a command name", OnScreen("command"), hint="command", worth=20),
    Action("app.help", ("?",), "every key, by group, and the signs", OnScreen("help"), hint="help", worth=120,
           brief="every key"),
    Action("app.progress", ("R",), "my work: what was done here and today, and what is left", OnScreen("progress"),
           brief="my work"),
    Action("app.worklists", ("Q",), "choose another worklist; this one stays as it is", OnScreen("worklists"),
           brief="other worklists"),
    Action("app.leave", ("escape",), "leave one thing, the innermost first: a field, a menu, a view, a search",
           OnScreen("leave"), needs_key=True, worth_in=(Situation.SELECTING, 200), hint="drop selection",
           brief="leave one thing"),
    Action("app.quit", ("q",), "leave; nothing is lost", OnScreen("quit"), hint="quit", worth=10),
    Action("overlay.down", ("j", "down"), "down a line", Pane("scroll_line", 1), Context.OVERLAY,
           brief="a line down, up"),
    Action("overlay.up", ("k", "up"), "up a line", Pane("scroll_line", -1), Context.OVERLAY, brief="a line down, up"),
    Action("overlay.page_down", ("space", "pagedown"), "down a page", Pane("scroll_page", 1), Context.OVERLAY,
           brief="a page down, up"),
    Action("overlay.page_up", ("b", "pageup"), "up a page", Pane("scroll_page", -1), Context.OVERLAY,
           brief="a page down, up"),
    Action("overlay.home", ("g", "home"), "to the start", Pane("go_home"), Context.OVERLAY, brief="start, end"),
    Action("overlay.end", ("G", "end"), "to the end", Pane("go_end"), Context.OVERLAY, brief="start, end"),
    Action("overlay.open", ("enter",), "open the span; again: its message", OnScreen("enter"), Context.OVERLAY,
           brief="open"),
    Action("overlay.close", ("q", "escape"), "close", OnScreen("close"), Context.OVERLAY, hint="close", needs_key=True),
    Action("field.save", ("enter",), "take what is typed", OnScreen("save"), Context.FIELD, needs_key=True),
    Action("field.new_line", ("ctrl+j",), "a new line, in a field of several", OnScreen("new_line"), Context.FIELD,
           brief="a new line"),
    Action("field.complete", ("tab",), "complete a command or a snippet; a late comment goes to the item before",
           OnScreen("complete"), Context.FIELD, brief="complete, switch"),
    Action("field.leave", ("escape",), "leave the field; a text in it is kept as a draft", OnScreen("leave"),
           Context.FIELD, needs_key=True, brief="leave, keep draft"),
    Action("confirm.yes", ("enter", "y"), "yes", OnScreen("yes"), Context.CONFIRM, hint="yes", needs_key=True),
    Action("confirm.no", ("escape", "n"), "no", OnScreen("no"), Context.CONFIRM, hint="no", needs_key=True),
    Action("confirm.switch", ("tab",), "another way of doing it, where there is one", OnScreen("switch"),
           Context.CONFIRM, brief="the other way"),
)
# fmt: on
