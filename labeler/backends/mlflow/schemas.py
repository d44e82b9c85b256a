"""Label schemas of an MLflow server (3.14 and later) as questions."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final, Literal

from pydantic import BaseModel, Field, ValidationError

from labeler.backends.base import Malformed, Refused, Schemas
from labeler.backends.mlflow.asking import Cautions, Listing, ask, check_about, paged
from labeler.backends.mlflow.transport import Transport
from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, QuestionInput, Structured, Text

_ROUTE: Final = "/api/3.0/mlflow/label-schemas"
_PAGE: Final = 100


class _PassFail(BaseModel):
    positive_label: str = "Pass"
    negative_label: str = "Fail"


class _Categorical(BaseModel):
    options: list[str]
    multi_select: bool = False


class _Numeric(BaseModel):
    min_value: float | None = None
    max_value: float | None = None


class _Text(BaseModel):
    max_length: int | None = None


class _Input(BaseModel):
    pass_fail: _PassFail | None = None
    categorical: _Categorical | None = None
    numeric: _Numeric | None = None
    text: _Text | None = None

    def question_input(self) -> QuestionInput | None:
        if self.pass_fail is not None:
            return PassFail(self.pass_fail.positive_label, self.pass_fail.negative_label)
        if self.categorical is not None:
            return Categorical(tuple(self.categorical.options), self.categorical.multi_select)
        if self.numeric is not None:
            return Numeric(self.numeric.min_value, self.numeric.max_value)
        if self.text is not None:
            return Text(self.text.max_length)
        return None


class _Schema(BaseModel):
    schema_id: str
    experiment_id: str = ""
    name: str
    type: Literal["FEEDBACK", "EXPECTATION"]
    instruction: str = ""
    enable_comment: bool = False
    input: _Input
    created_at: int = 0
    is_default: bool = False


class _Page(BaseModel):
    label_schemas: list[_Schema] = Field(default_factory=list)
    next_page_token: str = ""


async def schemas(transport: Transport, cautions: Cautions, experiment_id: str) -> Schemas:
    """Return the schemas of an experiment as questions, in the order of their creation.

    MLflow's own default schema is left out, and so is one whose kind of input is not known here. Questions with text
    as an answer, and expectations, are optional.
    """
    pages = paged(
        Listing("label schemas", cautions), partial(_page_at, transport, experiment_id), lambda each: each.schema_id
    )
    listed = [schema async for page in pages for schema in page]
    own = sorted((schema for schema in listed if not schema.is_default), key=lambda schema: schema.created_at)
    questions = [_question(schema) for schema in own]
    return Schemas(tuple(each for each in questions if each is not None), only_default=bool(listed) and not own)


async def create_schema(transport: Transport, experiment_id: str, question: Question) -> Question:
    """Make the label schema of a question, and return the question as the server has it then.

    Raises `AlreadyThere` where a schema of the experiment has its name, and `Refused`.
    """
    asked = {
        "experiment_id": experiment_id,
        "name": question.name,
        "type": question.kind.value.upper(),
        "instruction": question.instruction,
        "enable_comment": question.takes_comment,
        "input": _input_fields(question.input),
    }
    answer = await transport.send("POST", f"{_ROUTE}/create", asked)
    try:
        made = _Schema.model_validate(answer.get("label_schema"))
    except ValidationError:
        raise Malformed("The server's answer about a label schema is not of MLflow's form") from None
    check_about("label schema", question.name, made.name)
    return replace(question, schema_id=made.schema_id)


def _input_fields(answered_by: QuestionInput) -> dict[str, object]:
    match answered_by:
        case PassFail(positive, negative):
            return {"pass_fail": {"positive_label": positive, "negative_label": negative}}
        case Categorical(options, multiple):
            return {"categorical": {"options": [*options], "multi_select": multiple}}
        case Numeric(minimum, maximum):
            bounds = {"min_value": minimum, "max_value": maximum}
            return {"numeric": {name: bound for name, bound in bounds.items() if bound is not None}}
        case Text(max_length):
            return {"text": {} if max_length is None else {"max_length": max_length}}
        case Structured():
            raise Refused("A label schema has no structured input; such questions come from a configuration")


async def _page_at(transport: Transport, experiment_id: str, token: str) -> tuple[list[_Schema], str]:
    asked: dict[str, str | int] = {"experiment_id": experiment_id, "max_results": _PAGE}

    async def page(transport: Transport) -> _Page:
        answer = await transport.get(f"{_ROUTE}/list", asked | ({"page_token": token} if token else {}))
        try:
            page = _Page.model_validate(answer)
        except ValidationError:
            raise Malformed("The server's list of label schemas is not of MLflow's form") from None
        for schema in page.label_schemas:
            check_about("label schemas of experiment", experiment_id, schema.experiment_id or experiment_id)
        return page

    found = await ask(transport, page)
    return found.label_schemas, found.next_page_token


def _question(schema: _Schema) -> Question | None:
    answered_by = schema.input.question_input()
    if answered_by is None:
        return None
    kind = AssessmentKind(schema.type.lower())
    return Question(
        name=schema.name,
        input=answered_by,
        kind=kind,
        instruction=schema.instruction,
        takes_comment=schema.enable_comment,
        required=kind is AssessmentKind.FEEDBACK and not isinstance(answered_by, Text),
        schema_id=schema.schema_id,
    )
