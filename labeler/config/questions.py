"""Questions as they are written in a configuration, with one model for each kind of input."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Literal, TypeAlias

from labeler.config.checks import (
    Mistake,
    UnknownKey,
    Wrong,
    boolean,
    list_of,
    must_be_one_of,
    number,
    one_of,
    positive_number,
    setting,
    shown,
    table,
    text,
    text_that,
    whole,
    wrong,
)
from labeler.dataclass import dataclass
from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import (
    NOTE_NAMES,
    Categorical,
    Numeric,
    PassFail,
    Question,
    QuestionInput,
    Structured,
    Text,
)
from labeler.domain.value import UnusableValue, check_name, check_text

MOST_OPTIONS: Final = 10
"""The digits that choose an option."""

When: TypeAlias = Literal["positive", "negative", "always"]
"""After which answers the comment opens."""


def _name(name: str) -> str:
    try:
        check_name(name)
    except UnusableValue as error:
        raise ValueError(f"cannot be used: {error}") from None
    if name in NOTE_NAMES:
        raise ValueError(f'cannot be "{name}", which is the name of labeler\'s own notes')
    return name


def _instruction(instruction: str) -> str:
    try:
        return check_text(instruction, "it")
    except UnusableValue as error:
        raise ValueError(f"cannot be used: {error}") from None


def _label(label: str) -> str:
    if not label.strip():
        raise ValueError("must not be empty")
    return _instruction(label)


_question_name = text_that(_name, ValueError)
_question_text = text_that(_instruction, ValueError)
_option = text_that(_label, ValueError)


@dataclass(frozen=True, slots=True)
class QuestionRefinement:
    """What a configuration may say about a question of the server's: everything but its input."""

    name: str = setting(_question_name)
    required: bool | None = setting(boolean, None)
    order: int | None = setting(whole(), None)
    step: int | float | None = setting(positive_number, None)
    comment_on: When | None = setting(one_of("positive", "negative", "always"), None)


@dataclass(frozen=True, slots=True)
class ConfiguredQuestion(QuestionRefinement):
    """A question that only the configuration has."""

    kind: Literal["feedback", "expectation"] = setting(one_of("feedback", "expectation"), "feedback")
    instruction: str = setting(_question_text, "")
    comment: bool = setting(boolean, True)

    def __post_init__(self) -> None:
        """Raise `Wrong` for values that do not fit each other."""
        if self.comment_on and not self.comment:
            raise wrong("needs a comment, and comment = false takes it away", "comment_on")
        if self.comment_on in ("positive", "negative") and not isinstance(self.domain_input(), PassFail):
            raise wrong(f'can only be "always" here: "{self.comment_on}" is for input = "pass_fail"', "comment_on")
        if self.step is not None and not isinstance(self.domain_input(), Numeric):
            raise wrong('is only for input = "numeric"', "step")

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


@dataclass(frozen=True, slots=True)
class PassFailQuestion(ConfiguredQuestion):
    input: str = setting(text)
    positive: str = setting(_option, "Pass")
    negative: str = setting(_option, "Fail")

    def __post_init__(self) -> None:
        ConfiguredQuestion.__post_init__(self)
        if self.positive == self.negative:
            raise wrong("must differ from positive", "negative")

    def domain_input(self) -> PassFail:
        return PassFail(self.positive, self.negative)


def _options(value: object) -> tuple[str, ...]:
    options = list_of(_option)(value)
    if not options:
        raise wrong("must not be empty")
    twice = next((option for option in options if options.count(option) > 1), None)
    if twice is not None:
        raise wrong(f'names "{twice}" twice')
    if len(options) > MOST_OPTIONS:
        raise wrong(f"are {len(options)}; {MOST_OPTIONS} at most have a key, and MLflow takes no more")
    return options


@dataclass(frozen=True, slots=True)
class CategoricalQuestion(ConfiguredQuestion):
    input: str = setting(text)
    options: tuple[str, ...] = setting(_options)
    multiple: bool = setting(boolean, False)

    def domain_input(self) -> Categorical:
        return Categorical(self.options, self.multiple)


