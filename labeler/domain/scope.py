"""Scopes: what keeps apart what one person says about a trace as a reviewer, in a sprint, and in another role there."""

from __future__ import annotations

from typing import Final

_IN_ROLE: Final = "@"
"""What stands between sprint and role in a scope. No slug has it."""


def scope_in_role(sprint: str, role: str) -> str:
    """Return the scope of what is said in a role about a sprint's traces; the sprint's own for no role.

    It is no reviewer's answer, so it has a scope of its own, beside what the same person said as a reviewer.
    """
    return f"{sprint}{_IN_ROLE}{role}" if role else sprint


def sprint_and_role(scope: str) -> tuple[str, str]:
    """Return the slug of the sprint and the role that a scope is of, each empty where there is none."""
    sprint, _, role = scope.partition(_IN_ROLE)
    return sprint, role
