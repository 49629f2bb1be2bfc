"""Modbus registers as data: how raw words become the integers of a `MeterReading`, and in which blocks they are read.

Pure. All arithmetic is exact (`Fraction`), and there is one rounding rule for everything: to the nearest integer of
the target unit, ties to even. The rule matters for energy. A meter that counts 1.001 kWh sends the nearest float32,
1.00099999…; rounding to nearest gives back the 1001 Wh that the meter shows, where cutting off would give 1000. It does
so up to 16,384 kWh; beyond, neighbouring float32 values are more than 1 Wh apart and the meter itself is that coarse.
The rule is monotonic: a register that does not fall gives a value that does not fall.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Any

from hal.types import MeterReading
from hal.value import frozen

MAX_PHASES = 3


class Kind(StrEnum):
    """Type of a value in registers of 16 bits."""

    FLOAT32 = "float32"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"


FORMATS = {
    Kind.FLOAT32: ">f",
    Kind.INT16: ">h",
    Kind.UINT16: ">H",
    Kind.INT32: ">i",
    Kind.UINT32: ">I",
    Kind.INT64: ">q",
    Kind.UINT64: ">Q",
}


class WordOrder(StrEnum):
    """Which of a value's words is at the lowest address; the bytes of a word are always high first."""

    HIGH_FIRST = "high_first"
    LOW_FIRST = "low_first"


@frozen
class Quantity:
    """One field of a reading: its attribute, its OCPP measurand, and what is plausible, in its own integer unit.

    The bounds are those of physics at any AC or DC charging station, far outside what happens: they catch a wrong
    word order, type or scale and a corrupted word, not an unusual grid.
    """

    attribute: str
    measurand: str
    dimension: str
    low: int
    high: int
    per_phase: bool = False


ENERGY_MAX_WH = 100_000_000_000  # 100 GWh: 11 years at 1 MW
QUANTITIES = {
    "import_energy": Quantity("import_wh", "Energy.Active.Import.Register", "energy", 0, ENERGY_MAX_WH),
    "export_energy": Quantity("export_wh", "Energy.Active.Export.Register", "energy", 0, ENERGY_MAX_WH),
    "power": Quantity("power_w", "Power.Active.Import", "power", -1_000_000, 1_000_000),
    "voltage": Quantity("voltage_mv", "Voltage", "voltage", 0, 1_500_000, per_phase=True),
    "current": Quantity("current_ma", "Current.Import", "current", -2_000_000, 2_000_000, per_phase=True),
    "phase_power": Quantity("phase_power_w", "Power.Active.Import", "power", -1_000_000, 1_000_000, per_phase=True),
    "frequency": Quantity("frequency_mhz", "Frequency", "frequency", 0, 100_000),
    "power_factor": Quantity("power_factor_permille", "Power.Factor", "ratio", -1_050, 1_050),
    "temperature": Quantity("temperature_dc", "Temperature", "temperature", -1_000, 2_000),
}

# Unit of a register -> dimension, and how many of the reading's integer units it is.
UNITS = {
    "Wh": ("energy", 1),
    "kWh": ("energy", 1_000),
    "MWh": ("energy", 1_000_000),
    "W": ("power", 1),
    "kW": ("power", 1_000),
    "mV": ("voltage", 1),
    "V": ("voltage", 1_000),
    "mA": ("current", 1),
    "A": ("current", 1_000),
    "Hz": ("frequency", 1_000),
    "1": ("ratio", 1_000),
    "degC": ("temperature", 10),
}


class Implausible(ValueError):
    """A value that no meter can mean. The text names register and value."""


