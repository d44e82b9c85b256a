"""Names of a sprint: its slug, the tags that hold its plan and its guide, and the names of its queues."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from labeler.domain.sprint import PLAN_TAG
from labeler.domain.value import UnusableValue, check_text
from labeler.sprint.errors import SprintError

LONGEST_NAME: Final = 200
"""Characters of a sprint's name. A queue's name is this and the reviewer's, and MLflow takes 250 for it."""

LONGEST_QUEUE_NAME: Final = 250
LONGEST_SLUG: Final = 60

_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")


def plan_tag(slug: str) -> str:
    """Return the key of the experiment tag that holds a sprint's plan."""
    return f"{PLAN_TAG}{slug}"


def guide_tag(slug: str) -> str:
    """Return the key of the experiment tag that holds a sprint's guide."""
    return f"{PLAN_TAG}{slug}.guide"


def queue_name(name: str, reviewer: str) -> str:
    """Return the name of a reviewer's queue. Raises `SprintError` where it would be too long."""
    named = f"{name} · {reviewer}"
    if len(named) > LONGEST_QUEUE_NAME:
        raise SprintError(
            f"The queue of {reviewer} would have a name of {len(named)} characters, and a server takes "
            f"{LONGEST_QUEUE_NAME}: give the sprint a shorter name"
        )
    return named


def adjudication_queue_name(name: str) -> str:
    """Return the name of the queue that claims a sprint's name, and for adjudication."""
    return queue_name(name, "adjudication")


def slug_of(name: str) -> str:
    """Return the slug of a sprint's name: letters of a to z, digits and hyphens. Raises `SprintError`.

    Accents are dropped: “Äpfel, 2. Runde” is ``apfel-2-runde``.
    """
    try:
        check_text(name, "The name")
    except UnusableValue as error:
        raise SprintError(f"A sprint cannot have this name: {error}") from None
    if any(not (character.isprintable()) for character in name):
        raise SprintError("A sprint's name is one line of visible characters")
    if len(name) > LONGEST_NAME:
        raise SprintError(f"A sprint's name has at most {LONGEST_NAME} characters, and this has {len(name)}")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _NOT_IN_SLUGS.sub("-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    if not slug:
        raise SprintError(
            f"“{name}” has no letter of a to z and no digit, and the server's tag for the plan is named by these: "
            "put at least one into the name"
        )
    return slug
