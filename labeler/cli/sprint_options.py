"""The options of `labeler sprint`. Importing this imports no command: parsing and `--help` stay fast."""

from __future__ import annotations

import argparse

from labeler.cli.options import (
    add_backend,
    add_common,
    add_json,
    add_reviewer,
    complete_with_files,
    positive,
    since_words,
)


def sprint(parser: argparse.ArgumentParser) -> None:
    """Add what `labeler sprint` takes."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, summary, add_options in (
        ("create", "make a sprint: shows first what would be made, then asks", _create),
        ("list", "list the sprints of the experiments", _nothing),
        ("show", "print the plan of a sprint", _named),
        ("status", "how far it is, who needs attention, and how far people agree", _status),
        ("adjudicate", "decide what reviewers disagree on, most disputed first", _adjudicate),
        ("add", "add a reviewer, who gets a fair share of what is left, or another ID of one", _add),
        ("drop", "take a reviewer out; what they have not done goes to others", _drop),
        ("rebalance", "make deleted queues again, and repair items with too few or too many people", _rebalance),
        ("open", "end the calibration: everybody gets the other items", _open),
        ("handover", "hand what people agree on to a dataset, a judge, or expectations", _handover),
        ("close", "end a sprint; queues and labels stay", _close),
        ("reopen", "open a closed sprint again", _named),
        ("delete", "delete a sprint's queues and its plan, never labels; asks for its name", _delete),
        ("guide", "print the guide that reviewers see, or replace it by a file", _guide),
    ):
        inner = actions.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", allow_abbrev=False
        )
        add_options(inner)
        add_json(inner)
        add_backend(inner)
        add_common(inner)
        inner.set_defaults(action=name)


def _nothing(parser: argparse.ArgumentParser) -> None:
    """Add nothing."""


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the sprint's name, or its slug")


def _status(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    parser.add_argument(
        "--watch",
        metavar="SECONDS",
        type=positive,
        nargs="?",
        const=0,
        help="again and again, every 15 s unless given, or 60 s at a server with sign-in",
    )
    parser.add_argument("--explain", metavar="REVIEWER", help="why each note about a reviewer stands there")
    complete_with_files(
        parser.add_argument("--gold", metavar="FILE.jsonl", help="the sprint's gold labels: who got how many right")
    )


def _adjudicate(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    add_reviewer(parser)
    parser.add_argument("--ask", metavar="QUESTION", help="decide about this question alone")
    parser.add_argument("--all", action="store_true", help="also what nobody disagrees on")
    parser.add_argument(
        "--show-judge", action="store_true", help="show what judges said before you decide, not only afterwards"
    )
    complete_with_files(
        parser.add_argument("--gold", metavar="FILE.jsonl", help="the sprint's gold labels: its items come first")
    )


def _add(parser: argparse.ArgumentParser) -> None:
    _moving(parser)
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("-r", "--reviewer", dest="who", metavar="ID", help="who joins")
    either.add_argument("--same", metavar="ID=OTHER", help="OTHER is the same person as the reviewer ID; moves nothing")


def _drop(parser: argparse.ArgumentParser) -> None:
    _moving(parser)
    parser.add_argument("-r", "--reviewer", dest="who", metavar="ID", required=True, help="who leaves")
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--keep-labels",
        dest="ignore_labels",
        action="store_false",
        default=False,
        help="what they labelled counts (the default)",
    )
    either.add_argument("--ignore-labels", action="store_true", help="what they labelled stays and counts nowhere")


def _rebalance(parser: argparse.ArgumentParser) -> None:
    _moving(parser)
    _add_ids_again(parser)


def _moving(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    _add_gold_again(parser)
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--dry-run", action="store_true", help="only show what would be moved")
    either.add_argument("--yes", action="store_true", help="do not ask")


def _open(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    _add_gold_again(parser)
    _add_ids_again(parser)


def _close(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    add_reviewer(parser)
    complete_with_files(
        parser.add_argument(
            "--gold",
            metavar="FILE.jsonl",
            help="put the gold answers, with which it was made, on the server; without, they stay on this machine",
        )
    )
    _ask(parser)


def _handover(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    add_reviewer(parser)
    group = parser.add_argument_group("where to")
    either = group.add_mutually_exclusive_group(required=True)
    either.add_argument("--dataset", metavar="NAME", help="an evaluation dataset: made once, then brought up to date")
    either.add_argument("--align", metavar="JUDGE", help="traces and a script that align a judge, in a directory")
    either.add_argument("--expectations", action="store_true", help="an expectation on each trace, for merge_records")
    complete_with_files(group.add_argument("-o", "--output", metavar="DIR", help="the directory, with --align"))
    _ask(parser)


def _ask(parser: argparse.ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--dry-run", action="store_true", help="only show what would be written")
    either.add_argument("--yes", action="store_true", help="do not ask")


def _delete(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _add_gold_again(parser: argparse.ArgumentParser) -> None:
    complete_with_files(
        parser.add_argument("--gold", metavar="FILE.jsonl", help="the gold labels that the sprint was made with")
    )


def _add_ids_again(parser: argparse.ArgumentParser) -> None:
    complete_with_files(parser.add_argument("--ids", metavar="FILE", help="the list of IDs that it was made from"))


def _guide(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    complete_with_files(
        parser.add_argument("file", metavar="FILE.md", nargs="?", help="the new guide, at most 20,000 characters")
    )


def _create(parser: argparse.ArgumentParser) -> None:
    _named(parser)
    add_reviewer(parser)
    group = parser.add_argument_group("traces")
    group.add_argument("-f", "--filter", metavar="EXPR", default="", help="of traces, in MLflow's syntax")
    group.add_argument("--since", metavar="7d|ISO", type=since_words, help="12h, 7d or an ISO 8601 time")
    complete_with_files(group.add_argument("--ids", metavar="FILE", help="exactly these: a trace ID a line"))
    group.add_argument("--skip-missing", action="store_true", help="leave out lines of --ids that are no trace here")
    group.add_argument("--sample", metavar="N", type=positive, help="so many at random")
    group.add_argument("--seed", metavar="S", type=int, help="makes the sample the same every time")
    group = parser.add_argument_group("who labels what")
    complete_with_files(
        group.add_argument(
            "--reviewers", metavar="a,b,…|FILE", help="their IDs, or a file with one a line (with --repeat: else you)"
        )
    )
    group.add_argument("--overlap", metavar="K", help="how many people label each item: 3, 1.2 (a fifth two) or all")
    group.add_argument(
        "--repeat",
        metavar="N",
        type=positive,
        help="instead: N items that each reviewer answered a day ago or earlier, again, for agreement with oneself",
    )
    complete_with_files(
        group.add_argument(
            "--questions",
            metavar="FILE.toml|server",
            default="server",
            help="[[questions]] as in a configuration, or those that the experiment has (the default)",
        )
    )
    complete_with_files(group.add_argument("--guide", metavar="FILE.md", help="what reviewers read first, and on i"))
    complete_with_files(
        group.add_argument(
            "--gold",
            metavar="FILE.jsonl",
            help="labels that are known to be right: everybody gets these traces; the answers stay on this machine",
        )
    )
    group.add_argument(
        "--calibrate", metavar="N", type=positive, default=0, help="begin with so many items, for everybody"
    )
    group.add_argument(
        "--same",
        metavar="ID=OTHER",
        action="append",
        default=[],
        help="OTHER is the same person as the reviewer ID; may be repeated",
    )
    group.add_argument(
        "--count-earlier", action="store_true", help="what reviewers said about their items before counts in it"
    )
    group.add_argument(
        "--no-blind", dest="blind", action="store_false", help="let reviewers see what judges and others said"
    )
    group = parser.add_argument_group("doing it")
    either = group.add_mutually_exclusive_group()
    either.add_argument("--dry-run", action="store_true", help="only show what would be made")
    either.add_argument("--yes", action="store_true", help="do not ask")
