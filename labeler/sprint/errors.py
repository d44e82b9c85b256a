"""Why something cannot be done to a sprint."""

from __future__ import annotations


class SprintError(Exception):
    """Raised when something cannot be done to a sprint. The message is a sentence for whoever asked for it."""


class UnreadablePlan(SprintError):
    """The tag holds no plan that this version reads. Nothing may be written over it."""


class UnknownSprint(SprintError):
    """No sprint has that name. The message names those that there are."""


class AmbiguousSprint(SprintError):
    """Sprints of several experiments have that name. The message names the experiments."""


class MissingRight(SprintError):
    """The login lacks a right on the experiment. The message says which, and what was not done."""
