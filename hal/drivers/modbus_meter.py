"""Energy meters on a Modbus line, described by a register map (`hal/drivers/maps`); extra `modbus`.

One reading is one pass over the map's blocks. It is all or nothing: a value that no meter can mean, a block that stays
unanswered or a register that the device does not have fails the whole reading with a `DeviceError` that names meter,
port, unit, register and remedy. Energy that runs backwards or jumps is not judged here: a meter may have been
exchanged, and only the transaction knows what that means.
"""

from __future__ import annotations

import asyncio
from dataclasses import field
from enum import StrEnum

from hal.drivers.modbus_bus import TCP, Bus, BusError, BusSettings, share
from hal.drivers.modbus_frames import Query
from hal.drivers.register_map import BAUD_RATES, MapError, RegisterMap, load
from hal.drivers.registers import Block, Implausible, reading
from hal.interfaces import DeviceError, WrongOption
from hal.types import MeterReading
from hal.value import frozen

READING_MS = 4_500  # no attempt begins that would not end by then: who waits for a reading is to hear what is wrong
SERIAL_TRIES = 3  # readings that ask for a serial number which the meter does not send


class Parity(StrEnum):
    """Parity bit of the line."""

    NONE = "N"
    EVEN = "E"
    ODD = "O"


@frozen
class ModbusMeterConfig:
    """Board file table of a meter with `driver = "modbus"`.

    `port` is a serial device (better one of /dev/serial/by-id, which keeps its name) or `tcp://HOST:PORT`. `map` is
    the name of a packaged register map or the path of one. `baud_rate`, `parity` and `stop_bits` are the factory
    setting of the map unless given. `timeout_ms` counts from the request to the answer's last bit. `reverse` is
    for a meter that was wired with line and load exchanged.
    """

    port: str = field(metadata={"min_length": 1, "max_length": 128})
    map: str = field(metadata={"min_length": 1, "max_length": 256})
    unit: int = field(default=1, metadata={"min": 1, "max": 247})
    name: str = field(default="meter", metadata={"max_length": 32})
    baud_rate: int | None = field(default=None, metadata={"choices": BAUD_RATES})
    parity: Parity | None = None
    stop_bits: int | None = field(default=None, metadata={"min": 1, "max": 2})
    timeout_ms: int = field(default=1_000, metadata={"min": 20, "max": 2_000})
    retries: int = field(default=2, metadata={"min": 0, "max": 5})
    reverse: bool = False


def open(config: ModbusMeterConfig) -> ModbusMeter:
    """The meter; nothing is sent yet, and a port that is missing shows at the first reading.

    Raises DeviceError if the map is wrong, pymodbus is missing or the line is shared with another speed.
    """
    try:
        described = check(config)
        return ModbusMeter(config, described, share(_settings(config, described)))
    except DeviceError as error:
        raise DeviceError(f"meter {config.name!r}: {error}") from None


def check(config: ModbusMeterConfig) -> RegisterMap:
    """The register map, if the options fit together. Raises WrongOption."""
    if config.port.startswith(TCP):
        if not _is_tcp_address(config.port):
            raise WrongOption("port", "is no address", "write tcp://HOST:PORT, e.g. tcp://10.0.0.5:502")
    elif not config.port.startswith("/"):
        remedy = "write the whole path, e.g. /dev/ttyUSB0, better one of /dev/serial/by-id; or tcp://HOST:PORT"
        raise WrongOption("port", "is no path of a device", remedy)
    try:
        described = load(config.map)
    except MapError as error:
        problem, _, remedy = str(error).rpartition("; ")
        raise WrongOption("map", problem or str(error), remedy if problem else "correct the register map") from None
    if config.reverse and not described.has("export_energy"):
        remedy = "exchange line and load of the meter, or take the line out"
        raise WrongOption("reverse", f"needs a map with export_energy, and {config.map} has none", remedy)
    return described


