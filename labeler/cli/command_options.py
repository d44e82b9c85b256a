"""The options of each command. Importing this imports no command: parsing and `--help` stay fast."""

from __future__ import annotations

import argparse
from typing import Final

from labeler.cli.file_forms import FILE_FORMS
from labeler.cli.options import (
    add_backend,
    add_common,
    add_json,
    add_reviewer,
    add_screen,
    add_selection,
    complete_with_files,
    positive,
    since_ms,
    source_types,
)

SHELLS: Final = ("bash", "zsh", "fish")


def labeler_alone(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler` takes without a command."""
    add_backend(parser)
    add_reviewer(parser)
    add_screen(parser)


def demo(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler demo` takes."""
    parser.add_argument("--reset", action="store_true", help="start over with a new store")
    add_reviewer(parser)
    add_screen(parser)


def review(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler review` takes."""
    complete_with_files(
        parser.add_argument(
            "targets",
            nargs="*",
            metavar="TRACE_ID|FILE",
            help="exactly these; each not found is named; a directory stands for the files in it",
        )
    )
    _add_files(parser)
    group = parser.add_argument_group("labels of files")
    complete_with_files(
        group.add_argument(
            "--out", metavar="FILE", help="where they go instead of NAME.labelled.EXT beside the file; - for nowhere"
        )
    )
    _add_flat(group)
    add_backend(parser)
    add_reviewer(parser)
    add_selection(parser)
    group = parser.add_argument_group("judges")
    group.add_argument(
        "--judge", metavar="NAME", default="", help="check the verdicts of a judge or scorer, those in dispute first"
    )
    group = parser.add_argument_group("questions")
    group.add_argument("--ask", metavar="QUESTION", action="append", help="only these questions; may be repeated")
    add_screen(parser)


def show(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler show` takes."""
    complete_with_files(
        parser.add_argument(
            "targets",
            nargs="+",
            metavar="TRACE_ID|FILE",
            help="trace IDs, or files that hold traces; a directory stands for the files in it, - for stdin",
        )
    )
    _add_files(parser)
    parser.add_argument("--raw", action="store_true", help="the exact JSON instead")
    parser.add_argument("--spans", action="store_true", help="the span tree too")
    add_json(parser)
    add_backend(parser)


def _add_files(parser: argparse.ArgumentParser) -> None:
    """Add what says how the rows of files are read, and the list of what can be."""
    group = parser.add_argument_group("rows of files")
    group.add_argument("--request", metavar="KEY", help="the key or column of the request, if it is none of the usual")
    group.add_argument("--response", metavar="KEY", help="the key or column of the response under judgement")
    group.add_argument("--id", metavar="KEY", dest="own_id", help="the key or column of a row's own ID")
    group.add_argument("--text", action="store_true", help="take each file for one plain text under judgement")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = FILE_FORMS


def _add_flat(group: argparse._ActionsContainer) -> None:
    """Add the option for the form of labelled files that has no lists."""
    group.add_argument(
        "--flat", action="store_true", help="keys label.NAME and comment.NAME instead of a list, for one reviewer"
    )


def pull(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler pull` takes."""
    parser.add_argument("trace_ids", metavar="TRACE_ID", nargs="*", help="exactly these; else the worklist")
    add_backend(parser)
    add_selection(parser)
    add_reviewer(parser)


def sync(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler sync` takes."""
    parser.add_argument("--watch", action="store_true", help="go on until interrupted")
    add_json(parser)
    add_backend(parser)


def outbox(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler outbox` takes."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, summary in (
        ("list", "print what is waiting, parked or refused"),
        ("retry", "let parked and refused deliveries wait again; all of them unless IDs are given"),
        ("discard", "give deliveries up for good; the answers stay in the journal"),
        ("export", "write the labels that are not delivered to a file"),
    ):
        inner = actions.add_parser(name, help=summary, description=f"{summary.capitalize()}.", allow_abbrev=False)
        add_json(inner)
        if name == "export":
            complete_with_files(inner.add_argument("file", metavar="FILE.jsonl"))
        if name in ("retry", "discard"):
            inner.add_argument("ids", metavar="ID", type=int, nargs="*" if name == "retry" else "+")
        if name == "discard":
            inner.add_argument("--yes", action="store_true", help="do not ask")
        add_backend(inner)
        add_common(inner)
        inner.set_defaults(action=name)


def verify(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler verify` takes."""
    parser.add_argument(
        "--resend", action="store_true", help="queue again what was delivered and the server has lost; asks first"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_json(parser)
    add_backend(parser)


def export(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler export` takes."""
    complete_with_files(
        parser.add_argument(
            "files",
            nargs="*",
            metavar="FILE",
            help="these files with their labels, from the journal; a directory stands for the files in it, - for stdin",
        )
    )
    parser.add_argument("--local", action="store_true", help="from the journal, delivered or not, without a network")
    parser.add_argument("--format", choices=("jsonl", "csv"), help="of labels by themselves; jsonl unless given")
    complete_with_files(
        parser.add_argument(
            "-o",
            "--output",
            metavar="FILE",
            help="instead of stdout; of a file, instead of NAME.labelled.EXT beside it",
        )
    )
    _add_flat(parser)
    parser.add_argument("-f", "--filter", metavar="EXPR", default="", help="of traces, in MLflow's syntax")
    parser.add_argument("--since", metavar="7d|ISO", type=since_ms, help="of traces: 12h, 7d or an ISO 8601 time")
    parser.add_argument("--superseded", action="store_true", help="also labels that another one has replaced")
    parser.add_argument(
        "--sources",
        metavar="human,judge,code",
        type=source_types,
        default=("HUMAN",),
        help="whose labels: of people alone unless given, of judges and code too",
    )
    _add_files(parser)
    add_backend(parser)
    add_reviewer(parser)


def push(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler push` takes."""
    complete_with_files(
        parser.add_argument(
            "file", metavar="FILE", help="labels as labeler export writes them, a labelled file too; - for stdin"
        )
    )
    parser.add_argument("--skip-bad", action="store_true", help="queue the good lines and leave the bad ones out")
    add_backend(parser)
    add_reviewer(parser)


def report(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler report` takes."""
    complete_with_files(
        parser.add_argument(
            "files",
            nargs="*",
            metavar="FILE",
            help="label files and labelled files; a label in several counts once; without: from the backend",
        )
    )
    parser.add_argument("--local", action="store_true", help="from the journal, delivered or not, without a network")
    parser.add_argument("--offline", action="store_true", help="from the cache, as the backend was read last")
    parser.add_argument("--format", choices=("terminal", "html", "md", "csv", "json"), default="terminal")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="as --format json")
    complete_with_files(
        parser.add_argument(
            "-o", "--output", metavar="FILE", default="-", help="instead of stdout; for csv a directory"
        )
    )
    parser.add_argument(
        "--show",
        metavar="N",
        type=positive,
        default=10,
        help="for each judge, at most so many traces to show in its next prompt; 10 unless given",
    )
    parser.add_argument(
        "--fail-under",
        metavar="alpha.QUESTION=0.6",
        action="append",
        help="exit with 1 where alpha (percent, ac1, fleiss) is less or not defined; may be repeated",
    )
    add_backend(parser)
    group = parser.add_argument_group("labels")
    group.add_argument(
        "-q", "--queue", metavar="NAME_OR_ID", default=argparse.SUPPRESS, help="on the traces of a review queue"
    )
    group.add_argument(
        "--sprint", metavar="NAME", help="the labels of an annotation sprint, calibration and gold apart"
    )
    complete_with_files(
        group.add_argument("--gold", metavar="FILE.jsonl", help="the sprint's gold labels: who got how many right")
    )
    group.add_argument(
        "--log-run", action="store_true", help="log the sprint's figures, and the page, as a run of its experiment too"
    )
    group.add_argument("-f", "--filter", metavar="EXPR", default="", help="of traces, in MLflow's syntax")
    group.add_argument("--since", metavar="7d|ISO", type=since_ms, help="of traces: 12h, 7d or an ISO 8601 time")
    group.add_argument("--ask", metavar="QUESTION", action="append", help="only these questions; may be repeated")
    group.add_argument("--without", metavar="REVIEWER", action="append", help="leave a reviewer out; may be repeated")
    group.add_argument("--blind-only", action="store_true", help="only labels that are known to be blind")


def doctor(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler doctor` takes."""
    add_json(parser)
    add_backend(parser)
    add_reviewer(parser)


def config(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler config` takes."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, summary in (
        ("init", "write a commented configuration, after asking what is needed"),
        ("show", "print the effective settings with their origins"),
        ("path", "print the path of your configuration file"),
        ("check", "report every mistake in it"),
        ("trust", "let credentials go to an origin that only a working directory's file names"),
    ):
        inner = actions.add_parser(name, help=summary, description=f"{summary.capitalize()}.", allow_abbrev=False)
        if name == "trust":
            inner.add_argument("origin", metavar="ORIGIN", help="such as https://mlflow.example.org")
        if name in ("init", "show", "check"):
            add_backend(inner)
            add_reviewer(inner)
        if name == "show":
            add_json(inner)
        add_common(inner)
        inner.set_defaults(action=name)


def keys(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler keys` takes."""
    add_json(parser)


def themes(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler themes` takes."""


def completion(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler completion` takes."""
    parser.add_argument("shell", choices=SHELLS)
