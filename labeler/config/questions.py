"""Questions as they are written in a configuration, with one model for each kind of input."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import NOTE_NAMES, Categorical, Numeric, PassFail, Question, QuestionInput, Text
from labeler.domain.value import UnusableValue, check_name, check_text


class SettingsModel(BaseModel):
    """A table of the configuration. Unknown keys and values of the wrong type are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, defer_build=True)


def wrong(sentence: str, at: str = "") -> PydanticCustomError:
    """Return a mistake in our own words, about the key `at` below the one being validated."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence, "at": at})


def _question_name(name: str) -> str:
    try:
        check_name(name)
    except UnusableValue as error:
        raise wrong(f"cannot be used: {error}") from None
    if name in NOTE_NAMES:
        raise wrong(f'cannot be "{name}", which is the name of labeler\'s own notes')
    return name


def _text(text: str) -> str:
    try:
        return check_text(text, "it")
    except UnusableValue as error:
        raise wrong(f"cannot be used: {error}") from None


def _label(text: str) -> str:
    if not text.strip():
        raise wrong("must not be empty")
    return _text(text)


MOST_OPTIONS: Final = 10
"""The digits that choose an option."""

QuestionName = Annotated[str, AfterValidator(_question_name)]
Label = Annotated[str, AfterValidator(_label)]
Number = Annotated[int | float, Field(allow_inf_nan=False)]
Step = Annotated[int | float, Field(gt=0, allow_inf_nan=False)]


class QuestionRefinement(SettingsModel):
    """What a configuration may say about a question of the server's: everything but its input."""

    name: QuestionName
    required: bool | None = None
    order: int | None = None
    step: Step | None = None
    comment_on: Literal["positive", "negative", "always"] | None = None


class ConfiguredQuestion(QuestionRefinement):
    """A question that only the configuration has."""

    kind: Literal["feedback", "expectation"] = "feedback"
    instruction: Annotated[str, AfterValidator(_text)] = ""
    comment: bool = True

    def question(self) -> Question:
        """Return the question as the domain has it."""
        kind = AssessmentKind(self.kind)
        optional = kind is AssessmentKind.EXPECTATION or isinstance(self.domain_input(), Text)
        return Question(
            name=self.name,
            input=self.domain_input(),
            kind=kind,
            instruction=self.instruction,
            takes_comment=self.comment,
            required=not optional if self.required is None else self.required,
            comment_on=self.comment_on,
        )

    @abstractmethod
    def domain_input(self) -> QuestionInput:
        """Return the input as the domain has it."""

    @model_validator(mode="after")
    def _comment_opens_only_where_there_is_one(self) -> Self:
        if self.comment_on and not self.comment:
            raise wrong("needs a comment, and comment = false takes it away", at="comment_on")
        if self.comment_on in ("positive", "negative") and not isinstance(self.domain_input(), PassFail):
            raise wrong(f'can only be "always" here: "{self.comment_on}" is for input = "pass_fail"', at="comment_on")
        if self.step is not None and not isinstance(self.domain_input(), Numeric):
            raise wrong('is only for input = "numeric"', at="step")
        return self


class PassFailQuestion(ConfiguredQuestion):
    input: Literal["pass_fail"]
    positive: Label = "Pass"
    negative: Label = "Fail"

    def domain_input(self) -> PassFail:
        return PassFail(self.positive, self.negative)

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if self.positive == self.negative:
            raise wrong("must differ from positive", at="negative")
        return self


class CategoricalQuestion(ConfiguredQuestion):
    input: Literal["categorical"]
    options: Annotated[tuple[Label, ...], Field(strict=False, min_length=1)]
    multiple: bool = False

    def domain_input(self) -> Categorical:
        return Categorical(self.options, self.multiple)

    @model_validator(mode="after")
    def _each_option_can_be_chosen(self) -> Self:
        twice = next((option for option in self.options if self.options.count(option) > 1), None)
        if twice is not None:
            raise wrong(f'names "{twice}" twice', at="options")
        if len(self.options) > MOST_OPTIONS:
            raise wrong(
                f"are {len(self.options)}; {MOST_OPTIONS} at most have a key, and MLflow takes no more", "options"
            )
        return self


class NumericQuestion(ConfiguredQuestion):
    input: Literal["numeric"]
    min: Number | None = None
    max: Number | None = None

    def domain_input(self) -> Numeric:
        return Numeric(self.min, self.max, self.step)

    @model_validator(mode="after")
    def _range_holds_something(self) -> Self:
        if self.min is not None and self.max is not None:
            if self.min >= self.max:
                raise wrong(f"must be greater than min, which is {self.min}", at="max")
            if self.step is not None and self.step > self.max - self.min:
                raise wrong(f"is larger than the whole range, {self.max - self.min}", at="step")
        return self


class TextQuestion(ConfiguredQuestion):
    input: Literal["text"]
    max_length: Annotated[int, Field(ge=1)] | None = None

    def domain_input(self) -> Text:
        return Text(self.max_length)


INPUTS: Final = ("pass_fail", "categorical", "numeric", "text")


def _input_of(question: object) -> Hashable:
    if isinstance(question, QuestionRefinement):
        return getattr(question, "input", "refinement")
    if not isinstance(question, Mapping) or "input" not in question:
        return "refinement"
    stated = question["input"]
    return stated if stated in INPUTS else None


AnyQuestion = Annotated[
    Annotated[PassFailQuestion, Tag("pass_fail")]
    | Annotated[CategoricalQuestion, Tag("categorical")]
    | Annotated[NumericQuestion, Tag("numeric")]
    | Annotated[TextQuestion, Tag("text")]
    | Annotated[QuestionRefinement, Tag("refinement")],
    Discriminator(_input_of),
]


def names_are_unique(questions: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return `questions`, or raise for a name used twice: a name stands for one assessment."""
    seen: set[str] = set()
    for index, question in enumerate(questions):
        if question.name in seen:
            raise wrong(f'is "{question.name}" a second time; every question needs its own name', at=f"{index}.name")
        seen.add(question.name)
    return questions
