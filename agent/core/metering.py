"""Metering: a register that never runs backwards, and samples in the sets that the operator configured.

The *virtual register* is what is billed and told. It follows the meter's raw register while that behaves, and absorbs
what it does not: a reset or a swap goes into the offset (never a step back), a jump that no cable could carry is held
back and, if it stays, becomes the new base without being billed. While no transaction runs a forward step is
believed: it harms nobody. A register that stands still while energy flows (a frozen meter, a coarse one) may catch up
with all that could have flowed since it moved last.
"""

from __future__ import annotations

from enum import Enum

from agent.core.bounds import FROZEN_WH, IMPLAUSIBLE_SAMPLES
from agent.core.clock import MonoMs, Stamp
from agent.core.facts import RegisterKept
from agent.core.samples import Context, Sample, SampleSet
from hal.types import MeterReading

ENERGY = "Energy.Active.Import.Register"


class Step(Enum):
    """How a reading fits to the ones before."""

    GOOD = "good"
    RESET = "reset"  # the raw register ran backwards
    SWAPPED = "swapped"  # another meter
    HELD = "held"  # a jump, not believed yet
    REBASED = "rebased"  # a jump that stayed: the new base
    FROZEN = "frozen"  # the register stands still while the meter itself tells of power


class VirtualRegister:
    """Monotonic register of one EVSE over the raw register of whatever meter is there."""

    __slots__ = ("_held", "_since", "max_w", "raw_wh", "register_wh", "serial")

    def __init__(self, max_w: int) -> None:
        self.max_w = max_w
        self.raw_wh: int | None = None
        self.register_wh = 0
        self.serial = ""
        self._since = MonoMs(0)
        self._held = 0

    def restore(self, kept: RegisterKept) -> None:
        if kept.raw_wh or kept.register_wh or kept.serial:  # else no meter had been heard of yet
            self.raw_wh, self.register_wh, self.serial = kept.raw_wh, kept.register_wh, kept.serial

    def take(self, reading: MeterReading, at: MonoMs, in_transaction: bool, flowing: bool = False) -> Step:
        """Follow a reading; what it returns tells how it fitted. `flowing`: closed, and the car takes part."""
        raw = reading.import_wh
        if self.raw_wh is None:
            # A transaction that began without a meter is not billed what that counted in its life.
            self._move(reading, at, self.register_wh if in_transaction else raw)
            return Step.GOOD
        swapped = bool(reading.serial and self.serial and reading.serial != self.serial)
        if swapped or raw < self.raw_wh:
            self._move(reading, at, self.register_wh)
            return Step.SWAPPED if swapped else Step.RESET
        grown = raw - self.raw_wh
        # Twice the hardware's power over the time gone by, and a margin for slow meters and late readings.
        possible = 2 * self.max_w * max(at - self._since, 0) // 3_600_000 + 500
        if in_transaction and self._since and grown > possible:
            self._held += 1
            if self._held < IMPLAUSIBLE_SAMPLES:
                return Step.HELD
            self._move(reading, at, self.register_wh)
            return Step.REBASED
        since = self._since
        self._move(reading, at, self.register_wh + grown)
        if grown == 0 and flowing and since:
            self._since = since
            if (reading.power_w or 0) * (at - since) > FROZEN_WH * 3_600_000:
                return Step.FROZEN
        return Step.GOOD

    def _move(self, reading: MeterReading, at: MonoMs, register_wh: int) -> None:
        self.raw_wh, self.register_wh, self._since, self._held = reading.import_wh, register_wh, at, 0
        self.serial = reading.serial or self.serial

    def kept(self, evse: int) -> RegisterKept:
        return RegisterKept(evse=evse, raw_wh=self.raw_wh or 0, register_wh=self.register_wh, serial=self.serial)


def _phases(values: tuple[int, ...], measurand: str, unit: str, suffix: str = "") -> list[Sample]:
    return [
        Sample(measurand=measurand, value_milli=value, unit=unit, phase=f"L{number}{suffix}")
        for number, value in enumerate(values, 1)
    ]


