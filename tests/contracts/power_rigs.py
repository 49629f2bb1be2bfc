"""Power paths with hands on the other side: a car is plugged, main contacts are looked at, time passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from hal.drivers import gpiozero_power
from hal.interfaces import PowerPath
from hal.mock.bench import Bench
from hal.mock.clock import ManualClock
from hal.mock.path import MockPowerPath
from hal.mock.topology import MockEvse, MockTopology
from hal.powerpath import ComposedPath, Parts
from tests.conftest import require_module


class PowerRig(Protocol):
    """One EVSE with a socket, its power path, and what a person at it can do and see."""

    path: PowerPath
    has_fail_safe: bool

    def plug(self) -> None: ...
    def unplug(self) -> None: ...
    def wait(self, duration_ms: int) -> None: ...
    def contacts(self) -> bool: ...
    def bolt(self) -> bool: ...
    def trip(self) -> None: ...
    def kill_guard(self) -> None: ...


class BenchRig:
    """The bench's own path, or one with parts over it."""

    has_fail_safe = True

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.bench = Bench(MockTopology((MockEvse(),)), self.clock)
        self.outlet = self.bench.world.outlets[1]
        self.mock: MockPowerPath = self.bench.power_path(1)
        self.path: PowerPath = self.mock

    def plug(self) -> None:
        self.bench.do("ev.plug_in", charge_delay_s=0)
        self.wait(1)

    def unplug(self) -> None:
        self.bench.do("ev.plug_out")
        self.wait(1)

    def wait(self, duration_ms: int) -> None:
        self.clock.advance(duration_ms)

    def contacts(self) -> bool:
        return self.outlet.contactor.closed

    def bolt(self) -> bool:
        return self.outlet.lock.bolted

    def trip(self) -> None:
        self.bench.do("rcd.trip")

    def kill_guard(self) -> None:
        self.mock.orphan()


@contextmanager
def bench() -> Iterator[PowerRig]:
    """The mock."""
    yield BenchRig()


COIL, FEEDBACK = 17, 27


class ContactorRig(BenchRig):
    """A contactor on gpiozero's own mock pins, on the bench's car. Its mirror contact follows the coil in `wait`."""

    has_fail_safe = False

    def __init__(self, pins: Any) -> None:
        super().__init__()
        self._pins = pins
        contactor = gpiozero_power.open(gpiozero_power.ContactorConfig(COIL, feedback_pin=FEEDBACK))
        self._follow()
        self.path = ComposedPath(Parts(contactor=contactor), whole=self.mock)

    def _follow(self) -> None:
        feedback = self._pins.pin(FEEDBACK)
        (feedback.drive_high if self._pins.pin(COIL).state else feedback.drive_low)()

    def wait(self, duration_ms: int) -> None:
        super().wait(duration_ms)
        self._follow()

    def contacts(self) -> bool:
        return bool(self._pins.pin(COIL).state)


@contextmanager
def gpiozero_contactor() -> Iterator[PowerRig]:
    """Parts over a whole path."""
    require_module("gpiozero", extra="gpio")
    import gpiozero  # noqa: PLC0415 - after the check above
    from gpiozero.pins.mock import MockFactory  # noqa: PLC0415

    before = gpiozero.Device.pin_factory
    factory = gpiozero.Device.pin_factory = MockFactory()
    try:
        yield ContactorRig(factory)
    finally:
        factory.close()
        gpiozero.Device.pin_factory = before
