from __future__ import annotations

import re
from pathlib import Path

import pytest

from labeler.config.asked import BUILT_IN, NoQuestions, UnknownQuestion, asked_questions, of_judge, only
from labeler.config.load import flattened
from labeler.config.questions import questions
from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.question_json import questions_from_json, questions_to_json
from tests.config.loading import complaints, load

OWN = """
[[questions]]
name = "helpful"
input = "pass_fail"
positive = "Helpful"
negative = "Not helpful"
comment_on = "negative"

[[questions]]
name = "score"
input = "numeric"
min = 0
max = 1
required = false
instruction = "How good?"

[[questions]]
name = "modes"
input = "categorical"
options = ["wrong", "unsafe"]
multiple = true
comment = false
order = 1

[[questions]]
name = "expected"
input = "text"
kind = "expectation"
max_length = 40
"""

STRUCTURED = """
[[questions]]
name = "quality"
input = "structured"
comment_on = "always"
fields = [
  { name = "accuracy", input = "numeric", min = 1, max = 5, instruction = "Is it true?" },
  { name = "tone", input = "categorical", options = ["warm", "cold"], required = false },
  { name = "note", input = "text" },
]
"""

HELPFUL = Question("helpful", PassFail("Helpful", "Not helpful"), comment_on="negative")
SCORE = Question("score", Numeric(0, 1), required=False, instruction="How good?")
MODES = Question("modes", Categorical(("wrong", "unsafe"), multiple=True), takes_comment=False)
EXPECTED = Question("expected", Text(40), kind=AssessmentKind.EXPECTATION, required=False)


def test_questions_come_out_as_they_were_written_those_with_an_order_first(tmp_path: Path) -> None:
    asked = asked_questions(load(tmp_path, user=OWN))
    assert asked.questions == (MODES, HELPFUL, SCORE, EXPECTED)
    assert asked.origin == str(tmp_path / "config.toml")


def test_the_fields_of_a_structured_question_are_questions_of_their_own(tmp_path: Path) -> None:
    (quality,) = asked_questions(load(tmp_path, user=STRUCTURED)).questions
    assert quality == Question(
        "quality",
        Structured(
            (
                Question("accuracy", Numeric(1, 5), instruction="Is it true?", takes_comment=False),
                Question("tone", Categorical(("warm", "cold")), takes_comment=False, required=False),
                Question("note", Text(), takes_comment=False, required=False),
            )
        ),
        comment_on="always",
    )
    assert questions_from_json(questions_to_json((quality, HELPFUL))) == (quality, HELPFUL)


def test_what_is_shown_of_a_structured_question_can_be_written_into_a_configuration(tmp_path: Path) -> None:
    shown = dict(flattened(load(tmp_path, user=STRUCTURED).settings))["questions"]
    assert shown[0]["fields"][2] == {"name": "note", "instruction": "", "input": "text"}
    assert questions(shown) == load(tmp_path, user=STRUCTURED).settings.questions


def test_a_structured_expectation_is_one_in_all_its_fields(tmp_path: Path) -> None:
    (quality,) = asked_questions(
        load(tmp_path, user=STRUCTURED.replace("comment_on", "kind = 'expectation' #"))
    ).questions
    assert isinstance(quality.input, Structured)
    assert not quality.required
    assert {field.kind for field in quality.input.fields} == {quality.kind} == {AssessmentKind.EXPECTATION}


SERVER = (Question("rating", Numeric(1, 10), schema_id="ls-1"), Question("helpful", PassFail(), schema_id="ls-2"))


