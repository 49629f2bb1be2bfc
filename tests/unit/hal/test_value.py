"""`frozen` makes what `dataclass(frozen=True, slots=True)` makes, and later."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.value import frozen


@frozen
class Point:
    """A place."""

    x: int
    y: int = 0
    label: str = field(default="", repr=False)


@frozen
class Named(Point):
    """A place with further words."""

    name: str = "nowhere"
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x")


@frozen(kw_only=True)
class Size:
    """By name alone."""

    width: int
    height: int


@frozen
class Folded:
    """With equality, representation and a derived field of its own."""

    text: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.text.casefold())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Folded) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"<{self.text}>"


@frozen
class Nothing:
    """Without a field."""


# Every way to declare a field. The second is what may be given for it.
DECLARATIONS: dict[str, Callable[[], Any]] = {
    "required": field,
    "default": lambda: 7,
    "field default": lambda: field(default=8),
    "factory": lambda: field(default_factory=list),
    "hidden": lambda: field(default=9, repr=False),
    "not compared": lambda: field(default=10, compare=False),
    "by name": lambda: field(kw_only=True),
    "by name with default": lambda: field(default=11, kw_only=True),
    "derived": lambda: field(default=12, init=False),
    "derived factory": lambda: field(default_factory=dict, init=False),
}
VALUES = st.integers(0, 2) | st.text(max_size=2) | st.none() | st.just(float("nan"))


def written(declarations: list[str]) -> type:
    """A fresh class of these fields, as a source file has it before the decorator."""
    names = {f"f{number}": declaration for number, declaration in enumerate(declarations)}
    assigned = {name: DECLARATIONS[declaration]() for name, declaration in names.items() if declaration != "required"}
    annotations = dict.fromkeys(names, "object")
    return type("Made", (), {"__doc__": "d", "__module__": __name__, "__annotations__": annotations, **assigned})


def outcome(call: Callable[..., Any], *args: object, **named: object) -> Any:
    """What a call gives, or what it says of its arguments."""
    try:
        return call(*args, **named)
    except TypeError as error:
        return TypeError, str(error)


@given(st.lists(st.sampled_from(sorted(DECLARATIONS)), max_size=6), st.data())
def test_it_is_what_a_dataclass_is(declarations: list[str], data: st.DataObject) -> None:
    declarations.sort(key=lambda each: each != "required")  # what has no default comes first
    ours: Any = frozen(written(declarations))
    theirs: Any = dataclass(frozen=True, slots=True)(written(declarations))
    given_ = st.tuples(st.lists(VALUES, max_size=4), st.dictionaries(st.sampled_from(["f0", "f1", "f2", "f3"]), VALUES))
    made: list[tuple[Any, Any]] = []
    for _ in range(2):
        args, named = data.draw(given_)
        one, other = outcome(ours, *args, **named), outcome(theirs, *args, **named)
        if isinstance(other, tuple):
            assert one == other
        else:
            assert repr(one) == repr(other)
            assert repr(asdict(one)) == repr(asdict(other))
            assert unhashable(one) == unhashable(other)
            made.append((one, other))
    if len(made) == 2:
        (a, b), (c, d) = made
        assert (a == c, a != c) == (b == d, b != d)
        assert a != b
        if a == c and not unhashable(a):
            assert hash(a) == hash(c)
    assert [repr(spec) for spec in fields(ours)] == [repr(spec) for spec in fields(theirs)]
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__
    assert get_type_hints(ours) == get_type_hints(theirs)
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)


def unhashable(item: object) -> bool:
    return isinstance(outcome(hash, item), tuple)


def test_nothing_can_be_changed() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'z'"):
        point.z = 2  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x
    assert point == Point(1)
    assert not hasattr(point, "__dict__")


def test_a_value_extends_another() -> None:
    named = Named(1, 2, "l", "here", ["n"])
    assert repr(named) == "Named(x=1, y=2, name='here', notes=['n'])"
    assert [spec.name for spec in fields(Named)] == ["x", "y", "label", "name", "notes"]
    assert Named.__slots__ == ("name", "notes")  # type: ignore[attr-defined]
    assert Named(1).notes is not Named(1).notes
    assert Named(1) != Point(1)
    with pytest.raises(ValueError, match="x"):
        Named(-1)
    with pytest.raises(ValueError, match="x"):
        replace(named, x=-1)


def test_a_plain_class_extends_a_value() -> None:
    class Home(Point):
        __slots__ = ()

    assert repr(Home(3)).endswith("Home(x=3, y=0)")
    assert Home(3) == Home(3) != Point(3)
    assert is_dataclass(Home)


def test_fields_by_name_alone() -> None:
    assert (Size(height=2, width=1).width, Size.__match_args__) == (1, ())
    with pytest.raises(TypeError):
        Size(1, 2)  # type: ignore[call-arg]


def test_what_the_class_defines_stays() -> None:
    assert Folded("A") == Folded("a")
    assert hash(Folded("A")) == hash(Folded("a"))
    assert repr(Folded("A")) == "<A>"
    with pytest.raises(TypeError):
        Folded("A", key="b")  # type: ignore[call-arg]


def test_without_a_field() -> None:
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    assert repr(Nothing()) == "Nothing()"


def test_patterns() -> None:
    match Point(1, 2):
        case Point(1, y, label=label):
            assert (y, label) == (2, "")
        case _:
            pytest.fail("no match")


def pickled(item: object) -> object:
    return pickle.loads(pickle.dumps(item))  # noqa: S301 - our own bytes


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
@pytest.mark.parametrize("item", [Point(1, 2, "l"), Named(1, notes=["n"]), Size(width=1, height=2), Nothing()])
def test_copies(item: Any, copied: Callable[[Any], Any]) -> None:
    again = copied(item)
    assert again == item
    assert again is not item
    assert type(again) is type(item)


def test_what_others_see_of_the_class() -> None:
    assert (Point.__doc__, Point.__qualname__, Point.__module__) == ("A place.", "Point", __name__)
    assert is_dataclass(Point)
    assert str(inspect.signature(Point)) == "(x: 'int', y: 'int' = 0, label: 'str' = '') -> 'None'"
    assert get_type_hints(Point.__init__)["x"] is int


def test_a_default_that_can_be_changed_is_refused() -> None:
    class Listed:
        items: list[int] = []  # noqa: RUF012

    with pytest.raises(ValueError, match=r"mutable default of .*Listed\.items: use default_factory"):
        frozen(Listed)()


def test_nothing_is_compiled_before_the_first_instance() -> None:
    made: Any = frozen(written(["required", "default"]))
    assert not inspect.isfunction(vars(made)["__init__"])
    assert repr(made(1)) == "Made(f0=1, f1=7)"
    assert inspect.isfunction(vars(made)["__init__"])