@dataclass(frozen=True, slots=True)
class NumericQuestion(ConfiguredQuestion):
    input: str = setting(text)
    min: int | float | None = setting(number(), None)
    max: int | float | None = setting(number(), None)

    def __post_init__(self) -> None:
        ConfiguredQuestion.__post_init__(self)
        if self.min is not None and self.max is not None:
            if self.min >= self.max:
                raise wrong(f"must be greater than min, which is {self.min}", "max")
            if self.step is not None and self.step > self.max - self.min:
                raise wrong(f"is larger than the whole range, {self.max - self.min}", "step")

    def domain_input(self) -> Numeric:
        return Numeric(self.min, self.max, self.step)


NOT_OF_A_FIELD: Final = ("kind", "comment", "comment_on", "order")
"""Keys of a question that are not those of a field: a structured question has them as a whole."""


@dataclass(frozen=True, slots=True)
class StructuredQuestion(ConfiguredQuestion):
    input: str = setting(text)
    fields: tuple[ConfiguredQuestion, ...] = setting(lambda value: _fields(value))

    def domain_input(self) -> Structured:
        kind = AssessmentKind(self.kind)
        asked = (field.question() for field in self.fields)
        return Structured(tuple(replace(field, kind=kind, takes_comment=False) for field in asked))


def _fields(value: object) -> tuple[ConfiguredQuestion, ...]:
    fields = list_of(_field)(value)
    if not fields:
        raise wrong("must not be empty")
    _must_differ(fields, "every field needs its own name")
    return fields


def _field(value: object) -> ConfiguredQuestion:
    if not isinstance(value, Mapping):
        raise wrong(f'must be a table such as {{ name = "…", input = "numeric" }}, not {shown(value)}')
    if "input" not in value:
        raise wrong("is needed and missing", "input")
    if value["input"] == "structured":
        raise wrong('cannot be "structured": a field has no fields of its own', "input")
    for key in NOT_OF_A_FIELD:
        if key in value:
            raise wrong("is for the whole question; a field has none", key)
    if value["input"] not in _FIELD_INPUTS:
        raise wrong(must_be_one_of(_FIELD_INPUTS, value["input"]), "input")
    checked = _CHECKS[value["input"]](value)
    assert isinstance(checked, ConfiguredQuestion)
    return checked


@dataclass(frozen=True, slots=True)
class TextQuestion(ConfiguredQuestion):
    input: str = setting(text)
    max_length: int | None = setting(whole(1), None)

    def domain_input(self) -> Text:
        return Text(self.max_length)


REFINEMENT: Final = "refinement"
QUESTION_MODELS: Final[Mapping[str, type[QuestionRefinement]]] = {
    "pass_fail": PassFailQuestion,
    "categorical": CategoricalQuestion,
    "numeric": NumericQuestion,
    "text": TextQuestion,
    "structured": StructuredQuestion,
    REFINEMENT: QuestionRefinement,
}
"""The model of a question by its `input`, and that of one without."""

_INPUTS: Final = tuple(kind for kind in QUESTION_MODELS if kind != REFINEMENT)
_FIELD_INPUTS: Final = tuple(kind for kind in _INPUTS if kind != "structured")
_CHECKS: Final = {kind: table(model, UnknownKey(kind)) for kind, model in QUESTION_MODELS.items()}


def _question(value: Any) -> QuestionRefinement:
    if not isinstance(value, Mapping) or "input" not in value:
        return _CHECKS[REFINEMENT](value)
    stated = value["input"]
    if stated not in _INPUTS:
        raise wrong(must_be_one_of(_INPUTS, stated), "input")
    return _CHECKS[stated](value)


def questions(value: object) -> tuple[QuestionRefinement, ...]:
    """Check all questions, and that each has a name of its own: a name stands for one assessment."""
    if isinstance(value, Mapping):
        raise wrong("must be tables in double brackets, [[questions]], one for each question")
    read = list_of(_question)(value)
    _must_differ(read, "every question needs its own name")
    return read


def _must_differ(named: Iterable[QuestionRefinement], why: str) -> None:
    """Raise `Wrong` for the first name that is given a second time."""
    seen: set[str] = set()
    for index, each in enumerate(named):
        if each.name in seen:
            raise Wrong([Mistake((index, "name"), f'is "{each.name}" a second time; {why}')])
        seen.add(each.name)
