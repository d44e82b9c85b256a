"""Whatever was done before and after a backup: what is sent again makes the server whole once it is restored."""

from __future__ import annotations

import asyncio
from copy import deepcopy

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.value import JsonValue
from tests.journal.backend import compare
from tests.journal.outbox_machine import OutboxMachine, values
from tests.journal.server import Server
from tests.journal.sitting import TRACES


class RestoredMachine(OutboxMachine):
    """The machine of the outbox, whose server is restored from a backup in the end, and perhaps before."""

    def __init__(self) -> None:
        super().__init__()
        self.backup = Server()

    @precondition(lambda self: self.sitting.cells)
    @rule(data=st.data(), value=values)
    def change(self, data: st.DataObject, value: JsonValue) -> None:
        place, question = data.draw(st.sampled_from(sorted(self.sitting.cells)))
        self.record(self.sitting.answer(place, question, value, None, self.now_ms))

    @rule()
    def back_up_the_server(self) -> None:
        super().deliver_everything()
        self.backup = deepcopy(self.server)

    @rule()
    def restore_the_server_and_go_on(self) -> None:
        super().deliver_everything()
        self.restore_the_server()
        self.send_again()

    def restore_the_server(self) -> None:
        """Back to the last backup, with the items of the queue as they were then."""
        self.server = deepcopy(self.backup)
        for trace in TRACES:
            self.server.items.setdefault(trace, QueueItem("rq-1", trace, QueueItemState.PENDING))

    def send_again(self) -> None:
        found = asyncio.run(compare(self.journal, self.server))
        self.journal.resending.send_again([each.lost for each in found.resendable], self.now_ms)

    def deliver_everything(self) -> None:
        super().deliver_everything()
        self.restore_the_server()
        self.send_again()
        super().deliver_everything()
        assert asyncio.run(compare(self.journal, self.server)).problems == []


TestRestored = RestoredMachine.TestCase
TestRestored.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
