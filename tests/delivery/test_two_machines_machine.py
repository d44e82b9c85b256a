"""The same reviewer at two machines and on the server's own page, in any order: two answers never stand unsaid."""

from __future__ import annotations

from hypothesis import settings

from tests.delivery.two_machines import TwoMachines

TestTwoMachines = TwoMachines.TestCase
TestTwoMachines.settings = settings(max_examples=15, stateful_step_count=12)
