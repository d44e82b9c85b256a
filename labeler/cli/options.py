"""Options that several commands share, and their meaning as settings and as a selection of traces."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.dataclass import dataclass
from labeler.domain.clock import wall_clock_ms
from labeler.domain.moment import since_moment

if TYPE_CHECKING:
    from labeler.config.load import FlagSetting

_SETTINGS: Final = {
    "backend": ("--backend", "backend.uri"),
    "experiments": ("--experiment", "backend.experiments"),
    "queue": ("--queue", "backend.queue"),
    "reviewer": ("--reviewer", "reviewer"),
    "order_by": ("--order-by", "review.order"),
    "blind": ("--blind", "review.blind"),
    "theme": ("--theme", "theme"),
}
"""Arguments that override a setting: the option's name and the key."""

_SOURCE_TYPES: Final = {"human": "HUMAN", "judge": "LLM_JUDGE", "code": "CODE"}


@dataclass(frozen=True, slots=True)
class TraceSelection:
    """Which traces a command is about, beyond the configured experiments and queue.

    `since` is as it was written. With `only_unlabelled`, what the reviewer has labelled is left out. `asks` are the
    names of the only questions to ask, sorted; empty for all. `judge` is the one whose verdicts are reviewed; empty
    for none.
    """

    trace_ids: tuple[str, ...] = ()
    filter: str = ""
    since: str = ""
    limit: int | None = None
    sample: int | None = None
    seed: int | None = None
    only_unlabelled: bool = True
    asks: tuple[str, ...] = ()
    judge: str = ""


def complete_with_files(argument: argparse.Action) -> None:
    """Let shells complete this argument with file names, by the words that shtab has for that."""
    by_shell = {"bash": "_shtab_compgen_files", "zsh": "_files", "fish": "(__fish_complete_path (commandline -ct))"}
    setattr(argument, "complete", by_shell)  # noqa: B010 - an attribute of shtab's, which argparse does not know


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command. They have no defaults, so that they may stand before or after its name."""
    group = parser.add_argument_group("files")
    complete_with_files(
        group.add_argument("--config", metavar="FILE", help="this configuration file instead of your own")
    )
    group.add_argument("--data-dir", metavar="DIR", help="keep journal, log and cache in this directory")
    group.add_argument("-v", "--verbose", action="store_true", help="write more into the log")
    _leave_unset(group)


def add_backend(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where traces come from and labels go."""
    group = parser.add_argument_group("backend")
    group.add_argument("-b", "--backend", metavar="URI", help="http(s)://…, databricks[://PROFILE], local:PATH, …")
    group.add_argument(
        "-e", "--experiment", dest="experiments", metavar="NAME_OR_ID", action="append", help="may be repeated"
    )
    _leave_unset(group)


def add_reviewer(parser: argparse.ArgumentParser) -> None:
    """Add the option that says whose labels these are."""
    group = parser.add_argument_group("reviewer")
    group.add_argument("-r", "--reviewer", metavar="ID", help="whose labels these are, in this run")
    _leave_unset(group)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose traces."""
    group = parser.add_argument_group("traces")
    group.add_argument("-q", "--queue", metavar="NAME_OR_ID", help="a review queue; me: your own")
    group.add_argument("-f", "--filter", metavar="EXPR", help="MLflow's filter syntax, passed through")
    group.add_argument("--order-by", metavar="EXPR", help="MLflow's order_by, as 'timestamp_ms ASC'; of a queue, too")
    group.add_argument("--since", metavar="7d|ISO", type=since_words, help="30m, 12h, 7d, 2w or an ISO 8601 time")
    group.add_argument("--limit", metavar="N", type=positive, help="at most so many")
    group.add_argument("--sample", metavar="N", type=positive, help="so many at random")
    group.add_argument("--seed", metavar="S", type=int, help="makes the sample the same every time")
    either = group.add_mutually_exclusive_group()
    either.add_argument(
        "--unlabeled", dest="only_unlabelled", action="store_true", help="leave out what you labelled (the default)"
    )
    either.add_argument("--all", dest="only_unlabelled", action="store_false", help="what you labelled too")
    _leave_unset(group)


def add_screen(parser: argparse.ArgumentParser) -> None:
    """Add the options of commands that open a screen."""
    group = parser.add_argument_group("screen")
    group.add_argument("--blind", action="store_true", help="hide what judges and other people said")
    group.add_argument("--offline", action="store_true", help="ask nothing of the network")
    group.add_argument("--theme", metavar="NAME", help="colours; see labeler themes")
    _leave_unset(group)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option for machine-readable results."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def flags_of(arguments: argparse.Namespace) -> list[FlagSetting]:
    """Return the typed options that override a setting."""
    from labeler.config.load import FlagSetting

    given = vars(arguments)
    return [
        FlagSetting(option, key, tuple(given[name]) if isinstance(given[name], list) else given[name])
        for name, (option, key) in _SETTINGS.items()
        if name in given
    ]


def selection_of(arguments: argparse.Namespace) -> TraceSelection:
    """Return which traces were asked for; a trace that is named twice counts once."""
    from labeler.cli.named_traces import each_once

    given = vars(arguments)
    names = ("filter", "since", "limit", "sample", "seed", "only_unlabelled", "judge")
    typed = {name: given[name] for name in names if name in given}
    asks = tuple(sorted(set(given.get("ask") or ())))
    return TraceSelection(trace_ids=each_once(given.get("trace_ids", ())), asks=asks, **typed)


def refuse_queue_beside_names(arguments: argparse.Namespace, names: Sequence[str]) -> None:
    """Raise `CommandFailed` where both a queue and the traces themselves are named."""
    if names and "queue" in arguments:
        from labeler.domain.trace import short_id

        raise CommandFailed(
            ExitCode.USAGE,
            f"Give either --queue {arguments.queue} or the traces by name, not both: {', '.join(map(short_id, names))}",
        )


def since_words(text: str) -> str:
    """Return ``7d``, or an ISO 8601 date or time, as it was written: what it stands for depends on the day."""
    since_ms(text)
    return text


def since_ms(text: str) -> int:
    """Parse ``7d``, or an ISO 8601 date or time (UTC by default), into milliseconds since the epoch."""
    try:
        return since_moment(text, wall_clock_ms())
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"“{text}” is neither like 7d nor an ISO 8601 date or time") from None


def source_types(text: str) -> tuple[str, ...]:
    """Parse ``human,judge,code`` or a part of it into MLflow's names for who or what assessed."""
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in _SOURCE_TYPES:
            raise argparse.ArgumentTypeError(f"“{word}” is none of {', '.join(_SOURCE_TYPES)}")
    return tuple(_SOURCE_TYPES[word] for word in words)


def positive(text: str) -> int:
    """Parse a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is not a whole number of at least 1")
    return int(text)


def _leave_unset(group: argparse._ArgumentGroup) -> None:
    """Leave options unset that were not typed: a command's parser would undo those typed before its name."""
    for action in group._group_actions:
        action.default = argparse.SUPPRESS
