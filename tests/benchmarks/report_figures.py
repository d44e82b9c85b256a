"""All figures of a report, in process: 1,000 items, each labelled by 3 of 8 reviewers, three questions and a judge.

``python -m tests.benchmarks.report_figures [--items N] [--rounds N]``. CPU time, of the whole and of what the
intervals take of it.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import count_labels
from labeler.agreement.report import agreement_report
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Numeric, PassFail, Question
from labeler.domain.value import JsonValue
from labeler.review.judge_values import judged_value
from tests.benchmarks.measures import machine, noise, table

CORRECT: Final = Question("correct", PassFail("Correct", "Wrong"))
QUALITY: Final = Question("quality", Numeric(1, 5))
SCORE: Final = Question("score", Numeric(0, 100))
JUDGE: Final = Source(SourceType.LLM_JUDGE, "judge")


def experiment(items: int) -> list[Assessment]:
    """Everything that people and the judge said; they agree on about three items in four."""
    draw = random.Random(7)
    reviewers = [Source(SourceType.HUMAN, f"reviewer-{number}") for number in range(8)]
    found: list[Assessment] = []

    def say(item: int, name: str, value: JsonValue, source: Source) -> None:
        number = len(found)
        found.append(Assessment(f"a-{number}", f"tr-{item:06}", name, AssessmentKind.FEEDBACK, value, source))

    for item in range(items):
        correct, quality, score = draw.random() < 0.7, draw.randint(1, 5), draw.randint(0, 100)
        for reviewer in draw.sample(reviewers, 3):
            agrees = draw.random() < 0.75
            say(item, CORRECT.name, correct if agrees else not correct, reviewer)
            say(item, QUALITY.name, quality if agrees else draw.randint(1, 5), reviewer)
            say(item, SCORE.name, score if agrees else draw.randint(0, 100), reviewer)
        say(item, CORRECT.name, correct if draw.random() < 0.8 else not correct, JUDGE)
    return found


def cpu_ms_of_report(assessments: list[Assessment], resamples: int) -> float:
    """Milliseconds of CPU from the assessments to the report."""
    began = time.process_time()
    questions = [CORRECT, QUALITY, SCORE]
    agreement_report(count_labels(assessments), questions, judged_value, bootstrap=Bootstrap(resamples=resamples))
    return (time.process_time() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    print(machine())
    noise()
    assessments = experiment(asked.items)
    table(
        f"a report of {asked.items:,} items, {len(assessments):,} assessments",
        "ms of CPU",
        {
            f"{resamples:,} resamples": [cpu_ms_of_report(assessments, resamples) for _ in range(asked.rounds)]
            for resamples in (1, 1000)
        },
    )


if __name__ == "__main__":
    main()
