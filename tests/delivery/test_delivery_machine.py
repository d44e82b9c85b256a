"""Whatever the network does to whichever request: each answer ends on the server exactly once, and valid."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.delivery.delivery_machine import DeliveryMachine

TestDelivery = DeliveryMachine.TestCase
TestDelivery.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
