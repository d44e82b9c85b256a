"""Whatever a reviewer does and however delivery stumbles: the server ends with just what stands in the cells."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.journal.outbox_machine import OutboxMachine

TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(
    max_examples=80, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
