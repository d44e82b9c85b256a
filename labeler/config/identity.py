"""The reviewer's ID: one for each destination, resolved in a fixed order and then kept."""

from __future__ import annotations

from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import same_reviewer
from labeler.domain.value import MAX_NAME_LENGTH, UnusableValue, check_text

SAID: Final = "what you said"
"""The origin of an ID that is the answer to the question who reviews: it is remembered, and stays."""

SIGNED_IN: Final = "the user signed in at the server"
TRACKING_USERNAME: Final = "MLFLOW_TRACKING_USERNAME"

_LOGINS: Final = (SIGNED_IN, TRACKING_USERNAME)


class BadReviewer(ValueError):
    """Raised for an ID that no label can carry. The message continues the name of the key."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A resolved reviewer ID, exactly as it is submitted.

    `origin` says where it came from. `passed_over` is the ID that would have been taken if none had been remembered for
    this destination, with its own origin in words; it is empty where that is the same ID, or there is none.
    """

    id: str
    origin: str
    passed_over: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An ID that somebody or something proposes, and who that is."""

    id: str
    origin: str


def check_reviewer(reviewer: str) -> str:
    """Return `reviewer`, or raise `BadReviewer`."""
    if not reviewer.strip():
        raise BadReviewer("must not be empty")
    if same_reviewer(reviewer, "default"):
        raise BadReviewer('cannot be "default", which MLflow writes when nobody is known; give your own name')
    if len(reviewer) > MAX_NAME_LENGTH:
        raise BadReviewer(f"is {len(reviewer)} characters long; at most {MAX_NAME_LENGTH} can be stored")
    try:
        return check_text(reviewer, "it")
    except UnusableValue as error:
        raise BadReviewer(f"cannot be used: {error}") from None


def resolve_reviewer(
    stated: Candidate | None,
    remembered: str | None,
    signed_in: str | None,
    tracking_username: str | None,
) -> Reviewer | None:
    """Return the reviewer of a destination, or None where nobody is known and a person has to be asked.

    An ID `stated` by flag, environment or configuration wins. Otherwise an ID that was `remembered` for the destination
    stays, even where the server's `signed_in` user or MLflow's user name have changed since.
    """
    if stated is not None:
        return Reviewer(stated.id, stated.origin)
    found = _usable(signed_in, SIGNED_IN) or _usable(tracking_username, TRACKING_USERNAME)
    if remembered is None:
        return None if found is None else Reviewer(found.id, found.origin)
    if found is None or same_reviewer(found.id, remembered):
        return Reviewer(remembered, "remembered")
    return Reviewer(remembered, "remembered", f"{found.id} ({found.origin})")


def is_login(origin: str) -> bool:
    """Return whether an ID of this origin is that of a login: it counts while somebody is signed in under it."""
    return origin in _LOGINS


def _usable(reviewer: str | None, origin: str) -> Candidate | None:
    try:
        return None if reviewer is None else Candidate(check_reviewer(reviewer), origin)
    except BadReviewer:
        return None
