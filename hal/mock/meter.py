"""The energy meter of an outlet: an exact register, and everything that meters do wrong.

The register counts microwatt times millisecond in integers, so a session's energy is right to the Wh however often it
is looked at. What flows is told by `flow`; the outlet calls `count` before each change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from hal.interfaces import DeviceError
from hal.mock.battery import UWMS_PER_WH
from hal.mock.signature import SignedPoint, Signing, sign
from hal.types import MeterReading, SignedReading

ENERGY = "Energy.Active.Import.Register"
EXPORT = "Energy.Active.Export.Register"
POWER = "Power.Active.Import"
CURRENT = "Current.Import"
VOLTAGE = "Voltage"
FREQUENCY = "Frequency"
POWER_FACTOR = "Power.Factor"
SOC = "SoC"
TEMPERATURE = "Temperature"
MEASURANDS = (ENERGY, EXPORT, POWER, CURRENT, VOLTAGE, FREQUENCY, POWER_FACTOR, SOC, TEMPERATURE)
DEFAULT_MEASURANDS = frozenset({ENERGY, POWER, CURRENT, VOLTAGE, FREQUENCY, POWER_FACTOR})
METER_STEP_WH = 100
UNSIGNED = Signing()
ANSWER_TIMEOUT_MS = 1_000  # how long a silent meter keeps its reader waiting


class Stall(StrEnum):
    """Ways of a meter to fail."""

    NONE = "none"
    SILENT = "silent"  # no answer
    FROZEN = "frozen"  # answers, with the values of the moment it froze


class Flow(NamedTuple):
    """What goes through the outlet now. `closed` tells whether the circuit is closed and the car takes part."""

    closed: bool
    current_ma: tuple[int, ...]
    power_uw: int
    voltage_mv: int


@dataclass(slots=True)
class MockMeter:
    """One meter. `power_w` overrides what the car draws, as far as the meter is concerned."""

    number: int
    phases: int
    serial: str = ""
    register_uwms: int = 0
    export_wh: int = 0
    power_w: int | None = None
    frequency_mhz: int = 50_000
    noise_permille: int = 0
    temperature_dc: int = 250
    reset_on_plug_in: bool = False
    signing: Signing = UNSIGNED
    measurands: frozenset[str] = DEFAULT_MEASURANDS
    stall: Stall = Stall.NONE
    energy_flowed: bool = False
    _frozen: MeterReading | None = None
    _pages: int = 0
    _swaps: int = 0
    _random: int = field(default=0)

    def __post_init__(self) -> None:
        self.serial = self.serial or f"MOCK{self.number:04}"
        self._random = self.number

    @property
    def import_wh(self) -> int:
        """The register in whole Wh."""
        return self.register_uwms // UWMS_PER_WH

    def step_wh(self) -> int:
        """The register in whole steps of which each makes an event."""
        return self.import_wh // METER_STEP_WH * METER_STEP_WH

    def to_next_step_uwms(self) -> int:
        """Energy until the next such step."""
        return (self.step_wh() + METER_STEP_WH) * UWMS_PER_WH - self.register_uwms

    def power_uw(self, flow: Flow) -> int:
        """Power as the meter sees it."""
        if not flow.closed:
            return 0
        return flow.power_uw if self.power_w is None else self.power_w * 1_000_000

    def count(self, flow: Flow, elapsed_ms: int) -> None:
        """Add what flowed unchanged for `elapsed_ms`."""
        power_uw = self.power_uw(flow)
        if power_uw and elapsed_ms:
            self.register_uwms += power_uw * elapsed_ms
            self.energy_flowed = True

    def plugged_in(self) -> None:
        """A new session begins at this outlet."""
        self.energy_flowed = False
        if self.reset_on_plug_in:
            self.register_uwms = 0

    def set_energy_wh(self, energy_wh: int) -> None:
        """Set the register."""
        self.register_uwms = energy_wh * UWMS_PER_WH

    def jump(self, delta_wh: int) -> None:
        """Move the register at once, in either direction."""
        self.register_uwms += delta_wh * UWMS_PER_WH

    def swap(self, serial: str, energy_wh: int) -> None:
        """Another meter is in its place: new serial number, new register, nothing wrong with it."""
        self._swaps += 1
        self.serial = serial or f"MOCK{self.number:04}-{self._swaps}"
        self.set_energy_wh(energy_wh)
        self.stall, self._frozen, self._pages = Stall.NONE, None, 0

    def freeze(self, stall: Stall, reading: MeterReading | None) -> None:
        """Fail in the way of `stall`; `reading` is what a frozen meter keeps saying."""
        self.stall, self._frozen = stall, reading

    def read(self, flow: Flow, soc_percent: int | None, uptime_ms: int) -> MeterReading:
        """One snapshot. Raises DeviceError from a silent meter."""
        if self.stall is Stall.SILENT:
            raise DeviceError(f"the meter of EVSE {self.number} does not answer; the bench stalled it (meter.stall)")
        if self._frozen is not None:
            return self._frozen
        return self._snapshot(flow, soc_percent, uptime_ms)

    def _snapshot(self, flow: Flow, soc_percent: int | None, uptime_ms: int) -> MeterReading:
        power_uw = self.power_uw(flow)
        current_ma, phase_uw = self._per_phase(flow, power_uw)
        has = self.measurands.__contains__
        return MeterReading(
            import_wh=self.import_wh,
            export_wh=self.export_wh if has(EXPORT) else None,
            power_w=self._noisy(watts(power_uw)) if has(POWER) else None,
            voltage_mv=tuple(self._noisy(flow.voltage_mv) for _ in range(self.phases)) if has(VOLTAGE) else (),
            current_ma=tuple(self._noisy(value) for value in current_ma) if has(CURRENT) else (),
            phase_power_w=tuple(watts(value) for value in phase_uw) if has(POWER) else (),
            frequency_mhz=self.frequency_mhz if has(FREQUENCY) else None,
            power_factor_permille=(1000 if power_uw else 0) if has(POWER_FACTOR) else None,
            soc_percent=soc_percent if has(SOC) else None,
            temperature_dc=self.temperature_dc if has(TEMPERATURE) else None,
            serial=self.serial,
            signed=self._sign(uptime_ms),
        )

    def _per_phase(self, flow: Flow, power_uw: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Current and power of each phase; an overridden power is spread over the phases that the car uses."""
        if self.power_w is None or power_uw == 0:
            current_ma = flow.current_ma if power_uw else (0,) * self.phases
            return current_ma, tuple(value * flow.voltage_mv for value in current_ma)
        used = sum(1 for value in flow.current_ma if value) or self.phases
        live = tuple(1 if index < used else 0 for index in range(self.phases))
        return (
            tuple(on * power_uw // (used * flow.voltage_mv) for on in live),
            tuple(on * power_uw // used for on in live),
        )

    def _sign(self, uptime_ms: int) -> SignedReading | None:
        signing = self.signing
        wanted = signing.on_stop if self.energy_flowed else signing.on_start
        if not signing.enabled or not wanted:
            return None
        self._pages += 1
        point = SignedPoint(self.serial, self._pages, not self.energy_flowed, self.import_wh, uptime_ms)
        return sign(point, signing)

    def _noisy(self, value: int) -> int:
        """`value` off by up to `noise_permille`, the same in every run."""
        if not self.noise_permille:
            return value
        self._random = (self._random * 1_103_515_245 + 12_345) % 2**31
        permille = (self._random >> 8) % (2 * self.noise_permille + 1) - self.noise_permille
        return value + value * permille // 1000


def watts(power_uw: int) -> int:
    """Whole watts, rounded."""
    return (power_uw + 500_000) // 1_000_000
