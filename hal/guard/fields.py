"""Strict, bounded codecs between plain JSON values and the values of `hal.types`; standard library only.

A codec is a pair of functions: `load` takes what came off the wire and answers the value, or raises `WireError` that
names the field; `dump` is its inverse. Records are built from one codec per field, and a record refuses a field it does
not know: within one wire version nobody may add one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

Json = Any
T = TypeVar("T")

MAX_JSON_DEPTH = 4
MAX_JSON_ITEMS = 64


class WireError(ValueError):
    """A line that the wire does not allow. The text names the field and the rule it breaks."""


class Codec(NamedTuple):
    """How one field goes over the wire."""

    load: Callable[[Json, str], Any]
    dump: Callable[[Any], Json]


def integer(low: int, high: int) -> Codec:
    """An integer within bounds; a boolean is none."""

    def load(value: Json, where: str) -> int:
        if type(value) is not int:
            raise WireError(f"{where}: an integer is needed")
        if not low <= value <= high:
            raise WireError(f"{where}: {value} is outside {low}..{high}")
        return value

    return Codec(load, lambda value: value)


def text(longest: int, shortest: int = 0) -> Codec:
    """A string of at most `longest` characters; a longer one of ours is cut before it is sent."""

    def load(value: Json, where: str) -> str:
        if type(value) is not str:
            raise WireError(f"{where}: a string is needed")
        if not shortest <= len(value) <= longest:
            raise WireError(f"{where}: {len(value)} characters, {shortest}..{longest} are allowed")
        return value

    return Codec(load, lambda value: value[:longest])


def _load_flag(value: Json, where: str) -> bool:
    if type(value) is not bool:
        raise WireError(f"{where}: true or false is needed")
    return value


FLAG = Codec(_load_flag, lambda value: value)


def choice(kind: type[StrEnum]) -> Codec:
    """One of the values of an enumeration."""
    names = {str(member): member for member in kind}

    def load(value: Json, where: str) -> StrEnum:
        member = names.get(value) if type(value) is str else None
        if member is None:
            raise WireError(f"{where}: one of {', '.join(names)} is needed")
        return member

    return Codec(load, str)


def optional(inner: Codec) -> Codec:
    """The value, or null."""
    return Codec(
        lambda value, where: None if value is None else inner.load(value, where),
        lambda value: None if value is None else inner.dump(value),
    )


def array(inner: Codec, most: int) -> Codec:
    """A tuple of at most `most` values."""

    def load(value: Json, where: str) -> tuple[Any, ...]:
        if type(value) is not list:
            raise WireError(f"{where}: a list is needed")
        if len(value) > most:
            raise WireError(f"{where}: {len(value)} items, at most {most} are allowed")
        return tuple(inner.load(item, f"{where}[{index}]") for index, item in enumerate(value))

    return Codec(load, lambda value: [inner.dump(item) for item in value[:most]])


def record(kind: Callable[..., T], /, **codecs: Codec) -> Codec:
    """A dataclass as an object. Fields that have a default may be absent, and are left out when they have it."""
    defaults: dict[str, Any] = {}
    for spec in fields(kind):  # type: ignore[arg-type]  # every caller passes a dataclass
        if spec.default is not MISSING:
            defaults[spec.name] = spec.default
        elif spec.default_factory is not MISSING:
            defaults[spec.name] = spec.default_factory()

    def load(value: Json, where: str) -> T:
        if type(value) is not dict:
            raise WireError(f"{where}: an object is needed")
        for name in value:
            if name not in codecs:
                raise WireError(f"{where}: unknown field {name[:32]!r}")
        found = {name: codecs[name].load(item, f"{where}.{name}") for name, item in value.items()}
        for name in codecs:
            if name not in found and name not in defaults:
                raise WireError(f"{where}: field {name!r} is missing")
        return kind(**found)

    def dump(value: Any) -> dict[str, Json]:
        found = {}
        for name, codec in codecs.items():
            item = getattr(value, name)
            if name not in defaults or item != defaults[name]:
                found[name] = codec.dump(item)
        return found

    return Codec(load, dump)


def _load_json(value: Json, where: str, depth: int = 0) -> Json:
    """Arguments of a bench verb: any JSON without fractions beyond reason, flat and short."""
    if depth > MAX_JSON_DEPTH:
        raise WireError(f"{where}: nested too deeply")
    if isinstance(value, (dict, list)) and len(value) > MAX_JSON_ITEMS:
        raise WireError(f"{where}: more than {MAX_JSON_ITEMS} items")
    if isinstance(value, dict):
        return {name: _load_json(item, f"{where}.{name[:32]}", depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_load_json(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(value)]
    return value


def _load_arguments(value: Json, where: str) -> dict[str, Json]:
    if type(value) is not dict:
        raise WireError(f"{where}: an object is needed")
    loaded: dict[str, Json] = _load_json(value, where)
    return loaded


ARGUMENTS = Codec(_load_arguments, lambda value: value)


def _load_numbers(value: Json, where: str) -> dict[str, int]:
    if type(value) is not dict or len(value) > MAX_JSON_ITEMS:
        raise WireError(f"{where}: an object of at most {MAX_JSON_ITEMS} numbers is needed")
    number = integer(-(2**53), 2**53)
    return {name: number.load(item, f"{where}.{name[:32]}") for name, item in value.items()}


NUMBERS = Codec(_load_numbers, lambda value: value)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WireError("a field occurs twice")
    return found


def _no_constant(name: str) -> Json:
    raise WireError(f"{name} is no JSON")


def parse(line: bytes) -> dict[str, Json]:
    """One line as a JSON object. Raises WireError for whatever else it is."""
    try:
        value = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_constant)
    except WireError:
        raise
    except (ValueError, RecursionError) as error:  # also UnicodeDecodeError and integers of absurd length
        raise WireError(f"no JSON: {type(error).__name__}") from None
    if type(value) is not dict:
        raise WireError("an object is needed")
    return value
