"""The plan of a sprint as JSON: what is written is read again, and what somebody else wrote is never written over."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.agreement.level import Level
from labeler.domain.sprint import LONGEST_TAG, plan_of
from labeler.sprint.errors import SprintError, UnreadablePlan
from labeler.sprint.names import queue_name, slug_of
from labeler.sprint.plan import (
    Gold,
    Plan,
    PlannedQuestion,
    SprintSelection,
    SprintState,
    plan_json,
    read_plan,
)

AUTUMN = Plan(
    name="Autumn 2026",
    slug="autumn-2026",
    selection=SprintSelection("status = 'OK'", 1_796_000_000_000, 1000, 7),
    overlap=3,
    questions=(PlannedQuestion("correct", "ls-1", Level.NOMINAL), PlannedQuestion("why", None, None)),
    state=SprintState.OPEN,
    rev=7,
    created_by="lead@x.io",
    opened_at_ms=1_796_033_520_000,
    order_seed=7,
    calibration=("tr-1",),
    gold=Gold(40, "ab" * 32),
    queues={"rq-1": "Ana@x.io", "rq-2": "bo@x.io"},
    adjudication_queue="rq-3",
    left=("bo@x.io",),
    same={"ana.b@x.io": "ana@x.io"},
)

CONTRACT = """{"format": 1, "rev": 7, "name": "Autumn 2026", "slug": "autumn-2026", "state": "open",
 "created_by": "lead@x.io", "opened_at": "2026-11-30T10:12:00.000Z",
 "selection": {"filter": "status = 'OK'", "until_ms": 1796000000000, "sample": 1000, "seed": 7, "ids_sha256": null},
 "overlap": 3, "blind": true, "order_seed": 7,
 "questions": [{"name": "correct", "schema_id": "ls-1", "level": "nominal"},
               {"name": "why", "schema_id": null, "level": null}],
 "calibration": ["tr-1"], "gold": {"count": 40, "sha256": "SHA"}, "queues": {"rq-1": "Ana@x.io", "rq-2": "bo@x.io"},
 "adjudication_queue": "rq-3", "left": ["bo@x.io"], "same": {"ana.b@x.io": "ana@x.io"}, "dataset_id": null}"""


def test_a_plan_is_the_json_of_the_contract() -> None:
    stated = json.loads(CONTRACT.replace("SHA", "ab" * 32))
    assert json.loads(plan_json(AUTUMN)) == stated
    assert list(json.loads(plan_json(AUTUMN))) == list(stated)
    assert read_plan("autumn-2026", plan_json(AUTUMN)) == AUTUMN


def test_reviewers_programs_read_from_it_which_labels_are_the_sprints() -> None:
    assert plan_of("autumn-2026", plan_json(AUTUMN)) == AUTUMN.scope


def test_a_reviewer_finds_their_queue_however_they_write_themselves() -> None:
    asked = (" ANA@x.io ", "ana.b@x.io", "bo@x.io", "cem@x.io")
    assert [AUTUMN.queue_of(each) for each in asked] == ["rq-1", "rq-1", "rq-2", None]
    assert AUTUMN.active_queues == {"Ana@x.io": "rq-1"}


def test_fields_of_others_stay() -> None:
    text = json.dumps(json.loads(plan_json(AUTUMN)) | {"note": {"by": ["maria"]}})
    plan = read_plan("autumn-2026", text)
    assert json.loads(plan_json(plan))["note"] == {"by": ["maria"]}


@given(st.dictionaries(st.sampled_from(sorted(json.loads(plan_json(AUTUMN)))), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
), max_size=3))  # fmt: skip
def test_a_plan_that_somebody_changed_is_read_whole_or_not_at_all(changes: dict[str, object]) -> None:
    text = json.dumps(json.loads(plan_json(AUTUMN)) | changes)
    try:
        plan = read_plan("autumn-2026", text)
    except UnreadablePlan:
        return
    assert read_plan("autumn-2026", plan_json(plan)) == plan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1", "was changed by somebody else: it is no JSON"),
        ("[]", "was changed by somebody else: it is no JSON object"),
        ("{}", "was changed by somebody else: it does not say its format"),
        ('{"format": 2}', "needs a newer labeler"),
        (plan_json(AUTUMN).replace("autumn-2026", "winter"), "its slug is not the one in the tag's name"),
        (plan_json(AUTUMN).replace('"open"', '"ajar"'), "its state is none that there is"),
        (plan_json(AUTUMN).replace('"overlap":3', '"overlap":0'), "its overlap is no number of at least 1"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(text: str, said: str) -> None:
    with pytest.raises(UnreadablePlan, match=said):
        read_plan("autumn-2026", text)


def test_a_plan_too_long_for_its_tag_is_refused_naming_what_is_long() -> None:
    long = replace(AUTUMN, calibration=tuple(f"tr-{number:032}" for number in range(600)))
    with pytest.raises(SprintError, match=r"23,\d+ characters.* 20,000.*“calibration”"):
        plan_json(long)
    assert len(plan_json(replace(long, calibration=long.calibration[:400]))) <= LONGEST_TAG


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Autumn 2026", "autumn-2026"),
        ("  Äpfel, 2. Runde!", "apfel-2-runde"),
        ("日本 1", "1"),
        ("a" * 70, "a" * 60),
        ("x" * 59 + " y", "x" * 59),
    ],
)
def test_a_slug_is_letters_digits_and_hyphens(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    ("name", "said"),
    [("日本", "no letter of a to z and no digit"), ("", "no letter"), ("a" * 201, "201"), ("a\nb", "one line")],
)
def test_a_name_that_no_tag_can_have_is_refused(name: str, said: str) -> None:
    with pytest.raises(SprintError, match=said):
        slug_of(name)


def test_a_queue_has_the_names_of_both() -> None:
    assert queue_name("Autumn 2026", "ana@x.io") == "Autumn 2026 · ana@x.io"
    with pytest.raises(SprintError, match="253"):
        queue_name("a" * 200, "b" * 50)
