"""A review that is about to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeler.cli.output import print_message
from labeler.config.asked import AskedQuestions
from labeler.dataclass import dataclass
from labeler.journal.models import ReviewRecord

if TYPE_CHECKING:
    from labeler.cli.named_lookup import NamedTraces


@dataclass(frozen=True, slots=True)
class OpenedReview:
    """What was begun, or is gone on with: the review as the journal has it, and the questions that it asks.

    `named` are the traces that it names, where the backend was asked for them.
    """

    record: ReviewRecord
    asked: AskedQuestions
    named: NamedTraces | None = None


def announce(opening: OpenedReview) -> None:
    """Say in one line what is reviewed, as whom, and what is asked."""
    spec, asked = opening.record.spec, opening.asked
    names = ", ".join(question.name for question in asked.questions)
    print_message(f"{spec.label}, as {spec.reviewer}. Asked (from {asked.origin}): {names}")
    if asked.overruled:
        names = ", ".join(asked.overruled)
        print_message(f"Asked as the server has it, whatever input the configuration states: {names}.")
    not_asked = ", ".join(question.name for question in asked.left_out if question.required)
    if not_asked and spec.queue_id is not None:
        print_message(f"An item submitted here is complete in the queue, without an answer to {not_asked}.")
