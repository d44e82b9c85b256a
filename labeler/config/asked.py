"""The questions that a review asks, from the server's label schemas and the configuration."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from labeler.config.load import Configuration
from labeler.config.questions import ConfiguredQuestion, QuestionRefinement
from labeler.dataclass import dataclass
from labeler.domain.question import Numeric, PassFail, Question

BUILT_IN: Final = (
    Question("user_satisfaction", PassFail("Helpful", "Not helpful")),
    Question("quality_rating", Numeric(1, 5)),
)
"""What is asked when neither the server nor the configuration has a question."""


class NoQuestions(Exception):
    """Raised where the source that the configuration insists on has no question. The message is a sentence."""


class UnknownQuestion(NoQuestions):
    """Raised where a question is to be asked that the review does not have. The message names the nearest."""


@dataclass(frozen=True, slots=True)
class AskedQuestions:
    """The questions of a review, in order; `origin` says in words where they came from.

    `left_out` are those that the review has and does not ask, since only others were wanted. `overruled` are the names
    of those for which the configuration states another input than the server has: the server's counts.
    """

    questions: tuple[Question, ...]
    origin: str
    left_out: tuple[Question, ...] = ()
    overruled: tuple[str, ...] = ()


def asked_questions(
    configuration: Configuration, of_queue: Sequence[Question] = (), of_experiment: Sequence[Question] = ()
) -> AskedQuestions:
    """Choose the questions by `review.questions`. Leave the server's default schema out. Raises `NoQuestions`."""
    configured = configuration.settings.questions
    own = [question for question in configured if isinstance(question, ConfiguredQuestion)]
    server = of_queue or of_experiment
    server_origin = "the queue's label schemas" if of_queue else "the experiment's label schemas"
    own_origin = str(configuration.origin("questions").name)
    policy = configuration.settings.review.questions

    if policy == "server" and not server:
        raise NoQuestions(
            'review.questions is "server", and neither the queue nor the experiment has label schemas. '
            'Add some in MLflow, or set review.questions = "auto"'
        )
    if policy == "config" and not own:
        raise NoQuestions(
            f'review.questions is "config", and no [[questions]] with an input is in {configuration.paths.config_file}'
        )
    if policy == "both" and server and own:
        names = {question.name for question in server}
        added = [question.question() for question in own if question.name not in names]
        return _in_order([*server, *added], configured, f"{server_origin} and {own_origin}")
    if server and policy != "config":
        return _in_order(server, configured, server_origin)
    if own:
        return _in_order([question.question() for question in own], configured, own_origin)
    return AskedQuestions(BUILT_IN, "built in")


def only(asked: AskedQuestions, names: Collection[str]) -> AskedQuestions:
    """Return the questions of these names, in the order they have; without names, all. Raises `UnknownQuestion`."""
    if not names:
        return asked
    known = [question.name for question in asked.questions]
    for name in names:
        if name not in known:
            raise UnknownQuestion(_not_asked(name, known))
    chosen = tuple(question for question in asked.questions if question.name in names)
    left_out = tuple(question for question in asked.questions if question.name not in names)
    overruled = tuple(name for name in asked.overruled if name in names)
    return AskedQuestions(chosen, asked.origin, left_out, overruled)


def of_judge(asked: AskedQuestions, judge: str, judges: Mapping[str, str]) -> AskedQuestions:
    """Return the question that a judge answers: the one of its name, else the one that `judges` has for it.

    Raises `UnknownQuestion`, with the questions there are.
    """
    names = {question.name for question in asked.questions}
    name = judge if judge in names else judges.get(judge, judge)
    if name in names:
        return AskedQuestions(only(asked, (name,)).questions, asked.origin)
    of = f"[judges] says that {judge} answers {name}" if name != judge else f"none is called {judge}"
    raise UnknownQuestion(
        f"--judge: of the questions here, {of}; there are {', '.join(sorted(names))}. "
        f'Say which one it answers, in the configuration: [judges], {_key(judge)} = "{sorted(names)[0]}"'
    )


def _key(name: str) -> str:
    """Return a name as a key of TOML."""
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else f'"{name}"'


def _not_asked(name: str, known: Sequence[str]) -> str:
    """Say that a question is not among those that are asked, and which may have been meant."""
    from difflib import get_close_matches

    nearest = get_close_matches(name.casefold(), [each.casefold() for each in known], n=1)
    meant = next((each for each in known if [each.casefold()] == nearest), None)
    hint = f"did you mean {meant}?" if meant else f"there are {', '.join(known)}"
    return f"--ask: no question {name} is asked here; {hint}"


def known_questions(configuration: Configuration, of_server: Sequence[Question] = ()) -> list[Question]:
    """Return every question that is known, each name once: the server's, the configuration's, the built-in ones."""
    configured = {question.name: question for question in configuration.settings.questions}
    own = [question.question() for question in configured.values() if isinstance(question, ConfiguredQuestion)]
    server = [_refined(question, configured.get(question.name)) for question in of_server]
    found: dict[str, Question] = {}
    for question in (*server, *own, *BUILT_IN):
        found.setdefault(question.name, question)
    return list(found.values())


def _in_order(questions: Sequence[Question], configured: Sequence[QuestionRefinement], origin: str) -> AskedQuestions:
    """Refine the questions that the configuration says more about, and put those with an `order` first."""
    by_name = {question.name: question for question in configured}
    refined = [_refined(question, by_name.get(question.name)) for question in questions]
    orders = {name: question.order for name, question in by_name.items() if question.order is not None}
    last = max(orders.values(), default=0) + 1
    in_order = tuple(sorted(refined, key=lambda question: orders.get(question.name, last)))
    overruled = tuple(each.name for each in in_order if _is_overruled(each, by_name.get(each.name)))
    return AskedQuestions(in_order, origin, overruled=overruled)


def _is_overruled(question: Question, by: QuestionRefinement | None) -> bool:
    """Return whether the configuration states an input for a question that is asked with another kind of input."""
    return isinstance(by, ConfiguredQuestion) and type(by.domain_input()) is not type(question.input)


def _refined(question: Question, by: QuestionRefinement | None) -> Question:
    if by is None:
        return question
    asked = question.input
    if isinstance(asked, Numeric) and by.step is not None:
        asked = replace(asked, step=by.step)
    return replace(
        question,
        required=question.required if by.required is None else by.required,
        comment_on=by.comment_on or question.comment_on,
        input=asked,
    )
