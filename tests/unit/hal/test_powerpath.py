"""A power path of parts: what is read, in which order is commanded, what happens when a part fails."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from hal.board import parse
from hal.interfaces import DeviceError, PilotReading, PowerOutputs, PowerPath, ProximityReading
from hal.powerpath import ComposedPath, Parts, open_path
from hal.registry import DRIVERS, Driver, Kind
from hal.types import ContactorState, LockState, PilotSignal, PilotState
from tests.unit.hal.guard.fakes import FakePath

CHARGE = PowerOutputs(PilotSignal.PWM, 266, closed=True, phases=3, locked=True)
SAFE = PowerOutputs(PilotSignal.OFF, 1_000, closed=False, phases=1, locked=False)


class Log:
    """What was commanded, in order; parts whose name is in `broken` fail."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.broken: set[str] = set()

    def note(self, part: str, *values: object) -> None:
        if part in self.broken:
            raise DeviceError(f"{part} is broken")
        self.said.append((part, *values))


class Part:
    """Every kind of part at once; `name` tells them apart."""

    def __init__(self, name: str, log: Log) -> None:
        self.name = name
        self.log = log
        self.reading: Any = None

    def drive(self, *values: object) -> None:
        self.log.note(self.name, *values)

    def _sense(self) -> Any:
        if self.name in self.log.broken:
            raise DeviceError(f"{self.name} is broken")
        return self.reading

    read = feedback = state = tripped = active = _sense

    def reset(self) -> None:
        self.log.note(self.name, "reset")


class Holder(Part):
    """A part that holds a device, beats, and calls back."""

    heartbeat_ms: int | None = 50
    changed: Callable[[], None] | None = None

    def heartbeat(self) -> None:
        self.log.note(self.name, "beat")

    def subscribe(self, changed: Callable[[], None]) -> None:
        self.changed = changed

    def close(self) -> None:
        self.log.note(self.name, "close")


def parts(log: Log, *names: str, kind: type[Part] = Part) -> Any:
    made = {name: kind(name, log) for name in names}
    readings = {
        "pilot": PilotReading(PilotState.C),
        "contactor": ContactorState.CLOSED,
        "proximity": ProximityReading(20_000),
        "lock": LockState.LOCKED,
        "residual_current": False,
        "emergency_stop": False,
        "ventilation": True,
        "thermometer": 415,
    }
    for name, part in made.items():
        part.reading = readings[name]
    return Parts(**made)


ALL = (
    "pilot",
    "contactor",
    "proximity",
    "residual_current",
    "lock",
    "emergency_stop",
    "ventilation",
    "thermometer",
)


def test_it_is_a_power_path() -> None:
    path: PowerPath = ComposedPath(parts(Log(), "pilot", "contactor"))
    assert (path.poll_ms, path.heartbeat_ms) == (10, None)


def test_a_path_needs_a_pilot_and_a_contactor() -> None:
    with pytest.raises(ValueError, match="needs a pilot and a contactor"):
        ComposedPath(parts(Log(), "pilot"))


def test_every_part_is_read() -> None:
    inputs = ComposedPath(parts(Log(), *ALL)).read()
    assert inputs.pilot.state is PilotState.C
    assert inputs.contactor is ContactorState.CLOSED
    assert inputs.proximity == ProximityReading(20_000)
    assert inputs.lock is LockState.LOCKED
    assert (inputs.residual_current, inputs.emergency_stop, inputs.ventilated) == (False, False, True)
    assert inputs.temperature_dc == 415


def test_what_there_is_no_part_for_is_absent() -> None:
    inputs = ComposedPath(parts(Log(), "pilot", "contactor")).read()
    assert (inputs.proximity, inputs.lock, inputs.temperature_dc) == (None, LockState.ABSENT, None)
    assert not inputs.ventilated
    assert ComposedPath(parts(Log(), "pilot", "contactor"), ventilated=True).read().ventilated