def _one(reading: MeterReading, register_wh: int, measurand: str, offered_ma: int, offered_w: int) -> list[Sample]:
    """All samples of one measurand, per phase and total where both exist (field pain 18)."""
    out: list[Sample] = []
    match measurand:
        case "Energy.Active.Import.Register":
            out.append(Sample(measurand=measurand, value_milli=register_wh * 1000, unit="Wh"))
        case "Energy.Active.Export.Register":
            if reading.export_wh is not None:
                out.append(Sample(measurand=measurand, value_milli=reading.export_wh * 1000, unit="Wh"))
        case "Power.Active.Import":
            if reading.power_w is not None:
                out.append(Sample(measurand=measurand, value_milli=max(reading.power_w, 0) * 1000, unit="W"))
            if len(reading.phase_power_w) > 1:
                out += _phases(tuple(w * 1000 for w in reading.phase_power_w), measurand, "W")
        case "Power.Offered":
            out.append(Sample(measurand=measurand, value_milli=offered_w * 1000, unit="W"))
        case "Current.Offered":
            out.append(Sample(measurand=measurand, value_milli=offered_ma, unit="A"))
        case "Current.Import":
            out += _phases(reading.current_ma, measurand, "A")
        case "Voltage":
            out += _phases(reading.voltage_mv, measurand, "V", "-N")
        case "Frequency":
            if reading.frequency_mhz is not None:
                out.append(Sample(measurand=measurand, value_milli=reading.frequency_mhz, unit="Hz"))
        case "Power.Factor":
            if reading.power_factor_permille is not None:
                out.append(Sample(measurand=measurand, value_milli=reading.power_factor_permille, unit=""))
        case "SoC":
            if reading.soc_percent is not None:
                soc = reading.soc_percent * 1000
                out.append(Sample(measurand=measurand, value_milli=soc, unit="Percent", location="EV"))
        case "Temperature":
            if reading.temperature_dc is not None:
                out.append(Sample(measurand=measurand, value_milli=reading.temperature_dc * 100, unit="Celsius"))
        case _:
            pass  # the registry lets nothing be configured that the meter cannot read
    return out


def sample_set(
    reading: MeterReading | None,
    register_wh: int,
    measurands: tuple[str, ...],
    context: Context,
    stamp: Stamp,
    *,
    offered_ma: int = 0,
    offered_w: int = 0,
    signed: bool = False,
    keyed: bool = False,
) -> SampleSet | None:
    """The configured measurands out of one snapshot; None when there is nothing to tell.

    With no reading (meter lost) the register still counts: it is the last good one. `signed` adds the meter's own
    signed value to the energy register (E02.FR.14), `keyed` the public key to that.
    """
    source = reading if reading is not None else MeterReading(import_wh=register_wh)
    samples: list[Sample] = []
    for measurand in measurands:
        samples += _one(source, register_wh, measurand, offered_ma, offered_w)
    if signed and source.signed is not None:
        blob = source.signed
        samples = [
            Sample(
                measurand=s.measurand,
                value_milli=s.value_milli,
                unit=s.unit,
                signed_data=blob.data,
                signing_method=blob.method,
                encoding_method=blob.encoding,
                public_key=blob.public_key if keyed else "",
            )
            if s.measurand == ENERGY
            else s
            for s in samples
        ]
    return SampleSet(stamp=stamp, context=context, samples=tuple(samples)) if samples else None


def next_boundary(wall_ms: int, interval_s: int) -> int:
    """The next clock-aligned moment: intervals count from midnight UTC (2.0.1 AlignedDataInterval)."""
    day = 86_400_000
    midnight = wall_ms // day * day
    step = interval_s * 1000
    following = midnight + ((wall_ms - midnight) // step + 1) * step
    return min(following, midnight + day)
