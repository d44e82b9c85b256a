"""What a review knows while it runs: the worklist, the answers, and where the reviewer is."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field
from enum import StrEnum
from typing import Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.change import Act, Answer, AnswerEffect, TracePlace
from labeler.domain.question import FLAG_NAME, Question
from labeler.domain.worklist import ItemState
from labeler.review.criteria import Filter
from labeler.review.history import History
from labeler.review.my_answer import Mine
from labeler.review.parts import Part, answered_names, missing_parts, open_parts, part_at, parts_of
from labeler.review.queue_items import QueueItems
from labeler.review.worklist import Item, Worklist

Subject: TypeAlias = tuple[str, str | None]
"""What an answer is about: a trace ID, and the ID of one of its spans or None for the trace itself."""


class Advance(StrEnum):
    """When an item is submitted without Enter (`review.advance`)."""

    AUTO = "auto"
    REQUIRED = "required"
    MANUAL = "manual"


class Blindness(StrEnum):
    """How a review hides what others said (`review.blind`)."""

    OFF = "false"
    UNTIL_SHOWN = "true"
    """Until the reviewer asks to see it."""
    UNTIL_ANSWERED = "until_answered"
    """Until the item is submitted, or the reviewer asks to see it."""
    LOCKED = "locked"
    """Always."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of a review.

    `edits_in_place`: a changed answer keeps its assessment ID (`delivery.edits`). `for_queue`: the items are those of a
    review queue. `blind`: how what others said is hidden. `shows_after`: a submitted item of a review that is blind
    until then stays in view, with what others said. `judges` has the questions that judges answer, by the names of
    their feedback, where those are others. `checked` is the name of the feedback whose verdicts are reviewed; empty
    where none are.
    """

    advance: Advance = Advance.AUTO
    edits_in_place: bool = False
    for_queue: bool = False
    blind: Blindness = Blindness.OFF
    shows_after: bool = False
    judges: Mapping[str, str] = field(default_factory=dict)
    checked: str = ""
    bulk_max: int = 5000
    """How many items may be selected at once (`review.bulk_max`)."""

    def judges_of(self, question: str) -> Container[str]:
        """Return the names of the feedback that judges answer a question with."""
        if self.checked:
            return (self.checked,)
        return {question, *(judge for judge, answered in self.judges.items() if answered == question)}

    def judged_by(self, questions: Sequence[str]) -> Mapping[str, str]:
        """Return which of these questions judges answer, by the names of the feedback that they answer them with."""
        if self.checked:
            return {self.checked: questions[0]} if questions else {}
        renamed = {judge: question for judge, question in self.judges.items() if question in questions}
        return {question: question for question in questions} | renamed


@dataclass(frozen=True, slots=True)
class Selection:
    """The traces that are selected, the one selected last, and the options chosen so far for all of them.

    `options` are those of a choice of several that is not ended yet; None: none was begun.
    """

    trace_ids: frozenset[str] = frozenset()
    last: str | None = None
    options: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.trace_ids)

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self.trace_ids


NOTHING_SELECTED: Final = Selection()


@dataclass(frozen=True, slots=True)
class WentOn:
    """Going on by itself from an item that was submitted, in milliseconds since the epoch."""

    trace_id: str
    at_ms: int


@dataclass(slots=True)
class Trail:
    """The items that the reviewer visited, in order, like the history of a browser. `at` is the place in it."""

    visited: list[int] = field(default_factory=list)
    at: int = -1
    opened: set[int] = field(default_factory=set)
    """Every item that was opened in this sitting."""

    def visit(self, index: int) -> None:
        self.opened.add(index)
        if self.at >= 0 and self.visited[self.at] == index:
            return
        del self.visited[self.at + 1 :]
        self.visited.append(index)
        self.at = len(self.visited) - 1


@dataclass(slots=True)
class ReviewState:
    """The state of one review. It is changed only by `review.apply` and the methods here.

    `answers` are the reviewer's current answers by subject and question name; flags and decline notes are among those
    of a trace, under names of their own. `focus` is the index of the focused question, and `field_index` that of the
    focused field where it is a structured one. `kept_comments` are comments typed before any answer. `aim` is the span
    of the current item that the questions are about; None: they are about the trace.
    """

    questions: tuple[Question, ...]
    rules: Rules = field(default_factory=Rules)
    worklist: Worklist = field(default_factory=Worklist)
    position: int = 0
    focus: int = 0
    field_index: int = 0
    aim: str | None = None
    answers: dict[Subject, dict[str, Answer]] = field(default_factory=dict)
    kept_comments: dict[Subject, str] = field(default_factory=dict)
    history: History = field(default_factory=History)
    touched: set[str] = field(default_factory=set)
    """Traces that changes of this sitting were about. A change that is about spans only does not count."""
    drafts: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    """The slots of half-typed texts (`field_input.draft_slot`), by trace ID."""
    stopped_at: str = ""
    """The trace that was not submitted because of a draft, and is at the next time; empty for none."""
    before_edit: dict[str, Mapping[str, Answer]] = field(default_factory=dict)
    """The answers about each submitted trace that is being edited, by question, as they were when that began."""
    queue: QueueItems = field(default_factory=QueueItems)
    """What the review queue says of the items, where they are those of one."""
    mine: dict[tuple[Subject, str], Mine] = field(default_factory=dict)
    """What there is to say of answers of the reviewer's own since the backend was read, by subject and question."""
    retires: bool | None = None
    """Whether further valid answers of the reviewer's own are deleted with a new one. None: not asked yet."""
    trail: Trail = field(default_factory=Trail)
    filter: Filter | None = None
    """What the worklist is narrowed to; None: all of it is shown."""
    filled_in: set[str] = field(default_factory=set)
    """Names of parts that were answered when the current item opened, and that the walk has not passed yet."""
    places: dict[str, TracePlace] = field(default_factory=dict)
    """Where traces of files came from, by trace ID."""
    selection: Selection = NOTHING_SELECTED
    turned_blind: bool | None = None
    """Whether the reviewer asked that what others said be hidden, or shown. None: neither; the rules say."""
    revealed: set[str] = field(default_factory=set)
    """Traces of which the reviewer saw, in any sitting, what others said."""
    lingers: bool = False
    """Whether the current item was submitted just now and stays in view."""
    advance: WentOn | None = None
    """The item that was submitted just before the current one was shown; None where the reviewer came another way."""
    choosing: bool = False
    """Whether the focused choice of several has been begun and not yet ended."""
    _spans: dict[str, dict[str | None, None]] = field(default_factory=dict)
    """What there are answers about, by trace ID: span IDs, and None for the trace itself."""

    def add_items(self, items: Iterable[Item]) -> int:
        """Append items that are not in the worklist yet; return how many were."""
        return self.worklist.add(items)

    def ask(self, questions: tuple[Question, ...]) -> None:
        """Ask these questions from now on. The focus stays on its question and field, if these are still asked."""
        focused, field_name = self.question, "" if self.part is None else self.part.field_name
        self.questions = questions
        names = [question.name for question in questions]
        if focused is not None and focused.name in names:
            self.focus = names.index(focused.name)
        else:
            self.focus, self.choosing = 0, False
        asked = [part.field_name for part in parts_of(self.focus, questions[self.focus])] if questions else []
        self.field_index = asked.index(field_name) if field_name in asked else 0

    def show_only(self, filter: Filter | None) -> None:
        """Narrow the worklist to the items of a filter; None: show all of it."""
        self.filter = filter
        self.worklist.show_only(None if filter is None else filter.shown)

    def set_answer(self, subject: Subject, question: str, answer: Answer | None) -> None:
        """Set the answer to a question about the subject; None removes it."""
        trace_id, span_id = subject
        self._spans.setdefault(trace_id, {})[span_id] = None
        self.worklist.note_changed(trace_id)
        answers = self.answers.setdefault(subject, {})
        if answer is None:
            answers.pop(question, None)
        else:
            answers[question] = answer

    @property
    def items(self) -> Sequence[Item]:
        """The items of the worklist, in its order."""
        return self.worklist.items

    @property
    def index_of(self) -> Mapping[str, int]:
        """The index of an item in the worklist, by its trace ID."""
        return self.worklist.index_of

    @property
    def absent(self) -> AbstractSet[str]:
        """Traces that cannot be shown now: not downloaded while the backend is out of reach."""
        return self.worklist.absent

    @property
    def labelled(self) -> int:
        """How many items are labelled."""
        return self.worklist.count_of(ItemState.LABELLED)

    @property
    def item(self) -> Item | None:
        """The current item; None in an empty worklist."""
        return self.items[self.position] if self.items else None

    @property
    def is_blind(self) -> bool:
        """Whether what others said is hidden, if not of every item."""
        return self.rules.blind is not Blindness.OFF if self.turned_blind is None else self.turned_blind

    def hides_others_of(self, trace_id: str) -> bool:
        """Return whether what others said of a trace is hidden now."""
        if not self.is_blind or self.rules.blind is not Blindness.UNTIL_ANSWERED:
            return self.is_blind
        index = self.index_of.get(trace_id)
        return index is None or self.items[index].state is not ItemState.LABELLED

    @property
    def question(self) -> Question | None:
        """The focused question."""
        return self.questions[self.focus] if self.questions else None

    @property
    def part(self) -> Part | None:
        """What keys answer now: the focused question or, of a structured one, the focused field."""
        return part_at(self.questions, (self.focus, self.field_index)) if self.questions else None

    @property
    def subject(self) -> Subject:
        """What the questions are about now. Not available in an empty worklist."""
        return self.items[self.position].trace_id, self.aim

    @property
    def given(self) -> Mapping[str, Answer]:
        """The answers about the current subject, by question name."""
        return self.answers.get(self.subject, {})

    @property
    def passed(self) -> frozenset[str]:
        """The names of the parts that are answered about the current subject and, if filled in, passed."""
        answered = answered_names(self.questions, self.given)
        return answered if self.aim is not None else answered - self.filled_in

    @property
    def is_choice_unfinished(self) -> bool:
        """Whether the focused choice of several was begun and nothing else was done since: what follows is one step
        with it.
        """
        question, done = self.question, self.history.done
        if not self.choosing or question is None or not done or done[-1].act is not Act.ANSWER:
            return False
        effect = done[-1].effects[0]
        return (
            isinstance(effect, AnswerEffect)
            and ((effect.trace_id, effect.span_id), effect.question) == (self.subject, question.name)
            and effect.after == self.given.get(question.name)
        )

    def answers_of(self, trace_id: str, span_id: str | None = None) -> Mapping[str, Answer]:
        return self.answers.get((trace_id, span_id), {})

    def answers_by_span(self, trace_id: str) -> dict[str | None, Mapping[str, Answer]]:
        """Return every answer about the trace (None) and its spans, by span ID and question name."""
        return {span_id: self.answers[trace_id, span_id] for span_id in self._spans.get(trace_id, ())}

    def missing(self, trace_id: str) -> list[Part]:
        """List the parts that are to be answered about the trace before its item can be submitted."""
        return missing_parts(self.questions, self.answers_of(trace_id))

    def unanswered(self, trace_id: str, span_id: str | None = None) -> list[Part]:
        """List all parts without an answer."""
        return open_parts(self.questions, self.answers_of(trace_id, span_id))

    def comment_so_far(self, question: Question) -> str:
        """Return the comment on the question's answer, else the one that waits for an answer; empty for none."""
        answer = self.given.get(question.name)
        given = answer.comment if answer is not None else None
        return given or (self.kept_comments.get(self.subject, "") if question.takes_comment else "")

    def is_edited(self, trace_id: str) -> bool:
        """Return whether the answers about a submitted trace are others than before it was gone back to."""
        before = self.before_edit.get(trace_id)
        return before is not None and before != self.answers_of(trace_id)

    def is_flagged(self, trace_id: str) -> bool:
        return FLAG_NAME in self.answers_of(trace_id)

    def is_partly_answered(self, trace_id: str) -> bool:
        given = self.answers_of(trace_id)
        return any(question.name in given for question in self.questions)

    @property
    def last_answered(self) -> Question | None:
        """The question that was answered last about the current subject; None if none was."""
        given = self.given
        answered = [question for question in self.questions if question.name in given]
        return max(answered, key=lambda question: given[question.name].answered_at_ms, default=None)
