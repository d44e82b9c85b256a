"""Dataclasses that are made several times faster than by the standard library, since the program starts with hundreds.

`dataclasses.dataclass` compiles up to six methods for each frozen class, which takes 0.6 ms (CPython 3.11) and came to
a third of the start. Here ``__init__`` is the only method that is compiled; the others are functions that know the
names of the fields. What classes and instances can do is the same, and type checkers see the standard decorator.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from operator import attrgetter
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

T = TypeVar("T")

_MADE_ANEW: Final = object()
"""The default in the signature for a field whose default is made by a function, anew for each instance."""

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type[T] | None = None, /, *, frozen: bool = False, slots: bool = False) -> Any:
        """Make a class a dataclass, as `dataclasses.dataclass` does with these arguments."""
        if cls is None:
            return lambda decorated: _dataclass(decorated, frozen=frozen, slots=slots)
        return _dataclass(cls, frozen=frozen, slots=slots)


def _dataclass(cls: type[T], *, frozen: bool, slots: bool) -> type[T]:
    if not cls.__doc__:
        cls.__doc__ = cls.__name__  # else the standard library writes one from the signature, which takes long
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    fields = dataclasses.fields(made)  # type: ignore[arg-type]
    methods = _comparison(fields, frozen=frozen)
    methods |= {"__init__": _init(made, fields, frozen=frozen), "__repr__": _represent}
    if frozen:
        methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    if frozen and slots:
        methods |= {"__getstate__": _state, "__setstate__": _restore}
    own = vars(made)
    for name, method in methods.items():
        if own.get(name) is None:
            setattr(made, name, method)
    return made


def _init(cls: type, fields: Sequence[dataclasses.Field[Any]], *, frozen: bool) -> Callable[..., None]:
    """Compile ``__init__``, in the class's module, where the names in its annotations have their meaning."""
    given: dict[str, Any] = {"_made_anew": _MADE_ANEW, "_set": object.__setattr__}
    parameters, lines = ["self"], []
    for field in fields:
        name = value = field.name
        parameters.append(name)
        if field.default is not dataclasses.MISSING:
            given[f"_default_{name}"] = field.default
            parameters[-1] += f"=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            given[f"_make_{name}"] = field.default_factory
            parameters[-1] += "=_made_anew"
            value = f"_make_{name}() if {name} is _made_anew else {name}"
        slot = getattr(cls, name, None) if frozen else None
        if isinstance(slot, MemberDescriptorType):  # a third less time than by the name, for ten thousands at a start
            given[f"_set_{name}"] = slot.__set__
            lines.append(f"_set_{name}(self, {value})")
        else:
            lines.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    body = "".join(f"\n  {line}" for line in lines or ["pass"])
    source = f"def make({', '.join(given)}):\n def __init__({', '.join(parameters)}):{body}\n return __init__"
    made: dict[str, Any] = {}
    exec(source, vars(sys.modules[cls.__module__]), made)
    init: Callable[..., None] = made["make"](**given)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    return init


def _comparison(fields: Sequence[dataclasses.Field[Any]], *, frozen: bool) -> dict[str, Any]:
    """Return ``__eq__`` and ``__hash__``; what can be changed has no hash."""
    names = [field.name for field in fields if field.compare]
    values: Callable[[Any], tuple[Any, ...]] = (
        attrgetter(*names) if len(names) > 1 else lambda instance: tuple(getattr(instance, name) for name in names)
    )

    def __eq__(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:
        return hash(values(self))

    return {"__eq__": __eq__, "__hash__": __hash__ if frozen else None}


@recursive_repr()
def _represent(self: Any) -> str:
    shown = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({shown})"


def _refuse_to_set(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    """Return the values of a frozen instance without a dictionary, for `copy` and `pickle`."""
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: Sequence[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