@pytest.mark.parametrize("name", ALL)
def test_a_part_that_cannot_be_read_fails_the_reading(name: str) -> None:
    log = Log()
    log.broken = {name}
    with pytest.raises(DeviceError, match=f"{name} is broken"):
        ComposedPath(parts(log, *ALL)).read()


def test_commands_go_in_the_order_of_safety() -> None:
    log = Log()
    path = ComposedPath(parts(log, *ALL))
    path.apply(SAFE)
    assert log.said == [("contactor", False, 1), ("pilot", PilotSignal.OFF, 1_000), ("lock", False)]
    log.said.clear()
    path.apply(CHARGE)
    assert log.said == [("lock", True), ("pilot", PilotSignal.PWM, 266), ("contactor", True, 3)]
    log.said.clear()
    path.apply(SAFE)
    assert [entry[0] for entry in log.said] == ["contactor", "pilot", "lock"]


def test_only_changes_are_commanded() -> None:
    log = Log()
    path = ComposedPath(parts(log, *ALL))
    path.apply(CHARGE)
    log.said.clear()
    path.apply(CHARGE)
    path.apply(PowerOutputs(PilotSignal.PWM, 200, closed=True, phases=3, locked=True))
    assert log.said == [("pilot", PilotSignal.PWM, 200)]


@pytest.mark.parametrize("name", ["contactor", "pilot", "lock"])
def test_a_part_that_fails_keeps_no_other_from_being_commanded(name: str) -> None:
    log = Log()
    path = ComposedPath(parts(log, *ALL))
    path.apply(CHARGE)
    log.said.clear()
    log.broken = {name}
    with pytest.raises(DeviceError, match=f"{name} is broken"):
        path.apply(SAFE)
    assert {entry[0] for entry in log.said} == {"contactor", "pilot", "lock"} - {name}
    log.said.clear()
    log.broken = set()
    path.apply(SAFE)
    assert {entry[0] for entry in log.said} == {"contactor", "pilot", "lock"}, "after a failure all are told again"


def test_reset_beats_callbacks_and_the_end_reach_those_that_know_them() -> None:
    log = Log()
    made = parts(log, *ALL, kind=Holder)
    path = ComposedPath(made)
    called: list[int] = []
    path.subscribe(lambda: called.append(1))
    made.pilot.changed()
    assert called == [1]
    assert path.heartbeat_ms == 50
    made.pilot.heartbeat_ms = None
    made.lock.heartbeat_ms = 20
    assert path.heartbeat_ms == 20
    path.heartbeat()
    assert ("contactor", "beat") in log.said
    path.reset_faults()
    assert ("residual_current", "reset") in log.said
    log.said.clear()
    path.close()
    assert log.said[:3] == [("contactor", False, 1), ("pilot", PilotSignal.OFF, 1_000), ("lock", True)]
    assert [entry[0] for entry in log.said[3:]] == list(ALL)


def test_the_bolt_stays_where_it_was_told_to_be() -> None:
    log = Log()
    path = ComposedPath(parts(log, *ALL))
    path.apply(SAFE)
    log.said.clear()
    path.close()
    assert ("lock", False) in log.said


def test_closing_tries_everything_and_says_what_failed_first() -> None:
    log = Log()
    path = ComposedPath(parts(log, *ALL, kind=Holder))
    path.apply(CHARGE)
    log.said.clear()
    log.broken = {"pilot", "lock"}
    with pytest.raises(DeviceError, match="pilot is broken"):
        path.close()
    assert ("contactor", False, 1) in log.said
    assert ("thermometer", "close") in log.said
    log.broken = {"lock"}
    plain = ComposedPath(parts(log, *ALL, kind=Holder))
    with pytest.raises(DeviceError, match="lock is broken"):
        plain.close()
    assert log.said[-1] == ("thermometer", "close")
    assert log.said.count(("contactor", False, 1)) == 2


