"""Labels that come to a sprint otherwise than from labeler in its queues: which count, for whom, and what is said."""

from __future__ import annotations

import pytest

from labeler.agreement.bootstrap import Bootstrap
from labeler.backends.mlflow.backend import open_backend
from labeler.domain.clock import wall_clock_ms
from labeler.review.judge_values import judged_value
from labeler.sprint.plan_tags import sprints_of
from labeler.sprint.progress import SprintProgress, progress_of
from labeler.sprint.reading import read_items, read_questions, read_traces
from tests.cli.program import Program
from tests.servers.sprint_experiment import SprintExperiment

pytestmark = pytest.mark.slow  # commands of the real program at a real server, many a test

NAME, SLUG = "Odd", "odd"
ANA, BO, CEM = "ana@x.io", "bo@x.io", "cem@x.io"
MINUTE_MS = 60_000


class Odd:
    """A sprint in which each of these traces was labelled in an odd way. `trace` has the trace of each."""

    def __init__(self, lead: Program) -> None:
        self.experiment = experiment = SprintExperiment(30)
        self.trace: dict[str, str] = {}
        made = experiment.create(lead, NAME, "--same", f"{ANA}=Ana.B@x.io", "--seed", "5", "--yes")
        assert made.code == 0, made.err
        plan = experiment.plan(SLUG)
        assert plan["same"] == {"ana.b@x.io": ANA}
        self.opened_ms = max(each["creation_time_ms"] for each in experiment.queues.values())
        self._free = {who: sorted(items) for who, items in experiment.assigned(NAME).items()}
        label = experiment.label

        label(self._next("in MLflow's page", ANA), ANA, True)
        label(self._next("in another spelling", ANA), " ANA@X.io ", True, SLUG)
        label(self._next("under another ID, in the page", ANA), "ana.b@x.io", True)
        bos = experiment.queues[f"{NAME} · {BO}"]["queue_id"]
        label(self._next("by a version that knows no sprints", BO), BO, True, queue=bos)
        label(self._next("in another queue", BO), BO, True, queue="rq-" + "0" * 32)
        label(self._next("in another sprint", BO), BO, True, "another")
        for value in (True, False):
            label(self._next("twice", BO) if value else self.trace["twice"], BO, value, SLUG)
        old = label(self._next("replaced by somebody else", ANA), ANA, True, SLUG)
        label(self.trace["replaced by somebody else"], BO, False, SLUG, overrides=old)
        label(self._next("by nobody", CEM), "default", True)
        label(self._next("by a stranger", CEM), "eve@x.io", True)
        label(self._next("by somebody whose item it is not", CEM, but=ANA), ANA, True)
        for minutes in (4, 6):
            trace = self._next(f"{minutes} minutes before it was opened", CEM)
            label(trace, CEM, True, at_ms=self.opened_ms - minutes * MINUTE_MS)

    def _next(self, what: str, whose: str, but: str = "") -> str:
        """A trace that this reviewer has, and `but` has not."""
        others = set(self.experiment.assigned(NAME)[but]) if but else set[str]()
        taken = {*self.trace.values()} | others
        self.trace[what] = next(each for each in self._free[whose] if each not in taken)
        return self.trace[what]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Odd:
    return Odd(Program(tmp_path_factory.mktemp("lead")))


