"""TOML tables into dataclasses: what is right comes out typed, what is wrong is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pytest

from hal.schema import MAX_FILE_BYTES, SchemaError, build, read_toml, read_toml_apart


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True)
class Inner:
    size: int = field(metadata={"min": 1, "max": 3})
    on: bool = False


@dataclass(frozen=True)
class Outer:
    name: str = field(metadata={"min_length": 1, "max_length": 5})
    colour: Colour = Colour.RED
    speed: int = field(default=9_600, metadata={"choices": (9_600, 19_200)})
    word: str = field(default="a", metadata={"choices": ("a", "b")})
    pin: int | None = None
    inner: Inner | None = None
    many: tuple[Inner, ...] = field(default=(), metadata={"max_items": 2})
    numbers: tuple[int, ...] = field(default=(), metadata={"min_items": 0, "max_items": 3, "min": 0, "max": 9})
    least: tuple[str, ...] = field(default=("x",), metadata={"min_items": 1})
    free: int = 0
    loose: str = ""
    secret: int = field(default=5, init=False)


def test_everything_at_once() -> None:
    table = {
        "name": "x",
        "colour": "green",
        "speed": 19_200,
        "word": "b",
        "pin": 0,
        "inner": {"size": 1, "on": True},
        "many": [{"size": 2}, {"size": 3}],
        "numbers": [1, 2],
        "least": ["y"],
    }
    assert build(Outer, table, "t") == Outer(
        "x", Colour.GREEN, 19_200, "b", 0, Inner(1, True), (Inner(2), Inner(3)), (1, 2), ("y",)
    )


def test_defaults() -> None:
    assert build(Outer, {"name": "x"}, "t") == Outer("x")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "[t] key 'name': is missing; write name = a string of 1 to 5 characters"),
        ({"name": ""}, "[t] key 'name' = \"\": is out of range; write a string of 1 to 5 characters"),
        ({"name": "xxxxxx"}, "[t] key 'name' = \"xxxxxx\": is out of range; write a string of 1 to 5 characters"),
        ({"name": 7}, "[t] key 'name' = 7: a string is needed; write a string of 1 to 5 characters"),
        ({"nmae": "x"}, "[t] key 'nmae' = \"x\": there is no such key here; did you mean 'name'?"),
        (
            {"zzz": True},
            "[t] key 'zzz' = true: there is no such key here; remove it; known are colour, free, inner, least, "
            "loose, many, name, numbers, pin, speed, word",
        ),
        ({"secret": 1}, "[t] key 'secret' = 1: there is no such key here"),
        ({"name": "x", "colour": "blue"}, "[t] key 'colour' = \"blue\": is not one of the choices; "),
        ({"name": "x", "colour": 1}, 'write one of "red", "green"'),
        ({"name": "x", "speed": 1}, "[t] key 'speed' = 1: is not one of the choices; write one of 9600, 19200"),
        ({"name": "x", "word": "c"}, 'write one of "a", "b"'),
        ({"name": "x", "pin": True}, "[t] key 'pin' = true: a whole number is needed; write a whole number"),
        ({"name": "x", "pin": 1.0}, "a whole number is needed"),
        ({"name": "x", "inner": 1}, "[t] key 'inner' = 1: a table is needed"),
        ({"name": "x", "inner": {}}, "[t.inner] key 'size': is missing; write size = a whole number from 1 to 3"),
        ({"name": "x", "inner": {"size": 4}}, "[t.inner] key 'size' = 4: is out of range; write a whole number from 1"),
        ({"name": "x", "inner": {"size": 1, "on": 1}}, "[t.inner] key 'on' = 1: true or false is needed"),
        ({"name": "x", "many": {}}, "[t] key 'many' = {}: a list is needed"),
        ({"name": "x", "many": [1]}, "[t] key 'many' = 1: a table is needed"),
        ({"name": "x", "many": [{"size": 1}, {"size": 9}]}, "[t.many #2] key 'size' = 9"),
        ({"name": "x", "many": [{"size": 1}] * 3}, "3 items; write 0 to 2 items"),
        ({"name": "x", "least": []}, "0 items; write at least 1 items"),
        ({"name": "x", "numbers": [1, 10]}, "[t] key 'numbers' = 10: is out of range; write a whole number from 0"),
        ({"name": "x", "loose": 3}, "a string is needed; write a string"),
        ({"name": "x", "loose": "y", "free": "z" * 99}, "z…"),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, object], message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        build(Outer, table, "t")
    assert message in str(caught.value)


def test_a_table_without_keys() -> None:
    @dataclass(frozen=True)
    class Nothing:
        pass

    with pytest.raises(SchemaError, match="this table has no keys"):
        build(Nothing, {"x": 1}, "t")


READERS = [read_toml, read_toml_apart]
Read = Callable[[str], dict[str, object]]


@pytest.mark.parametrize("read", READERS)
def test_a_file(tmp_path: Path, read: Read) -> None:
    file = tmp_path / "x.toml"
    file.write_text('[a]\nb = [1, 2]\nc = { d = "é" }\n')
    assert read(str(file)) == {"a": {"b": [1, 2], "c": {"d": "é"}}}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"[a\n", "is no TOML"),
        (b"a = '\xff'", "is no TOML"),
        (b"#" * (MAX_FILE_BYTES + 1), "is too long"),
        (b"a = " + b"[" * 5_000, "is no TOML"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, read: Read, content: bytes | None, why: str) -> None:
    file = tmp_path / "x.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SchemaError, match=why) as caught:
        read(str(file))
    assert re.match("cannot be read|is no TOML|is too long", str(caught.value))


def test_what_json_has_no_word_for_comes_as_text(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("day = 2026-11-23\n")
    assert read_toml_apart(str(file)) == {"day": "2026-11-23"}
