"""A contactor that does not do what it is told: a weld, and one that stays open."""

from __future__ import annotations

from hal.types import FaultCode
from tests.rig.world import World
from tests.scenarios.pains.driver import (
    CARD,
    OTHER_CARD,
    VERSIONS,
    booked,
    charge,
    ends,
    reason,
    starts,
    station,
    statuses,
    stop,
)


def _faults(w: World) -> set[FaultCode]:
    assert w.agent is not None
    return {fault.code for fault in w.agent.station.faults.of(1)}


@VERSIONS
def test_a_contactor_that_welds_while_it_is_closed(version: str) -> None:
    """It shows when it is to open: a fault, Faulted, the transaction over, and no new one until it was reset."""
    with station(version) as w:
        charge(w)
        w.bench("contactor.weld")
        w.advance(60)
        assert not _faults(w), "closed is what it shall be"
        w.bench("rfid.tap", id_token=CARD)
        w.until(lambda: FaultCode.CONTACTOR_WELDED in _faults(w), 30, "the fault")
        w.advance(20)
        assert statuses(w)[-1] == "Faulted"
        assert len(ends(w)) == 1
        w.bench("rfid.tap", id_token=OTHER_CARD)
        w.advance(30)
        assert len(starts(w)) == 1
        assert w.evse()["signal"] == "off", "no current is on offer to the car"
        w.bench("ev.plug_out")
        w.advance(10)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=OTHER_CARD)
        w.advance(30)
        assert len(starts(w)) == 1, "unplugging is no repair"
        booked(w)


@VERSIONS
def test_a_weld_is_told_with_its_code(version: str) -> None:
    with station(version) as w:
        charge(w)
        w.bench("contactor.weld")
        w.bench("rfid.tap", id_token=CARD)
        w.advance(20)
        assert statuses(w)[-1] == "Faulted"
        if version == "1.6":
            told = w.csms.last("StatusNotification")
            assert told["errorCode"] == "PowerSwitchFailure"
            assert told["connectorId"] == 1


@VERSIONS
def test_after_the_repair_a_reset_makes_it_well_again(version: str) -> None:
    """The weld is latched: that the contacts are open again proves nothing until somebody resets the station."""
    with station(version) as w:
        charge(w)
        w.bench("contactor.weld")
        w.bench("rfid.tap", id_token=CARD)
        w.advance(20)
        w.bench("ev.plug_out")
        w.bench("contactor.weld", active=False)
        w.advance(60)
        assert statuses(w)[-1] == "Faulted"
        kind = "Hard" if version == "1.6" else "Immediate"
        assert w.call("Reset", type=kind)["status"] == "Accepted"
        w.expect("BootNotification", within=60)
        w.advance(30)
        assert statuses(w)[-1] == "Available"
        charge(w, OTHER_CARD)
        stop(w, OTHER_CARD)
        assert len(booked(w)) == 2


@VERSIONS
def test_a_weld_that_is_not_repaired_survives_the_reset(version: str) -> None:
    with station(version) as w:
        charge(w)
        w.bench("contactor.weld")
        w.bench("rfid.tap", id_token=CARD)
        w.advance(20)
        kind = "Hard" if version == "1.6" else "Immediate"
        assert w.call("Reset", type=kind)["status"] == "Accepted"
        w.expect("BootNotification", within=60)
        w.advance(30)
        assert statuses(w)[-1] == "Faulted"
        w.bench("rfid.tap", id_token=OTHER_CARD)
        w.advance(30)
        assert len(starts(w)) == 1


@VERSIONS
def test_a_contactor_that_does_not_close(version: str) -> None:
    """A transaction without energy ends by itself, with the fault as its reason; the car may go."""
    with station(version) as w:
        w.bench("contactor.stuck_open")
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=CARD)
        w.advance(60)
        assert FaultCode.CONTACTOR_STUCK_OPEN in _faults(w)
        assert [reason(call) for call in ends(w)] == ["Other"]
        assert statuses(w)[-1] == "Faulted"
        (entry,) = booked(w)
        assert entry.energy_wh == 0
        w.bench("contactor.stuck_open", active=False)
        w.bench("ev.plug_out")
        w.advance(60)
        assert statuses(w)[-1] == "Available"
        charge(w, OTHER_CARD)


@VERSIONS
def test_a_contactor_that_drops_out_in_mid_session(version: str) -> None:
    with station(version) as w:
        charge(w, seconds=120)
        counted = w.evse()["meter"]["energy_wh"]
        w.bench("contactor.stuck_open")
        w.advance(60)
        assert len(ends(w)) == 1
        (entry,) = booked(w)
        assert abs(entry.energy_wh - counted) <= 5
        assert statuses(w)[-1] == "Faulted"