@pytest.fixture(scope="module")
def told(odd: Odd, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `status` prints, on one line."""
    status = odd.experiment.sprint(Program(tmp_path_factory.mktemp("status")), "status", NAME)
    assert status.code == 0, status.err
    return " ".join(status.out.split())


async def progress(experiment: SprintExperiment, slug: str) -> SprintProgress:
    """How far a sprint is, as `status` computes it."""
    backend = await open_backend(experiment.server.url)
    [sprint] = [each for each in (await sprints_of(backend, [experiment.id])).sprints if each.plan.slug == slug]
    snapshot = await read_items(backend, sprint, wall_clock_ms())
    traces = await read_traces(backend, experiment.id, snapshot.wanted_traces, lambda done, of: None)
    questions = await read_questions(backend, sprint)
    await backend.close()
    whole = type(snapshot)(sprint, snapshot.at_ms, snapshot.items, traces, questions)
    return progress_of(whole, judged_value, {}, (), Bootstrap(resamples=10))


async def test_each_counts_for_whom_it_is(odd: Odd) -> None:
    found = await progress(odd.experiment, SLUG)
    by_trace = {trace: what for what, trace in odd.trace.items()}
    counted = {
        (by_trace[label.item.trace_id], label.reviewer, label.assessment.value) for label in found.counted.labels
    }
    assert counted == {
        ("in MLflow's page", ANA, True),
        ("in another spelling", ANA, True),
        ("under another ID, in the page", ANA, True),
        ("by a version that knows no sprints", BO, True),
        ("twice", BO, False),
        ("replaced by somebody else", BO, False),
        ("4 minutes before it was opened", CEM, True),
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "! 1 label by “default” (MLflow's page without sign-in), outside the sprint: not counted.",
        "! 1 label by “eve@x.io”, outside the sprint: not counted.",
        f"! 1 label by “{ANA}”, outside the sprint: not counted.",
        f"! 1 label by “{BO}”, outside the sprint: not counted.",
        f"! 1 second answer of one person (1 of {BO}): the newest counts.",
        f"! {BO} replaced 1 answer of {ANA}: what {BO} said stands.",
    ],
)
def test_what_does_not_count_is_said(told: str, sentence: str) -> None:
    assert sentence in told


def test_what_is_of_another_sprint_or_from_before_is_not_spoken_of(odd: Odd, told: str) -> None:
    assert CEM not in "".join(part for part in told.split("! ")[1:]), "6 minutes before is before"
    assert told.count(f"by “{BO}”") == 1, "another sprint's labels are not this one's business"


def test_another_id_is_added_later_and_may_work_on_the_queue(odd: Odd, labeler: Program) -> None:
    experiment = odd.experiment
    label = experiment.label
    trace = odd.trace["6 minutes before it was opened"]
    label(trace, "c.em@x.io", True)
    before = experiment.sprint(labeler, "status", NAME, "--json").lines[0]["outside"]
    assert {"source_id": "c.em@x.io", "labels": 1} in before
    for asked, said in (
        ("nobody@x.io=c.em@x.io", "nobody@x.io is none of the reviewers"),
        (f"{CEM}={BO}", "is a reviewer, who has items of their own"),
        ("c.em@x.io", "give a reviewer and another ID of theirs"),
    ):
        refused = experiment.sprint(labeler, "add", NAME, "--same", asked, "--yes")
        assert refused.code == 2
        assert said in refused.err
    added = experiment.sprint(labeler, "add", NAME, "--same", f"{CEM}=C.em@x.io", "--yes")
    assert added.code == 0, added.err
    assert f"c.em@x.io is {CEM} in “{NAME}” now." in added.out
    assert experiment.plan(SLUG)["same"] == {"ana.b@x.io": ANA, "c.em@x.io": CEM}
    assert experiment.queues[f"{NAME} · {CEM}"]["users"] == ["c.em@x.io", CEM]
    after = experiment.sprint(labeler, "status", NAME, "--json").lines[0]["outside"]
    assert {each["source_id"] for each in before} - {each["source_id"] for each in after} == {"c.em@x.io"}
    for reviewer in ("ana.b@x.io", "c.em@x.io"):
        pulled = labeler.run("pull", "-b", experiment.server.url, "-q", NAME, "-e", experiment.id, "-r", reviewer)
        assert pulled.code == 0, pulled.err


def test_earlier_answers_are_taken_over_where_the_lead_says_so(labeler: Program) -> None:
    experiment = SprintExperiment(8)
    earlier = {"ana@x.io": sorted(experiment.traces)[:5], "Bo@x.io": sorted(experiment.traces)[2:]}
    for who, traces in earlier.items():
        for trace in traces:
            experiment.label(trace, who, True, at_ms=wall_clock_ms() - 86_400_000, duration_ms="9000")
    asked = experiment.create(labeler, "Again", "--dry-run", "--seed", "1")
    assert "They will be asked again; --count-earlier takes them over." in asked.err
    again = experiment.create(labeler, "Again", "--yes", "--seed", "1")
    assert again.code == 0, again.err
    assert {state for items in experiment.assigned("Again").values() for state in items.values()} == {"PENDING"}

    taken = experiment.create(labeler, "Taken", "--count-earlier", "--yes", "--seed", "1")
    assert taken.code == 0, taken.err
    assert "What they said of their items in no sprint counts." in taken.err
    assigned = experiment.assigned("Taken")
    for who, items in assigned.items():
        answered = {trace for one, traces in earlier.items() if one.lower() == who for trace in traces}
        assert {trace for trace, state in items.items() if state == "COMPLETE"} == answered & items.keys()
    [status] = experiment.sprint(labeler, "status", "Taken", "--json").lines
    done = {each["reviewer"]: each["done"] for each in status["reviewers"]}
    assert done["ana@x.io"] == len({*earlier["ana@x.io"]} & assigned["ana@x.io"].keys()) > 0
    both = {*earlier["ana@x.io"]} & {*earlier["Bo@x.io"]} & assigned["ana@x.io"].keys() & assigned["bo@x.io"].keys()
    [correct] = status["questions"]
    assert (correct["items"], correct["labels"]) == (len(both), 2 * len(both))
    [status] = experiment.sprint(labeler, "status", "Again", "--json").lines
    assert status["questions"][0]["labels"] == 0
    other = experiment.create(labeler, "Taken", "--yes", "--seed", "1")
    assert other.code == 2
    assert "counting earlier answers (no instead of yes)" in other.err
