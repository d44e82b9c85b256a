"""``machines``: the state machines of the journal and of delivery, run until each has made so many steps.

The journal's machine compares it after every step with a plain model of the reviewer, and at the end of every example
with what a server holds that got only what the outbox sent. Delivery's has the real deliverer and dispatcher between a
real journal and a simulated server that refuses connections, loses requests and answers, commits and then fails,
commits late (in any order, also after the sender died), and answers or commits out of order. Failures are told as
Hypothesis reduces them.
"""

from __future__ import annotations

import argparse
import time
import traceback
from collections.abc import Sequence

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, get_state_machine_test, invariant

from tests.benchmarks.measures import machine
from tests.delivery.delivery_machine import DeliveryMachine
from tests.journal.outbox_machine import OutboxMachine

MACHINES: dict[str, type[RuleBasedStateMachine]] = {
    "the journal against a plain model": OutboxMachine,
    "delivery against an adversarial server": DeliveryMachine,
}
_EXAMPLES_A_ROUND = 100
_FAILURES_AT_MOST = 10
"""Rounds that fail before their first step would be made for ever."""


class Tally:
    """What a machine did: `examples` from an empty journal each, `steps` in all of them, `failures` of rounds."""

    def __init__(self) -> None:
        self.examples = 0
        self.steps = 0
        self.failures = 0


def counted(kind: type[RuleBasedStateMachine], tally: Tally) -> type[RuleBasedStateMachine]:
    """The same machine, its steps counted. Hypothesis checks invariants once before the first step too."""

    class Counted(kind):  # type: ignore[misc, valid-type]  # a class that only a run knows
        def __init__(self) -> None:
            super().__init__()
            tally.examples += 1
            tally.steps -= 1

        @invariant()
        def count(self) -> None:
            tally.steps += 1

    Counted.__name__ = Counted.__qualname__ = kind.__name__
    return Counted


def run(kind: type[RuleBasedStateMachine], steps: int, steps_an_example: int, first_seed: int) -> Tally:
    """Round after round, each from a seed of its own, until there were so many steps, or `_FAILURES_AT_MOST` failed."""
    tally = Tally()
    number = first_seed
    while tally.steps < steps and tally.failures < _FAILURES_AT_MOST:
        test = get_state_machine_test(
            counted(kind, tally),
            settings=settings(
                max_examples=_EXAMPLES_A_ROUND,
                stateful_step_count=steps_an_example,
                deadline=None,
                database=None,
                print_blob=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
        try:
            seed(number)(test)()
        except Exception:
            tally.failures += 1
            traceback.print_exc()
        number += 1
    return tally


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability machines", description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000, help="of each machine, at least")
    parser.add_argument("--steps-an-example", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    print(machine(), flush=True)
    failures = 0
    for name, kind in MACHINES.items():
        began = time.monotonic()
        tally = run(kind, asked.steps, asked.steps_an_example, asked.seed)
        failures += tally.failures
        took = time.monotonic() - began
        print(
            f"{name}: {tally.examples:,} examples, {tally.steps:,} steps, {tally.failures} failures, {took:.0f} s",
            flush=True,
        )
    return 1 if failures else 0
