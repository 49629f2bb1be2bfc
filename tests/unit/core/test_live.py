"""Live values of the device model: what the core knows at the moment of the question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.events import FaultChanged, MeterSampled
from agent.core.live import folded
from agent.core.requests import ConnectorStatus
from agent.variables.address import Address
from hal.types import Fault, FaultCode, MeterReading
from tests.unit.core.bench import Bench


def value(bench: Bench, name: str) -> str | None:
    address = Address.parse(name)
    assert address is not None
    return bench.station.rules.registry.get(address).value


def fault(bench: Bench, code: FaultCode, evse: int = 1, *, raised: bool = True, blocking: bool = True) -> None:
    made = Fault(code=code, evse=evse, source="test", blocking=blocking)
    bench.send(FaultChanged(fault=made, raised=raised))


@pytest.mark.parametrize(
    ("status", "occupied", "word"),
    [
        (ConnectorStatus.AVAILABLE, False, "Available"),
        (ConnectorStatus.PREPARING, False, "Available"),  # a card, but no cable yet
        (ConnectorStatus.PREPARING, True, "Occupied"),
        (ConnectorStatus.CHARGING, True, "Occupied"),
        (ConnectorStatus.FINISHING, True, "Occupied"),
        (ConnectorStatus.UNAVAILABLE, True, "Unavailable"),
        (ConnectorStatus.FAULTED, True, "Faulted"),
        (ConnectorStatus.RESERVED, False, "Reserved"),
    ],
)
def test_the_five_words_of_2_x(status: ConnectorStatus, occupied: bool, word: str) -> None:
    assert folded(status, occupied) == word


def test_the_time_is_told_in_utc_or_not_at_all() -> None:
    assert value(Bench(), "ClockCtrlr.DateTime") == "2027-01-15T12:00:00.000Z"
    assert value(Bench(clock=False), "ClockCtrlr.DateTime") in {None, ""}


def test_availability_follows_the_connector() -> None:
    bench = Bench()
    names = ("EVSE:1.AvailabilityState", "Connector:1:1.AvailabilityState")
    assert [value(bench, n) for n in names] == ["Available"] * 2
    bench.plug()
    assert [value(bench, n) for n in names] == ["Occupied"] * 2
    fault(bench, FaultCode.OVER_TEMPERATURE)
    assert [value(bench, n) for n in names] == ["Faulted"] * 2
    assert value(bench, "ChargingStation.AvailabilityState") == "Available"


def test_problems_are_those_of_their_component() -> None:
    bench = Bench()
    names = ("ChargingStation.Problem", "EVSE:1.Problem", "ConnectorPlugRetentionLock:1:1.Problem")
    assert [value(bench, n) for n in names] == ["false"] * 3
    fault(bench, FaultCode.LOCK, blocking=False)
    assert [value(bench, n) for n in names] == ["false", "false", "true"]
    fault(bench, FaultCode.EMERGENCY_STOP, 0)
    assert [value(bench, n) for n in names] == ["true", "true", "true"]


def test_current_is_the_mean_of_the_phases_in_amperes() -> None:
    bench = Bench(evses=2)
    for number, phases in ((1, (16_000, 15_500, 15_000)), (2, (10_000,))):
        bench.send(MeterSampled(evse=number, reading=MeterReading(import_wh=1, current_ma=phases, power_w=7_000)))
    assert value(bench, "EVSE:1.ACCurrent") == "15.5"
    assert value(bench, "EVSE:2.ACCurrent") == "10"
    assert value(bench, "ChargingStation.ACCurrent") == "25.5"
    assert value(bench, "EVSE:1.Power") == "7000"


def test_current_that_flows_back_keeps_its_size() -> None:
    bench = Bench()
    bench.send(MeterSampled(evse=1, reading=MeterReading(import_wh=1, current_ma=(-500, -500, -500))))
    assert value(bench, "EVSE:1.ACCurrent") == "-0.5"


def test_the_meter_register_is_the_billed_one() -> None:
    bench = Bench()
    bench.meter(100_500)
    bench.meter(7)
    assert value(bench, "FiscalMetering:1.EnergyImportRegister") == "100500"


def test_the_lock_is_active_when_it_is_locked() -> None:
    bench = Bench()
    assert value(bench, "ConnectorPlugRetentionLock:1:1.Active") == "false"
    bench.outlets[1] = replace(bench.outlets[1], locked=True)
    bench.report()
    assert value(bench, "ConnectorPlugRetentionLock:1:1.Active") == "true"


def test_the_cache_says_how_many_bytes_it_needs() -> None:
    bench = Bench()
    assert value(bench, "AuthCacheCtrlr.Storage") == "0"
    bench.online()
    bench.tap()
    bench.authorize()
    assert int(value(bench, "AuthCacheCtrlr.Storage") or 0) > 0
