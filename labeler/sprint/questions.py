"""The questions of a sprint as label schemas: which of them the server has, and which have to be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labeler.agreement.level import level_of
from labeler.backends.base import AlreadyThere, LacksPermission, TeamBackend
from labeler.dataclass import dataclass
from labeler.domain.question import (
    LONGEST_INSTRUCTION,
    LONGEST_OPTION,
    MOST_OPTIONS,
    Categorical,
    Numeric,
    PassFail,
    Question,
    QuestionInput,
    Structured,
)
from labeler.sprint.errors import MissingRight, SprintError
from labeler.sprint.plan import PlannedQuestion


@dataclass(frozen=True, slots=True)
class MatchedQuestions:
    """The questions of a sprint in order: those that the server has with their `schema_id`, others without."""

    questions: tuple[Question, ...]

    @property
    def new(self) -> tuple[Question, ...]:
        """Those that have to be made."""
        return tuple(each for each in self.questions if each.schema_id is None)

    @property
    def planned(self) -> tuple[PlannedQuestion, ...]:
        """The questions as a plan has them."""
        return tuple(PlannedQuestion(each.name, each.schema_id, level_of(each)) for each in self.questions)


def check_schema(question: Question) -> None:
    """Raise `SprintError` for a question that no label schema can be, naming the limit."""
    if isinstance(question.input, Structured):
        raise SprintError(
            f"“{question.name}” is asked field by field, which a server's label schemas cannot: make each field a "
            "question of its own"
        )
    if isinstance(question.input, Categorical):
        options = question.input.options
        if len(options) > MOST_OPTIONS:
            raise SprintError(f"“{question.name}” has {len(options)} options, and a server takes {MOST_OPTIONS}")
        for option in options:
            if len(option) > LONGEST_OPTION:
                raise SprintError(
                    f"An option of “{question.name}” has {len(option)} characters, and a server takes "
                    f"{LONGEST_OPTION}: “{option[:40]}…”"
                )
    if len(question.instruction) > LONGEST_INSTRUCTION:
        raise SprintError(
            f"The instruction of “{question.name}” has {len(question.instruction):,} characters, and a server takes "
            f"{LONGEST_INSTRUCTION:,}: put what is longer into the guide"
        )


def match_questions(wanted: Sequence[Question], there: Sequence[Question]) -> MatchedQuestions:
    """Find which of the wanted questions the server has. Raises `SprintError` for one that it has as another."""
    by_name = {question.name: question for question in there}
    matched = []
    for question in wanted:
        check_schema(question)
        known = by_name.get(question.name)
        if known is not None and (_as_stored(known.input), known.kind) != (_as_stored(question.input), question.kind):
            raise SprintError(
                f"The experiment has a question “{question.name}” already, with another input: {_described(known)}. "
                "Choose another name, or ask that one with --questions server"
            )
        matched.append(replace(question, schema_id=known.schema_id) if known else question)
    return MatchedQuestions(tuple(matched))


async def make_schemas(backend: TeamBackend, experiment_id: str, matched: MatchedQuestions) -> MatchedQuestions:
    """Make the label schemas that are missing, in the order of the questions. Raises `SprintError`."""
    made: list[Question] = []
    for question in matched.questions:
        if question.schema_id is not None:
            made.append(question)
            continue
        try:
            made.append(await backend.create_schema(experiment_id, question))
        except AlreadyThere:  # made meanwhile, or by a run before this one
            there = (await backend.schemas(experiment_id)).questions
            made += match_questions([question], there).questions
        except LacksPermission as error:
            names = ", ".join(each.name for each in matched.new)
            raise MissingRight(
                "To make questions takes MANAGE on the experiment. Ask for MANAGE, or have these made by somebody who "
                f"has it: {names}. Then run the same command again: it goes on where it stopped"
            ) from error
    return MatchedQuestions(tuple(made))


def _as_stored(answered_by: QuestionInput) -> QuestionInput:
    """Return an input as a server keeps it: without a step, and with bounds as the same type of number."""
    if isinstance(answered_by, Numeric):
        bounds = (answered_by.minimum, answered_by.maximum)
        return Numeric(*(None if bound is None else float(bound) for bound in bounds))
    return answered_by


def _described(question: Question) -> str:
    asked = question.input
    if question.kind.value != "feedback":
        return f"an {question.kind.value}"
    if isinstance(asked, PassFail):
        return f"pass or fail, {asked.positive} and {asked.negative}"
    if isinstance(asked, Categorical):
        return f"{'several' if asked.multiple else 'one'} of {', '.join(asked.options)}"
    if isinstance(asked, Numeric):
        return f"a number from {_bound(asked.minimum)} to {_bound(asked.maximum)}"
    return "text"


def _bound(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:g}"
