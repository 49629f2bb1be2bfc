"""Immutable values that cost next to nothing to define.

`dataclass(frozen=True, slots=True)` compiles half a dozen methods and makes the class twice as its module is imported:
3.7 million instructions a class. A station has a hundred of them, and a small board pays for all at every start. Here
a class is made again with its slots and that is all. Equality, hash and representation are shared by all values; the
initializer, which has to be quick, is compiled for its class, but when it is first asked for: most values of a
process never are.

To its users a value is a frozen dataclass: `dataclasses.field`, `fields`, `replace`, `asdict` and `is_dataclass` work
on it, and so do patterns, copies and signatures. What the class itself defines stays. A value may extend another one,
a dataclass may not; whatever carries an annotation is a field, so there is no ClassVar and no InitVar.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, field, fields
from operator import attrgetter
from typing import Any, Final, TypeVar, dataclass_transform, overload

T = TypeVar("T")

_ORDINARY: Final = vars(dataclasses)["_FIELD"]  # the mark by which `fields` knows its own


@overload
def frozen(cls: type[T], /) -> type[T]: ...


@overload
def frozen(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, /, *, kw_only: bool = False) -> type[T] | Callable[[type[T]], type[T]]:
    """The class, made again as one of immutable values with slots. `kw_only`: its fields are given by name alone."""
    if cls is None:
        return lambda written: _made(written, kw_only)
    return _made(cls, kw_only)


def _made(cls: type[T], kw_only: bool) -> type[T]:
    slots = tuple(inspect.get_annotations(cls))
    namespace = {name: item for name, item in vars(cls).items() if name not in {"__dict__", "__weakref__"}}
    defaults = {name: namespace.pop(name) for name in slots if name in namespace}
    identity = {"__qualname__": cls.__qualname__, "__slots__": slots, "__written__": (defaults, kw_only)}
    later = {name: _AtFirstUse(make) for name, make in _AT_FIRST_USE.items()}
    kind: Any = type(cls)
    made: type[T] = kind(cls.__name__, cls.__bases__, {**_SHARED, **later, **namespace, **identity})
    return made


class _AtFirstUse:
    """An attribute of a class that is made when it is first asked for."""

    __slots__ = ("_make", "_name", "_owner")

    def __init__(self, make: Callable[[type], object]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner
        self._name = name

    def __get__(self, instance: object, owner: type) -> object:
        setattr(self._owner, self._name, self._make(self._owner))
        return getattr(owner if instance is None else instance, self._name)


def _fields(cls: Any) -> dict[str, Field[Any]]:
    """What the standard library would make of the annotations; it finds it as `__dataclass_fields__`."""
    found: dict[str, Field[Any]] = {}
    for base in reversed(cls.__mro__[1:]):
        if "__written__" in vars(base):
            found |= base.__dataclass_fields__
    defaults, kw_only = cls.__written__
    for name, kind in inspect.get_annotations(cls).items():
        written = defaults.get(name, MISSING)
        spec: Any = written if isinstance(written, Field) else field(default=written)
        if spec.default.__class__.__hash__ is None:
            raise ValueError(f"mutable default of {cls.__qualname__}.{name}: use default_factory")
        spec.name, spec.type, spec._field_type = name, kind, _ORDINARY
        if spec.kw_only is MISSING:
            spec.kw_only = kw_only
        found[name] = spec
    return found


def _initializer(cls: Any) -> Callable[..., None]:
    """Compile `__init__`. It calls the slots themselves, which takes two thirds of the time of a frozen dataclass's."""
    scope: dict[str, Any] = {"__missing": MISSING}
    positional: list[str] = []
    by_name: list[str] = []
    body: list[str] = []
    for spec in fields(cls):
        name = source = spec.name
        parameter = name
        if spec.default_factory is not MISSING:
            scope[f"__make_{name}"] = spec.default_factory
            parameter, made = f"{name}=__missing", f"__make_{name}()"
            source = f"{made} if {name} is __missing else {name}" if spec.init else made
        elif spec.default is not MISSING:
            scope[f"__default_{name}"] = spec.default
            parameter = f"{name}=__default_{name}"
            source = name if spec.init else f"__default_{name}"
        elif not spec.init:
            continue  # `__post_init__` sets it
        if spec.init:
            (by_name if spec.kw_only else positional).append(parameter)
        scope[f"__set_{name}"] = getattr(cls, name).__set__
        body.append(f" __set_{name}(self, {source})")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()")
    parameters = ", ".join(["self", *positional, *(["*", *by_name] if by_name else [])])
    exec("\n".join([f"def __init__({parameters}):", *(body or [" pass"])]), scope)  # noqa: S102  # our own field names
    initializer: Callable[..., None] = scope["__init__"]
    initializer.__qualname__ = f"{cls.__qualname__}.__init__"
    initializer.__module__ = cls.__module__
    initializer.__annotations__ = {spec.name: spec.type for spec in fields(cls) if spec.init} | {"return": "None"}
    return initializer


def _match_args(cls: Any) -> tuple[str, ...]:
    return tuple(spec.name for spec in fields(cls) if spec.init and not spec.kw_only)


def _shown(cls: Any) -> tuple[str, ...]:
    return tuple(spec.name for spec in fields(cls) if spec.repr)


def _compared(cls: Any) -> attrgetter[Any]:
    return attrgetter("__class__", *(spec.name for spec in fields(cls) if spec.compare))


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    compared = self.__compared__
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(self.__compared__(self))


def _represent(self: Any) -> str:
    return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__shown__)})"


def _refuse_assignment(self: object, name: str, item: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _restore(self: object, state: tuple[None, dict[str, Any]]) -> None:
    """For copies and pickles: what `object.__getstate__` gives."""
    for name, item in state[1].items():
        object.__setattr__(self, name, item)


_SHARED: Final = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _represent,
    "__setattr__": _refuse_assignment,
    "__delattr__": _refuse_deletion,
    "__setstate__": _restore,
}

_AT_FIRST_USE: Final[dict[str, Callable[[type], object]]] = {
    "__dataclass_fields__": _fields,
    "__init__": _initializer,
    "__match_args__": _match_args,
    "__shown__": _shown,
    "__compared__": _compared,
}
