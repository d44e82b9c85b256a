"""What was delivered and is not on the server any more, or not as it was: found, told with the way back, and mended."""

from __future__ import annotations

import json
import time

import pytest

from labeler.domain.change import Answer
from labeler.domain.worklist import ItemState
from tests.cli.program import Program
from tests.cli.recorded_experiment import NAMES, Experiment
from tests.cli.review_beside import REVIEWER, ReviewBeside
from tests.cli.waiting import wait_until
from tests.journal.sitting import Sitting
from tests.servers.filling import create_queue

pytestmark = pytest.mark.slow


@pytest.fixture
def review(labeler: Program) -> ReviewBeside:
    experiment = Experiment(*NAMES)
    queue_id = create_queue(experiment.server, experiment.id, "Harbour", experiment.trace_ids)
    return ReviewBeside(labeler, experiment.server, experiment.id, experiment.trace_ids, queue_id)


def test_lost_answers_are_listed_by_trace_and_sent_again_under_their_ids(review: ReviewBeside) -> None:
    one, two, three = review.trace_ids
    review.give(one, "helpful", False)
    review.sync()
    helpful = review.give(one, "helpful", True, "clear")
    spoken = review.give(f"{one}@00000000000000ab", "quality", 4)
    expected = review.give(two, "expected", {"answer": ["05:42", 2**60]}, "by the table")
    flag = review.give(two, "labeler.flag", True, "for Mon")
    kept = review.give(three, "helpful", True)
    review.sync()
    before = {trace_id: review.valid(trace_id) for trace_id in review.trace_ids}
    for trace_id in (one, two):
        for assessment_id in review.stored(trace_id):
            review.delete(trace_id, assessment_id)

    lost = review.verify()
    assert {(each.kind, each.assessment_id, each.trace_id, each.by) for each in lost} == {
        ("missing", helpful, one, None),
        ("missing", spoken, one, None),
        ("missing", expected, two, None),
        ("missing", flag, two, None),
    }
    assert all("labeler verify --resend" in each.advice for each in lost)

    headless = review.run("verify", "--resend")
    assert (headless.code, "--yes" in headless.err) == (2, True)
    refused = review.labeler.at_terminal("verify", "--resend", "-b", review.server.url, typed="n\n")
    assert (refused.code, "Nothing was queued" in refused.err) == (1, True)
    assert [word for word in (one, "helpful: true", "quality: 4", two, "labeler.flag") if word not in refused.err] == []
    assert three not in refused.err
    assert review.run("outbox", "list", "--json").lines == []

    agreed = review.labeler.at_terminal("verify", "--resend", "-b", review.server.url, typed="y\n")
    assert (agreed.code, "4 queued again" in agreed.err) == (0, True)
    again = review.run("verify", "--resend", "--yes")
    assert again.code == 0, "what is queued is not lost"
    review.sync()
    for trace_id in review.trace_ids:
        assert [*review.stored(trace_id)] == [*review.valid(trace_id)]
        assert {key: content(each) for key, each in review.valid(trace_id).items()} == {
            key: content(each) for key, each in before[trace_id].items()
        }
    assert "overrides" not in review.stored(one)[helpful], "what it overrode is gone"
    assert kept in review.stored(three)
    assert review.verify() == []


def content(stored: dict[str, object]) -> dict[str, object]:
    return {key: each for key, each in stored.items() if key not in ("overrides", "last_update_time")}


def test_a_lost_answer_overrides_again_what_is_left_of_its_history(review: ReviewBeside) -> None:
    trace_id = review.trace_ids[0]
    given = []
    for value in (1, 2, 3):
        given.append(review.give(trace_id, "quality", value))
        review.sync()
    for assessment_id in reversed(given[1:]):
        review.delete(trace_id, assessment_id)
    assert [*review.valid(trace_id)] == given[:1]
    assert [each.kind for each in review.verify()] == ["missing"]
    review.resend()
    assert [*review.valid(trace_id)] == given[2:]
    assert review.stored(trace_id)[given[2]]["overrides"] == given[0]
    assert review.verify() == []
    review.undo()
    review.sync()
    (stands,) = review.valid(trace_id).values()
    assert stands["feedback"]["value"] == 2
    assert review.verify() == []


