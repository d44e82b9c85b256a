"""A sprint in one SQLite file, without a server: the same commands, and nothing else to set up."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.cli.sprint_store import EXPERIMENT, LEAD, SprintStore

pytestmark = pytest.mark.slow  # many runs of the real program

PEOPLE = ("ana", "bo", "cem")
NAME = "Autumn 2026"

DIES_WHILE_IT_FILLS = """
import os, sys
from labeler.backends.local import queues
add_items = queues.add_items
def dies(*arguments):
    add_items(*arguments)
    os._exit(9)
queues.add_items = dies
from labeler.cli.main import main
sys.exit(main(sys.argv[1:]))
"""

ON_A_SHARE = """
import sys
from pathlib import Path
from labeler.storage import network_share
network_share.MOUNTS = Path(sys.argv.pop(1))
from labeler.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def store(tmp_path: Path) -> SprintStore:
    return SprintStore(tmp_path / "store.db", 12)


def people_of(store: SprintStore, people: tuple[str, ...]) -> Counter[str]:
    return Counter(trace for who in people for trace in store.items(f"{NAME} · {who}"))


def test_a_lead_goes_through_every_command(store: SprintStore, labeler: Program) -> None:
    (labeler.work / "guide.md").write_text("Wrong is what a customer would come back for.")
    shown = store.sprint(
        labeler, "create", NAME, "--reviewers", "ana,bo,cem", "--overlap", "2", "--questions", str(store.questions),
        "--calibrate", "3", "--dry-run",
    )  # fmt: skip
    assert shown.code == 0, shown.err
    assert "12 of 12 traces" in shown.out
    assert store.rows("SELECT 1 FROM review_queues") == []

    made = store.create(labeler, NAME, PEOPLE, "2", "--calibrate", "3", "--guide", "guide.md", "--seed", "4")
    assert made.code == 0, made.err
    assert f"labeler review -b {store.uri} -q '{NAME}'" in made.out
    assert {*people_of(store, PEOPLE).values()} == {3}, "everybody has the calibration items"
    [queue, *_] = store.rows("SELECT users, schema_ids FROM review_queues WHERE name = ?", f"{NAME} · ana")
    assert queue[0] == '["ana"]'
    assert store.rows("SELECT schema_id FROM label_schemas")[0][0] in queue[1]

    opened = store.sprint(labeler, "open", NAME)
    assert opened.code == 0, opened.err
    calibration = {*store.plan("autumn-2026")["calibration"]}
    counts = people_of(store, PEOPLE)
    assert {count for trace, count in counts.items() if trace not in calibration} == {2}
    assert sorted(counts) == store.traces

    added = store.sprint(labeler, "add", NAME, "-r", "dee", "--yes")
    assert added.code == 0, added.err
    dropped = store.sprint(labeler, "drop", NAME, "-r", "bo", "--yes")
    assert dropped.code == 0, dropped.err
    counts = people_of(store, ("ana", "cem", "dee"))
    assert {count for trace, count in counts.items() if trace not in calibration} == {2}
    with_ana = len(store.items(f"{NAME} · ana"))
    assert store.sprint(labeler, "rebalance", NAME, "--yes").code == 0
    assert abs(len(store.items(f"{NAME} · ana")) - with_ana) <= 1

    assert store.sprint(labeler, "guide", NAME).out.strip() == "Wrong is what a customer would come back for."
    assert re.search(r"Autumn 2026 +open", store.sprint(labeler, "list").out)
    assert f"{NAME}   open since" in store.sprint(labeler, "show", NAME).out
    [status] = store.sprint(labeler, "status", NAME, "--json").lines
    assert (status["labels"]["done"], status["items"]["of"]) == (0, 12)
    assert store.sprint(labeler, "close", NAME).code == 0
    assert store.sprint(labeler, "drop", NAME, "-r", "cem", "--yes").code == 2
    assert store.sprint(labeler, "reopen", NAME).code == 0
    assert store.sprint(labeler, "delete", NAME, "--yes").code == 0
    assert store.rows("SELECT name FROM review_queues UNION SELECT name FROM experiment_tags") == []
    assert store.rows("SELECT 1 FROM queue_items") == []


def test_two_leads_who_make_one_name_at_once_make_it_once(store: SprintStore, tmp_path: Path) -> None:
    programs = []
    for who in ("maria", "noa"):
        (tmp_path / who).mkdir()
        programs.append(Program(tmp_path / who))
        programs[-1].environment["LABELER_REVIEWER"] = who
    options = ("--reviewers", "ana,bo", "--overlap", "2", "--questions", str(store.questions), "--yes")
    where = ("-b", store.uri, "-e", EXPERIMENT)
    running = [each.start("sprint", "create", NAME, *options, *where) for each in programs]
    said = [each.communicate() for each in running]
    assert sorted(each.returncode for each in running) == [0, 2], said
    [lost] = [err.decode() for each, (_, err) in zip(running, said, strict=True) if each.returncode == 2]
    winner = store.plan("autumn-2026")["created_by"]
    assert f"by {winner}" in lost
    assert len(store.rows("SELECT 1 FROM review_queues")) == 3


def test_a_sprint_that_was_killed_while_it_was_made_goes_on(store: SprintStore, labeler: Program) -> None:
    words = (
        "create",
        NAME,
        "--reviewers",
        "ana,bo,cem",
        "--overlap",
        "2",
        "--questions",
        str(store.questions),
        "--yes",
    )
    where = ("-b", store.uri, "-e", EXPERIMENT)
    died = labeler.run_python("-c", DIES_WHILE_IT_FILLS, "sprint", *words, *where, LABELER_REVIEWER=LEAD)
    assert died.code == 9, died.err
    assert store.plan("autumn-2026")["state"] == "creating"
    gone_on = store.sprint(labeler, *words)
    assert gone_on.code == 0, gone_on.err
    assert "was begun and not finished: this goes on" in gone_on.err
    assert {*people_of(store, PEOPLE).values()} == {2}
    assert store.plan("autumn-2026")["state"] == "open"


def test_a_store_on_a_network_share_is_told(store: SprintStore, labeler: Program) -> None:
    mounts = store.path.with_name("mountinfo")
    mounts.write_text(f"1 1 8:1 / / rw - ext4 x rw\n2 1 0:1 / {store.path.parent.resolve()} rw - nfs4 x rw\n")
    where = ("-b", store.uri, "-e", EXPERIMENT)
    told = labeler.run_python("-c", ON_A_SHARE, str(mounts), "sprint", "list", *where, LABELER_REVIEWER=LEAD)
    assert told.code == 0, told.err
    assert f"The store at {store.path} is on a network share (nfs4)" in told.err
    assert "network share" not in store.sprint(labeler, "list").err
