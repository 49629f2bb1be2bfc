"""Official cases of OCPP 2.0.1, block B: resets of the station and of one EVSE (B11, B12)."""

from __future__ import annotations

import pytest

from tests.conformance.boot201 import SUPPLY, TWO, booted, every, reset, statuses, unavailable
from tests.conformance.states201 import Scene, World, configure, ready, world

# Stop points that end the transaction when the driver stops, when the cable is pulled, and when the car drives off.
STOP_POINTS = ["Authorized", "PowerPathClosed", "EVConnected", "ParkingBayOccupancy"]
each_stop_point = pytest.mark.parametrize("point", STOP_POINTS)


def _left(s: Scene) -> None:
    """The driver stops and leaves; each step only while the transaction goes on."""
    s.stop_authorized()
    if s.running:
        s.ev_connected_post_session()
    if s.running:
        s.ev_disconnected()
    if s.running:
        s.parking_bay_unoccupied()
    assert not s.running


def _stops_at(w: World, point: str) -> None:
    configure(w, {"TxCtrlr.TxStopPoint": point})


@pytest.mark.case("2.0.1", "TC_B_20_CS")
def test_tc_b_20_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        reset(w, "OnIdle", "Accepted")
        booted(w)
        assert w.boots == 2


@pytest.mark.case("2.0.1", "TC_B_21_CS")
@each_stop_point
def test_tc_b_21_cs(point: str) -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        _stops_at(w, point)
        s = Scene(w)
        s.energy_transfer_started()
        reset(w, "OnIdle", "Scheduled")  # B12.FR.01
        statuses(w, {(2, 1): "Unavailable"})  # B12, scenario 3a
        w.advance(20)
        assert w.energised()
        assert w.boots == 1
        _left(s)
        at_step_3 = point in {"Authorized", "PowerPathClosed"}
        told = every(w, "Available") | {(1, 1): "Occupied" if at_step_3 else "Available"}
        booted(w, told, reason="ScheduledReset")
        assert w.boots == 2


@pytest.mark.case("2.0.1", "TC_B_22_CS")
def test_tc_b_22_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        s = Scene(w)
        s.energy_transfer_started()
        reset(w, "Immediate", "Accepted")
        found = s.tell(s.event("Ended", "ResetCommand", "EVConnected", transactionInfo__stoppedReason="ImmediateReset"))
        assert "idToken" not in found
        assert not w.energised()
        booted(w, every(w, "Available") | {(1, 1): "Occupied"}, reason="RemoteReset")


@pytest.mark.case("2.0.1", "TC_B_23_CS")
def test_tc_b_23_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        unavailable(w, 1, 1)
        reset(w, "OnIdle", "Accepted")
        booted(w, every(w, "Available") | {(1, 1): "Unavailable"}, reason="RemoteReset")


@pytest.mark.case("2.0.1", "TC_B_25_CS")
def test_tc_b_25_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        reset(w, "OnIdle", "Accepted", evse=1)
        w.advance(30)
        assert not w.heard()
        assert w.boots == 1, "only the EVSE resets"


@pytest.mark.case("2.0.1", "TC_B_26_CS")
@each_stop_point
def test_tc_b_26_cs(point: str) -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        _stops_at(w, point)
        s = Scene(w)
        s.energy_transfer_started()
        reset(w, "OnIdle", "Scheduled", evse=1)
        s.parking_bay_unoccupied()
        w.advance(30)
        assert not w.heard()
        assert w.boots == 1
        again = Scene(w)
        again.energy_transfer_started()


@pytest.mark.case("2.0.1", "TC_B_27_CS")
def test_tc_b_27_cs() -> None:
    with world("2.0.1", evses=TWO, features=SUPPLY) as w:
        ready(w)
        other = Scene(w, evse=2, token="04E5F6A7")
        other.energy_transfer_started()
        s = Scene(w)
        s.energy_transfer_started()
        reset(w, "Immediate", "Accepted", evse=1)
        s.tell(s.event("Ended", "ResetCommand", "EVConnected", transactionInfo__stoppedReason="ImmediateReset"))
        w.advance(30)
        assert not w.heard()
        assert w.boots == 1
        assert not w.energised(1)
        assert w.energised(2), "the other EVSE goes on"


@pytest.mark.case("2.0.1", "TC_B_41_CS")
@each_stop_point
def test_tc_b_41_cs(point: str) -> None:
    with world("2.0.1", evses=TWO, features=SUPPLY) as w:
        ready(w)
        _stops_at(w, point)
        first, second = Scene(w, evse=1), Scene(w, evse=2, token="04E5F6A7")
        first.energy_transfer_started()
        second.energy_transfer_started()
        reset(w, "OnIdle", "Scheduled")
        first.parking_bay_unoccupied()
        assert w.boots == 1
        _left(second)
        at_step_3 = point in {"Authorized", "PowerPathClosed"}
        told = every(w, "Available") | {(2, 1): "Occupied" if at_step_3 else "Available"}
        booted(w, told, reason="ScheduledReset")
