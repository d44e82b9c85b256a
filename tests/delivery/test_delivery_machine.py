"""Whatever the network does to whichever request: each answer ends on the server exactly once, and valid."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.delivery.delivery_machine import DeliveryMachine

TestDelivery = DeliveryMachine.TestCase
TestDelivery.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_an_answer_in_doubt_is_found_again_though_what_it_changed_is_gone_and_the_server_hides_that_it_gives_ids() -> (
    None
):
    """Found by the machine: the create that was sent again failed, and a further one was made beside it."""
    machine = DeliveryMachine()
    machine.begin(honours_ids=False, tells=False, edits_in_place=False)
    machine.answer(place="tr-a@0b", question="helpful", value=True, comment=None)
    machine.deliver_through_faults(faults=["none"])
    machine.die_in_the_middle_of_it(faults=[], steps=1)
    machine.answer(place="tr-a@0b", question="helpful", value=True, comment=None)
    machine.deliver_through_faults(faults=["answer lost"])
    machine.somebody_deletes_an_assessment_that_was_superseded(trace="tr-a", choice=0)
    machine.teardown()
