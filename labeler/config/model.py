"""All settings with their types, ranges and defaults. `docs/configuration.md` documents them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from labeler.config.backend_uri import BadBackendUri, check_backend_uri, check_origin
from labeler.config.identity import BadReviewer, check_reviewer
from labeler.config.questions import AnyQuestion, SettingsModel, names_are_unique, wrong


def _backend_uri(uri: str) -> str:
    try:
        return check_backend_uri(uri)
    except BadBackendUri as error:
        raise wrong(str(error)) from None


def _origin(uri: str) -> str:
    try:
        return check_origin(uri)
    except BadBackendUri as error:
        raise wrong(str(error)) from None


def _reviewer(reviewer: str) -> str:
    try:
        return check_reviewer(reviewer)
    except BadReviewer as error:
        raise wrong(str(error)) from None


def _words(command: object) -> object:
    if not isinstance(command, str):
        return command
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise wrong(f"cannot be split into words: {error}") from None


def _flat_actions(table: object, prefix: str = "") -> object:
    """Flatten ``[keys]``, where an unquoted `answer.positive = "y"` is a table in a table; keys become tuples."""
    if not isinstance(table, Mapping):
        return table
    flat: dict[str, Any] = {}
    for name, keys in table.items():
        if isinstance(keys, Mapping):
            inner = _flat_actions(keys, f"{prefix}{name}.")
            flat |= inner if isinstance(inner, dict) else {}
        else:
            flat[f"{prefix}{name}"] = (keys,) if isinstance(keys, str) else keys
    return flat


Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)]
NonEmpty = Annotated[str, Field(min_length=1)]


class BackendSettings(SettingsModel):
    """Where traces come from and labels go."""

    uri: Annotated[str, AfterValidator(_backend_uri)] | None = None
    experiments: Texts = ()
    queue: NonEmpty | None = None
    workspace: str = ""
    allow_plain_http: Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], Field(strict=False)] = ()
    token_command: Annotated[Texts, BeforeValidator(_words)] = ()


class ReviewSettings(SettingsModel):
    """How a review proceeds."""

    questions: Literal["auto", "server", "config", "both"] = "auto"
    advance: Literal["auto", "required", "manual"] = "auto"
    blind: bool = False
    order: str = ""
    guard_ms: Annotated[int, Field(ge=0, le=5000)] = 150
    notes: Literal["server", "local"] = "server"


class DeliverySettings(SettingsModel):
    """How answers are delivered."""

    edits: Literal["override", "update"] = "override"
    grace: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 5.0
    concurrency: Annotated[int, Field(ge=1, le=4)] = 2


class CacheSettings(SettingsModel):
    """How much is kept on this machine."""

    max_mb: Annotated[int, Field(ge=1)] = 2048
    ahead: Annotated[int, Field(ge=0)] = 500


class UiSettings(SettingsModel):
    """What the screen may use."""

    ascii: bool = False
    pictures: bool = True
    viewer: Annotated[Texts, BeforeValidator(_words)] = ()


class Settings(SettingsModel):
    """All settings."""

    backend: BackendSettings = Field(default_factory=BackendSettings)
    reviewer: Annotated[str, AfterValidator(_reviewer)] | None = None
    review: ReviewSettings = Field(default_factory=ReviewSettings)
    delivery: DeliverySettings = Field(default_factory=DeliverySettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    theme: NonEmpty | None = None
    mouse: bool = True
    ui: UiSettings = Field(default_factory=UiSettings)
    keys: Annotated[dict[str, Texts], BeforeValidator(_flat_actions)] = Field(default={})
    questions: Annotated[tuple[AnyQuestion, ...], Field(strict=False), AfterValidator(names_are_unique)] = ()
