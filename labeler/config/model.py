"""All settings with their types, ranges and defaults. `docs/configuration.md` documents them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final, Literal

from labeler.config.backend_uri import BadBackendUri, check_backend_uri, check_origin
from labeler.config.checks import (
    Mistake,
    Wrong,
    boolean,
    boolean_or,
    filled_text,
    list_of,
    one_of,
    seconds,
    setting,
    table,
    table_of,
    text,
    text_that,
    texts,
    whole,
    wrong,
)
from labeler.config.identity import BadReviewer, check_reviewer
from labeler.config.questions import QuestionRefinement, questions
from labeler.dataclass import dataclass


def command(value: object) -> tuple[str, ...]:
    """Check a command: a list of words, or one text that is split into words as a shell does."""
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError as error:
        raise wrong(f"cannot be split into words: {error}") from None
    return texts(words)


def keys_of_action(value: object) -> tuple[str, ...]:
    """Check the keys of one action: a key, or a list of them."""
    try:
        return texts((value,) if isinstance(value, str) else value)
    except Wrong as error:
        told = 'must be a key such as "y", or a list of keys'
        raise Wrong(Mistake(mistake.path, told) for mistake in error.mistakes) from None


def snippet_name(value: object) -> str:
    """Check the name of a snippet: it is typed as a word."""
    name = filled_text(value)
    if any(character.isspace() for character in name):
        raise wrong("is no name of a snippet: it must be one word, without spaces")
    return name


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """Where traces come from and labels go."""

    uri: str | None = setting(text_that(check_backend_uri, BadBackendUri), None)
    experiments: tuple[str, ...] = setting(texts, ())
    queue: str | None = setting(filled_text, None)
    workspace: str = setting(text, "")
    allow_plain_http: tuple[str, ...] = setting(list_of(text_that(check_origin, BadBackendUri)), ())
    token_command: tuple[str, ...] = setting(command, ())


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """How a review proceeds."""

    questions: Literal["auto", "server", "config", "both"] = setting(one_of("auto", "server", "config", "both"), "auto")
    advance: Literal["auto", "required", "manual"] = setting(one_of("auto", "required", "manual"), "auto")
    blind: bool | Literal["until_answered", "locked"] = setting(boolean_or("until_answered", "locked"), False)
    show_after: bool = setting(boolean, False)
    order: str = setting(text, "")
    guard_ms: int = setting(whole(0, 5000), 150)
    notes: Literal["server", "local"] = setting(one_of("server", "local"), "server")
    bulk_max: int = setting(whole(1, 100_000), 5000)


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How answers are delivered."""

    edits: Literal["override", "update"] = setting(one_of("override", "update"), "override")
    grace: float = setting(seconds(0, 3600), 5.0)
    concurrency: int = setting(whole(1, 4), 2)


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """How much is kept on this machine."""

    max_mb: int = setting(whole(1), 2048)
    ahead: int = setting(whole(0), 500)


@dataclass(frozen=True, slots=True)
class UiSettings:
    """What the screen may use."""

    ascii: bool = setting(boolean, False)
    pictures: bool = setting(boolean, True)
    viewer: tuple[str, ...] = setting(command, ())


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    backend: BackendSettings = setting(table(BackendSettings), BackendSettings())
    reviewer: str | None = setting(text_that(check_reviewer, BadReviewer), None)
    review: ReviewSettings = setting(table(ReviewSettings), ReviewSettings())
    delivery: DeliverySettings = setting(table(DeliverySettings), DeliverySettings())
    cache: CacheSettings = setting(table(CacheSettings), CacheSettings())
    theme: str | None = setting(filled_text, None)
    mouse: bool = setting(boolean, True)
    ui: UiSettings = setting(table(UiSettings), UiSettings())
    keys: Mapping[str, tuple[str, ...]] = table_of(keys_of_action)
    judges: Mapping[str, str] = table_of(filled_text)
    snippets: Mapping[str, str] = table_of(filled_text, snippet_name)
    questions: tuple[QuestionRefinement, ...] = setting(questions, ())


check_settings: Final = table(Settings)
"""Return the settings that a mapping as TOML gives it stands for. Raises `Wrong` with every mistake in it."""
