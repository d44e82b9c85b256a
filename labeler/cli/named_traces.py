"""Traces named one by one: each is taken once, and each that cannot be had is named.

"There is none" and "it could not be asked for" are different things, and are told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from labeler.backends.base import Ambiguous, Backend, Unreachable
from labeler.cli.context import experiments_at
from labeler.cli.exit_code import ExitCode
from labeler.cli.output import print_message
from labeler.cli.progress import Progress
from labeler.cli.retry import with_retries
from labeler.config.load import Configuration
from labeler.config.problems import SettingSource
from labeler.delivery.listing import ListedTrace
from labeler.desk.desk import Desk
from labeler.domain.trace import short_id, why_no_id

_NAMED: Final = 5
"""So many traces are named in a sentence; the rest are counted."""


def each_once(trace_ids: Sequence[str]) -> tuple[str, ...]:
    """Each ID once, in the order given. Says which were given more than once."""
    counted = Counter(trace_ids)
    if twice := [trace_id for trace_id, count in counted.items() if count > 1]:
        print_message(f"Named more than once, taken once: {listed(twice)}.")
    return tuple(counted)


def possible_ids(named: Sequence[str]) -> tuple[str, ...]:
    """Those that a trace can have; of each other it is said that there is none, and the rest goes on without it."""
    for trace_id in named:
        if why := why_no_id(trace_id):
            print_message(f"There is no trace {short_id(trace_id)}: the ID {why}.")
    return tuple(trace_id for trace_id in named if not why_no_id(trace_id))


def listed(trace_ids: Sequence[str]) -> str:
    """IDs for a sentence: ``tr-1, tr-2 and 31 more``."""
    shown = [short_id(each) for each in trace_ids[:_NAMED]]
    more = len(trace_ids) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def not_found(trace_ids: Sequence[str], backend_uri: str, workspace: str) -> str:
    """The backend was asked, and has none of these, as far as this login sees."""
    where = f"{backend_uri}, workspace {workspace}" if workspace else backend_uri
    return f"There is no trace {listed(trace_ids)} at {where}."


def not_asked(trace_ids: Sequence[str], why: str) -> str:
    """Nothing is here of these, and the backend could not be asked, for a reason that is a sentence of its own."""
    return f"Not here, and cannot be asked for: {listed(trace_ids)}. {why}"


@dataclass(frozen=True, slots=True)
class Unfound:
    """Traces that were named and cannot be had.

    `nowhere`: the backend has none of these. `unasked`: it could not be asked for these, and `why` says why.
    """

    backend_uri: str
    workspace: str
    nowhere: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    why: str = ""

    def __len__(self) -> int:
        return len(self.nowhere) + len(self.unasked)

    @property
    def code(self) -> ExitCode:
        """How a command ends that found none of what was named."""
        return ExitCode.PROBLEM if self.nowhere else ExitCode.WAITING

    @property
    def sentences(self) -> str:
        """For people."""
        said = []
        if self.nowhere:
            said.append(not_found(self.nowhere, self.backend_uri, self.workspace))
        if self.unasked:
            said.append(not_asked(self.unasked, self.why))
        return " ".join(said)

    def without(self, found: Container[str]) -> Unfound:
        """The same of what was not found meanwhile."""
        nowhere = tuple(each for each in self.nowhere if each not in found)
        return replace(self, nowhere=nowhere, unasked=tuple(each for each in self.unasked if each not in found))


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
                summaries = await with_retries(partial(backend.summaries, unknown[start : start + _ASKED_AT_ONCE]))
                found |= {each.id: each.experiment_id for each in summaries}
                if desk.record.spec.sample is None:
                    await desk.take_in([ListedTrace(each) for each in summaries], only_unlabelled=False)
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
    if configuration.origin("backend.experiments").source is not SettingSource.FLAG:
        return
    expected = {experiment.id: experiment.name for experiment in await experiments_at(backend, configuration)}
    if strangers := [f"{trace_id} (experiment {its})" for trace_id, its in found if its not in expected]:
        print_message(f"Taken as named, though not of {', '.join(expected.values())}: {listed(strangers)}.")
