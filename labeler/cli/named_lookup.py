"""Looking for named traces at a backend, and taking those that are there into a review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from labeler.backends.base import Ambiguous, Backend, Unreachable
from labeler.cli.context import CliContext
from labeler.cli.destinations import experiments_named
from labeler.cli.named_traces import Unfound, listed
from labeler.cli.output import ProgressBar, print_message
from labeler.cli.retry import with_retries
from labeler.config.problems import SettingSource
from labeler.dataclass import dataclass
from labeler.delivery.listing import ListedTrace
from labeler.desk.desk import Desk
from labeler.domain.trace import TraceSummary

_ASKED_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class NamedTraces:
    """Traces that were named, as far as they are known.

    `experiments` has the experiment of each that is known, by trace ID, in the order in which they were named; `new`
    are those of them that the backend was asked for. It has none of `nowhere`, and could not be asked for `unasked`;
    `why` says why.
    """

    experiments: Mapping[str, str]
    new: Sequence[TraceSummary] = ()
    nowhere: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    why: str = ""

    @property
    def experiment_ids(self) -> list[str]:
        """The experiments that the traces are of, each once."""
        return list(dict.fromkeys(self.experiments.values()))


async def find_named(backend: Backend, trace_ids: Sequence[str], known: Mapping[str, str]) -> NamedTraces:
    """Ask the backend for the traces that are not `known`, by their experiments' IDs, already.

    Raises what the backend raises; `Unreachable` and `Ambiguous` only where none of the traces is known.
    """
    unknown = [each for each in trace_ids if each not in known]
    found: list[TraceSummary] = []
    asked, why = 0, ""
    try:
        with ProgressBar("Looking for traces") as progress:
            for start in range(0, len(unknown), _ASKED_AT_ONCE):
                found += await with_retries(partial(backend.summaries, unknown[start : start + _ASKED_AT_ONCE]))
                asked = min(start + _ASKED_AT_ONCE, len(unknown))
                progress.show(asked, len(unknown))
    except (Unreachable, Ambiguous) as error:
        if not (known or found):
            raise
        why = str(error)
    there = {**known, **{each.id: each.experiment_id for each in found}}
    nowhere = tuple(each for each in unknown[:asked] if each not in there)
    in_order = {each: there[each] for each in trace_ids if each in there}
    return NamedTraces(in_order, found, nowhere, tuple(unknown[asked:]), why)


async def look_for(context: CliContext, trace_ids: Sequence[str], named: NamedTraces | None, desk: Desk) -> Unfound:
    """Take the named traces into a review, and return those that cannot be had.

    `named` is what is known of them (None: the backend was not asked yet). Raises what `find_named` raises.
    """
    backend = context.backend
    if named is None:
        known = {each.trace_id: each.experiment_id for each in desk.state.items}
        named = await find_named(backend, trace_ids, known)
    if desk.record.spec.sample is None:
        await desk.take_in([ListedTrace(each) for each in named.new], only_unlabelled=False)
    await _tell_strangers(context, named.experiments)
    return Unfound(backend.uri, backend.workspace, named.nowhere, named.unasked, named.why)


async def _tell_strangers(context: CliContext, found: Mapping[str, str]) -> None:
    """Say which traces are not of the experiments typed with -e. `found` has their experiments by their IDs."""
    configuration = context.configuration
    if configuration.origin("backend.experiments").source is not SettingSource.FLAG:
        return
    names = configuration.settings.backend.experiments
    try:
        expected = {experiment.id: experiment.name for experiment in await experiments_named(context.backend, names)}
    except (Unreachable, Ambiguous):
        return
    if strangers := [f"{trace_id} (experiment {its})" for trace_id, its in found.items() if its not in expected]:
        print_message(f"Taken as named, though not of {', '.join(expected.values())}: {listed(strangers)}.")
