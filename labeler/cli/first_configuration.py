"""`labeler config init`: write a commented configuration after a short dialogue, or from options alone."""

from __future__ import annotations

import argparse
import json
import os
import re
from pathlib import Path

import labeler
from labeler.cli.context import paths_of
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message, print_text
from labeler.cli.prompts import is_interactive, read_line
from labeler.cli.reviewer import git_email
from labeler.config.backend_uri import BadBackendUri, check_backend_uri, secrets_in
from labeler.config.edit import write_private
from labeler.config.identity import BadReviewer, check_reviewer
from labeler.domain.destination import canonical_uri

_LOCAL_SERVER = "http://127.0.0.1:5000"


def write_first_configuration(arguments: argparse.Namespace) -> ExitCode:
    """Write the configuration file where there is none yet. Raises `CommandFailed`."""
    path = paths_of(arguments).config_file
    if path.exists():
        raise CommandFailed(
            ExitCode.USAGE, f"{path} is there already and was left alone. Edit it, or move it away and run this again"
        )
    backend = getattr(arguments, "backend", None)
    reviewer = getattr(arguments, "reviewer", None)
    if backend is None and not is_interactive():
        raise CommandFailed(
            ExitCode.USAGE, "There is no terminal to ask on. Give --backend URI, and --reviewer ID if you want"
        )
    if backend is None:
        backend = _asked("Where are your traces?", _suggested_backend())
        reviewer = reviewer or _asked("Whose labels are these? Empty: the signed-in user", git_email())
    text = configuration_text(
        _without_secret(_uri(backend)), _reviewer_id(reviewer or ""), getattr(arguments, "experiments", [])
    )
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


def _asked(question: str, suggestion: str) -> str:
    line = read_line(f"{question} [{suggestion}] ")
    if not line:
        raise CommandFailed(ExitCode.USAGE, "There was no answer; nothing was written")
    return line.strip() or suggestion


def _suggested_backend() -> str:
    try:
        return canonical_uri(check_backend_uri(os.environ.get("MLFLOW_TRACKING_URI") or _LOCAL_SERVER))
    except BadBackendUri:
        return _LOCAL_SERVER


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
