"""Checks of settings: each returns a value as it is used, or raises `Wrong` with every mistake in it.

Settings are read at every start, so they are checked here and not by pydantic: importing it, and making its models,
took 50 ms, a tenth of the time to the first trace.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from labeler.config.backend_uri import without_userinfo
from labeler.config.toml_lines import KeyPath
from labeler.dataclass import dataclass

T = TypeVar("T")
Check: TypeAlias = Callable[[Any], T]

_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key that nothing is called. In a question, `input` is the kind of it, or ``refinement``; else it is empty."""

    input: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with the setting at `path`: a sentence that begins with its key, without it and without full stop.

    What to say of an unknown key takes a while to find out, so it is left to `sentences`.
    """

    path: KeyPath
    what: str | UnknownKey

    def below(self, *keys: str | int) -> Mistake:
        """Return the mistake as one of the table or list that holds this value at `keys`."""
        return Mistake((*keys, *self.path), self.what)


class Wrong(ValueError):
    """A value is not one of its setting's; with paths from there on."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        super().__init__()
        self.mistakes = tuple(mistakes)


def wrong(sentence: str, *at: str | int) -> Wrong:
    """Return one mistake, in the value itself or in what lies at the keys `at` below it."""
    return Wrong([Mistake(at, sentence)])


def setting(check: Check[Any], default: Any = dataclasses.MISSING) -> Any:
    """Declare a field of a table's model by the check of its value. Without a default the key has to be given."""
    is_needed = default is dataclasses.MISSING
    metadata = {"check": check, "is_needed": is_needed}
    return dataclasses.field(default=None if is_needed else default, metadata=metadata)


def table(model: type[T], unknown: UnknownKey = UnknownKey()) -> Check[T]:  # noqa: B008 - frozen
    """Check a table: each key by its field in the model, which is then made from the values."""
    fields = {field.name: field.metadata for field in dataclasses.fields(model)}  # type: ignore[arg-type]

    def check(value: object) -> T:
        if not isinstance(value, Mapping):
            raise wrong(f"must be a table, not {shown(value)}")
        read: dict[str, Any] = {}
        mistakes: list[Mistake] = []
        for name, field in fields.items():
            if name in value:
                try:
                    read[name] = field["check"](value[name])
                except Wrong as error:
                    mistakes += (mistake.below(name) for mistake in error.mistakes)
            elif field["is_needed"]:
                mistakes.append(Mistake((name,), "is needed and missing"))
        mistakes += (Mistake((name,), unknown) for name in value if name not in fields)
        if mistakes:
            raise Wrong(mistakes)
        return model(**read)

    return check


