"""A review without a clock, a journal or a screen: what is done is decided and applied at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Answer, Change
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review.action import Action, ActionContext, Digit, FocusBy, SetAnswer
from labeler.review.apply import apply
from labeler.review.decide import decide
from labeler.review.decision import Decision, Refusal
from labeler.review.state import Advance, ReviewState, Rules
from labeler.review.worklist import Item

HELPFUL = Question("helpful", PassFail("Helpful", "Not helpful"))
POLITE = Question("polite", PassFail("Polite", "Rude"))
CLARITY = Question("clarity", Categorical(("clear", "vague", "muddled")))
MODES = Question("modes", Categorical(("wrong", "incomplete", "unsafe"), multiple=True))
QUALITY = Question("quality", Numeric(1, 5))
SCORE = Question("score", Numeric(0, 100))
EXPECTED = Question("expected", Text(), kind=AssessmentKind.EXPECTATION, required=False)
REMARK = Question("remark", Text(), required=False)


@dataclass(frozen=True, slots=True)
class FocusOn:
    """Press Tab until the question at `index` is focused: no key of the product names a question."""

    index: int


class Sitting:
    """A reviewer at work on items `t0`, `t1`, …, standing at the first."""

    def __init__(
        self,
        *questions: Question,
        items: int = 4,
        advance: Advance = Advance.AUTO,
        edits_in_place: bool = False,
        for_queue: bool = False,
    ) -> None:
        self.state = ReviewState(questions, Rules(advance, edits_in_place, for_queue))
        self.state.add_items(Item(f"t{number}", "e", f"item {number}") for number in range(items))
        self.changes: list[Change] = []
        self._clock = count(1)
        self._ids = count(1)

    def mint(self) -> str:
        return f"a-{next(self._ids):032x}"

    def stamp(self) -> ActionContext:
        now = next(self._clock)
        return ActionContext(at_ms=now * 1000, duration_ms=now, mint=self.mint)

    def attempt(self, action: Action | FocusOn) -> Decision | Refusal:
        """Do it if the rules allow it."""
        if isinstance(action, FocusOn):
            action = FocusBy(action.index - self.state.focus)
        decision = decide(self.state, action, self.stamp())
        if isinstance(decision, Decision):
            if decision.change is not None:
                self.changes.append(decision.change)
            apply(self.state, decision)
        return decision

    def do(self, *actions: Action | FocusOn) -> Decision:
        """Do all of these; what the last one came to. None may be refused."""
        decisions = [self.attempt(action) for action in actions]
        assert all(isinstance(decision, Decision) for decision in decisions), decisions
        last = decisions[-1]
        assert isinstance(last, Decision)
        return last

    def digits(self, chars: str) -> Decision:
        return self.do(*map(Digit, chars))

    def give(self, question: Question, value: JsonValue) -> Decision:
        return self.do(SetAnswer(question.name, value))

    def refusal(self, action: Action) -> str:
        """The sentence with which this is refused."""
        decision = self.attempt(action)
        assert isinstance(decision, Refusal), decision
        return decision.says

    @property
    def here(self) -> str:
        """The trace the reviewer stands at."""
        assert self.state.item is not None
        return self.state.item.trace_id

    @property
    def focused(self) -> Question | None:
        return self.state.question

    def answer(self, question: Question | str, trace_id: str = "t0") -> Answer | None:
        name = question if isinstance(question, str) else question.name
        return self.state.answers_of(trace_id).get(name)

    def value(self, question: Question, trace_id: str = "t0") -> JsonValue:
        """The value answered; None while unanswered."""
        answer = self.answer(question, trace_id)
        return None if answer is None else answer.value

    def comment(self, question: Question | str, trace_id: str = "t0") -> str | None:
        answer = self.answer(question, trace_id)
        assert answer is not None
        return answer.comment

    def item_state(self, trace_id: str = "t0") -> ItemState:
        return self.state.items[self.state.index_of[trace_id]].state

    def load(self, trace_id: str, values: Sequence[tuple[Question, JsonValue]], state: ItemState) -> None:
        """An item as an earlier review left it."""
        loaded = {question.name: Answer(self.mint(), value, None, 0, 0) for question, value in values}
        for name, answer in loaded.items():
            self.state.set_answer((trace_id, None), name, answer)
        self.state.worklist.set_state(trace_id, state)
