"""`labeler sprint handover` on a real server: what is read back there is the consensus, however often it is run."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program
from tests.servers.agreed_sprint import REASONS, AgreedSprint
from tests.servers.sprint_experiment import LEAD, PEOPLE

pytestmark = pytest.mark.slow

DATASET = "harbour consensus"


@pytest.fixture(scope="module")
def sprint(tmp_path_factory: pytest.TempPathFactory) -> AgreedSprint:
    """A sprint that is only read."""
    return AgreedSprint(Program(tmp_path_factory.mktemp("lead")), "Harbour align", "harbour-align")


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> AgreedSprint:
    """A sprint of one test's own."""
    return AgreedSprint(Program(tmp_path_factory.mktemp("lead")), "Harbour own", "harbour-own")


def test_expectations_are_shown_then_written_once_and_brought_up_to_date(labeler: Program, own: AgreedSprint) -> None:
    shown = own.handover(labeler, "--expectations", "--dry-run")
    assert shown.code == 0, shown.err
    for words in ("18 items with a consensus (1 adjudicated, 17 majority)", "1 item without: people differ",
                  "1 item with one label only", "3 items with a consensus (3 median)", "counted, not agreed on: note",
                  "21 expectations: 21 new"):  # fmt: skip
        assert words in shown.out
    assert own.handover(labeler, "--expectations").code == 2, "nobody can be asked"
    assert not own.expectations

    theirs = {"assessment_name": "correct", "source": {"source_type": "HUMAN", "source_id": "sam@x.io"}}
    own.experiment.server.post(
        f"/api/3.0/mlflow/traces/{own.traces[9]}/assessments",
        {"assessment": theirs | {"expectation": {"value": True}}},
    )
    made = own.handover(labeler, "--expectations", "--yes")
    assert made.code == 0, made.err
    assert "expectations of the same names by others (1 by sam@x.io)" in made.out
    assert "21 expectations of “Harbour own” are on the server, read back and equal." in made.out
    written = own.expectations
    assert {key: (value, how) for key, (value, how, _) in written.items()} == own.agreed
    by = {each["source"]["source_id"] for each in own.assessments(own.traces[5]) if "expectation" in each}
    assert by == {LEAD}

    again = own.handover(labeler, "--expectations", "--yes", "--json")
    assert again.code == 0, again.err
    [told] = again.lines
    assert (told["new"], told["changed"], told["withdrawn"]) == (0, 0, 0)
    assert own.expectations == written

    own.adjudicate(own.traces[4], False)  # decided now
    own.adjudicate(own.traces[0], False)  # decided otherwise than all said
    own.assess(own.traces[7], "bo@x.io", 9, "quality")  # bo's newest answer is none: one is left
    own.agreed[own.traces[4], "correct"] = (False, "adjudicated")
    own.agreed[own.traces[0], "correct"] = (False, "adjudicated")
    del own.agreed[own.traces[7], "quality"]
    changed = own.handover(labeler, "--expectations", "--yes", "--json")
    assert changed.code == 0, changed.err
    [told] = changed.lines
    assert (told["new"], told["changed"], told["withdrawn"], told["mismatches"]) == (1, 1, 1, [])
    assert {key: (value, how) for key, (value, how, _) in own.expectations.items()} == own.agreed
    assert own.expectations[own.traces[0], "correct"][2] == written[own.traces[0], "correct"][2]


def expected_records(sprint: AgreedSprint) -> dict[str, dict[str, Any]]:
    """What a dataset is to have, by inputs as JSON: without the contradicting pair and the one without any."""
    found: dict[str, dict[str, Any]] = {}
    for (trace, name), (value, _) in sprint.agreed.items():
        if trace not in (*sprint.traces[2:4], sprint.traces[-1]):
            found.setdefault(json.dumps(sprint.inputs[trace]), {})[name] = value
    return found


def test_a_dataset_is_made_once_and_holds_the_consensus(labeler: Program, own: AgreedSprint) -> None:
    shown = own.handover(labeler, "--dataset", DATASET, "--dry-run")
    assert shown.code == 0, shown.err
    assert "4 traces have the same inputs as another; 2 with different answers are left out" in shown.out
    assert "1 trace left out: no inputs" in shown.out
    assert not own.datasets

    made = own.handover(labeler, "--dataset", DATASET, "--yes")
    assert made.code == 0, made.err
    [dataset] = own.datasets
    assert dataset["name"] == DATASET
    assert own.experiment.plan(own.slug)["dataset_id"] == dataset["dataset_id"]
    records = own.records(dataset["dataset_id"])
    assert {json.dumps(each["inputs"]): each["expectations"] for each in records} == expected_records(own)
    for each in records:
        trace = each["source"]["source_data"]["trace_id"]
        assert each["inputs"] == own.inputs[trace]
        assert each["tags"]["labeler.sprint"] == own.slug
        hows = {name: own.agreed[trace, name][1] for name in each["expectations"]}
        assert json.loads(each["tags"]["labeler.how"]) == hows

    again = own.handover(labeler, "--dataset", DATASET, "--yes", "--json")
    assert again.code == 0, again.err
    assert again.lines[0]["dataset_id"] == dataset["dataset_id"]
    assert own.records(dataset["dataset_id"]) == records

    own.adjudicate(own.traces[9], False)
    own.agreed[own.traces[9], "correct"] = (False, "adjudicated")
    own.assess(own.traces[7], "bo@x.io", 9, "quality")  # no consensus on quality any more, one on correct
    del own.agreed[own.traces[7], "quality"]
    own.adjudicate(own.traces[1], False)  # contradicts the other trace of its inputs: the record goes
    changed = own.handover(labeler, "--dataset", DATASET, "--yes")
    assert changed.code == 0, changed.err
    wanted = expected_records(own)
    del wanted[json.dumps(own.inputs[own.traces[0]])]
    now = own.records(dataset["dataset_id"])
    assert {json.dumps(each["inputs"]): each["expectations"] for each in now} == wanted
    assert len(own.datasets) == 1


