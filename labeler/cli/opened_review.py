"""A review that is about to be shown."""

from __future__ import annotations

from labeler.cli.output import print_message
from labeler.config.asked import AskedQuestions
from labeler.dataclass import dataclass
from labeler.journal.models import ReviewRecord


@dataclass(frozen=True, slots=True)
class OpenedReview:
    """What was begun, or is gone on with: the review as the journal has it, and the questions that it asks."""

    record: ReviewRecord
    asked: AskedQuestions


def announce(opening: OpenedReview) -> None:
    """Say in one line what is reviewed, as whom, and what is asked."""
    spec, asked = opening.record.spec, opening.asked
    names = ", ".join(question.name for question in asked.questions)
    print_message(f"{spec.label}, as {spec.reviewer}. Asked (from {asked.origin}): {names}")