def check_beside(config: ModbusMeterConfig, other: ModbusMeterConfig) -> None:
    """Meters on one line speak at one speed, and each has its own unit. Raises WrongOption."""
    mine, theirs = (_settings(each, load(each.map)) for each in (config, other))
    if not mine.same_port(theirs):
        return
    if config.unit == other.unit:
        raise WrongOption("unit", f"is taken on that line by {other.port}", "give each meter its own unit")
    if mine.line != theirs.line and not mine.is_tcp:
        key = next(key for key in ("baud_rate", "parity", "stop_bits") if getattr(mine, key) != getattr(theirs, key))
        problem = f"one line has one speed, and its meters are to speak at {theirs.line} and {mine.line}"
        raise WrongOption(key, problem, "set all meters of the line to one baud_rate, parity and stop_bits")


def _settings(config: ModbusMeterConfig, described: RegisterMap) -> BusSettings:
    return BusSettings(
        config.port,
        config.baud_rate or described.line.baud_rate,
        config.parity or described.line.parity,
        config.stop_bits or described.line.stop_bits,
    )


def _is_tcp_address(port: str) -> bool:
    host, _, number = port.removeprefix(TCP).rpartition(":")
    return bool(host) and number.isdecimal() and 0 < int(number) < 65536


class ModbusMeter:
    """An energy meter (`hal.interfaces.EnergyMeter`)."""

    def __init__(self, config: ModbusMeterConfig, described: RegisterMap, bus: Bus) -> None:
        self.measurands = described.measurands
        self._config = config
        self._map = described
        self._bus: Bus | None = bus
        self._device = f"meter {config.name!r} ({described.model}) on {bus.settings}, unit {config.unit}"
        self._serial: str | None = None  # not asked yet, or to be asked again: the meter may have been exchanged
        self._serial_tries = SERIAL_TRIES
        self._answers = True
        self._until = 0.0  # when the present reading has to be over

    async def read(self) -> MeterReading:
        """One snapshot. Raises DeviceError."""
        values: dict[tuple[str, int], int | None] = {}
        self._until = asyncio.get_running_loop().time() + READING_MS / 1000
        try:
            for block in self._map.blocks:
                words = await self._block(block)
                for register, value in block.values(words):
                    values[register.name, register.phase] = value
            if self._serial is None:
                self._serial = await self._serial_number()
            return reading(values, self._serial or "", self._config.reverse)
        except Implausible as error:
            raise DeviceError(
                f"{self._device}: {error}; if it stays, the register map {self._map.name!r} is not this meter's, "
                "or the line is disturbed"
            ) from None

    async def close(self) -> None:
        """Give the line up. A second call does nothing."""
        if self._bus is not None:
            self._bus.release()
            self._bus = None

    async def _block(self, block: Block) -> list[int]:
        try:
            words = await self._ask(block.function, block.address, block.count)
        except BusError as error:
            self._answers = error.refused
            self._serial, self._serial_tries = None, SERIAL_TRIES
            last = block.address + block.count - 1
            raise DeviceError(
                f"{self._device}, registers {block.address:#06x} to {last:#06x} (function {block.function}): {error}"
            ) from None
        self._answers = True
        return words

    async def _ask(self, function: int, address: int, count: int) -> list[int]:
        if self._bus is None:
            raise DeviceError(f"{self._device}: closed")
        config = self._config
        query = Query(config.unit, function, address, count, config.timeout_ms, self._map.pause_ms)
        # A dead device gets one attempt, so that it does not hold up the others on its line.
        for _ in range(config.retries if self._answers else 0):
            try:
                return await self._bus.read(query)
            except BusError as error:
                if not error.passing or self._too_late_to_ask():
                    raise
        return await self._bus.read(query)

    def _too_late_to_ask(self) -> bool:
        """Whether silence on the line and another answer would take longer than a reading may."""
        return asyncio.get_running_loop().time() + 2 * self._config.timeout_ms / 1000 > self._until

    async def _serial_number(self) -> str | None:
        """The serial number; empty where there is none to be had, None to be asked again with the next reading."""
        where = self._map.serial
        if where is None:
            return ""
        try:
            return where.decode(await self._ask(where.function, where.address, where.words))
        except BusError as error:
            self._serial_tries -= 1
            return "" if (error.refused and not error.passing) or self._serial_tries <= 0 else None
