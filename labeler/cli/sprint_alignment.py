"""`labeler sprint handover --align`: traces with the consensus as their one human answer, and a script that aligns.

MLflow's ``judge.align`` takes the majority of all that people said to a judge's name, also of what was superseded, and
so would pass over a lead's decision. The traces in the bundle have exactly one answer of people: the consensus.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from labeler.backends.datasets import DatasetBackend
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_json, print_message, print_text
from labeler.cli.sprint_backend import TeamContext
from labeler.cli.whole_file import path_to_write, write_whole
from labeler.cli.whole_traces import UnreadTrace, whole_traces
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.rounded_words import percent_words
from labeler.domain.trace import short_id
from labeler.domain.value import JsonValue, same_value
from labeler.domain.value_words import value_words
from labeler.labels.exact_json import exact_json
from labeler.reading.wire.envelopes import assessment
from labeler.reading.wire.trace_json import trace_as_mlflow_json
from labeler.reports.figure_words import counted
from labeler.sprint.agreed import Agreed, SprintConsensus
from labeler.sprint.reading import Snapshot
from labeler.sprint.role_rows import CONSENSUS, HOW, row_id
from labeler.storage.home_directory import expand

FEWEST: Final = 10
"""What MLflow's optimizers take at least."""

_ONE_SIDED: Final = 0.9
_TRACES: Final = "traces.jsonl"
_SCRIPT: Final = "align.py"

_TEMPLATE: Final = """# Aligns {judge} with what people agree on in the sprint {sprint}: {traces}, one human answer each
from pathlib import Path

import mlflow
from mlflow.genai.scorers import get_scorer

mlflow.set_tracking_uri({uri})
judge = get_scorer(name={judge}, experiment_id={experiment})
with Path(__file__).with_name("traces.jsonl").open(encoding="utf-8") as lines:
    aligned = judge.align([mlflow.entities.Trace.from_json(line) for line in lines])  # optimizer=… for another one
print(aligned.instructions)
"""


async def write_bundle(
    arguments: argparse.Namespace, team: TeamContext, snapshot: Snapshot, consensus: SprintConsensus
) -> ExitCode:
    """Write the bundle into a directory, and read it back. Raises `CommandFailed`."""
    judge, question = _judge(arguments.align, team, snapshot)
    rows = consensus.of(question)
    if len(rows) < FEWEST:
        raise CommandFailed(
            ExitCode.USAGE,
            f"{counted(len(rows), 'item')} of “{snapshot.sprint.plan.name}” have a consensus on “{question}”, and "
            f"aligning takes {FEWEST}. Nothing was written",
        )
    for caution in _cautions(judge, rows, snapshot):
        print_message(caution)
    if not isinstance(team.backend, DatasetBackend):
        print_message(f"{team.backend.uri} has no judges: change {_SCRIPT} so that it loads yours from elsewhere.")
    directory = expand(arguments.output)
    if directory.exists() and not directory.is_dir():
        raise CommandFailed(ExitCode.USAGE, f"{arguments.output} is a file: name a directory, -o DIR")
    if not directory.parent.is_dir():
        raise CommandFailed(ExitCode.USAGE, f"Nothing was written: there is no directory {directory.parent}")
    told: dict[str, JsonValue] = {"sprint": snapshot.sprint.plan.name, "judge": judge, "question": question}
    if arguments.dry_run:
        _tell(
            arguments, {**told, "made": False, "traces": len(rows)}, f"  {len(rows):,} traces would go to {directory}"
        )
        return ExitCode.OK
    lines, missed = await _lines(team, snapshot, rows, judge)
    if len(lines) < FEWEST:
        raise CommandFailed(ExitCode.PROBLEM, f"Only {len(lines):,} of {len(rows):,} traces could be read")
    script = _script(judge, snapshot, len(lines), team)
    try:
        directory.mkdir(exist_ok=True)
        write_whole(path_to_write(str(directory / _TRACES)), "".join(f"{line}\n" for line in lines))
        is_kept = _keep_or_write(directory / _SCRIPT, script)
    except OSError as error:
        raise CommandFailed(
            ExitCode.USAGE, f"{arguments.output} cannot be written ({error.strerror or error})"
        ) from error
    if is_kept:
        print_message(f"{directory / _SCRIPT} was changed by somebody and is left as it is.")
    problems = _differences(directory / _TRACES, rows, judge, missed)
    for problem in problems:
        print_message(f"{problem}.")
    _tell(
        arguments,
        {**told, "made": True, "traces": len(lines), "mismatches": problems},
        f"{counted(len(lines), 'trace')} with the consensus on “{question}” as the one human answer to the judge "
        f"“{judge}” are in {directory / _TRACES}. Align with: python {directory / _SCRIPT}",
    )
    return ExitCode.PROBLEM if problems or missed else ExitCode.OK


def _judge(named: str, team: TeamContext, snapshot: Snapshot) -> tuple[str, str]:
    """Return the name of a judge's assessments, and the question that it answers. Raises `CommandFailed`.

    A judge is named like its assessments, or by the ID under which it writes them.
    """
    judges = team.context.configuration.settings.judges
    questions = [each.name for each in snapshot.sprint.plan.questions]
    by_source = {
        each.name
        for trace in snapshot.traces.values()
        for each in trace.assessments
        if each.source.id == named and each.source.type is not SourceType.HUMAN
    }
    for name in (named, *sorted(by_source)):
        if (question := judges.get(name, name)) in questions:
            return name, question
    raise CommandFailed(
        ExitCode.USAGE,
        f"“{named}” is no judge of a question of this sprint. Its questions are {', '.join(questions)}; "
        "[judges] in the configuration says which of them a judge of another name answers",
    )


