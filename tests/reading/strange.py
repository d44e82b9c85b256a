"""Reads what no SDK would write: ``python -m tests.reading.strange [examples]``.

Arbitrary JSON as inputs and outputs, arbitrary spans, and damaged recordings (parts dropped, nulled, swapped for other
types). Each has to give some text and no exception; what does not ends the run with its smallest example. Prints how
many were read. 20,000 examples of arbitrary JSON unless told otherwise, a quarter as many traces of several spans.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.reading.any_trace import KINDS, SIDES, SMALL, SPANS, check_any_trace, check_any_values, check_mutations

DAMAGES = 100
"""How often each recording is damaged anew."""


def examined(check: Callable[..., None], examples: int, *strategies: Any) -> int:
    """Check that many examples, and return how many were read."""
    read = 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.tuples(*strategies))
    def all_of_them(values: tuple[Any, ...]) -> None:
        nonlocal read
        check(*values)
        read += 1

    all_of_them()
    return read


def main(examples: int) -> None:
    start = time.monotonic()
    values = examined(check_any_values, examples, SIDES, SIDES, KINDS)
    print(f"arbitrary inputs and outputs: {values:,} read, no exception", flush=True)
    traces = examined(check_any_trace, examples // 4, SPANS)
    print(f"arbitrary spans: {traces:,} traces read, no exception", flush=True)
    for name in SMALL:
        check_mutations(name, range(1000, 1000 + DAMAGES))
    print(f"damaged recordings: {len(SMALL) * DAMAGES:,} made of {len(SMALL)} recordings read, no exception")
    print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