def test_an_answer_that_was_changed_in_place_comes_back_as_it_was_last(review: ReviewBeside) -> None:
    review.sitting = Sitting(edits_in_place=True)
    trace_id = review.trace_ids[0]
    review.give(trace_id, "quality", 1, "hm")
    review.sync()
    assessment_id = review.give(trace_id, "quality", 5, "good")
    review.sync()
    review.delete(trace_id, assessment_id)
    review.resend()
    (stored,) = review.stored(trace_id).values()
    assert (stored["assessment_id"], stored["feedback"]["value"], stored["rationale"]) == (assessment_id, 5, "good")

    patch = {"feedback": {"value": 1}, "rationale": "hm"}
    path = f"/api/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}"
    changed = {"assessment": patch, "update_mask": "feedback,rationale"}
    review.server.http.patch(path, json=changed).raise_for_status()
    (problem,) = review.verify()
    assert (problem.kind, "before you changed it" in problem.advice) == ("changed", True)
    review.resend()
    (stored,) = review.stored(trace_id).values()
    assert (stored["feedback"]["value"], stored["rationale"]) == (5, "good")
    assert review.verify() == []


def test_what_was_taken_back_and_is_there_again_is_taken_back_again(review: ReviewBeside) -> None:
    one, two, _ = review.trace_ids
    first = review.give(one, "helpful", True)
    review.sync()
    second = review.give(one, "helpful", False)
    kept = review.give(two, "quality", 2)
    review.sync()
    undone = review.give(two, "quality", 5)
    review.sync()
    review.undo()
    review.clear(one, "helpful")
    review.sync()
    assert (review.stored(one), [*review.valid(two)]) == ({}, [kept])
    review.put(one, "helpful", True, assessment_id=first)
    review.put(one, "helpful", False, assessment_id=second, overrides=first)
    review.put(two, "quality", 5, assessment_id=undone, overrides=kept)
    problems = review.verify()
    assert {(each.kind, each.assessment_id, each.by) for each in problems} == {
        ("superseded", kept, REVIEWER),
        ("second", second, REVIEWER),
    }
    review.resend()
    assert (review.stored(one), [*review.valid(two)]) == ({}, [kept])
    assert review.verify() == []


def test_an_id_that_was_ever_deleted_from_here_is_not_used_again(review: ReviewBeside) -> None:
    trace_id = review.trace_ids[0]
    elsewhere = review.put(trace_id, "helpful", True, assessment_id="a-" + "e" * 32)
    review.sitting.cells[trace_id, "helpful"] = Answer(elsewhere, True, None, 1_000, 0)
    exported = review.run("export", "-e", review.experiment).out
    review.clear(trace_id, "helpful")
    review.sync()
    assert review.stored(trace_id) == {}
    (review.labeler.work / "labels.jsonl").write_text(exported)
    assert "1 queued" in review.run("push", "labels.jsonl").err
    review.sync()
    assert [*review.stored(trace_id)] == [elsewhere]
    review.delete(trace_id, elsewhere)
    review.resend()
    (stored,) = review.stored(trace_id).values()
    assert stored["assessment_id"] == stored["metadata"]["labeler.id"] != elsewhere
    assert review.verify() == []


def test_items_of_queues_are_set_again_after_their_answers(review: ReviewBeside) -> None:
    one, two, three = review.trace_ids
    answer = review.give(one, "helpful", True)
    review.give(two, "labeler.declined", True, "not mine")
    for trace_id, state in ((one, ItemState.LABELLED), (two, ItemState.DECLINED), (three, ItemState.LABELLED)):
        review.leave_as(trace_id, state)
    review.sync()
    review.leave_as(three, ItemState.OPEN)
    review.sync()
    assert review.verify() == []
    review.delete(one, answer)
    review.set_item(one, "PENDING")
    review.set_item(two, "PENDING")
    review.set_item(three, "COMPLETE", REVIEWER.upper())
    problems = review.verify()
    assert {(each.kind, each.trace_id, each.assessment_id) for each in problems} == {
        ("missing", one, answer),
        ("status", one, None),
        ("status", two, None),
        ("status", three, None),
    }
    review.resend()
    states = {trace_id: review.item(trace_id)["status"] for trace_id in review.trace_ids}
    assert states == {one: "COMPLETE", two: "DECLINED", three: "PENDING"}
    assert review.item(one)["completed_by"] == REVIEWER
    assert review.verify() == []


