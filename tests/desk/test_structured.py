"""Structured questions at a real server: one object goes out and comes back, beside what scripts wrote there."""

from __future__ import annotations

from pathlib import Path

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, Question, Structured, Text
from labeler.review.action import Clear, Digit, FocusBy, Go, GoTo, SetAnswer, Thumb, Undo, Where
from tests.desk.at_a_queue import AtQueue, at_queue, served_queue

ACCURACY = Question("accuracy", Numeric(1, 5), takes_comment=False)
TONE = Question("tone", Categorical(("warm", "cold")), takes_comment=False)
NOTE = Question("note", Text(), takes_comment=False, required=False)
QUALITY = Question("quality", Structured((ACCURACY, TONE, NOTE)))
IDEAL = Question("ideal", Structured((TONE, NOTE)), AssessmentKind.EXPECTATION, required=False)

ONE = {"helpful": {"pass_fail": {"positive_label": "Yes", "negative_label": "No"}}}


def at(there: AtQueue, trace_id: str) -> GoTo:
    """Return the key to an item: which one a queue's member begins with follows from its members."""
    return GoTo(there.desk.state.index_of[trace_id] + 1)


def away_from(there: AtQueue, trace_id: str) -> Go:
    return Go(Where.NEXT if there.desk.state.index_of[trace_id] == 0 else Where.PREVIOUS)


async def known(there: AtQueue, trace_id: str) -> None:
    """Wait until the desk has read the answer that is there already."""
    await there.until(lambda: "quality" in there.desk.state.answers_of(trace_id), "the answer on the server")


def valid(there: AtQueue, trace_id: str, name: str) -> list[dict[str, object]]:
    """The valid assessments of a name, as the server's own answer has them."""
    return [each for each in there.queue.said(trace_id) if each["assessment_name"] == name and each.get("valid", True)]


async def test_one_object_goes_to_the_server_with_each_field_and_a_change_supersedes_it(tmp_path: Path) -> None:
    queue = served_queue(2, ["ana"], asks=ONE)
    trace_id = queue.trace_ids[0]
    async with at_queue(tmp_path, queue, own_questions=[QUALITY, IDEAL]) as there:
        await there.act(
            at(there, trace_id),
            Thumb(True),
            Digit("4"),
            Digit("2"),
            SetAnswer("quality", "dry, “quoted”", field_name="note"),
        )
        await there.act(FocusBy(1), SetAnswer("ideal", "warm", field_name="tone"), away_from(there, trace_id))
        await there.delivered()
        [sent] = valid(there, trace_id, "quality")
        assert sent["feedback"] == {"value": {"accuracy": 4.0, "tone": "cold", "note": "dry, “quoted”"}}
        [ideal] = valid(there, trace_id, "ideal")
        assert ideal["expectation"] == {
            "serialized_value": {"serialization_format": "JSON_FORMAT", "value": '{"tone": "warm"}'}
        }
        await there.act(at(there, trace_id), SetAnswer("quality", 5, field_name="accuracy"), away_from(there, trace_id))
        await there.delivered()
        [changed] = valid(there, trace_id, "quality")
        assert changed["feedback"] == {"value": {"accuracy": 5.0, "tone": "cold", "note": "dry, “quoted”"}}
        assert changed["overrides"] == sent["assessment_id"]
        await there.act(Undo())
        await there.act(away_from(there, trace_id))
        await there.delivered()
        assert [each["assessment_id"] for each in valid(there, trace_id, "quality")] == [sent["assessment_id"]]


async def test_it_is_read_back_on_another_machine_by_field(tmp_path: Path) -> None:
    queue = served_queue(2, ["ana"], asks=ONE)
    trace_id = queue.trace_ids[0]
    async with at_queue(tmp_path / "here", queue, own_questions=[QUALITY]) as there:
        await there.act(at(there, trace_id), Thumb(True), Digit("4"), Digit("2"), away_from(there, trace_id))
        await there.delivered()
    async with at_queue(tmp_path / "there", queue, own_questions=[QUALITY], only_unlabelled=False) as there:
        await known(there, trace_id)
        assert there.desk.state.answers_of(trace_id)["quality"].value == {"accuracy": 4, "tone": "cold"}
        assert not there.desk.state.missing(trace_id)


async def test_what_a_script_wrote_beside_the_fields_is_still_there_after_an_answer(tmp_path: Path) -> None:
    queue = served_queue(2, ["ana"], asks=ONE)
    trace_id = queue.trace_ids[0]
    by_script = queue.answer(trace_id, "quality", {"accuracy": 2, "model": "m-1", "parts": [1, {"a": None}]}, "ana")
    async with at_queue(tmp_path, queue, own_questions=[QUALITY]) as there:
        await known(there, trace_id)
        await there.act(at(there, trace_id), Thumb(True), Digit("3"), Digit("1"), away_from(there, trace_id))
        await there.delivered()
        [answer] = valid(there, trace_id, "quality")
        told = {"accuracy": 3.0, "tone": "warm", "model": "m-1", "parts": [1.0, {"a": None}]}
        assert answer["feedback"] == {"value": told}
        assert answer["overrides"] == by_script


async def test_an_answer_that_is_no_object_stays_on_the_server_until_it_is_cleared(tmp_path: Path) -> None:
    queue = served_queue(2, ["ana"], asks=ONE)
    trace_id = queue.trace_ids[0]
    by_script = queue.answer(trace_id, "quality", "rather good", "ana")
    async with at_queue(tmp_path, queue, own_questions=[QUALITY]) as there:
        await known(there, trace_id)
        await there.act(at(there, trace_id), Thumb(True))
        assert "quality holds an answer without fields" in await there.act(Digit("3"))
        await there.act(away_from(there, trace_id))
        await there.delivered()
        assert [each["assessment_id"] for each in valid(there, trace_id, "quality")] == [by_script]
        await there.act(at(there, trace_id), FocusBy(1), Clear(), Digit("3"), Digit("1"), away_from(there, trace_id))
        await there.delivered()
        assert [each["feedback"] for each in valid(there, trace_id, "quality")] == [
            {"value": {"accuracy": 3.0, "tone": "warm"}}
        ]
