"""`labeler config init`: write a commented configuration after a short dialogue, or from options alone."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

import labeler
from labeler.cli.context import paths_of
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.open_journal import examine_journal
from labeler.cli.output import print_message, print_text
from labeler.cli.prompts import is_interactive, read_line
from labeler.cli.reviewer import answer_remembered, git_email
from labeler.config.backend_uri import BadBackendUri, check_backend_uri, secrets_in
from labeler.config.edit import write_private
from labeler.config.identity import BadReviewer, Candidate, check_reviewer
from labeler.config.paths import Paths, UnusableDirectory
from labeler.dataclass import dataclass
from labeler.domain.destination import canonical_uri
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import JournalError

_LOCAL_SERVER = "http://127.0.0.1:5000"


@dataclass(frozen=True, slots=True)
class _Known:
    """What was reviewed last: the backend's address, who was said to review there, and the experiments' names."""

    address: str = ""
    reviewer: str = ""
    experiments: Sequence[str] = ()

    def is_at(self, backend: str) -> bool:
        """Return whether this backend is the one that was reviewed last."""
        return bool(self.address) and canonical_uri(backend) == canonical_uri(self.address)


def write_first_configuration(arguments: argparse.Namespace) -> ExitCode:
    """Write the configuration file where there is none yet. Raises `CommandFailed`."""
    path = paths_of(arguments).config_file
    if path.exists():
        raise CommandFailed(
            ExitCode.USAGE, f"{path} is there already and was left alone. Edit it, or move it away and run this again"
        )
    backend = getattr(arguments, "backend", None)
    reviewer = getattr(arguments, "reviewer", None)
    experiments = getattr(arguments, "experiments", [])
    if backend is None and not is_interactive():
        raise CommandFailed(
            ExitCode.USAGE, "There is no terminal to ask on. Give --backend URI, and --reviewer ID if you want"
        )
    if backend is None:
        known = asyncio.run(_known_from_before(paths_of(arguments)))
        backend = _asked("Where are your traces?", _suggested_backend(known), "")
        if reviewer is None:
            guess = _suggested_reviewer(known, backend)
            from_where = f", from {guess.origin}; " if guess.id else ""
            reviewer = _asked("Whose labels are these?", guess.id, f"{from_where}- for whoever is signed in")
        if not experiments and (suggested := _suggested_experiments(known, backend)):
            asked = _asked("Which experiments, with commas between?", ", ".join(suggested), "; - for none")
            experiments = [name for part in asked.split(",") if (name := part.strip())]
    text = configuration_text(_without_secret(_uri(backend)), _reviewer_id(reviewer or ""), experiments)
    try:
        write_private(path, text)
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{path} cannot be written: {error.strerror or error}") from error
    print_text(f"Written: {path}")
    return ExitCode.OK


def configuration_text(backend: str, reviewer: str, experiments: list[str]) -> str:
    """Return the example configuration with the given values set and its questions commented out."""
    text = example_text()
    settings, heading, questions = text.partition("\n[[questions]]")
    settings = re.sub(r"^# uri = .*$", lambda _: f"uri = {_quoted(backend)}", settings, flags=re.MULTILINE)
    if reviewer:
        settings = re.sub(
            r"^# reviewer = .*$", lambda _: f"reviewer = {_quoted(reviewer)}", settings, flags=re.MULTILINE
        )
    if experiments:
        listed = ", ".join(map(_quoted, experiments))
        settings = settings.replace("experiments = []", f"experiments = [{listed}]")
    commented = re.sub(r"^(?!#|$)", "# ", heading + questions, flags=re.MULTILINE)
    return settings + commented


def example_text() -> str:
    """Read `config.example.toml`: inside the package when installed, beside it in a checkout."""
    package = Path(labeler.__file__).parent
    installed = package / "config.example.toml"
    return (installed if installed.exists() else package.parent / installed.name).read_text(encoding="utf-8")


async def _known_from_before(paths: Paths) -> _Known:
    """Return what the journal knows, if there is one that can be read."""
    if not paths.journal.is_file():
        return _Known()
    try:
        async with examine_journal(paths) as (journal, _):
            return await journal.run(
                _read_known, journal, {f"local:{paths.demo_store}", f"local:{paths.imports_store}"}
            )
    except (JournalError, UnusableDirectory):
        return _Known()


def _read_known(journal: AsyncJournal, own_stores: Collection[str]) -> _Known:
    for record in journal.reviews.last_opened_first():
        spec = record.spec
        if spec.address and spec.address not in own_stores:
            is_search = spec.queue_id is None and not spec.trace_ids
            experiments = spec.label.split(", ") if is_search else []
            answered = answer_remembered(journal.remembered, spec.backend_uri)
            return _Known(
                spec.address, answered or "", experiments if len(experiments) == len(spec.experiment_ids) else ()
            )
    return _Known()


def _asked(question: str, suggestion: str, more: str) -> str:
    """Ask for a value, with a suggestion that an empty line takes; ``-`` is the answer that leaves it out."""
    line = read_line(f"{question} [{suggestion}{more}] ")
    if not line:
        raise CommandFailed(ExitCode.USAGE, "There was no answer; nothing was written")
    typed = line.strip()
    return "" if typed == "-" else typed or suggestion


def _suggested_backend(known: _Known) -> str:
    for uri in (os.environ.get("MLFLOW_TRACKING_URI"), known.address):
        if uri:
            with suppress(BadBackendUri):
                return canonical_uri(check_backend_uri(uri))
    return _LOCAL_SERVER


def _suggested_reviewer(known: _Known, backend: str) -> Candidate:
    """Return who it probably is: as the environment says, as answered at this backend, else as git has it."""
    stated = os.environ.get("LABELER_REVIEWER")
    if stated:
        return Candidate(stated, "LABELER_REVIEWER")
    if known.reviewer and known.is_at(backend):
        return Candidate(known.reviewer, "your answer before")
    return Candidate(git_email(), "git")


def _suggested_experiments(known: _Known, backend: str) -> Sequence[str]:
    """Return the experiments that the environment names, else those reviewed last at this backend."""
    named = [os.environ.get(name) for name in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME")]
    stated = next((name for name in named if name), None)
    if stated:
        return [stated]
    return known.experiments if known.is_at(backend) else ()


def _without_secret(uri: str) -> str:
    """Return the backend's URI without a name and password: other people read the file."""
    if not secrets_in(uri):
        return uri
    print_message(
        "The name and password in the address were left out of the file, which holds no secret. "
        "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
    )
    return canonical_uri(uri)


def _uri(text: str) -> str:
    try:
        return check_backend_uri(text)
    except BadBackendUri as error:
        raise CommandFailed(ExitCode.USAGE, f"The backend {error}") from None


def _reviewer_id(text: str) -> str:
    try:
        return check_reviewer(text) if text else ""
    except BadReviewer as error:
        raise CommandFailed(ExitCode.USAGE, f"The reviewer ID {error}") from None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