def test_an_item_that_somebody_else_holds_stays_theirs_until_it_is_opened_again(review: ReviewBeside) -> None:
    one, two, _ = review.trace_ids
    review.set_item(two, "COMPLETE", "sam")
    for trace_id in (one, two):
        review.give(trace_id, "helpful", True)
        review.leave_as(trace_id, ItemState.LABELLED)
    review.sync()
    assert review.verify() == [], "that sam was first was told when it was delivered"
    review.set_item(one, "PENDING")
    review.set_item(one, "COMPLETE", "sam")
    (problem,) = review.verify()
    assert (problem.kind, problem.trace_id, problem.by) == ("status", one, "sam")
    assert review.queue_lost() == 0
    review.set_item(one, "PENDING")
    review.resend()
    assert review.item(one)["completed_by"] == REVIEWER
    assert review.verify() == []


def test_a_second_answer_of_mine_is_found_whoever_wrote_it_and_either_can_be_kept(review: ReviewBeside) -> None:
    one, two, three = review.trace_ids
    span = "00000000000000ab"
    mine = {trace_id: review.give(trace_id, "helpful", True) for trace_id in (one, two)}
    review.give(f"{three}@{span}", "helpful", True)
    review.sync()
    other = {"source_type": "HUMAN", "source_id": " RHEA.K"}
    script = review.put(one, "helpful", False, source=other)
    page = review.put(two, "helpful", False)
    of_span = review.put(three, "helpful", False, span_id=span)
    review.put(one, "quality", 2)
    review.put(one, "helpful", False, source=other | {"source_type": "LLM_JUDGE"})
    review.put(one, "helpful", False, source=other | {"source_id": "bo"})
    review.put(one, "helpful", False, metadata={"labeler.role": "adjudication"})
    review.put(one, "helpful", False, metadata={"labeler.sprint": "autumn"})
    review.put(three, "helpful", False)
    problems = review.verify()
    assert {(each.kind, each.assessment_id, each.trace_id, each.by) for each in problems} == {
        ("second", script, one, " RHEA.K"),
        ("second", page, two, REVIEWER),
        ("second", of_span, three, REVIEWER),
    }
    assert all(mine[one] in each.advice for each in problems if each.trace_id == one)
    assert review.queue_lost() == 0, "which of them is to count is for a person to say"
    review.delete(one, script)
    review.clear(two, "helpful")
    review.clear(f"{three}@{span}", "helpful")
    review.sync()
    assert [*review.valid(two)] == [page]
    assert review.verify() == []


def test_a_lost_answer_that_was_given_anew_elsewhere_is_not_sent_beside_it(review: ReviewBeside) -> None:
    one, two, _ = review.trace_ids
    lost = {trace_id: review.give(trace_id, "helpful", True) for trace_id in (one, two)}
    review.sync()
    anew = {}
    for trace_id in (one, two):
        review.delete(trace_id, lost[trace_id])
        anew[trace_id] = review.put(trace_id, "helpful", False)
    assert {(each.kind, each.assessment_id) for each in review.verify()} == {
        *(("missing", each) for each in lost.values()),
        *(("second", each) for each in anew.values()),
    }
    assert review.queue_lost() == 0
    review.clear(one, "helpful")
    review.delete(two, anew[two])
    review.resend()
    assert ([*review.valid(one)], [*review.valid(two)]) == ([anew[one]], [lost[two]])
    assert review.verify() == []


@pytest.mark.parametrize("way", ["keep", "accept"])
def test_what_was_changed_or_superseded_there_can_be_had_back_or_accepted(review: ReviewBeside, way: str) -> None:
    changed, by_bo, by_myself = review.trace_ids
    ids = {trace_id: review.give(trace_id, "quality", 4) for trace_id in review.trace_ids}
    review.sync()
    path = f"/api/3.0/mlflow/traces/{changed}/assessments/{ids[changed]}"
    patch = {"assessment": {"feedback": {"value": 1}}, "update_mask": "feedback"}
    review.server.http.patch(path, json=patch).raise_for_status()
    bo = {"source_type": "HUMAN", "source_id": "bo"}
    review.put(by_bo, "quality", 1, overrides=ids[by_bo], source=bo)
    later = review.put(by_myself, "quality", 1, overrides=ids[by_myself])
    problems = {each.trace_id: each for each in review.verify()}
    assert {trace_id: (each.kind, each.by) for trace_id, each in problems.items()} == {
        changed: ("changed", None),
        by_bo: ("superseded", "bo"),
        by_myself: ("superseded", REVIEWER),
    }
    assert "sent 4, stored 1" in problems[changed].advice
    if way == "keep":
        for trace_id in (changed, by_bo):
            review.give(trace_id, "quality", 5)
            review.sync()
            review.give(trace_id, "quality", 4)
        review.delete(by_myself, later)
    else:
        review.give(changed, "quality", 1)
        review.clear(by_bo, "quality")
        review.clear(by_myself, "quality")
    review.sync()
    mine = [each for trace_id in review.trace_ids for each in review.valid(trace_id).values()]
    values = [each["feedback"]["value"] for each in mine if each["source"]["source_id"] == REVIEWER]
    assert values == ([4, 4, 4] if way == "keep" else [1, 1])
    assert review.verify() == []


