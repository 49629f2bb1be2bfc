"""One small protocol per kind of hardware.

Parts of a power path are synchronous and belong to the guard, which polls them without asyncio. Everything else is
asynchronous and belongs to the agent. A driver is one file with a config struct and an `open`; it says what is wrong
by raising `DeviceError`, never anything else, and its owner turns that into a fault and tries again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from hal.types import (
    ContactorState,
    IndicatorState,
    LockState,
    MeterReading,
    PilotSignal,
    PilotState,
    TokenRead,
)
from hal.value import frozen


class DeviceError(Exception):
    """A device is missing, silent, wrong or unplugged. The text says which one, what happened and what to do."""


class WrongOption(DeviceError):
    """An option of a driver that no device can have, beyond what types and ranges of its configuration say.

    A driver's `check(config)` raises it when the board file is read, before anything is opened.
    """

    def __init__(self, key: str, problem: str, remedy: str) -> None:
        self.key, self.problem, self.remedy = key, problem, remedy
        super().__init__(f"{key}: {problem}; {remedy}")


@frozen
class PilotReading:
    """What the pilot part senses: the state, and whether the negative half wave fails (diode) or the line is short."""

    state: PilotState
    diode_fault: bool = False
    short: bool = False


@frozen
class ProximityReading:
    """Ampacity coded by the cable's resistor. `cable_ma` None: nothing plugged. `fault`: outside every window."""

    cable_ma: int | None
    fault: bool = False


class Pilot(Protocol):
    """Control pilot generator and sense (IEC 61851-1 annex A)."""

    def read(self) -> PilotReading: ...
    def drive(self, signal: PilotSignal, duty_permille: int) -> None: ...


class Contactor(Protocol):
    """The main contactor with its feedback. `phases` is 1 or 3 where the wiring can switch."""

    def drive(self, closed: bool, phases: int) -> None: ...
    def feedback(self) -> ContactorState: ...


class Proximity(Protocol):
    """Proximity resistor of a socket outlet."""

    def read(self) -> ProximityReading: ...


class ResidualCurrent(Protocol):
    """Residual current device with sense of its trip."""

    def tripped(self) -> bool: ...
    def reset(self) -> None: ...


class ConnectorLock(Protocol):
    """Motor lock of a socket outlet. `drive` starts the motion, `state` tells where it is."""

    def drive(self, locked: bool) -> None: ...
    def state(self) -> LockState: ...


class Contact(Protocol):
    """An input contact that the guard samples: emergency stop, ventilation. `active` is True when it says so."""

    def active(self) -> bool: ...


class Thermometer(Protocol):
    """A temperature that the guard samples, tenths of a degree Celsius; None if the sensor has nothing to say."""

    def read(self) -> int | None: ...


@runtime_checkable
class Beating(Protocol):
    """A part with a fail-safe of its own (a pulse pin, an MCU that wants to be called): opens when no beat comes."""

    @property
    def heartbeat_ms(self) -> int | None: ...
    def heartbeat(self) -> None: ...


@runtime_checkable
class Notifying(Protocol):
    """A part that tells when its input changed."""

    def subscribe(self, changed: Callable[[], None]) -> None: ...


@runtime_checkable
class Closable(Protocol):
    """A part that holds something (lines, a port) to let go of."""

    def close(self) -> None: ...


@frozen
class PowerInputs:
    """Everything the interlock needs to know of one EVSE, sampled together."""

    pilot: PilotReading
    contactor: ContactorState
    proximity: ProximityReading | None = None  # None: tethered
    lock: LockState = LockState.ABSENT
    residual_current: bool = False
    emergency_stop: bool = False
    temperature_dc: int | None = None  # tenths of a degree, hottest of the board's sensors
    current_ma: tuple[int, ...] = ()  # the board's own measurement per phase, empty if none
    ventilated: bool = False
    connector: int = 1


@frozen
class PowerOutputs:
    """Everything the interlock commands of one EVSE."""

    signal: PilotSignal
    duty_permille: int
    closed: bool
    phases: int
    locked: bool


class PowerPath(Protocol):
    """One EVSE's power path, whole. Composed of parts by `hal.powerpath`, or one driver for a board with a safety MCU.

    `subscribe` hands over a callback that the path calls (from the guard's thread) when an input changed, so that a
    path with interrupts need not be polled; `poll_ms` is the poll interval, None for a path that always calls back.
    `heartbeat` is called at least every `heartbeat_ms` while the guard is alive (None: never): a path whose fail-safe
    is a heartbeat opens by itself when it stops. `close` drives the safe state and releases the hardware.
    """

    @property
    def poll_ms(self) -> int | None: ...
    @property
    def heartbeat_ms(self) -> int | None: ...

    def read(self) -> PowerInputs: ...
    def apply(self, outputs: PowerOutputs) -> None: ...
    def heartbeat(self) -> None: ...
    def subscribe(self, changed: Callable[[], None]) -> None: ...
    def reset_faults(self) -> None: ...
    def close(self) -> None: ...


class EnergyMeter(Protocol):
    """An energy meter. `read` takes one snapshot; `measurands` are the OCPP measurand names it can read."""

    measurands: frozenset[str]

    async def read(self) -> MeterReading: ...
    async def close(self) -> None: ...


class TokenReader(Protocol):
    """A reader of tokens. `run` reads for ever, hands each token to `shown` once, and survives its device's absence.

    `health` is called with a text when the device is lost and with None when it is back.
    """

    async def run(self, shown: Callable[[TokenRead], None], health: Callable[[str | None], None]) -> None: ...


class TemperatureSensor(Protocol):
    """A temperature sensor; tenths of a degree Celsius."""

    async def read(self) -> int: ...


class Indicator(Protocol):
    """A light (or sound) of one EVSE."""

    async def show(self, state: IndicatorState) -> None: ...
    async def close(self) -> None: ...


class Display(Protocol):
    """A text display; lines beyond its size are cut."""

    async def show(self, lines: tuple[str, ...]) -> None: ...


class DigitalInput(Protocol):
    """An input contact; `run` hands over each debounced change."""

    async def run(self, changed: Callable[[bool], None]) -> None: ...


class PaymentTerminal(Protocol):
    """A payment terminal. `preauthorise` returns the reservation's reference; amounts are in cents."""

    async def preauthorise(self, amount_cents: int) -> str: ...
    async def capture(self, reference: str, amount_cents: int) -> None: ...
    async def cancel(self, reference: str) -> None: ...
