"""Tables of labels: one row a person, None where somebody did not label."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final, TypeAlias

Table: TypeAlias = Sequence[Sequence[int | None]]

_: Final = None

KRIPPENDORFF_2011: Final[Table] = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3),
    (_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _),
)
"""Four people, twelve items, five values: "Computing Krippendorff's Alpha-Reliability", example C."""

THREE_BY_FIFTEEN: Final[Table] = (
    (_, _, _, _, _, 3, 4, 1, 2, 1, 1, 3, 3, _, 3),
    (1, _, 2, 1, 3, 3, 4, 3, _, _, _, _, _, _, _),
    (_, _, 2, 1, 3, 4, 4, _, 2, 1, 1, 3, 3, _, 4),
)
"""Three people, fifteen items, with more labels missing than given."""

TEN_BY_FOURTEEN: Final = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)
"""Ten items with fourteen labels each: how many people gave each of five values."""


def items_of(table: Table) -> list[list[int]]:
    """The labels of each item, whoever gave them."""
    return [[value for value in column if value is not None] for column in zip(*table, strict=True)]


def random_table(seed: int) -> Table:
    """A table of 2 to 6 people and 2 to 40 items, in which some labels are missing and some agree."""
    draw = random.Random(seed)
    people, items, values = draw.randint(2, 6), draw.randint(2, 40), draw.randint(2, 9)
    missing, agreeing = draw.random() * 0.6, draw.random()
    truth = [draw.randrange(values) for _ in range(items)]
    return [
        [
            None if draw.random() < missing else (truth[item] if draw.random() < agreeing else draw.randrange(values))
            for item in range(items)
        ]
        for _ in range(people)
    ]
