"""Typed arguments of the bench's verbs: what may be given, within what bounds, and the errors that name it.

The specification is data. The socket and `Bench.do` check with it, `evse bench` builds its options from it, and the
verb `help` shows it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from enum import Enum, StrEnum
from typing import Any

from hal.value import frozen

MAX_LIST = 64


class Presence(Enum):
    """Marker of an argument that must be given."""

    REQUIRED = "required"


REQUIRED = Presence.REQUIRED


class BenchError(Exception):
    """A verb that was not accepted. `code` is stable, the text names what is wrong."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Kind(StrEnum):
    """Types of arguments."""

    EVSE = "evse"  # a number that the topology has
    INT = "int"
    NUMBER = "number"  # a decimal; becomes an integer by `scale`
    BOOL = "bool"
    TEXT = "text"
    CHOICE = "choice"
    OBJECT = "object"
    LIST = "list"


@frozen
class Arg:
    """One argument.

    `nullable` arguments may be null (what that means is in `doc`). A NUMBER is multiplied by `scale` and rounded to an
    integer; `into` is the name of the checked value, which then carries that unit. `low` and `high` bound the value as
    it is given, or the length of a TEXT. A LIST's items are of the type `item`.
    """

    name: str
    kind: Kind
    doc: str = ""
    default: object = REQUIRED
    nullable: bool = False
    low: int = 0
    high: int = 2**31
    scale: int = 1
    into: str = ""
    choices: tuple[str, ...] = ()
    fields: tuple[Arg, ...] = ()
    item: Arg | None = None
    multiline: bool = False

    @property
    def key(self) -> str:
        """Name of the checked value."""
        return self.into or self.name

    def describe(self) -> dict[str, Any]:
        """The argument as plain data, for `help`."""
        found: dict[str, Any] = {"name": self.name, "type": str(self.kind), "doc": self.doc}
        if self.default is REQUIRED:
            found["required"] = True
        else:
            found["default"] = self.default
        if self.nullable:
            found["nullable"] = True
        if self.kind in (Kind.INT, Kind.NUMBER):
            found["low"], found["high"] = self.low, self.high
        if self.choices:
            found["choices"] = list(self.choices)
        if self.fields:
            found["fields"] = [arg.describe() for arg in self.fields]
        if self.item is not None:
            found["item"] = self.item.describe()
        return found


def check(args: tuple[Arg, ...], given: Mapping[str, object], evses: Collection[int], where: str) -> dict[str, Any]:
    """The checked values by key, defaults filled in. Raises BenchError that names the argument.

    An optional argument without a default of its own (default None) is left out where it is not given, so that a
    handler can tell it from null.
    """
    known = {arg.name for arg in args}
    for name in given:
        if name not in known:
            raise BenchError("unknown_argument", f"{where} has no argument {name[:64]!r}; it has {_names(args)}")
    checked: dict[str, Any] = {}
    for arg in args:
        if arg.name in given:
            checked[arg.key] = _value(arg, given[arg.name], evses, f"{where}: {arg.name}")
        elif arg.default is REQUIRED:
            raise BenchError("missing_argument", f"{where} needs the argument {arg.name!r}")
        elif arg.default is not None:
            checked[arg.key] = _value(arg, arg.default, evses, f"{where}: {arg.name}")
    return checked


def _names(args: tuple[Arg, ...]) -> str:
    return ", ".join(arg.name for arg in args) or "none"


def _value(arg: Arg, value: object, evses: Collection[int], where: str) -> object:
    if value is None:
        if arg.nullable:
            return None
        raise _bad(where, "must not be null")
    return _CHECKS[arg.kind](arg, value, evses, where)


def _bad(where: str, why: str) -> BenchError:
    return BenchError("bad_argument", f"{where} {why}")


def _within(arg: Arg, value: float, where: str, what: str = "") -> None:
    if not arg.low <= value <= arg.high:
        raise _bad(where, f"is {what}{value}; it must be between {arg.low} and {arg.high}")


def _evse(arg: Arg, value: object, evses: Collection[int], where: str) -> int:
    if type(value) is not int:
        raise _bad(where, "must be an integer")
    if value not in evses:
        known = ", ".join(map(str, evses))
        raise BenchError("unknown_evse", f"{where} {value} is not there; the station has EVSE {known}")
    return value


def _int(arg: Arg, value: object, evses: Collection[int], where: str) -> int:
    if type(value) is not int:
        raise _bad(where, "must be an integer")
    _within(arg, value, where)
    return value


def _number(arg: Arg, value: object, evses: Collection[int], where: str) -> int:
    if type(value) is not int and type(value) is not float:
        raise _bad(where, "must be a number")
    if not math.isfinite(value):
        raise _bad(where, "must be finite")
    _within(arg, value, where)
    return round(value * arg.scale)


def _bool(arg: Arg, value: object, evses: Collection[int], where: str) -> bool:
    if type(value) is not bool:
        raise _bad(where, "must be true or false")
    return value


def _text(arg: Arg, value: object, evses: Collection[int], where: str) -> str:
    if type(value) is not str:
        raise _bad(where, "must be a string")
    _within(arg, len(value), where, "a text of length ")
    if not arg.multiline and not value.isprintable():
        raise _bad(where, "must be printable")
    return value


def _choice(arg: Arg, value: object, evses: Collection[int], where: str) -> str:
    if type(value) is not str or value not in arg.choices:
        raise _bad(where, f"must be one of {', '.join(arg.choices)}")
    return value


def _object(arg: Arg, value: object, evses: Collection[int], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _bad(where, "must be an object")
    return check(arg.fields, value, evses, where)


def _list(arg: Arg, value: object, evses: Collection[int], where: str) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise _bad(where, "must be a list")
    if len(value) > MAX_LIST:
        raise _bad(where, f"has {len(value)} items; at most {MAX_LIST} are allowed")
    if arg.item is None:  # the table is wrong, not the caller
        raise AssertionError(f"{where}: a LIST needs an item")
    return tuple(_value(arg.item, item, evses, f"{where}[{index}]") for index, item in enumerate(value))


_CHECKS = {
    Kind.EVSE: _evse,
    Kind.INT: _int,
    Kind.NUMBER: _number,
    Kind.BOOL: _bool,
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.OBJECT: _object,
    Kind.LIST: _list,
}
