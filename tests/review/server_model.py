"""What a backend would hold if every change reached it at once, by the meaning of an effect's two sides."""

from __future__ import annotations

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Answer, AnswerEffect, Change


class ServerModel:
    """Assessments by ID, with what each overrides; valid is what nothing else here overrides."""

    def __init__(self) -> None:
        self._overrides: dict[str, str | None] = {}
        self._used: set[str] = set()

    @property
    def valid(self) -> set[str]:
        return self._overrides.keys() - set(self._overrides.values())

    def has_from_earlier(self, answer: Answer) -> None:
        self._create(answer.assessment_id, None)

    def receive(self, change: Change) -> None:
        for effect in change.effects:
            if isinstance(effect, AnswerEffect):
                self._receive(effect)

    def _receive(self, effect: AnswerEffect) -> None:
        before, after = effect.before, effect.after
        if before is not None:
            assert before.assessment_id in self.valid, "an effect changes what stands"
        if after is None:
            assert before is not None, "an effect changes something"
            self._retract_with_overridden(before.assessment_id)
        elif before is None:
            assert after.overrides is None
            self._create(after.assessment_id, None)
        elif after.assessment_id == before.assessment_id:
            assert after.overrides == before.overrides
        elif before.overrides == after.assessment_id and effect.kind is AssessmentKind.FEEDBACK:
            del self._overrides[before.assessment_id]
            assert after.assessment_id in self.valid, "what is restored was overridden, not deleted"
        else:
            assert after.overrides == before.assessment_id, "one answer supersedes the other"
            self._create(after.assessment_id, before.assessment_id)
            if effect.kind is AssessmentKind.EXPECTATION:
                self._retract_with_overridden(before.assessment_id)
                self._overrides[after.assessment_id] = None

    def _create(self, assessment_id: str, overrides: str | None) -> None:
        assert assessment_id not in self._used, "an ID is created once"
        self._used.add(assessment_id)
        self._overrides[assessment_id] = overrides

    def _retract_with_overridden(self, assessment_id: str) -> None:
        doomed: str | None = assessment_id
        while doomed is not None:
            doomed = self._overrides.pop(doomed, None)
