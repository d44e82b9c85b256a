"""Reviewers with keys alone on one shared queue, one killed in the middle: little is done twice, nothing is lost.

Time runs five times as fast as it would for people. At people's pace, and with 1,000 items:
``python -m tests.reliability shared-queue``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.shared_queue import Plan, label_together

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(840),
    pytest.mark.timing("real programs at a reviewer's pace on a busy machine"),
]


def test_two_reviewers_of_one_queue_seldom_do_the_same_item(tmp_path: Path) -> None:
    outcome = label_together(tmp_path, Plan(200, 2, aim=0.04, faster=5))
    print(
        f"done twice: {outcome.twice}; marks seen: {len(outcome.late_s)}, the latest after {max(outcome.late_s):.1f} s"
    )
    assert not outcome.wrong
    assert len(outcome.late_s) > outcome.plan.items / 4
    assert max(outcome.late_s) <= outcome.plan.seen_within_s
    assert outcome.twice <= outcome.plan.aim * outcome.plan.items


def test_three_reviewers_of_one_queue_do_few_items_more_than_once(tmp_path: Path) -> None:
    # A request of a busy machine's takes five times as long here as it would for people: 8 % of 200 items is their aim.
    outcome = label_together(tmp_path, Plan(120, 3, aim=0.15, faster=5, sees_marks=False))
    print(f"done twice: {outcome.twice}")
    assert not outcome.wrong
    assert outcome.twice <= outcome.plan.aim * outcome.plan.items