def _cautions(judge: str, rows: Sequence[Agreed], snapshot: Snapshot) -> list[str]:
    said = Counter(value_words(row.value, row.question) for row in rows)
    word, most = said.most_common(1)[0]
    cautions = []
    if most > _ONE_SIDED * len(rows):
        cautions.append(
            f"{percent_words(most / len(rows))} of the items are {word}: a judge that always says so looks aligned. "
            "More items of the other kind would tell more."
        )
    traces = {row.trace_id for row in rows}
    judged = {
        str(each.value).lower()
        for trace in snapshot.traces.values()
        for each in trace.assessments
        if each.trace_id in traces and each.name == judge and each.valid and each.source.type is SourceType.LLM_JUDGE
    }
    agreed = {str(row.value).lower() for row in rows}
    if judged and not judged & agreed:
        cautions.append(
            f"The judge says {', '.join(sorted(judged)[:4])}, and people {', '.join(sorted(agreed)[:4])}: aligning "
            "compares these as words, so that the judge has to answer in people's."
        )
    return cautions


async def _lines(
    team: TeamContext, snapshot: Snapshot, rows: Sequence[Agreed], judge: str
) -> tuple[list[str], list[str]]:
    """Return the lines of the bundle, and the IDs of the traces that could not be read."""
    by_trace = {row.trace_id: row for row in rows}
    lines: list[str] = []
    missed: list[str] = []
    with ProgressBar("Reading traces") as progress:
        async for trace in whole_traces(team.backend, sorted(by_trace)):
            if isinstance(trace, UnreadTrace):
                print_message(f"{short_id(trace.trace_id)}: {trace.why}. It is left out.")
                missed.append(trace.trace_id)
                continue
            row = by_trace[trace.summary.id]
            others = snapshot.traces[row.trace_id].assessments
            kept = [each for each in others if each.valid and not _is_persons_answer(each, judge)]
            answer = consensus_answer(row, judge, snapshot.sprint.plan.slug)
            lines.append(exact_json(trace_as_mlflow_json(trace, [answer, *kept])))
            progress.show(len(lines), len(rows))
    return lines, missed


def consensus_answer(row: Agreed, judge: str, slug: str) -> Assessment:
    """Return the consensus as the one answer of people to a judge's name, with all their reasons."""
    identifier = row_id(slug, CONSENSUS, row.trace_id, judge)
    return Assessment(
        id=identifier,
        trace_id=row.trace_id,
        name=judge,
        kind=AssessmentKind.FEEDBACK,
        value=row.value,
        source=Source(SourceType.HUMAN, f"labeler sprint {slug}"),
        rationale="\n".join(dict.fromkeys(why for _, why in row.reasons)) or None,
        metadata={
            answer_metadata.ID: identifier,
            answer_metadata.SPRINT: slug,
            answer_metadata.ROLE: CONSENSUS,
            HOW: row.how.value,
        },
        created_at_ms=row.at_ms,
        updated_at_ms=row.at_ms,
    )


def _is_persons_answer(each: Assessment, judge: str) -> bool:
    """Return whether MLflow would take an assessment for a person's answer to the judge."""
    is_by_person = each.source.type is SourceType.HUMAN and each.kind is AssessmentKind.FEEDBACK
    return is_by_person and each.name.lower().strip() == judge.lower().strip()


def _script(judge: str, snapshot: Snapshot, traces: int, team: TeamContext) -> str:
    return _TEMPLATE.format(
        judge=repr(judge),
        sprint=repr(snapshot.sprint.plan.name),
        traces=counted(traces, "trace"),
        uri=repr(team.backend.uri),
        experiment=repr(snapshot.sprint.experiment_id),
    )


def _keep_or_write(path: Path, script: str) -> bool:
    """Write the script unless somebody has changed the one that is there; return whether that one is kept."""
    if path.exists():
        standing = path.read_text(encoding="utf-8", errors="replace")
        if standing.splitlines()[1:] != script.splitlines()[1:]:
            return True
    write_whole(path_to_write(str(path)), script)
    return False


def _differences(path: Path, rows: Sequence[Agreed], judge: str, missed: Sequence[str]) -> list[str]:
    """Read the bundle, and return a sentence for each trace whose one human answer is not the consensus."""
    found: dict[str, list[Assessment]] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            trace_id, answers = _answers(line, judge)
            found[trace_id] = answers
    wanted: Mapping[str, Agreed] = {row.trace_id: row for row in rows if row.trace_id not in missed}
    return [
        f"{short_id(trace_id)}: the bundle does not have the consensus as its one human answer"
        for trace_id, row in wanted.items()
        if [same_value(each.value, row.value) for each in found.get(trace_id, ())] != [True]
    ]


def _answers(line: str, judge: str) -> tuple[str, list[Assessment]]:
    """Return the trace of a line, and the answers of people to the judge in it."""
    try:
        info = json.loads(line)["info"]
        said = [assessment(each, info["trace_id"]) for each in info["assessments"]]
    except (ValueError, KeyError, TypeError):
        return "", []
    return info["trace_id"], [each for each in said if _is_persons_answer(each, judge)]


def _tell(arguments: argparse.Namespace, told: Mapping[str, JsonValue], said: str) -> None:
    if arguments.json:
        print_json(told)
    else:
        print_text(said)
