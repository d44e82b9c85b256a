"""Taking exactly the traces that were named into a review, as far as the backend or the cache has them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from labeler.backends.base import Ambiguous, Backend, Unreachable
from labeler.cli.assembly import experiments_at
from labeler.cli.naming import Unfound, listed
from labeler.cli.output import print_message
from labeler.cli.persisting import persist
from labeler.cli.progress import Progress
from labeler.config.load import Configuration
from labeler.config.problems import Source
from labeler.delivery.intake import Incoming
from labeler.desk.desk import Desk

_ASKED_AT_ONCE: Final = 100


async def look_for(backend: Backend, configuration: Configuration, trace_ids: Sequence[str], desk: Desk) -> Unfound:
    """Take the traces named into a review, and tell which of them there are not.

    Raises what the backend raises; `Unreachable` and `Ambiguous` only where none of the traces is known.
    """
    unknown = [each for each in trace_ids if each not in desk.state.index_of]
    found: dict[str, str] = {each.trace_id: each.experiment_id for each in desk.state.items}
    asked, why = 0, ""
    try:
        with Progress("Looking for traces") as progress:
            for start in range(0, len(unknown), _ASKED_AT_ONCE):
                summaries = await persist(partial(backend.summaries, unknown[start : start + _ASKED_AT_ONCE]))
                found |= {each.id: each.experiment_id for each in summaries}
                if desk.record.spec.sample is None:
                    await desk.take_in([Incoming(each) for each in summaries], only_unlabelled=False)
                asked = min(start + _ASKED_AT_ONCE, len(unknown))
                progress.show(asked, len(unknown))
        await _tell_strangers(backend, configuration, [(each, found[each]) for each in trace_ids if each in found])
    except (Unreachable, Ambiguous) as error:
        if not desk.state.items:
            raise
        why = str(error)
    nowhere = tuple(each for each in unknown[:asked] if each not in found)
    return Unfound(backend.uri, backend.workspace, nowhere, tuple(unknown[asked:]), why)


async def _tell_strangers(backend: Backend, configuration: Configuration, found: Sequence[tuple[str, str]]) -> None:
    """Say which traces found are not of the experiments typed with -e. `found`: trace IDs with their experiments."""
    if configuration.origin("backend.experiments").source is not Source.FLAG:
        return
    expected = {experiment.id: experiment.name for experiment in await experiments_at(backend, configuration)}
    if strangers := [f"{trace_id} (experiment {its})" for trace_id, its in found if its not in expected]:
        print_message(f"Taken as named, though not of {', '.join(expected.values())}: {listed(strangers)}.")
