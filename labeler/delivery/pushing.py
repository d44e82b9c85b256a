"""What is known of a label before it is queued: the journal may have it, and so may the backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from labeler.delivery.echo_check import differences
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, Source, same_reviewer
from labeler.domain.destination import Destination
from labeler.journal.models import DeliveryState, Journaled


class LineStanding(Enum):
    """How a label stands that is to be pushed."""

    NEW = auto()
    THERE = auto()
    """The backend has it."""
    WAITING = auto()
    """It is queued, and on its way."""
    HELD = auto()
    """It is in the outbox, parked or refused."""
    LOST = auto()
    """It was delivered, and the backend has it no more."""
    WITHDRAWN = auto()
    """It was changed, taken back or given up here since."""
    ELSEWHERE = auto()
    """This journal delivers it to another destination."""
    OTHER = auto()
    """Another label has its ID."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How a label stands; where it cannot be queued, `sentence` says why."""

    standing: LineStanding
    sentence: str = ""


def judge(label: Assessment, home: Destination, on_trace: Sequence[Assessment], journaled: Journaled | None) -> Judged:
    """How `label` stands at `home`, whose assessments of its trace are `on_trace`."""
    ids = {label.id} if journaled is None else {label.id, journaled.stored_id}
    stored = next(
        (each for each in on_trace if each.id in ids or each.metadata.get(answer_metadata.ID) == label.id), None
    )
    if stored is not None:
        wrong = differences_as_labels(label, stored)
        return Judged(LineStanding.OTHER, _another("The server has", wrong)) if wrong else Judged(LineStanding.THERE)
    if journaled is None:
        return Judged(LineStanding.NEW)
    if journaled.destination != home:
        return Judged(LineStanding.ELSEWHERE, _given_at(journaled.destination))
    if wrong := differences_as_labels(label, journaled.assessment):
        return Judged(LineStanding.OTHER, _another("The journal has", wrong))
    match journaled.state:
        case DeliveryState.WAITING:
            return Judged(LineStanding.WAITING)
        case DeliveryState.PARKED | DeliveryState.REFUSED:
            return Judged(LineStanding.HELD)
        case DeliveryState.DELIVERED if journaled.stands:
            return Judged(LineStanding.LOST)
        case _:
            return Judged(LineStanding.WITHDRAWN)


def differences_as_labels(label: Assessment, stored: Assessment) -> list[str]:
    """What a label says otherwise than an assessment does; empty when it is that assessment's label.

    A label tells neither the kind of its source, nor whether it went through labeler; what metadata a stored one has
    besides is no difference.
    """
    metadata = {key: value for key, value in label.metadata.items() if key != answer_metadata.ID}
    author = stored.source.id if same_reviewer(label.source.id, stored.source.id) else label.source.id
    said = replace(label, source=Source(stored.source.type, author), metadata=metadata)
    return differences(said, stored)


def _another(who: str, wrong: Sequence[str]) -> str:
    return f"{who} another label under this ID, so this one is not queued; they differ in {'; '.join(wrong)}."


def _given_at(place: Destination) -> str:
    return (
        f"This answer was given at {place.backend_uri}, and one journal delivers an answer to one place. To have it "
        "here too, push it with a journal of its own: --data-dir and the name of a new directory."
    )