def test_parts_take_the_place_of_a_whole_paths_own() -> None:
    log = Log()
    whole = FakePath(heartbeat_ms=200, lock=True)
    whole.pilot("B")
    whole.inputs = whole.inputs.__class__(**{**_fields(whole), "temperature_dc": 500, "emergency_stop": True})
    path = ComposedPath(parts(log, "contactor", "thermometer", "emergency_stop"), whole=whole)
    inputs = path.read()
    assert (inputs.pilot.state, inputs.contactor) == (PilotState.B, ContactorState.CLOSED)
    assert inputs.temperature_dc == 500  # the hotter of both
    assert inputs.emergency_stop  # either of both
    path.apply(CHARGE)
    assert whole.outputs == [CHARGE]
    assert log.said == [("contactor", True, 3)]
    assert path.heartbeat_ms == 200
    path.heartbeat()
    path.reset_faults()
    assert (whole.beats, whole.resets) == (1, 1)
    path.close()
    assert whole.closes == 1
    assert not whole.outputs[-1].closed


def _fields(path: FakePath) -> dict[str, Any]:
    return {name: getattr(path.inputs, name) for name in path.inputs.__dataclass_fields__}


# opening from a board

DRIVER = """
from dataclasses import dataclass
from hal.interfaces import DeviceError
opened = []
@dataclass(frozen=True)
class Config:
    name: str = ""
class Thing:
    poll_ms = heartbeat_ms = None
    closed = False
    def __init__(self, config): self.name = config.name
    def close(self):
        self.closed = True
        if self.name == "grumbles": raise DeviceError("grumble")
def open(config: Config):
    if config.name == "missing": raise DeviceError("not there")
    opened.append(Thing(config))
    return opened[-1]
"""


@pytest.fixture
def driver(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "thing_driver.py").write_text(DRIVER)
    monkeypatch.syspath_prepend(tmp_path)
    for kind in (Kind.POWER_PATH, Kind.PILOT, Kind.CONTACTOR, Kind.CONTACT):
        monkeypatch.setitem(DRIVERS[kind], "thing", Driver("thing_driver", "x", fail_safe="heartbeat"))
    module = importlib.import_module("thing_driver")
    module.opened.clear()
    return module


def spec(**path: object) -> Any:
    document = {
        "board": {"name": "x", "kind": "mixed" if path.get("driver") == "mock" else "real"},
        "evse": [{"id": 1, "power_path": path}],
    }
    return parse(document, "x").evses[0].power_path


THING = {"driver": "thing"}


def test_a_whole_driver_is_the_path(driver: Any) -> None:
    assert open_path(spec(driver="thing", name="a")) is driver.opened[0]


def test_parts_make_a_path(driver: Any) -> None:
    path = open_path(spec(pilot=THING, contactor=THING, poll_ms=5))
    assert isinstance(path, ComposedPath)
    assert path.poll_ms == 5
    assert len(driver.opened) == 2


def test_parts_over_a_whole_driver_and_over_the_bench(driver: Any) -> None:
    path = open_path(spec(driver="thing", contactor=THING))
    assert isinstance(path, ComposedPath)
    bench = FakePath()
    over = open_path(spec(driver="mock", contactor=THING), bench)
    assert isinstance(over, ComposedPath)
    assert open_path(parse({"board": {"kind": "mock"}}, "x").evses[0].power_path, bench) is bench


def test_a_part_that_is_missing_closes_those_that_were_opened(driver: Any) -> None:
    with pytest.raises(DeviceError, match="emergency_stop: not there"):
        open_path(
            spec(pilot={**THING, "name": "grumbles"}, contactor=THING, emergency_stop={**THING, "name": "missing"})
        )
    assert [thing.closed for thing in driver.opened] == [True, True]
    with pytest.raises(DeviceError, match="not there"):
        open_path(spec(driver="thing", name="missing", contactor=THING))
    assert driver.opened[-1].closed
