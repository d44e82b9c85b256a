"""Our dataclasses are those of the standard library, made in less time."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from labeler import dataclass as ours

_DECORATORS: Final[dict[str, Callable[..., Any]]] = {
    "ours": ours.dataclass,
    "the standard library's": dataclasses.dataclass,
}


@ours.dataclass(frozen=True, slots=True)
class Buoy:
    """A buoy."""

    COLOURS: ClassVar[tuple[str, ...]] = ("red", "green")

    name: str
    depth_m: float | None = None
    lights: list[str] = field(default_factory=list, compare=False, repr=False)

    @property
    def is_lit(self) -> bool:
        return bool(self.lights)


@ours.dataclass(frozen=True, slots=True)
class Wreck(Buoy):
    """A class that inherits fields."""

    since: int = 1900


@ours.dataclass(frozen=True, slots=True)
class Nothing:
    pass


@pytest.fixture(params=_DECORATORS)
def decorate(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return _DECORATORS[request.param]


@pytest.mark.parametrize("options", [{}, {"slots": True}, {"frozen": True}, {"frozen": True, "slots": True}])
def test_instances_do_what_those_of_the_standard_library_do(decorate: Callable[..., Any], options: Any) -> None:
    class Undecorated:
        name: str
        guests: int = 0
        log: list[str] = field(default_factory=list)
        secret: str = field(default="", repr=False, compare=False)

    Berth: Any = decorate(**options)(Undecorated)
    one, same, other = Berth("A", 2), Berth("A", guests=2, secret="x"), Berth("A", 3, ["came"])
    assert repr(one).endswith("Undecorated(name='A', guests=2, log=[])")
    assert (one == same, one == other, one == ("A", 2, [])) == (True, False, False)
    assert one.log is not same.log
    assert dataclasses.replace(other, name="B") == Berth("B", 3, ["came"])
    assert dataclasses.asdict(one) == {"name": "A", "guests": 2, "log": [], "secret": ""}
    assert Berth.__match_args__ == ("name", "guests", "log", "secret")
    assert copy.deepcopy(other) == other
    assert copy.deepcopy(other).log is not other.log
    signature = inspect.signature(Berth)
    assert [*signature.parameters] == ["name", "guests", "log", "secret"]
    assert signature.parameters["guests"].default == 0
    assert signature.parameters["guests"].annotation == "int"
    with pytest.raises(TypeError, match="name"):
        Berth()
    if options.get("frozen"):
        with pytest.raises(FrozenInstanceError, match="cannot assign to field 'guests'"):
            one.guests = 3
        with pytest.raises(FrozenInstanceError, match="cannot delete field 'guests'"):
            del one.guests
    else:
        one.guests = 3
        assert one == Berth("A", 3)
        with pytest.raises(TypeError, match="unhashable"):
            hash(one)
    if options.get("slots"):
        assert not hasattr(one, "__dict__")


def test_frozen_instances_are_keys_and_survive_a_copy_and_a_pickle() -> None:
    buoy = Buoy("N4", 12.5, ["white"])
    assert {buoy: 1}[Buoy("N4", 12.5)] == 1
    for again in (copy.copy(buoy), pickle.loads(pickle.dumps(buoy))):
        assert again == buoy
        assert again.lights == ["white"]
        assert again.is_lit


def test_fields_are_inherited_and_classes_are_told_apart() -> None:
    wreck = Wreck("N4", 12.5, since=1912)
    assert wreck.since == 1912
    assert wreck != Buoy("N4", 12.5)
    assert repr(wreck) == "Wreck(name='N4', depth_m=12.5, since=1912)"
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


def test_what_a_class_defines_itself_is_kept(decorate: Callable[..., Any]) -> None:
    class Undecorated:
        """A depth, of which the sign means nothing."""

        metres: float

        def __post_init__(self) -> None:
            if self.metres != self.metres:
                raise ValueError("no depth")

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Undecorated) and abs(self.metres) == abs(other.metres)

        def __hash__(self) -> int:
            return hash(abs(self.metres))

        def __repr__(self) -> str:
            return f"{abs(self.metres)} m"

    Depth: Any = decorate(frozen=True)(Undecorated)
    assert Depth.__doc__ == "A depth, of which the sign means nothing."
    assert len({Depth(2), Depth(-2)}) == 1
    assert f"{Depth(-2)!r}" == "2 m"
    with pytest.raises(ValueError, match="no depth"):
        Depth(float("nan"))


def test_the_program_makes_its_dataclasses_with_ours() -> None:
    """Only what ours does not know (an order, comparison by identity) is left to the standard library."""
    package = Path(ours.__file__).parent
    slow = [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if path != Path(ours.__file__)
        and re.search(r"^from dataclasses import .*\bdataclass\b", text := path.read_text(), re.MULTILINE)
        and not re.search(r"^@dataclass\(.*(order=True|eq=False)", text, re.MULTILINE)
    ]
    assert slow == []
