"""TOML tables into dataclasses, strictly: an unknown key, a wrong type or a value out of range is an error that says
which table and key, what the value is and what to write instead. Standard library only.

The dataclass is the schema. Types: bool, int, str, StrEnum, `T | None`, `tuple[T, ...]` and further dataclasses
(tables). A field's metadata may bound it:

    min, max                 of an integer, or of each integer in a tuple
    choices                  the values allowed
    min_length, max_length   of a string, or of each string in a tuple
    min_items, max_items     of a tuple
"""

from __future__ import annotations

import json
import os
import types
import typing
import unicodedata
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")

MAX_SHOWN = 60
MAX_FILE_BYTES = 256 * 1024
TOP = "top level"


class SchemaError(ValueError):
    """One thing that is wrong in a table. `key` is empty where the table itself is."""

    def __init__(self, table: str, key: str, value: object, problem: str, remedy: str) -> None:
        self.table = table
        self.key = key
        self.value = value
        self.problem = problem
        self.remedy = remedy
        shown = "" if value is MISSING else f" = {show(value)}"
        named = f"key '{key}'{shown}: " if key else ""
        place = f"[{table}] " if table != TOP else f"{table} " if key else ""
        super().__init__(printable(f"{place}{named}{problem}; {remedy}"))


def printable(text: str) -> str:
    """The text on one line and without control characters: an error goes to a terminal and to the journal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def show(value: object) -> str:
    """The value as the file may have it, shortened in the middle: of a path the end tells most."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    if len(text) <= MAX_SHOWN:
        return text
    half = (MAX_SHOWN - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def read_toml(file: str) -> dict[str, Any]:
    """The tables of a TOML file. Raises SchemaError if it cannot be read, is too long or is no TOML."""
    import tomllib  # noqa: PLC0415  # see `read_toml_apart`

    try:
        with open(file, "rb") as stream:  # pathlib would cost the guard 640 KiB
            raw = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SchemaError(TOP, "", MISSING, f"cannot be read: {error.strerror}", "check path and rights") from None
    if len(raw) > MAX_FILE_BYTES:
        raise SchemaError(TOP, "", MISSING, "is too long", f"keep it within {MAX_FILE_BYTES} bytes")
    try:
        return tomllib.loads(raw.decode())
    except (ValueError, RecursionError) as error:  # also what is no UTF-8
        raise SchemaError(TOP, "", MISSING, f"is no TOML: {error}", "correct it there") from None


def read_toml_apart(file: str) -> dict[str, Any]:
    """The same, read by a child process, so that the parser's memory (900 KiB) ends with it. Not with threads running.

    Dates and the like, which no schema of ours has, come as strings.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with open(writing, "w", encoding="utf-8") as stream:
            try:
                json.dump({"tables": read_toml(file)}, stream, default=str)
            except SchemaError as error:
                json.dump({"error": [error.problem, error.remedy]}, stream)
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as stream:
        answer = json.loads(stream.read() or '{"error": ["cannot be read: the reader died", "try again"]}')
    os.waitpid(child, 0)
    if "error" in answer:
        raise SchemaError(TOP, "", MISSING, *answer["error"])
    tables: dict[str, Any] = answer["tables"]
    return tables


def build(kind: type[T], table: Mapping[str, object], where: str) -> T:
    """A `kind` from `table`; `where` is the table's name in errors. Raises SchemaError."""
    hints = typing.get_type_hints(kind)
    known = {spec.name: spec for spec in fields(kind) if spec.init}  # type: ignore[arg-type]  # dataclasses only
    for key, value in table.items():
        if key not in known:
            raise SchemaError(where, key, value, "there is no such key here", _suggest(key, known))
    found = {name: _value(hints[name], known[name], value, (where, name)) for name, value in table.items()}
    for name, spec in known.items():
        if name not in table and spec.default is MISSING and spec.default_factory is MISSING:
            raise SchemaError(where, name, MISSING, "is missing", f"write {name} = {_expected(hints[name], spec)}")
    return kind(**found)


def _value(hint: Any, spec: Field[Any], value: object, place: tuple[str, str]) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        return _value(inner[0], spec, value, place)  # TOML has no null: None is the absent key
    if origin is tuple:
        return _items(typing.get_args(hint)[0], spec, value, place)
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise SchemaError(*place, value, "a table is needed", f"write {place[1]} = {{ … }}")
        return build(hint, value, f"{place[0]}.{place[1]}")
    return _scalar(hint, spec, value, place)


def _items(hint: Any, spec: Field[Any], value: object, place: tuple[str, str]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise SchemaError(*place, value, "a list is needed", f"write {place[1]} = [ … ]")
    least, most = spec.metadata.get("min_items", 0), spec.metadata.get("max_items")
    if len(value) < least or (most is not None and len(value) > most):
        bounds = f"{least} to {most}" if most is not None else f"at least {least}"
        raise SchemaError(*place, value, f"{len(value)} items", f"write {bounds} items")
    if is_dataclass(hint) and isinstance(hint, type):
        tables = []
        for number, item in enumerate(value, 1):
            if not isinstance(item, dict):
                raise SchemaError(*place, item, "a table is needed", f"write {place[1]} = [{{ … }}]")
            tables.append(build(hint, item, f"{place[0]}.{place[1]} #{number}"))
        return tuple(tables)
    return tuple(_scalar(hint, spec, item, place) for item in value)


def _scalar(hint: Any, spec: Field[Any], value: object, place: tuple[str, str]) -> Any:
    remedy = f"write {_expected(hint, spec)}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if not isinstance(value, str) or value not in [str(member) for member in hint]:
            raise SchemaError(*place, value, "is not one of the choices", remedy)
        return hint(value)
    if type(value) is not hint:
        raise SchemaError(*place, value, f"{_NAMES.get(hint, hint.__name__)} is needed", remedy)
    if isinstance(value, str) and any(unicodedata.category(character) == "Cc" for character in value):
        raise SchemaError(*place, value, "holds control characters", "use printable characters only")
    limits = spec.metadata
    size = value if isinstance(value, int) else len(value) if isinstance(value, str) else 0
    low, high = (limits.get(name) for name in (("min", "max") if hint is int else ("min_length", "max_length")))
    if (low is not None and size < low) or (high is not None and size > high):
        raise SchemaError(*place, value, "is out of range", remedy)
    if "choices" in limits and value not in limits["choices"]:
        raise SchemaError(*place, value, "is not one of the choices", remedy)
    return value


_NAMES = {int: "a whole number", str: "a string", bool: "true or false"}


def _expected(hint: Any, spec: Field[Any]) -> str:
    """What may be written, in words."""
    limits = spec.metadata
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "one of " + ", ".join(f'"{member}"' for member in hint)
    if "choices" in limits:
        return "one of " + ", ".join(show(choice) for choice in limits["choices"])
    if hint is int and ("min" in limits or "max" in limits):
        return f"a whole number from {limits.get('min', '…')} to {limits.get('max', '…')}"
    if hint is str and ("min_length" in limits or "max_length" in limits):
        return f"a string of {limits.get('min_length', 0)} to {limits.get('max_length', '…')} characters"
    return _NAMES.get(hint, "a value of the right type")


def _suggest(key: str, known: Mapping[str, object]) -> str:
    import difflib  # noqa: PLC0415  # only a wrong file pays for it

    close = difflib.get_close_matches(key, known, 1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"remove it; known are {', '.join(sorted(known))}" if known else "remove it; this table has no keys"