@frozen
class Register:
    """One value: where it is, how it is coded, and into which field it goes.

    `factor` turns the raw number into the field's integer unit. `phase` is 0 to 2 for per-phase quantities.
    `not_available` is the raw pattern (all bits, unsigned) by which the meter says that it has no value.
    """

    name: str
    function: int
    address: int
    kind: Kind
    factor: Fraction
    word_order: WordOrder = WordOrder.HIGH_FIRST
    phase: int = 0
    not_available: int | None = None

    @property
    def words(self) -> int:
        """How many registers of 16 bits the value takes."""
        return struct.calcsize(FORMATS[self.kind]) // 2

    @property
    def label(self) -> str:
        """For messages."""
        phase = f" L{self.phase + 1}" if QUANTITIES[self.name].per_phase else ""
        return f"register {self.address:#06x} ({self.name}{phase})"

    def decode(self, words: Sequence[int]) -> int | None:
        """The value in the field's integer unit, None if the meter says it has none. Raises Implausible."""
        raw = raw_bytes(words, self.word_order)
        if self.not_available is not None and int.from_bytes(raw, "big") == self.not_available:
            return None
        number: float | int = struct.unpack(FORMATS[self.kind], raw)[0]
        if not math.isfinite(number):
            raise Implausible(f"{self.label}: the meter sent {number}")
        value = round(Fraction(number) * self.factor)
        quantity = QUANTITIES[self.name]
        if not quantity.low <= value <= quantity.high:
            raise Implausible(f"{self.label}: {quantity.attribute} {value} is outside {quantity.low}..{quantity.high}")
        return value


def raw_bytes(words: Sequence[int], order: WordOrder) -> bytes:
    """Words as one big-endian number."""
    ordered = words if order is WordOrder.HIGH_FIRST else list(reversed(words))
    return struct.pack(f">{len(words)}H", *ordered)


@frozen
class Block:
    """Registers that one request reads."""

    function: int
    address: int
    count: int
    registers: tuple[Register, ...]

    def values(self, words: Sequence[int]) -> Iterable[tuple[Register, int | None]]:
        """Each register's value out of the answer. Raises Implausible."""
        for register in self.registers:
            start = register.address - self.address
            yield register, register.decode(words[start : start + register.words])


def plan(registers: Iterable[Register], max_registers: int, max_gap: int) -> tuple[Block, ...]:
    """The fewest requests in order of address: at most `max_registers` long, over holes of at most `max_gap`."""
    blocks: list[list[Register]] = []
    for register in sorted(registers, key=lambda each: (each.function, each.address, each.words)):
        if blocks and _fits(blocks[-1], register, max_registers, max_gap):
            blocks[-1].append(register)
        else:
            blocks.append([register])
    return tuple(
        Block(group[0].function, group[0].address, _end(group) - group[0].address, tuple(group)) for group in blocks
    )


def _end(group: Sequence[Register]) -> int:
    return max(register.address + register.words for register in group)


def _fits(group: Sequence[Register], register: Register, max_registers: int, max_gap: int) -> bool:
    end = max(_end(group), register.address + register.words)
    return (
        register.function == group[0].function
        and register.address - _end(group) <= max_gap
        and end - group[0].address <= max_registers
    )


def reading(values: Mapping[tuple[str, int], int | None], serial: str, reverse: bool) -> MeterReading:
    """One snapshot from decoded values, keyed by quantity and phase.

    A per-phase tuple ends before the first phase that the meter has no value for. `reverse` is for a meter that was
    built in the wrong way round: import and export change places, and power changes its sign. Raises Implausible when
    there is no import register to bill by.
    """
    found: dict[str, Any] = {}
    for name, quantity in QUANTITIES.items():
        if quantity.per_phase:
            phases: list[int] = []
            while (value := values.get((name, len(phases)))) is not None:
                phases.append(value)
            found[quantity.attribute] = tuple(phases)
        else:
            found[quantity.attribute] = values.get((name, 0))
    if reverse:
        found["import_wh"], found["export_wh"] = found["export_wh"], found["import_wh"]
        found["power_w"] = None if found["power_w"] is None else -found["power_w"]
        found["phase_power_w"] = tuple(-power for power in found["phase_power_w"])
    if found["import_wh"] is None:
        raise Implausible(f"the meter has no value for {'export' if reverse else 'import'}_energy")
    return MeterReading(serial=serial, **found)
