"""How an attempt at a delivery ended, as the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from labeler.domain.assessment import Assessment
from labeler.journal.models import Delivery, ParkCause


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery taken up for one attempt, which counts as begun from here on.

    `assessment` is the payload with the backend's own IDs in it; `wire_id` is the ID that the backend knows
    the assessment by. `is_repeat`: an earlier attempt may have reached the backend. `ambiguous_at_ms` is when
    an attempt of this delivery last ended in doubt, `rival_at_ms` when one of another delivery did that would
    undo this one if it took effect late; both None when there was none. `is_journaled`: the assessment was
    created from here; otherwise `follows_overrides` tells to retract what it overrides too. `restored`: what is
    to stand again once this one is deleted.
    """

    delivery: Delivery
    assessment: Assessment | None
    wire_id: str | None
    is_repeat: bool
    failures: int = 0
    ambiguous_at_ms: int | None = None
    rival_at_ms: int | None = None
    is_journaled: bool = True
    follows_overrides: bool = False
    restored: Assessment | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """Done and seen to be done. `server_id`: the ID the server gave it instead of ours.

    `ambiguous`: what was seen may have been so before, and this last request may still take effect.
    """

    server_id: str | None = None
    note: str | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not done yet. `ambiguous`: it may still take effect; `failed`: the server failed on this very payload."""

    reason: str
    ambiguous: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class RecheckLater:
    """Done as far as can be seen; to be looked at again at `not_before_ms`, when nothing late can come any more."""

    not_before_ms: int
    reason: str
    server_id: str | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Parked:
    """Not done, and not to be tried again before somebody did something about `cause`.

    `ambiguous`: it may still take effect.
    """

    cause: ParkCause
    reason: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class PayloadRefused:
    """This payload can never be delivered as it is. `ambiguous`: this last attempt may still take effect."""

    reason: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class TargetGone:
    """What a create overrides, an update changes or a delete brings back is not there any more.

    The answer goes on under a new ID, overriding nothing.
    """

    reason: str


Outcome: TypeAlias = Delivered | RetryLater | RecheckLater | Parked | PayloadRefused | TargetGone
