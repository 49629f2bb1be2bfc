"""A meter that fails in mid-session: what is billed never runs backwards, what was not measured is not made up."""

from __future__ import annotations

from typing import Any

import pytest

from agent.demo.journal import Received
from hal.types import FaultCode
from tests.rig.world import World
from tests.scenarios.pains.driver import CARD, VERSIONS, booked, charge, ends, reason, station, stop

SAMPLES: dict[str, Any] = {"SampledDataCtrlr": {"TxUpdatedInterval": 30}}
W = 7360  # one phase at 32 A
REGISTER = "Energy.Active.Import.Register"


def _faults(w: World) -> dict[FaultCode, str]:
    assert w.agent is not None
    return {fault.code: fault.info for fault in w.agent.station.faults.of(1)}


def _periodic(w: World) -> list[Received]:
    action = "MeterValues" if w.version == "1.6" else "TransactionEvent"
    return [
        call
        for call in w.csms.all(action)
        if any(
            row.get("context") == "Sample.Periodic"
            for values in call.payload.get("meterValue", [])
            for row in values["sampledValue"]
        )
    ]


def _other_measurands(call: Received) -> set[str]:
    return {
        row.get("measurand", REGISTER) for values in call.payload["meterValue"] for row in values["sampledValue"]
    } - {REGISTER}


@VERSIONS
def test_a_silent_meter(version: str) -> None:
    """The session goes on with the last good register; the fault is known, told, and over when the meter is back."""
    with station(version, variables=SAMPLES) as w:
        charge(w, seconds=300)
        w.bench("meter.stall", kind="silent")
        before = w.evse()["meter"]["energy_wh"]
        w.advance(300)
        assert FaultCode.POWER_METER in _faults(w)
        assert w.energised(), "a meter that fails takes no energy away"
        if version == "1.6":
            assert w.csms.last("StatusNotification")["errorCode"] == "PowerMeterFailure"
            assert w.csms.last("StatusNotification")["status"] == "Charging"
        w.bench("meter.stall", kind="none")
        w.advance(120)
        assert FaultCode.POWER_METER not in _faults(w)
        if version == "1.6":
            assert w.csms.last("StatusNotification")["errorCode"] == "NoError"
        stop(w)
        (entry,) = booked(w)
        assert entry.registers[-1] == w.evse()["meter"]["energy_wh"] > before
        assert [reason(call) for call in ends(w)] == ["Local"]


@VERSIONS
def test_a_silent_meter_at_the_end(version: str) -> None:
    """The end is told in time, with the last good register: never 0, never none."""
    with station(version, variables=SAMPLES) as w:
        charge(w, seconds=300)
        w.bench("meter.stall", kind="silent")
        known = w.evse()["meter"]["energy_wh"]
        w.advance(20)
        w.bench("rfid.tap", id_token=CARD)
        w.until(lambda: bool(ends(w)), 10, "the end")
        w.advance(5)
        (entry,) = booked(w)
        assert known - 70 <= entry.registers[-1] <= known


@VERSIONS
def test_a_silent_meter_at_the_beginning(version: str) -> None:
    with station(version, variables=SAMPLES) as w:
        w.bench("meter.set", energy_wh=5000)
        w.advance(120)
        w.bench("meter.stall", kind="silent")
        charge(w, seconds=100)
        w.bench("meter.stall", kind="none")
        w.advance(200)
        stop(w)
        (entry,) = booked(w)
        assert entry.registers[0] == 5000
        assert entry.registers[-1] == w.evse()["meter"]["energy_wh"]


@VERSIONS
def test_a_meter_that_freezes(version: str) -> None:
    """It answers, always the same: nothing is billed that it did not count, and it catches up when it wakes."""
    with station(version, variables=SAMPLES) as w:
        charge(w, seconds=120)
        w.bench("meter.stall", kind="frozen")
        frozen = w.evse()["meter"]["energy_wh"]
        w.advance(300)
        told = booked(w, complete=False)[0].registers[-1]
        assert frozen - 1 <= told <= frozen + 1
        w.advance(minutes=20)
        assert _faults(w) == {FaultCode.METER_IMPLAUSIBLE: "register stands still"}
        assert w.energised()
        w.bench("meter.stall", kind="none")
        w.advance(60)
        stop(w)
        (entry,) = booked(w)
        assert entry.registers[-1] == w.evse()["meter"]["energy_wh"]