def table_of(check_each: Check[Any], check_name: Check[str] | None = None) -> Any:
    """Declare a field for a table with names of the user's own, empty by default: each value is checked, and each name.

    An unquoted ``a.b = …`` in it, which TOML reads as a table in a table, is the name ``a.b``.
    """

    def check(value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise wrong(f"must be a table, not {shown(value)}")
        read: dict[str, Any] = {}
        mistakes: list[Mistake] = []
        for name, each in _by_dotted_name(value):
            try:
                read[name if check_name is None else check_name(name)] = check_each(each)
            except Wrong as error:
                mistakes += (mistake.below(name) for mistake in error.mistakes)
        if mistakes:
            raise Wrong(mistakes)
        return read

    return dataclasses.field(default_factory=dict, metadata={"check": check, "is_needed": False})


def list_of(check_each: Check[T]) -> Check[tuple[T, ...]]:
    """Check a list, and each of its values."""

    def check(value: object) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise wrong(f'must be a list such as ["…", "…"], not {shown(value)}')
        read: list[T] = []
        mistakes: list[Mistake] = []
        for index, each in enumerate(value):
            try:
                read.append(check_each(each))
            except Wrong as error:
                mistakes += (mistake.below(index) for mistake in error.mistakes)
        if mistakes:
            raise Wrong(mistakes)
        return tuple(read)

    return check


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise wrong(f"must be true or false, not {shown(value)}")
    return value


def boolean_or(*words: str) -> Check[Any]:
    """Check that a value is true, false or one of these words."""

    def check(value: object) -> bool | str:
        if isinstance(value, bool):
            return value
        if value not in words or not isinstance(value, str):
            quoted = [f'"{word}"' for word in words]
            allowed = f"{', '.join(['true', 'false', *quoted[:-1]])} or {quoted[-1]}"
            raise wrong(f"must be {allowed}, not {shown(value)}{did_you_mean(str(value), words)}")
        return value

    return check


def text(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"must be text in quotes, not {shown(value)}")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise wrong(f"cannot be {shown(value)}: it is not text in the encoding of this system")
    return value


def filled_text(value: object) -> str:
    """Check that a text is not empty."""
    if not text(value):
        raise wrong("must not be empty")
    return text(value)


def texts(value: object) -> tuple[str, ...]:
    """Check a list of texts that are not empty."""
    return list_of(filled_text)(value)


def text_that(read: Callable[[str], str], *errors: type[ValueError]) -> Check[str]:
    """Check a text by a function whose `errors` are sentences."""

    def check(value: object) -> str:
        stated = text(value)
        try:
            return read(stated)
        except errors as error:
            raise wrong(str(error)) from None

    return check


def one_of(*allowed: str) -> Check[Any]:
    """Check that a value is one of these words."""

    def check(value: object) -> str:
        if value not in allowed or not isinstance(value, str):
            raise wrong(must_be_one_of(allowed, value))
        return value

    return check


def whole(at_least: int | None = None, at_most: int | None = None) -> Check[int]:
    """Check a whole number."""

    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong(f"must be a whole number, not {shown(value)}")
        return _within(value, at_least, at_most)

    return check


def number(at_least: float | None = None, at_most: float | None = None) -> Check[int | float]:
    """Check a number that is neither infinite nor none."""

    def check(value: object) -> int | float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong(f"must be a number, not {shown(value)}")
        if isinstance(value, float) and not math.isfinite(value):
            raise wrong("must be a finite number")
        return _within(value, at_least, at_most)

    return check


def seconds(at_least: float, at_most: float) -> Check[float]:
    """Check a duration in seconds."""
    return lambda value: float(number(at_least, at_most)(value))


def positive_number(value: object) -> int | float:
    checked = number()(value)
    if checked <= 0:
        raise wrong(f"must be greater than 0, not {shown(value)}")
    return checked


def must_be_one_of(allowed: Sequence[str], stated: object) -> str:
    """Return the sentence that a value must be one of some words, with the nearest."""
    quoted = [f'"{word}"' for word in allowed]
    return f"must be {', '.join(quoted[:-1])} or {quoted[-1]}{did_you_mean(str(stated), allowed)}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "…"?`` where a known word is close, else nothing."""
    from difflib import get_close_matches

    nearest = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{nearest[0]}"?' if nearest else ""


def shown(value: object) -> str:
    """Return a value as TOML writes it, shortened where it is long, without the credentials in an address."""
    match value:
        case bool():
            written = "true" if value else "false"
        case str():
            written = f'"{without_userinfo(value)}"'
        case Mapping():
            written = "a table"
        case list() | tuple():
            written = "a list"
        case _:
            written = str(value)
    return written if len(written) <= _LONGEST_SHOWN else f"{written[: _LONGEST_SHOWN - 1]}…"


def _by_dotted_name(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _by_dotted_name(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _within(value: T, at_least: float | None, at_most: float | None) -> T:
    if at_least is not None and value < at_least:  # type: ignore[operator]
        raise wrong(f"must be at least {at_least}, not {shown(value)}")
    if at_most is not None and value > at_most:  # type: ignore[operator]
        raise wrong(f"must be at most {at_most}, not {shown(value)}")
    return value
