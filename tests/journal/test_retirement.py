"""Several valid answers of mine to a question: one change retires them all, and an undo brings each of them back."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from labeler.backends.base import AlreadyThere, MissingTarget
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Change
from labeler.domain.question import PassFail, Question
from labeler.domain.worklist import ItemState
from labeler.journal.attempt_outcomes import Claim, Delivered, Outcome, RetryLater, TargetGone
from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryOp
from labeler.review.action import Action, ActionContext, Clear, Redo, SetAnswer, Undo
from labeler.review.apply import apply
from labeler.review.decide import decide
from labeler.review.decision import AskFirst, Decision
from labeler.review.my_answer import Asked, Reading, merge
from labeler.review.state import Advance, ReviewState, Rules
from labeler.review.worklist import Item
from tests.journal.server import Server
from tests.journal.sitting import EXPERIMENT, HOME, mint, rows, scratch_directory, spec

ME, SAM = Source(SourceType.HUMAN, "rhea.k"), Source(SourceType.HUMAN, "sam")
HELPFUL = Question("helpful", PassFail())
PLACE = (("tr-a", None), "helpful")


class Retirements(RuleBasedStateMachine):
    """Answers of mine from anywhere, a journal, and a server that only gets what the outbox sends."""

    @initialize(
        made=st.lists(
            st.tuples(st.sampled_from([ME, ME, ME, SAM]), st.booleans(), st.none() | st.integers(0, 5)),
            min_size=2,
            max_size=6,
        )
    )
    def begin(self, made: list[tuple[Source, bool, int | None]]) -> None:
        """Write answers elsewhere, in any order of making and overriding; then read them, as a review does."""
        self.directory = scratch_directory()
        self.journal = Journal.open(self.directory / "journal.db")
        self.server = Server()
        self.now_ms = 1_000
        for number, (source, value, target) in enumerate(made):
            overrides = f"x-{target}" if target is not None and target < number else None
            said = Assessment(
                f"x-{number}", "tr-a", "helpful", AssessmentKind.FEEDBACK, value, source, f"why {number}",
                metadata={"tool": f"script {number}"}, created_at_ms=number, overrides=overrides,
            )  # fmt: skip
            self.server.create(said)
        self.review_id = self.journal.reviews.begin(spec(), 1).id
        self.journal.reviews.add_items(self.review_id, rows("tr-a"))
        self.state = ReviewState((HELPFUL,), Rules(Advance.MANUAL))
        self.state.add_items([Item("tr-a", EXPERIMENT, "a")])
        mine = merge(Asked("helpful", HELPFUL, "rhea.k"), None, Reading(1, tuple(self.server.stored.values())), ())
        self.state.mine[PLACE] = mine
        if mine.answer is not None:
            self.state.set_answer(*PLACE, mine.answer)
        self.before = self.content()
        self.is_delivered = True
        self.has_cleared = False
        """An answer that was cleared comes back as one that was given here, and overrides nothing."""

    def content(self) -> list[tuple[object, ...]]:
        """List what is valid on the server, whole but for its ID."""
        return sorted(
            (each.source.id, each.value, each.rationale or "", each.metadata.get("tool", ""))
            for each in self.server.stored.values()
            if each.valid
        )

    def mine(self) -> list[Assessment]:
        return [each for each in self.server.stored.values() if each.valid and each.source == ME]

    def press(self, action: Action) -> None:
        self.now_ms += 1
        stamp = ActionContext(self.now_ms, 0, mint)
        decision = decide(self.state, action, stamp)
        if isinstance(decision, AskFirst):
            assert "of yours" in decision.says
            self.state.retires = True
            decision = decide(self.state, action, stamp)
        if not isinstance(decision, Decision) or decision.change is None:
            return
        self.record(decision.change)
        apply(self.state, decision)
        self.is_delivered = False

    def record(self, change: Change) -> None:
        self.journal.changes.record(self.review_id, change)

    @rule(value=st.booleans())
    def answer(self, value: bool) -> None:
        self.press(SetAnswer("helpful", value, str(self.now_ms)))

    @rule(action=st.sampled_from([Undo(), Undo(), Redo(), Clear()]))
    def go_back_or_forth(self, action: Action) -> None:
        self.has_cleared |= isinstance(action, Clear)
        self.press(action)

    @precondition(lambda self: not self.is_delivered)
    @rule(steps=st.integers(1, 4), is_lost=st.booleans())
    def deliver_some(self, steps: int, is_lost: bool) -> None:
        """Send one after the other; of the last one the answer may be lost."""
        self.journal.outbox.release_all(self.now_ms)
        for step in range(steps):
            for claim in self.journal.outbox.claim([HOME], self.now_ms, 0, 1):
                outcome = self.carry_out(claim)
                lost = is_lost and step == steps - 1
                self.settle(claim, RetryLater("silence", ambiguous=True) if lost else outcome)

    def settle(self, claim: Claim, outcome: Outcome) -> None:
        self.journal.outbox.settle([(claim.delivery.id, outcome)], self.now_ms)

    def carry_out(self, claim: Claim) -> Outcome:
        try:
            if claim.delivery.op is DeliveryOp.CREATE:
                assert claim.assessment is not None
                self.server.create(claim.assessment)
            else:
                assert claim.wire_id is not None
                for each in self.doomed(claim, claim.wire_id):
                    self.server.retract(each)
                if claim.restored is not None and claim.restored.id not in self.server.stored:
                    return TargetGone("deleted")
        except AlreadyThere:
            assert claim.is_repeat
        except MissingTarget as gone:
            return TargetGone(str(gone))
        return Delivered()

    def doomed(self, claim: Claim, assessment_id: str) -> Sequence[str]:
        """What a delete takes away: of one that was not made here also what it overrides of mine, the oldest first."""
        chain: list[str] = []
        current: str | None = assessment_id
        while current in self.server.stored and self.server.stored[current].source == ME:
            chain.insert(0, current)
            current = self.server.stored[current].overrides if claim.follows_overrides else None
        return chain

    def finish(self) -> None:
        self.journal.outbox.release_all(self.now_ms)
        for _ in range(60):
            claims = self.journal.outbox.claim([HOME], self.now_ms, 0, 1)
            if not claims:
                break
            self.settle(claims[0], self.carry_out(claims[0]))
        assert self.journal.queries.deliveries([HOME]) == []
        self.is_delivered = True

    @rule()
    def when_all_is_delivered_one_answer_stands_or_what_stood_before(self) -> None:
        self.finish()
        if not self.state.history.done:
            self.check_that_all_is_back()
            return
        answer = self.state.given.get("helpful")
        assert [(each.value, each.rationale) for each in self.mine()] == (
            [(answer.value, answer.comment)] if answer is not None else []
        )

    def check_that_all_is_back(self) -> None:
        content = self.content()
        if self.has_cleared:
            assert [row[:3] for row in content if row[0] == ME.id] == [
                row[:3] for row in self.before if row[0] == ME.id
            ]
        else:
            assert content == self.before

    def teardown(self) -> None:
        if not hasattr(self, "journal"):
            return
        try:
            self.when_all_is_delivered_one_answer_stands_or_what_stood_before()
            while self.state.history.done:
                left = len(self.state.history.done)
                self.press(Undo())
                assert len(self.state.history.done) < left
            self.finish()
            self.check_that_all_is_back()
            assert self.state.items[0].state is ItemState.OPEN
        finally:
            self.journal.close()
            shutil.rmtree(self.directory)


TestRetirements = Retirements.TestCase
