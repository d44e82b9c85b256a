"""What a paint asks of the rules of a review, in process: which keys would act, what judges said, how much is left.

``python -m tests.benchmarks.review_rules [--items N] [--paints N]``. The reviewer stands on the last open item of so
many, which is the one from where there is the most to look through.
"""

from __future__ import annotations

import argparse
import time
from typing import Final

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Categorical, Question
from labeler.domain.worklist import ItemState
from labeler.review.action import Action, Digit
from labeler.review.possible import refusal, verdict
from labeler.review.state import ReviewState
from labeler.review.worklist import Item
from labeler.tui.action_table import ACTIONS, Rule
from tests.benchmarks.measures import machine, noise, table

QUESTION: Final = Question("clarity", Categorical(("clear", "vague", "muddled", "short", "long", "odd", "rude", "off")))
"""One question, so that each of its options submits the item."""
ASKED: Final[tuple[Action, ...]] = (
    *(each.run.action for each in ACTIONS if isinstance(each.run, Rule)),
    *map(Digit, "1234567890-"),
)
"""Every action that the key line may offer."""


def standing_at_the_last_open_item(items: int) -> ReviewState:
    """A review whose other items are all labelled."""
    state = ReviewState((QUESTION,))
    labelled = (Item(f"tr-{number}", "1", "", ItemState.LABELLED) for number in range(items - 1))
    state.add_items([*labelled, Item("tr-last", "1", "")])
    state.position = items - 1
    return state


def judged() -> list[Assessment]:
    """What a judge said of the last item."""
    by = Source(SourceType.LLM_JUDGE, "judge")
    return [Assessment("a-1", "tr-last", QUESTION.name, AssessmentKind.FEEDBACK, "vague", by)]


def paint(state: ReviewState, said: list[Assessment]) -> None:
    """What the key line, the panel and the status line ask for once."""
    for action in ASKED:
        refusal(state, action)
    for _ in ("the panel's mark", "the key line's accept"):
        verdict(state, QUESTION, said)


def measure(items: int, paints: int) -> list[float]:
    state, said = standing_at_the_last_open_item(items), judged()
    took = []
    for _ in range(paints):
        start = time.perf_counter()
        paint(state, said)
        took.append((time.perf_counter() - start) * 1000)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--paints", type=int, default=50)
    asked = parser.parse_args()
    print(machine())
    noise()
    sizes = sorted({10, asked.items, 10 * asked.items})
    table("a paint, on the last open item", "ms", {f"of {n:,}": measure(n, asked.paints) for n in sizes})


if __name__ == "__main__":
    main()