def test_a_dataset_that_was_made_before_the_plan_knew_it_is_found(labeler: Program, own: AgreedSprint) -> None:
    created = own.experiment.server.post(
        "/api/3.0/mlflow/datasets/create",
        {
            "name": DATASET,
            "experiment_ids": [own.experiment.id],
            "tags": json.dumps({"labeler.sprint": own.slug}),
        },
    )["dataset"]["dataset_id"]
    made = own.handover(labeler, "--dataset", DATASET, "--yes")
    assert made.code == 0, made.err
    assert [each["dataset_id"] for each in own.datasets] == [created]
    assert own.experiment.plan(own.slug)["dataset_id"] == created
    other = own.handover(labeler, "--dataset", "another name", "--yes")
    assert other.code == 2
    assert f"was handed over to the dataset “{DATASET}” before" in other.err
    own.experiment.server.http.delete(f"/api/3.0/mlflow/datasets/{created}").raise_for_status()
    anew = own.handover(labeler, "--dataset", DATASET, "--yes")
    assert anew.code == 0, anew.err
    [dataset] = own.datasets
    assert own.experiment.plan(own.slug)["dataset_id"] == dataset["dataset_id"] != created


def test_killed_at_any_moment_it_goes_on(labeler: Program, own: AgreedSprint) -> None:
    draw = random.Random(time.time_ns())
    where = ("-b", own.experiment.server.url, "-e", own.experiment.id, "-r", LEAD, "--yes")
    for way in (("--expectations",), ("--dataset", DATASET)):
        for _ in range(3):
            running = labeler.start("sprint", "handover", own.name, *way, *where)
            time.sleep(draw.uniform(0.4, 1.6))
            running.kill()
            running.communicate()
        ended = own.handover(labeler, *way, "--yes")
        assert ended.code == 0, ended.err
    assert {key: (value, how) for key, (value, how, _) in own.expectations.items()} == own.agreed
    [dataset] = own.datasets
    records = own.records(dataset["dataset_id"])
    assert {json.dumps(each["inputs"]): each["expectations"] for each in records} == expected_records(own)


STUB = """
import json, runpy, sys, types

class Example:
    "What MLflow's own reading of a trace makes for an optimizer."
    def __init__(self, **fields):
        self.fields = fields
    def with_inputs(self, *names):
        return self

dspy = types.ModuleType("dspy")  # which is not installed; MLflow's reading needs nothing of it but this
dspy.Example = Example
dspy.__getattr__ = lambda name: type(name, (), {})
sys.modules["dspy"] = dspy

import mlflow
import mlflow.genai.scorers as scorers
from mlflow.genai.judges import base, make_judge
from mlflow.genai.judges.optimizers.dspy_utils import trace_to_dspy_example

class Recording(base.AlignmentOptimizer):
    def align(self, judge, traces):
        examples = [
            [trace.info.trace_id, *(example.fields[name] for name in ("result", "rationale", "inputs", "outputs"))]
            for trace in traces for example in trace_to_dspy_example(trace, judge)
        ]
        print(json.dumps(examples))
        return judge

def judge(name, experiment_id):
    return make_judge(name=name, instructions="Is {{ outputs }} right for {{ inputs }}?", model="openai:/gpt-4.1-mini")

scorers.get_scorer = judge
base.get_default_optimizer = Recording
runpy.run_path(sys.argv[1])
"""


def examples_of(labeler: Program, script: Path) -> dict[str, list[list[Any]]]:
    """Run the script with MLflow's own reading of what people said, and an optimizer that records its examples."""
    labeler.environment["PYTHONWARNINGS"] = "ignore"
    ran = labeler.run_python("-c", STUB, str(script))
    assert ran.code == 0, ran.err
    found: dict[str, list[list[Any]]] = {}
    for trace, *example in json.loads(ran.out.splitlines()[0]):
        found.setdefault(trace, []).append(example)
    return found


