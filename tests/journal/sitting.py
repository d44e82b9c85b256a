"""A reviewer at work, as plain as can be: what stands in each cell, and what can be undone and redone."""

from __future__ import annotations

import os
import tempfile
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change, Effect, StateEffect
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceState
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState, ReviewSpec, WorklistRow

EXPERIMENT = "7"
BACKEND = "http://harbour.example"
HOME = Destination(BACKEND, "", EXPERIMENT)
TRACES = ("tr-a", "tr-b")
PLACES = (*TRACES, "tr-a@0b")
"""What answers are about: traces, and a span of the first."""

KINDS = {
    "helpful": AssessmentKind.FEEDBACK,
    "quality": AssessmentKind.FEEDBACK,
    "expected": AssessmentKind.EXPECTATION,
}


def spec(queue_id: str | None = None, label: str = "", filter: str = "", notes_local: bool = False) -> ReviewSpec:
    return ReviewSpec(
        BACKEND, "", (EXPERIMENT,), "rhea.k", queue_id=queue_id, label=label, filter=filter, notes_local=notes_local
    )


def rows(*trace_ids: str) -> list[WorklistRow]:
    return [WorklistRow(each, EXPERIMENT, f"title of {each}", 1_000, TraceState.OK) for each in trace_ids]


def scratch_directory() -> Path:
    """A directory of its own, in memory where there is such a place: hypothesis opens hundreds of journals."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="labeler-", dir=memory if os.access(memory, os.W_OK) else None))


def place_of(trace_id: str, span_id: str | None) -> str:
    """The name here of a trace or of its span: ``tr-a``, ``tr-a@0b``."""
    return trace_id if span_id is None else f"{trace_id}@{span_id}"


def mint() -> str:
    return f"a-{uuid.uuid4().hex}"


@dataclass
class Sitting:
    """Makes the changes that a review makes, and remembers what they come to, by place (`place_of`) and question."""

    edits_in_place: bool = False
    cells: dict[tuple[str, str], Answer] = field(default_factory=dict)
    states: dict[str, ItemState] = field(default_factory=dict)
    done: list[Change] = field(default_factory=list)
    undone: list[Change] = field(default_factory=list)

    def answer(self, place: str, question: str, value: JsonValue, comment: str | None, now_ms: int) -> Change:
        before = self.cells.get((place, question))
        after = Answer(mint(), value, comment, now_ms, 1_000)
        if before is not None and self.edits_in_place:
            after = replace(after, assessment_id=before.assessment_id, overrides=before.overrides)
        elif before is not None:
            after = replace(after, overrides=before.assessment_id)
        return self._do(Act.ANSWER, (_effect(place, question, before, after),), now_ms)

    def clear(self, place: str, question: str, now_ms: int) -> Change:
        return self._do(Act.CLEAR, (_effect(place, question, self.cells[place, question], None),), now_ms)

    def set_state(self, trace_id: str, state: ItemState, now_ms: int) -> Change:
        before = self.states.get(trace_id, ItemState.OPEN)
        return self._do(Act.SUBMIT, (StateEffect(trace_id, before, state),), now_ms)

    def undo(self, now_ms: int) -> Change:
        change = self._reverse(self.done.pop(), Act.UNDO, now_ms)
        self.undone.append(change)
        return change

    def redo(self, now_ms: int) -> Change:
        change = self._reverse(self.undone.pop(), Act.REDO, now_ms)
        self.done.append(change)
        return change

    def _do(self, act: Act, effects: tuple[Effect, ...], now_ms: int) -> Change:
        change = Change(f"c-{uuid.uuid4().hex}", act, effects[0].trace_id, now_ms, effects)
        self._apply(change)
        self.done.append(change)
        self.undone.clear()
        return change

    def _reverse(self, change: Change, act: Act, now_ms: int) -> Change:
        effects = tuple(self._reversed(effect) for effect in reversed(change.effects))
        back = Change(f"c-{uuid.uuid4().hex}", act, change.trace_id, now_ms, effects, change.id)
        self._apply(back)
        return back

    def _reversed(self, effect: Effect) -> Effect:
        if isinstance(effect, StateEffect):
            return StateEffect(effect.trace_id, self.states.get(effect.trace_id, ItemState.OPEN), effect.before)
        now = self.cells.get((place_of(effect.trace_id, effect.span_id), effect.question))
        return replace(effect, before=now, after=self._again(effect, now))

    def _again(self, effect: AnswerEffect, now: Answer | None) -> Answer | None:
        content = effect.before
        if content is None or now is None:
            return content and replace(content, assessment_id=mint(), overrides=None)
        same = now.assessment_id == content.assessment_id
        if same or (now.overrides == content.assessment_id and effect.kind is AssessmentKind.FEEDBACK):
            return content
        return replace(content, assessment_id=mint(), overrides=now.assessment_id)

    def _apply(self, change: Change) -> None:
        for effect in change.effects:
            if isinstance(effect, StateEffect):
                self.states[effect.trace_id] = effect.after
                continue
            if effect.span_id is None:
                self.states.setdefault(effect.trace_id, ItemState.OPEN)
            cell = place_of(effect.trace_id, effect.span_id), effect.question
            if effect.after is None:
                self.cells.pop(cell, None)
            else:
                self.cells[cell] = effect.after

    def standing(self) -> dict[tuple[str, str], list[tuple[object, str]]]:
        """Value and comment of every answer that stands, by place and question, in the form of `Server.valid`."""
        return {cell: [(answer.value, answer.comment or "")] for cell, answer in self.cells.items()}


def _effect(place: str, question: str, before: Answer | None, after: Answer | None) -> AnswerEffect:
    trace_id, _, span_id = place.partition("@")
    kind = KINDS.get(question, AssessmentKind.FEEDBACK)
    return AnswerEffect(trace_id, question, kind, before, after, span_id or None)
