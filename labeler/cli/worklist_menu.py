"""What there is to review at a backend, for the screen on which a worklist is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from labeler.backends.base import Experiment
from labeler.cli.backend_address import backend_address
from labeler.cli.context import CliContext
from labeler.cli.open_review import is_member
from labeler.cli.review_spec import questions_at
from labeler.domain.assessment import same_reviewer
from labeler.domain.queue import Queue, QueueItemState
from labeler.domain.worklist import ReviewSpec
from labeler.reading.sanitise import one_line
from labeler.tui.review.question_words import describe
from labeler.tui.screens.worklist_menu import Preview
from labeler.tui.widgets.choice_list import Offer


class WorklistMenu:
    """A backend's queues and experiments. The `Menu` of the start screen. `address` opens the backend again."""

    def __init__(self, context: CliContext, address: str) -> None:
        self.context = context
        self._address = address
        self._specs: dict[str, ReviewSpec] = {}
        self._queues: dict[str, Queue] = {}

    def spec(self, offer_id: str, reviewer: str) -> ReviewSpec:
        """Return what an offer is about, with this reviewer."""
        return replace(self._specs[offer_id], reviewer=reviewer)

    async def find(self, reviewer: str) -> Sequence[Offer]:
        """List the reviewer's queues, those of everybody, the experiments, and the queues of other people."""
        backend = self.context.backend
        experiments = await backend.experiments()
        queues: list[Queue] = []
        if (await backend.capabilities()).queues:
            for experiment in experiments:
                queues += await backend.queues(experiment.id)
        mine = [queue for queue in queues if queue.users and is_member(queue, reviewer)]
        others = [queue for queue in queues if not is_member(queue, reviewer)]
        return [
            *(self._of_queue(queue, f"my queue{_beside_me(queue, reviewer)}") for queue in mine),
            *(self._of_queue(queue, "everybody's queue") for queue in queues if not queue.users),
            *map(self._of_experiment, experiments),
            *self._of_others(others, reviewer),
        ]

    async def count(self, offer: Offer) -> str:
        """Say what an offer is, and how much of it is left."""
        queue = self._queues.get(offer.id)
        if queue is None:
            traces = await self.context.backend.count(self._specs[offer.id].experiment_ids[0])
            return offer.detail if traces is None else f"{offer.detail} · {traces:,} traces"
        pending, total = 0, 0
        async for items in self.context.backend.items(queue):
            pending += sum(item.state is QueueItemState.PENDING for item in items)
            total += len(items)
        return f"{offer.detail} · {pending:,} of {total:,} pending"

    async def preview(self, offer: Offer) -> Preview:
        """Return the questions that an offer asks."""
        asked = await questions_at(self.context, self._specs[offer.id])
        lines = [one_line(f"{question.name}   {describe(question)}", 90) for question in asked.questions]
        return Preview(lines, asked.origin)

    def _of_queue(self, queue: Queue, detail: str, why_not: str = "") -> Offer:
        offer_id = f"queue {queue.id}"
        self._queues[offer_id] = queue
        self._specs[offer_id] = self._spec(queue.experiment_id, queue.name, queue.id)
        return Offer(offer_id, one_line(queue.name, 60), detail, why_not)

    def _of_experiment(self, experiment: Experiment) -> Offer:
        offer_id = f"experiment {experiment.id}"
        self._specs[offer_id] = self._spec(experiment.id, experiment.name, None)
        return Offer(offer_id, one_line(experiment.name, 60), "experiment")

    def _of_others(self, queues: Sequence[Queue], reviewer: str) -> Iterator[Offer]:
        for queue in queues:
            users = one_line(", ".join(queue.users), 40)
            why_not = f"This queue is for {users}; you are {one_line(reviewer, 40)}"
            yield self._of_queue(queue, f"queue of {users}", why_not)

    def _spec(self, experiment_id: str, label: str, queue_id: str | None) -> ReviewSpec:
        backend, settings = self.context.backend, self.context.configuration.settings
        return ReviewSpec(
            backend_uri=backend.uri,
            workspace=backend.workspace,
            experiment_ids=(experiment_id,),
            reviewer="",
            queue_id=queue_id,
            label=label,
            notes_local=settings.review.notes == "local",
            address=self._address,
        )


def _beside_me(queue: Queue, reviewer: str) -> str:
    """Say how many others share the queue; nothing for a queue of the reviewer's own."""
    others = sum(not same_reviewer(user, reviewer) for user in queue.users)
    return f", shared with {others}" if others else ""


def address_of(context: CliContext) -> str:
    """Return what opens the context's backend again."""
    return backend_address(context.configuration.settings.backend.uri or context.backend.uri)