@pytest.mark.parametrize(
    ("policy", "own", "of_queue", "of_experiment", "names"),
    [
        ("auto", OWN, SERVER, SERVER[:1], ["rating", "helpful"]),
        ("auto", OWN, (), SERVER[:1], ["rating"]),
        ("auto", OWN, (), (), ["modes", "helpful", "score", "expected"]),
        ("auto", "", (), (), [question.name for question in BUILT_IN]),
        ("server", OWN, SERVER, (), ["rating", "helpful"]),
        ("config", OWN, SERVER, (), ["modes", "helpful", "score", "expected"]),
        ("both", OWN, SERVER, (), ["modes", "rating", "helpful", "score", "expected"]),
        ("both", "", SERVER, (), ["rating", "helpful"]),
        ("both", "", (), (), [question.name for question in BUILT_IN]),
    ],
)
def test_which_questions_are_asked_follows_the_policy(
    tmp_path: Path,
    policy: str,
    own: str,
    of_queue: tuple[Question, ...],
    of_experiment: tuple[Question, ...],
    names: list[str],
) -> None:
    configuration = load(tmp_path, user=f'review.questions = "{policy}"\n{own}')
    asked = asked_questions(configuration, of_queue, of_experiment)
    assert [question.name for question in asked.questions] == names


def test_a_policy_without_any_question_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NoQuestions, match="label schemas"):
        asked_questions(load(tmp_path, user=f'review.questions = "server"\n{OWN}'))
    with pytest.raises(NoQuestions, match=r"config\.toml"):
        asked_questions(load(tmp_path, user='review.questions = "config"'))