def test_copies_of_an_answer_are_named_and_gone_once_they_are_deleted(review: ReviewBeside) -> None:
    trace_id = review.trace_ids[0]
    answer = review.give(trace_id, "helpful", True)
    review.sync()
    copy = review.put(trace_id, "helpful", True, metadata={"labeler.id": answer})
    (problem,) = review.verify()
    assert (problem.kind, problem.assessment_id, copy in problem.advice) == ("duplicate", answer, True)
    review.delete(trace_id, copy)
    assert review.verify() == []


def test_answers_on_a_trace_that_is_gone_are_kept_and_not_sent_into_the_void(review: ReviewBeside) -> None:
    gone = review.trace_ids[0]
    review.give(gone, "helpful", True)
    review.sync()
    deletion = {"experiment_id": review.experiment, "request_ids": [gone]}
    review.server.post("/api/2.0/mlflow/traces/delete-traces", deletion)
    (problem,) = review.verify()
    assert (problem.kind, "The trace itself is not on the server" in problem.advice) == ("missing", True)
    assert review.queue_lost() == 0


def test_a_program_that_runs_at_the_journal_delivers_what_is_sent_again_beside_it(review: ReviewBeside) -> None:
    trace_id = review.trace_ids[0]
    answer = review.give(trace_id, "helpful", True)
    review.sync()
    review.delete(trace_id, answer)
    running = review.labeler.start("sync", "--watch", "-b", review.server.url)
    try:
        time.sleep(1)
        assert review.run("verify", "--resend", "--yes").code == 0
        wait_until(lambda: review.valid(trace_id))
        wait_until(lambda: review.run("outbox", "list", "--json").lines == [])
        assert running.poll() is None
    finally:
        running.kill()
        running.communicate()
    assert review.run("outbox", "retry", "1").code == 2
    assert [*review.stored(trace_id)] == [answer]


def test_push_and_retry_tell_of_a_lost_answer_what_is_so(review: ReviewBeside) -> None:
    trace_id = review.trace_ids[0]
    answer = review.give(trace_id, "helpful", True)
    (row,) = review.run("outbox", "list", "--json").lines
    line = json.dumps({"trace_id": trace_id, "name": "helpful", "value": True, "assessment_id": answer})
    (review.labeler.work / "labels.jsonl").write_text(line)
    push = ("push", "labels.jsonl", "-r", REVIEWER)
    waits = review.run(*push)
    assert (waits.code, "0 queued, 1 were known already." in waits.err) == (0, True)
    assert "In the outbox already: 1; labeler sync delivers" in waits.err
    review.sync()
    there = review.run(*push)
    assert (there.code, "On the server already: 1." in there.err, "labeler sync" in there.err) == (0, True, False)
    review.delete(trace_id, answer)
    lost = review.run(*push)
    assert lost.code == 1
    assert "0 queued, 1 were known already." in lost.err
    assert "no longer on the server: 1; labeler verify --resend" in lost.err
    assert "labeler sync" not in lost.err
    retried = review.run("outbox", "retry", str(row["id"]))
    assert retried.code == 2
    assert f"Not in the outbox: {row['id']}, which was delivered." in retried.err
    assert "labeler verify --resend" in retried.err
    review.resend()
    review.clear(trace_id, "helpful")
    review.sync()
    withdrawn = review.run(*push)
    assert (withdrawn.code, "taken back" in withdrawn.err, "--resend" in withdrawn.err) == (0, True, False)
    assert review.stored(trace_id) == {}