@pytest.mark.parametrize("to_wh", [0, 3])
@VERSIONS
def test_a_register_that_begins_anew(version: str, to_wh: int) -> None:
    """A reset of the meter: the virtual register goes on where it was, and what flows from then on counts."""
    with station(version, variables=SAMPLES) as w:
        w.bench("meter.set", energy_wh=50_000)
        w.advance(120)
        charge(w, seconds=600)
        w.bench("meter.set", energy_wh=to_wh)
        w.advance(600)
        stop(w)
        (entry,) = booked(w)
        assert entry.registers[0] == 50_000
        assert entry.energy_wh == pytest.approx(W * 1200 / 3600, rel=0.03)
        # The next one begins where this one ended: registers of a station run on over sessions, too.
        w.bench("ev.plug_out")
        w.advance(10)
        charge(w, seconds=60)
        stop(w)
        second = booked(w)[1]
        assert second.registers[0] == entry.registers[-1]


@pytest.mark.parametrize("delta_wh", [100_000, 900_000_000])
@VERSIONS
def test_a_register_that_jumps_ahead(version: str, delta_wh: int) -> None:
    """More than any cable could carry is not billed; that the meter did it is a fault that forbids nothing."""
    with station(version, variables=SAMPLES) as w:
        charge(w, seconds=300)
        w.bench("meter.jump", delta_wh=delta_wh)
        w.until(lambda: FaultCode.METER_IMPLAUSIBLE in _faults(w), 60, "the fault")
        w.advance(300)
        assert w.energised()
        stop(w)
        (entry,) = booked(w)
        assert entry.energy_wh == pytest.approx(W * 600 / 3600, rel=0.05)


@VERSIONS
def test_a_spike_that_is_gone_at_the_next_reading(version: str) -> None:
    """One wrong reading is neither billed nor does it cost energy."""
    with station(version, variables=SAMPLES) as w:
        charge(w, seconds=300)
        w.bench("meter.jump", delta_wh=70_000)
        w.until(lambda: FaultCode.METER_IMPLAUSIBLE in _faults(w), 60, "the fault")
        w.bench("meter.jump", delta_wh=-70_000)
        w.until(lambda: FaultCode.METER_IMPLAUSIBLE not in _faults(w), 60, "its end")
        w.advance(120)
        stop(w)
        (entry,) = booked(w)
        assert entry.registers[-1] == w.evse()["meter"]["energy_wh"]


@pytest.mark.parametrize("energy_wh", [17, 80_000_000])
@VERSIONS
def test_another_meter_in_its_place(version: str, energy_wh: int) -> None:
    """Known by its serial number: its register is a new base, whether it is lower or far higher."""
    with station(version, variables=SAMPLES) as w:
        w.bench("meter.set", energy_wh=50_000)
        w.advance(120)
        charge(w, seconds=600)
        w.bench("meter.swap", serial="NEW1", energy_wh=energy_wh)
        w.advance(600)
        stop(w)
        (entry,) = booked(w)
        assert entry.registers[0] == 50_000
        assert entry.energy_wh == pytest.approx(W * 1200 / 3600, rel=0.03)


@VERSIONS
def test_a_swap_while_the_power_is_off(version: str) -> None:
    with station(version, variables=SAMPLES) as w:
        w.bench("meter.set", energy_wh=50_000)
        w.advance(120)
        charge(w, seconds=900)
        w.cut_power()
        w.bench("meter.swap", serial="NEW1", energy_wh=9)
        w.advance(60)
        w.restore_power()
        w.until(w.energised, 60, "energy")
        w.advance(600)
        stop(w)
        (entry,) = booked(w)
        assert entry.registers[0] == 50_000
        assert W * 1300 / 3600 <= entry.energy_wh <= W * 1510 / 3600


@VERSIONS
def test_values_of_a_silent_meter_are_not_told_as_new(version: str) -> None:
    """While nothing is measured no voltage or current is told: only the last good register."""
    measurands = f"{REGISTER},Voltage,Current.Import"
    variables = {"SampledDataCtrlr": {"TxUpdatedInterval": 30, "TxUpdatedMeasurands": measurands}}
    with station(version, variables=variables) as w:
        charge(w, seconds=100)
        assert _other_measurands(_periodic(w)[-1]) == {"Voltage", "Current.Import"}
        w.bench("meter.stall", kind="silent")
        w.advance(60)
        before = len(_periodic(w))
        w.advance(120)
        for call in _periodic(w)[before:]:
            assert not _other_measurands(call)
