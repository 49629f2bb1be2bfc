"""Register maps: one TOML file per family of Modbus meters, in `hal/drivers/maps` or anywhere by path.

A map is read strictly: an unknown table or key, a wrong type, a value out of range or a unit that does not fit its
field is one `MapError` that names file, table, key, value and remedy. The packaged maps are the documentation of the
format; a new meter needs a map and a transcript of its answers for the tests, and no Python.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from hal.drivers.registers import (
    MAX_PHASES,
    QUANTITIES,
    UNITS,
    Block,
    Kind,
    Register,
    WordOrder,
    plan,
    raw_bytes,
)
from hal.value import frozen

MAPS = Path(__file__).with_name("maps")
MAX_MAP_BYTES = 64 * 1024
MAX_SERIAL_WORDS = 16
MAX_SCALE = 1_000_000
READ_FUNCTIONS = {"holding": 3, "input": 4}  # Modbus application protocol 6.3 and 6.4
PARITIES = ("N", "E", "O")
BAUD_RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)

E = TypeVar("E", bound=StrEnum)


class MapError(ValueError):
    """A register map that does not say what it must. The text names file, table, key, value and remedy."""


@frozen
class LineDefaults:
    """How the meter leaves the factory."""

    baud_rate: int
    parity: str
    stop_bits: int


@frozen
class SerialNumber:
    """Where the meter's serial number is: a number, or text with two characters a word."""

    function: int
    address: int
    words: int
    is_text: bool
    word_order: WordOrder

    def decode(self, words: Sequence[int]) -> str:
        """The serial number as text; what cannot be printed is left out."""
        if not self.is_text:
            return str(int.from_bytes(raw_bytes(words, self.word_order), "big"))
        text = raw_bytes(words, WordOrder.HIGH_FIRST).decode("ascii", "ignore")
        return "".join(character for character in text if character.isprintable()).strip()


@frozen
class RegisterMap:
    """A family of meters. `pause_ms` is the silence that the meter needs between two requests."""

    name: str
    model: str
    line: LineDefaults
    pause_ms: int
    blocks: tuple[Block, ...]
    serial: SerialNumber | None

    @property
    def measurands(self) -> frozenset[str]:
        """OCPP measurands that the meter can read."""
        return frozenset(QUANTITIES[each.name].measurand for block in self.blocks for each in block.registers)

    def has(self, quantity: str) -> bool:
        """Whether the map has a register for a quantity."""
        return any(each.name == quantity for block in self.blocks for each in block.registers)


class Table:
    """A TOML table whose keys are taken one by one; what is left over at the end is an error."""

    def __init__(self, values: Any, path: str, file: str) -> None:
        self._path, self._file = path, file
        if not isinstance(values, dict):
            raise MapError(f"{file}: {path} must be a table: write [{path}]")
        self._values: dict[str, Any] = dict(values)
        self._known: list[str] = []

    def wrong(self, key: str, value: object, rule: str) -> MapError:
        """The error for a key's value."""
        return MapError(f"{self._file}: {self._where}key {key!r}: {value!r} is wrong; {rule}")

    @property
    def _where(self) -> str:
        return f"table [{self._path}]: " if self._path else ""

    def has(self, key: str) -> bool:
        return key in self._values

    def take(self, key: str, default: Any = None) -> Any:
        """A raw value; required unless a default is given."""
        self._known.append(key)
        if key in self._values:
            return self._values.pop(key)
        if default is None:
            raise MapError(f"{self._file}: {self._where}key {key!r} is missing; add it")
        return default

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.take(key, default)
        if type(value) is not int or not low <= value <= high:
            raise self.wrong(key, value, f"an integer of {low} to {high} is needed")
        return value

    def text(self, key: str) -> str:
        value = self.take(key)
        if type(value) is not str or not 0 < len(value) <= 64:
            raise self.wrong(key, value, "a text of 1 to 64 characters is needed")
        return value

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        value = self.take(key, default)
        try:
            return kind(value)
        except ValueError:
            raise self.wrong(key, value, f"choose one of {', '.join(kind)}") from None

    def one_of(self, key: str, allowed: tuple[Any, ...], default: Any = None) -> Any:
        value = self.take(key, default)
        if value not in allowed or isinstance(value, bool):
            raise self.wrong(key, value, f"choose one of {', '.join(map(str, allowed))}")
        return value

    def table(self, key: str) -> Table:
        path = f"{self._path}.{key}" if self._path else key
        self._known.append(key)
        return Table(self._values.pop(key, {}), path, self._file)

    def tables(self) -> list[tuple[str, Table]]:
        """Every remaining key as a table."""
        names = list(self._values)
        return [(name, self.table(name)) for name in names]

    def done(self) -> None:
        for key in self._values:
            raise MapError(
                f"{self._file}: {self._where}unknown key {key!r}; known are {', '.join(sorted(self._known))}"
            )


