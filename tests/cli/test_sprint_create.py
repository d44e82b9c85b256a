"""`labeler sprint create` on a real server: what it shows, what it makes, and what it refuses."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.cli.program import Program
from tests.servers.filling import log_many
from tests.servers.mlflow_server import shared_server
from tests.servers.sprint_experiment import LEAD, PEOPLE, SprintExperiment

QUESTIONS = """
[[questions]]
name = "correct"
input = "pass_fail"
positive = "Correct"
negative = "Wrong"

[[questions]]
name = "quality"
input = "numeric"
min = 1
max = 5
step = 1
"""


@pytest.fixture(scope="module")
def shared() -> SprintExperiment:
    """An experiment for what makes nothing."""
    return SprintExperiment(5)


def test_a_sprint_is_shown_then_made_and_told_in_one_line(labeler: Program) -> None:
    experiment = SprintExperiment(10)
    (labeler.work / "questions.toml").write_text(QUESTIONS)
    (labeler.work / "guide.md").write_text("# How to judge\n")
    options = ("--questions", "questions.toml", "--guide", "guide.md", "--sample", "6", "--seed", "7")

    shown = experiment.create(labeler, "Autumn 2026", *options, "--dry-run")
    assert shown.code == 0, shown.err
    assert "(6 of 10 traces: a sample with seed 7, up to " in shown.out
    for words in ("4 items each, every pair shares 2", "correct  pass/fail Correct/Wrong", "(1 new, 1 there already)"):
        assert words in shown.out
    assert not experiment.tags
    assert not experiment.queues

    asked = experiment.create(labeler, "Autumn 2026", *options)
    assert asked.code == 2
    assert "--yes" in asked.err
    assert experiment.queues == {}

    made = experiment.create(labeler, "Autumn 2026", *options, "--yes")
    assert made.code == 0, made.err
    assert f"labeler review -b {experiment.server.url} -q 'Autumn 2026'" in made.out
    plan = experiment.plan("autumn-2026")
    assert (plan["state"], plan["overlap"], plan["blind"], plan["created_by"]) == ("open", 2, True, LEAD)
    assert plan["selection"]["sample"] == 6
    assert [(each["name"], each["level"]) for each in plan["questions"]] == [
        ("correct", "nominal"),
        ("quality", "ordinal"),
    ]
    assert experiment.tags["labeler.sprint.autumn-2026.guide"] == "# How to judge\n"
    queues = experiment.queues
    assert queues.keys() == {"Autumn 2026 · adjudication", *(f"Autumn 2026 · {who}" for who in PEOPLE)}
    for who in PEOPLE:
        queue = queues[f"Autumn 2026 · {who}"]
        assert queue["users"] == [who]
        assert {*queue["schema_ids"]} == {each["schema_id"] for each in plan["questions"]}
        assert plan["queues"][queue["queue_id"]] == who
    assigned = experiment.assigned("Autumn 2026")
    assert Counter(trace for items in assigned.values() for trace in items).most_common() == [
        (trace, 2) for trace in dict.fromkeys(trace for items in assigned.values() for trace in items)
    ]
    assert sum(map(len, assigned.values())) == 12

    again = experiment.create(labeler, "Autumn 2026", *options, "--yes")
    assert again.code == 0
    assert "there already" in again.out
    assert experiment.plan("autumn-2026") == plan
    other = experiment.create(labeler, "Autumn 2026", *options[:-4], "--yes", "--sample", "5")
    assert other.code == 2
    assert "the sample (5 instead of 6)" in other.err
    assert experiment.plan("autumn-2026") == plan
    theirs = experiment.create(labeler, "Autumn 2026", *options, "--yes", by="maria@x.io")
    assert theirs.code == 2
    assert f"was created by {LEAD}" in theirs.err
    slug = experiment.create(labeler, "Autumn, 2026!", "--yes")
    assert slug.code == 2
    assert "autumn-2026, is that of the sprint “Autumn 2026”" in slug.err

    listed = experiment.sprint(labeler, "list", "--json")
    assert [each["slug"] for each in listed.lines] == ["autumn-2026"]
    assert "Autumn 2026  open" in experiment.sprint(labeler, "list").out
    told = experiment.sprint(labeler, "show", "autumn 2026")
    assert told.out.startswith("Autumn 2026   open since")
    assert experiment.sprint(labeler, "show", "autumn-2026", "--json").lines[0]["queues"] == plan["queues"]
    unknown = experiment.sprint(labeler, "show", "Autum 2026")
    assert unknown.code == 2
    assert "There is: “Autumn 2026”" in unknown.err


@pytest.mark.slow
def test_everybody_gets_gold_and_calibration_comes_first(labeler: Program) -> None:
    experiment = SprintExperiment(8)
    gold = experiment.traces[2:4]
    (labeler.work / "gold.jsonl").write_text(
        "".join(json.dumps({"trace_id": each, "name": "correct", "value": True}) + "\n" for each in gold)
    )
    made = experiment.create(labeler, "Gold", "--gold", "gold.jsonl", "--yes", "--seed", "1")
    assert made.code == 0, made.err
    plan = experiment.plan("gold")
    assert plan["gold"]["count"] == 2
    assert not set(gold) & set(json.dumps(plan).split('"')), "which items are gold is on no server"
    assigned = experiment.assigned("Gold")
    assert all(set(gold) <= items.keys() for items in assigned.values())
    assert sum(map(len, assigned.values())) == 2 * 3 + 6 * 2

    calibrated = experiment.create(labeler, "Calibrated", "--calibrate", "3", "--yes", "--seed", "1", "--json")
    assert calibrated.code == 0, calibrated.err
    plan = calibrated.lines[0]["sprint"]
    assert plan["state"] == "calibrating"
    assert all(items.keys() == {*plan["calibration"]} for items in experiment.assigned("Calibrated").values())


@pytest.mark.slow
def test_a_guide_is_printed_and_replaced(labeler: Program) -> None:
    experiment = SprintExperiment(2)
    assert experiment.create(labeler, "Guided", "--yes").code == 0
    none = experiment.sprint(labeler, "guide", "Guided")
    assert (none.code, none.out) == (0, "")
    assert "has no guide" in none.err
    (labeler.work / "new.md").write_text("Wrong is wrong.")
    assert experiment.sprint(labeler, "guide", "Guided", "new.md").code == 0
    assert experiment.sprint(labeler, "guide", "Guided").out == "Wrong is wrong.\n"
    for text, said in (("x" * 20_001, "20,001 characters"), ("a\0b", "NUL character, at position 2")):
        (labeler.work / "new.md").write_text(text)
        refused = experiment.sprint(labeler, "guide", "Guided", "new.md")
        assert refused.code == 2
        assert said in refused.err
    assert experiment.tags["labeler.sprint.guided.guide"] == "Wrong is wrong."


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--overlap", "4"), "there are 3 reviewers, and an item is for different people"),
        (("--overlap", "0"), "give how many people label each item"),
        (("--overlap", "many"), "give how many people label each item"),
        (("--reviewers", "ana@x.io, ANA@x.io"), "ana@x.io is named as a reviewer more than once"),
        (("--reviewers", "ana,Default"), 'cannot be "default"'),
        (("--reviewers", ","), "No reviewer is named"),
        (("-f", "status = 'ERROR'"), "the filter status = 'ERROR' finds none"),
        (("--sample", "6"), "A sample of 6 is more than there is: the selection has 5"),
        (("--calibrate", "6"), "the sprint has only 5 items"),
        (("--ids", "nowhere.txt"), "nowhere.txt cannot be read"),
        (("--same", "ana@x.io"), "give a reviewer and another ID of theirs"),
        (("--same", "eve=ana.b"), "eve is none of the reviewers"),
        (("--same", "ana@x.io=bo@x.io"), "bo@x.io is a reviewer"),
    ],
)
def test_bad_input_is_named_and_makes_nothing(
    labeler: Program, shared: SprintExperiment, arguments: tuple[str, ...], said: str
) -> None:
    refused = shared.create(labeler, "Bad", *arguments, "--yes")
    assert refused.code == 2, refused.err
    assert said in refused.err
    assert not shared.queues
    assert not shared.tags


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("--guide", "x" * 20_001, "The guide has 20,001 characters, and the server's tag takes 20,000"),
        ("--guide", "ab\0", "The guide holds a NUL character, at position 3"),
        (
            "--questions",
            "[[questions]]\nname = 'correct'\ninput = 'text'\n",
            "with another input: pass or fail, Correct",
        ),
        ("--questions", "[[questions]]\nname = 'q'\ninput = 'categorical'\noptions = ['" + "y" * 65 + "']\n", "64"),
        (
            "--questions",
            "[[questions]]\nname='q'\ninput='categorical'\noptions=[" + "".join(f"'{n}'," for n in range(11)) + "]\n",
            "line 4: options are 11",
        ),
        ("--questions", "[[questions]]\nname='q'\ninput='text'\ninstruction='" + "z" * 1_001 + "'\n", "1,000"),
        ("--questions", "reviewer = 'me'\n", "is to hold [[questions]] and nothing else; it has reviewer"),
        ("--ids", "tr-1\n\ntr-1\n", "line 3: tr-1 is in line 1 already"),
        ("--ids", '{"trace_id": "tr-1"}\n', "is to be a plain list"),
        ("--ids", "tr-" + "9" * 32 + "\n", "line 1: there is no trace"),
        (
            "--gold",
            '{"trace_id": "tr-1", "name": "tone", "value": 1}\n',
            "line 1: “tone” is no question",
        ),
        ("--gold", '{"trace_id": "tr-1", "name": "correct", "value": 7}\n', "line 1: the question refuses the value"),
        (
            "--gold",
            '{"trace_id": "tr-1", "name": "correct", "value": true}\n',
            "line 1: there is no trace tr-1",
        ),
    ],
)
def test_a_bad_file_is_named_by_its_line_and_makes_nothing(
    labeler: Program, shared: SprintExperiment, file: str, content: str, said: str
) -> None:
    (labeler.work / "file").write_text(content)
    refused = shared.create(labeler, "Bad", file, "file", "--yes")
    assert refused.code == 2, refused.err
    assert said in refused.err
    assert not shared.queues
    assert not shared.tags


@pytest.mark.slow
def test_lines_that_are_no_trace_here_can_be_left_out(labeler: Program) -> None:
    experiment, other = SprintExperiment(3), SprintExperiment(1)
    (labeler.work / "ids").write_text("\n".join([*experiment.traces[:2], *other.traces, "tr-" + "9" * 32]))
    assert "line 3" in experiment.create(labeler, "Some", "--ids", "ids", "--yes").err
    made = experiment.create(labeler, "Some", "--ids", "ids", "--skip-missing", "--yes")
    assert made.code == 0, made.err
    assert "line 3" in made.err
    assert "line 4" in made.err
    assert {trace for items in experiment.assigned("Some").values() for trace in items} == {*experiment.traces[:2]}


@pytest.mark.parametrize(
    ("name", "said"), [("x" * 201, "has at most 200 characters, and this has 201"), ("日本", "no letter of a to z")]
)
def test_a_name_that_no_tag_can_have_is_refused(
    labeler: Program, shared: SprintExperiment, name: str, said: str
) -> None:
    refused = shared.create(labeler, name, "--yes")
    assert refused.code == 2
    assert said in refused.err


@pytest.mark.slow
def test_two_experiments_are_none(labeler: Program, shared: SprintExperiment) -> None:
    refused = shared.create(labeler, "Two", "-e", shared.id, "--yes")
    assert refused.code == 2
    assert "belongs to one experiment" in refused.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [("[1", "was changed by somebody else: it is no JSON"), ('{"format": 9}', "needs a newer labeler")],
)
def test_a_plan_that_cannot_be_read_is_never_written_over(labeler: Program, text: str, said: str) -> None:
    experiment = SprintExperiment(2)
    tag = {"experiment_id": experiment.id, "key": "labeler.sprint.odd", "value": text}
    experiment.server.post("/api/2.0/mlflow/experiments/set-experiment-tag", tag)
    for arguments in (("show", "odd"), ("create", "Odd", "--reviewers", "ana,bo", "--overlap", "1", "--yes")):
        refused = experiment.sprint(labeler, *arguments)
        assert refused.code == 2
        assert said in refused.err
    assert experiment.tags == {"labeler.sprint.odd": text}
    assert experiment.queues == {}
    assert experiment.sprint(labeler, "list").code == 1


@pytest.mark.slow
def test_a_server_without_review_queues_is_told_so(labeler: Program) -> None:
    """What an older server can do is tried in `tests/backends/mlflow/test_old_server.py`."""
    code = (
        "import sys\n"
        "from labeler.backends.base import Capabilities\n"
        "from labeler.backends.mlflow import backend\n"
        "async def detect(transport):\n"
        "    return Capabilities('3.5.1', queues=False, schemas=False, honours_ids=True)\n"
        "backend.detect = detect\n"
        "from labeler.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    refused = labeler.run_python("-c", code, "sprint", "list", "-b", shared_server().url, LABELER_REVIEWER=LEAD)
    assert refused.code == 69
    assert "A sprint needs review queues, which MLflow has from 3.14 on" in refused.err
    assert "is MLflow 3.5.1" in refused.err
    assert "labeler report works here" in refused.err


@pytest.mark.slow
def test_items_with_answers_are_counted_before(labeler: Program) -> None:
    experiment = SprintExperiment(3)
    answer = {
        "assessment_name": "correct",
        "source": {"source_type": "HUMAN", "source_id": "Ana@x.io"},
        "feedback": {"value": True},
    }
    for trace in experiment.traces[:2]:
        experiment.server.post(f"/api/3.0/mlflow/traces/{trace}/assessments", {"assessment": answer})
    shown = experiment.create(labeler, "Again", "--dry-run")
    assert (
        "2 items have answers to “correct” by these reviewers already. They will be asked again; --count-earlier takes"
        in shown.err
    )


@pytest.mark.slow
def test_a_sprint_that_was_killed_goes_on_with_what_it_pinned(labeler: Program) -> None:
    """The end of a run that is begun again is that of one that was never interrupted."""
    experiment = SprintExperiment(6)
    code = (
        "import sys, os\n"
        "from labeler.backends.mlflow import queues\n"
        "sent = queues.Queues.add\n"
        "async def dies(*args):\n"
        "    await sent(*args)\n"
        "    os._exit(9)\n"
        "queues.Queues.add = dies\n"
        "from labeler.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    words = ("sprint", "create", "Killed", "--reviewers", ",".join(PEOPLE), "--overlap", "2", "--sample", "5", "--yes")
    where = ("-b", experiment.server.url, "-e", experiment.id)
    died = labeler.run_python("-c", code, *words, *where, LABELER_REVIEWER=LEAD)
    assert died.code == 9, died.err
    begun = experiment.plan("killed")
    assert begun["state"] == "creating"
    log_many(experiment.server, experiment.id, 4)
    gone_on = experiment.sprint(labeler, *words[1:])
    assert gone_on.code == 0, gone_on.err
    assert "was begun and not finished: this goes on" in gone_on.err
    plan = experiment.plan("killed")
    assert plan["state"] == "open"
    assert plan["selection"] == begun["selection"]
    assigned = experiment.assigned("Killed")
    assert Counter(len(items) for items in assigned.values()) == Counter([4, 3, 3])
    assert not {trace for items in assigned.values() for trace in items} & {*experiment.traces[:4]}