def test_a_question_with_the_name_of_a_schema_refines_it_and_leaves_its_input(tmp_path: Path) -> None:
    configuration = load(
        tmp_path,
        user='[[questions]]\nname = "rating"\nrequired = false\nstep = 2\norder = 5\n'
        '[[questions]]\nname = "helpful"\ninput = "categorical"\noptions = ["a"]\ncomment_on = "always"\norder = 4\n',
    )
    asked = asked_questions(configuration, SERVER)
    helpful, rating = asked.questions
    assert asked.overruled == ("helpful",)
    assert only(asked, ("rating",)).overruled == ()
    assert rating == Question("rating", Numeric(1, 10, 2), required=False, schema_id="ls-1")
    assert helpful == Question("helpful", PassFail(), comment_on="always", schema_id="ls-2")


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        ('name = "a"\ninput = "numeric"\nmin = 5\nmax = 5', "questions[1].max must be greater than min, which is 5"),
        (
            'name = "a"\ninput = "numeric"\nmin = 0\nmax = 1\nstep = 2',
            "questions[1].step is larger than the whole range, 1",
        ),
        ('name = "a"\ninput = "numeric"\nmin = inf', "questions[1].min must be a finite number"),
        ('name = "a"\ninput = "numeric"\nmax = "5"', 'questions[1].max must be a number, not "5"'),
        ('name = "a"\ninput = "categorical"', "questions[1].options is needed and missing"),
        ('name = "a"\ninput = "categorical"\noptions = [1]', "questions[1].options[1] must be text in quotes, not 1"),
        ('name = "a"\ninput = "categorical"\noptions = ["x", "x"]', 'questions[1].options names "x" twice'),
        (
            f'name = "a"\ninput = "categorical"\noptions = {[str(number) for number in range(11)]}',
            "questions[1].options are 11; 10 at most have a key, and MLflow takes no more",
        ),
        ('name = "a"\ninput = "categorical"\noptions = ["x", " "]', "questions[1].options[2] must not be empty"),
        ('name = "a"\ninput = "pass_fail"\npositive = "Fail"', "questions[1].negative must differ from positive"),
        (
            'name = "a"\ninput = "text"\ncomment_on = "negative"',
            'questions[1].comment_on can only be "always" here: "negative" is for input = "pass_fail"',
        ),
        (
            'name = "a"\ninput = "pass_fail"\ncomment = false\ncomment_on = "always"',
            "questions[1].comment_on needs a comment, and comment = false takes it away",
        ),
        ('name = "a"\ninput = "text"\nstep = 1', 'questions[1].step is only for input = "numeric"'),
        ('name = ""\ninput = "text"', "questions[1].name cannot be used: A question needs a name"),
        (
            'name = "labeler.flag"\ninput = "text"',
            'questions[1].name cannot be "labeler.flag", which is the name of labeler\'s own notes',
        ),
        (
            'name = "a"\ninput = "nummeric"',
            'questions[1].input must be "pass_fail", "categorical", "numeric", "text" or "structured"; '
            'did you mean "numeric"?',
        ),
        (
            'name = "a"\ninput = "structured"',
            "questions[1].fields is needed and missing",
        ),
        ('name = "a"\ninput = "structured"\nfields = []', "questions[1].fields must not be empty"),
        (
            'name = "a"\ninput = "structured"\nfields = ["tone"]',
            'questions[1].fields[1] must be a table such as { name = "…", input = "numeric" }, not "tone"',
        ),
        (
            'name = "a"\ninput = "structured"\nfields = [{ name = "b" }]',
            "questions[1].fields[1].input is needed and missing",
        ),
        (
            'name = "a"\ninput = "structured"\nfields = [{ name = "b", input = "structured", fields = [] }]',
            'questions[1].fields[1].input cannot be "structured": a field has no fields of its own',
        ),
        (
            'name = "a"\ninput = "structured"\nfields = [\n  { name = "b", input = "text" },\n'
            '  { name = "c", input = "numeric", min = 5, max = 1 },\n]',
            "questions[1].fields[2].max must be greater than min, which is 5",
        ),
        (
            'name = "a"\ninput = "structured"\nfields = [{ name = "b", input = "text", comment = true }]',
            "questions[1].fields[1].comment is for the whole question; a field has none",
        ),
        (
            'name = "a"\ninput = "structured"\nfields = [{ name = "b", input = "text", maxlength = 3 }]',
            'questions[1].fields[1].maxlength is not a key of a field with input = "text"; did you mean "max_length"? '
            "Known there: name, required, step, instruction, input, max_length",
        ),
        (
            'name = "a"\ninput = "structured"\n'
            'fields = [{ name = "b", input = "text" }, { name = "b", input = "text" }]',
            'questions[1].fields[2].name is "b" a second time; every field needs its own name',
        ),
        (
            'name = "a"\ninput = "structured"\ncomment_on = "negative"\nfields = [{ name = "b", input = "text" }]',
            'questions[1].comment_on can only be "always" here: "negative" is for input = "pass_fail"',
        ),
        (
            'name = "a"\n[[questions]]\nname = "a"',
            'questions[2].name is "a" a second time; every question needs its own name',
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_sentence(tmp_path: Path, question: str, complaint: str) -> None:
    (told,) = complaints(tmp_path, f"[[questions]]\n{question}\n")
    assert told.partition(": ")[2] == complaint
    assert told.startswith("config.toml, line ")


def test_only_some_questions_are_asked_in_their_order_and_the_others_are_known(tmp_path: Path) -> None:
    asked = asked_questions(load(tmp_path, user=OWN))
    chosen = only(asked, ("helpful", "modes"))
    assert (chosen.questions, chosen.left_out) == ((MODES, HELPFUL), (SCORE, EXPECTED))
    assert only(asked, ()) == asked


@pytest.mark.parametrize(
    ("name", "told"), [("Helpfull", "did you mean helpful?"), ("colour", "there are modes, helpful, score, expected")]
)
def test_a_question_that_is_not_there_is_told_with_the_nearest(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(UnknownQuestion, match=re.escape(told)):
        only(asked_questions(load(tmp_path, user=OWN)), ("helpful", name))


def test_a_judge_is_asked_about_by_the_question_of_its_name_else_by_the_one_that_it_is_mapped_to(
    tmp_path: Path,
) -> None:
    asked = asked_questions(load(tmp_path, user=OWN))
    mapped = {"helpful": "modes", "modes_v2": "modes", "gone": "nowhere"}
    for judge, name in {"helpful": "helpful", "modes_v2": "modes"}.items():
        assert [question.name for question in of_judge(asked, judge, mapped).questions] == [name]
    names = "expected, helpful, modes, score"
    with pytest.raises(UnknownQuestion, match=f'none is called a b; there are {names}.*"a b" = "expected"'):
        of_judge(asked, "a b", mapped)
    with pytest.raises(UnknownQuestion, match=f"gone answers nowhere; there are {names}"):
        of_judge(asked, "gone", mapped)
