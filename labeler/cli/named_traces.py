"""Traces that are named one by one: each is taken once, and each that cannot be had is named.

A trace that does not exist and one that could not be asked for are told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Final

from labeler.cli.exit_code import ExitCode
from labeler.cli.output import print_message
from labeler.dataclass import dataclass
from labeler.domain.trace import short_id, why_no_id

_NAMED: Final = 5
"""How many traces a sentence names; the others are counted."""


def each_once(trace_ids: Sequence[str]) -> tuple[str, ...]:
    """Return each ID once, in the order given, and say which were given more than once."""
    counted = Counter(trace_ids)
    if twice := [trace_id for trace_id, count in counted.items() if count > 1]:
        print_message(f"Named more than once, taken once: {listed(twice)}.")
    return tuple(counted)


def possible_ids(named: Sequence[str]) -> tuple[str, ...]:
    """Return the IDs that a trace can have, and say of each other that there is no such trace."""
    for trace_id in named:
        if why := why_no_id(trace_id):
            print_message(f"There is no trace {short_id(trace_id)}: the ID {why}.")
    return tuple(trace_id for trace_id in named if not why_no_id(trace_id))


def listed(trace_ids: Sequence[str]) -> str:
    """Return IDs for a sentence: ``tr-1, tr-2 and 31 more``."""
    shown = [short_id(each) for each in trace_ids[:_NAMED]]
    more = len(trace_ids) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def not_found(trace_ids: Sequence[str], backend_uri: str, workspace: str) -> str:
    """Return the sentence about traces that the backend does not have, as far as this login sees."""
    where = f"{backend_uri}, workspace {workspace}" if workspace else backend_uri
    return f"There is no trace {listed(trace_ids)} at {where}."


def not_asked(trace_ids: Sequence[str], why: str) -> str:
    """Return the sentence about traces that are not here and could not be asked for; `why` is a sentence, too."""
    return f"Not here, and cannot be asked for: {listed(trace_ids)}. {why}"


@dataclass(frozen=True, slots=True)
class Unfound:
    """Named traces that cannot be had.

    The backend has none of `nowhere`. It could not be asked for `unasked`, and `why` says why.
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
        """The exit code of a command that found none of the named traces."""
        return ExitCode.PROBLEM if self.nowhere else ExitCode.WAITING

    @property
    def sentences(self) -> str:
        """What is missing and why, for people."""
        said = []
        if self.nowhere:
            said.append(not_found(self.nowhere, self.backend_uri, self.workspace))
        if self.unasked:
            said.append(not_asked(self.unasked, self.why))
        return " ".join(said)

    def without(self, found: Container[str]) -> Unfound:
        """Return what is still missing once the traces in `found` have turned up."""
        nowhere = tuple(each for each in self.nowhere if each not in found)
        return replace(self, nowhere=nowhere, unasked=tuple(each for each in self.unasked if each not in found))