def test_align_py_gives_mlflow_exactly_the_consensus(labeler: Program, sprint: AgreedSprint) -> None:
    made = sprint.handover(labeler, "--align", "correct", "-o", "bundle")
    assert made.code == 0, made.err
    bundle = labeler.work / "bundle"
    assert len((bundle / "align.py").read_text().splitlines()) <= 12
    wanted = {trace: value for (trace, name), (value, _) in sprint.agreed.items() if name == "correct"}
    in_bundle = [json.loads(line)["info"]["trace_id"] for line in (bundle / "traces.jsonl").read_text().splitlines()]
    assert in_bundle == sorted(wanted)
    examples = examples_of(labeler, bundle / "align.py")
    assert {trace: [each[0] for each in found] for trace, found in examples.items()} == {
        trace: [str(value).lower()] for trace, value in wanted.items()
    }
    for trace, [[_, why, inputs, outputs]] in examples.items():
        assert (sprint.inputs[trace] or {"question": ""})["question"] in inputs
        assert "the upper third of the flood" in outputs
        assert REASONS[wanted[trace]] in why or why.startswith("the pilot book decides")

    before = (bundle / "traces.jsonl").read_bytes()
    assert sprint.handover(labeler, "--align", "correct", "-o", "bundle").code == 0
    assert (bundle / "traces.jsonl").read_bytes() == before
    (bundle / "align.py").write_text("# one line\n# of mine\n")
    kept = sprint.handover(labeler, "--align", "correct", "-o", "bundle")
    assert "align.py was changed by somebody and is left as it is" in kept.err
    assert (bundle / "align.py").read_text() == "# one line\n# of mine\n"


def test_a_judge_of_another_name_answers_the_question_that_the_configuration_says(
    labeler: Program, sprint: AgreedSprint
) -> None:
    labeler.config.write_text('[judges]\ncorrectness_v2 = "correct"\n')
    made = sprint.handover(labeler, "--align", "correctness_v2", "-o", "bundle", "--json")
    assert made.code == 0, made.err
    assert made.lines[0]["question"] == "correct"
    first = json.loads((labeler.work / "bundle" / "traces.jsonl").read_text().splitlines()[0])
    names = [(each["assessment_name"], each["source"]["source_type"]) for each in first["info"]["assessments"]]
    assert ("correctness_v2", "HUMAN") in names


def some_file(labeler: Program) -> None:
    (labeler.work / "bundle").write_text("a file")


def nothing(labeler: Program) -> None:
    """Prepare nothing."""


@pytest.mark.parametrize(
    ("prepare", "options", "code", "sentence"),
    [
        (nothing, ("--align", "correct"), 2, "--align JUDGE takes -o DIR"),
        (nothing, ("--expectations", "-o", "x"), 2, "--align JUDGE takes -o DIR"),
        (nothing, ("--align", "tone", "-o", "x"), 2, "“tone” is no judge of a question of this sprint"),
        (nothing, ("--align", "quality", "-o", "x"), 2, "3 items of “Harbour align” have a consensus on “quality”"),
        (some_file, ("--align", "correct", "-o", "bundle"), 2, "bundle is a file"),
        (nothing, ("--align", "correct", "-o", "no/such"), 2, "there is no directory"),
        (nothing, ("--dataset", " "), 2, "give the dataset a name"),
        (nothing, (), 2, "one of the arguments --dataset --align --expectations is required"),
    ],
)
def test_bad_input(
    labeler: Program,
    sprint: AgreedSprint,
    prepare: Callable[[Program], None],
    options: tuple[str, ...],
    code: int,
    sentence: str,
) -> None:
    prepare(labeler)
    refused = sprint.handover(labeler, *options)
    assert refused.code == code, refused.err
    assert sentence in refused.err
    assert not (labeler.work / "x").exists()


def test_one_sided_answers_are_warned_about(labeler: Program, own: AgreedSprint) -> None:
    for (trace, name), (value, _) in own.agreed.items():
        if name == "correct" and not value:
            own.adjudicate(trace, True)
    warned = own.handover(labeler, "--align", "correct", "-o", "bundle")
    assert warned.code == 0, warned.err
    assert "of the items are Correct: a judge that always says so looks aligned" in warned.err


def test_a_dataset_of_that_name_by_somebody_else_is_not_touched(labeler: Program, own: AgreedSprint) -> None:
    theirs = {"name": DATASET, "experiment_ids": [own.experiment.id]}
    own.experiment.server.post("/api/3.0/mlflow/datasets/create", theirs)
    refused = own.handover(labeler, "--dataset", DATASET, "--yes")
    assert refused.code == 2
    assert f"There is a dataset “{DATASET}” already" in refused.err
    assert len(own.datasets) == 1


def test_a_sprint_that_nobody_has_labelled_has_nothing_to_hand_over(
    labeler: Program, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = AgreedSprint(Program(tmp_path_factory.mktemp("lead")), "Harbour none", "harbour-none", is_labelled=False)
    for who in PEOPLE[:1]:
        empty.assess(empty.traces[0], who, True)
    refused = empty.handover(labeler, "--expectations", "--yes")
    assert refused.code == 2
    assert "no item of “Harbour none” has a consensus yet" in refused.err