def find(name: str, folder: Path = MAPS) -> Path:
    """The file of a map: by path if `name` has a slash or ends in .toml, else a packaged one by its name or alias."""
    if "/" in name or name.endswith(".toml"):
        return Path(name)
    if (path := folder / f"{name}.toml").is_file():
        return path
    known: dict[str, Path] = {}
    for path in sorted(folder.glob("*.toml")):
        known[path.stem] = path
        for alias in _parse(path).get("aliases", ()):
            known[alias] = path
    if name not in known:
        raise MapError(
            f"no register map {name!r}; choose one of {', '.join(sorted(known))}, or give a path to a .toml file"
        )
    return known[name]


def load(name: str) -> RegisterMap:
    """A map by name, alias or path. Raises MapError."""
    path = find(name)
    top = Table(_parse(path), "", str(path))
    model = top.text("model")
    aliases = top.take("aliases", [])
    if type(aliases) is not list or any(type(alias) is not str for alias in aliases):
        raise top.wrong("aliases", aliases, "a list of names is needed")
    line = _line(top.table("line"))
    protocol = top.table("protocol")
    function = _function(protocol, None)
    order = protocol.choice("word_order", WordOrder, WordOrder.HIGH_FIRST)
    max_registers = protocol.integer("max_registers", 4, 125)  # Modbus application protocol 6.4: at most 125
    max_gap = protocol.integer("max_gap", 0, 124, 0)
    pause_ms = protocol.integer("pause_ms", 0, 1_000)
    protocol.done()
    serial = _serial(top.table("serial"), function, order) if top.has("serial") else None
    values = top.table("values")
    registers: list[Register] = []
    for field_name, table in values.tables():
        if field_name not in QUANTITIES:
            raise MapError(f"{path}: unknown table [values.{field_name}]; known are {', '.join(QUANTITIES)}")
        registers += _registers(field_name, table, function, order)
    top.done()
    if not any(register.name == "import_energy" for register in registers):
        raise MapError(f"{path}: table [values.import_energy] is missing; without it nothing can be billed")
    return RegisterMap(path.stem, model, line, pause_ms, plan(registers, max_registers, max_gap), serial)


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MAP_BYTES + 1)
    except OSError as error:
        raise MapError(
            f"register map {path}: {error.strerror}; give the name of a packaged map or a readable file"
        ) from None
    if len(data) > MAX_MAP_BYTES:
        raise MapError(f"register map {path}: longer than {MAX_MAP_BYTES} bytes; this is no register map")
    try:
        return tomllib.loads(data.decode(), parse_float=Decimal)
    except ValueError as error:  # also what is no UTF-8
        raise MapError(f"register map {path}: no TOML: {error}") from None


def _line(table: Table) -> LineDefaults:
    found = LineDefaults(
        table.one_of("baud_rate", BAUD_RATES),
        table.one_of("parity", PARITIES),
        table.integer("stop_bits", 1, 2),
    )
    table.done()
    return found


def _function(table: Table, default: int | None) -> int:
    if default is not None and not table.has("registers"):
        return default
    return READ_FUNCTIONS[table.one_of("registers", tuple(READ_FUNCTIONS))]


def _serial(table: Table, function: int, order: WordOrder) -> SerialNumber:
    function = _function(table, function)
    address = table.integer("address", 0, 0xFFFF)
    order = table.choice("word_order", WordOrder, order)
    is_text = table.one_of("type", ("number", "text")) == "text"
    words = table.integer("words", 1, MAX_SERIAL_WORDS if is_text else 4)
    table.done()
    return SerialNumber(function, address, words, is_text, order)


def _registers(name: str, table: Table, function: int, order: WordOrder) -> list[Register]:
    quantity = QUANTITIES[name]
    key = "addresses" if quantity.per_phase else "address"
    addresses = table.take(key) if quantity.per_phase else [table.integer(key, 0, 0xFFFF)]
    if type(addresses) is not list or not 1 <= len(addresses) <= MAX_PHASES:
        raise table.wrong(key, addresses, f"a list of 1 to {MAX_PHASES} addresses, one per phase, is needed")
    if any(type(each) is not int or not 0 <= each <= 0xFFFF for each in addresses):
        raise table.wrong(key, addresses, "addresses of 0 to 0xFFFF are needed")
    function = _function(table, function)
    order = table.choice("word_order", WordOrder, order)
    kind = table.choice("type", Kind)
    unit = table.text("unit")
    if unit not in UNITS or UNITS[unit][0] != quantity.dimension:
        fitting = ", ".join(each for each, (dimension, _) in UNITS.items() if dimension == quantity.dimension)
        raise table.wrong("unit", unit, f"choose one of {fitting}")
    scale = table.take("scale", 1)
    if type(scale) not in (int, Decimal) or not math.isfinite(scale) or not 0 < abs(scale) <= MAX_SCALE:
        raise table.wrong("scale", scale, f"a number other than 0 and of at most {MAX_SCALE} is needed")
    absent = table.integer("not_available", 0, 2**64 - 1) if table.has("not_available") else None
    table.done()
    factor = Fraction(scale) * UNITS[unit][1]
    return [
        Register(name, function, address, kind, factor, order, phase, absent) for phase, address in enumerate(addresses)
    ]
