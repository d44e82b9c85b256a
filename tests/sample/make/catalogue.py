"""All recipes of the sample."""

from __future__ import annotations

from tests.sample.make import (
    agents,
    almanac,
    failures,
    handbook,
    languages,
    oddities,
    program,
    questions,
    retrieval,
    sessions,
    shapes,
    staff,
    tool_agents,
    tools,
)
from tests.sample.make.traces import Recipe

_SUBJECTS = (
    questions,
    sessions,
    tools,
    tool_agents,
    retrieval,
    agents,
    staff,
    failures,
    almanac,
    handbook,
    program,
    languages,
    shapes,
    oddities,
)


def recipes() -> list[Recipe]:
    """Every recipe, in the order in which the traces were requested."""
    return sorted((recipe for subject in _SUBJECTS for recipe in subject.recipes()), key=lambda recipe: recipe.at)
