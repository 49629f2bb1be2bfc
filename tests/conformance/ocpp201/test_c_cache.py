"""Official cases of OCPP 2.0.1, block C: what the authorization cache keeps, and for how long (C10, C11)."""

from __future__ import annotations

import pytest

from tests.conformance.boot201 import booted, reset
from tests.conformance.states201 import (
    TRANSACTION_S,
    Scene,
    World,
    configure,
    configured,
    ready,
    token_wire,
    world,
)

CACHE: dict[str, object] = {"AuthCacheCtrlr.Enabled": True, "AuthCtrlr.LocalPreAuthorize": True}
INVALID = {"idTokenInfo": {"status": "Invalid"}}


def _tap(w: World, s: Scene) -> None:
    w.bench("rfid.tap", id_token=s.token, type=s.kind, evses=[s.evse])


def _cached(w: World, **more: object) -> Scene:
    ready(w)
    configure(w, {**CACHE, **{name.replace("__", "."): value for name, value in more.items()}})
    s = Scene(w)
    s.id_token_cached()
    assert _stored_bytes(w) > 0
    s.cached = True
    return s


def _stored_bytes(w: World) -> int:
    return int(configured(w, "AuthCacheCtrlr.Storage"))


@pytest.mark.case("2.0.1", "TC_C_32_CS")
@pytest.mark.parametrize("point", ["PowerPathClosed", "Authorized", "ParkingBayOccupancy"])
def test_tc_c_32_cs(point: str) -> None:
    with world("2.0.1") as w:
        stops = {"TxCtrlr__TxStopPoint": "ParkingBayOccupancy"} if point == "ParkingBayOccupancy" else {}
        s = _cached(w, TxCtrlr__TxStartPoint=point, **stops)
        reset(w, "Immediate", "Accepted")
        booted(w)
        told = s.authorized(remote=False)
        expected = {"Authorized": "Started", "ParkingBayOccupancy": "Updated"}.get(point)
        assert (told or {}).get("eventType") == expected
        s.ev_connected_pre_session()
        s.energy_transfer_started()


@pytest.mark.case("2.0.1", "TC_C_33_CS")
@pytest.mark.parametrize("point", ["PowerPathClosed", "EVConnected", "Authorized", "ParkingBayOccupancy"])
def test_tc_c_33_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        stops = {"TxCtrlr.TxStopPoint": point} if point == "ParkingBayOccupancy" else {}
        configure(w, {**CACHE, "TxCtrlr.TxStartPoint": point, **stops})
        phase = "Updated" if point in {"EVConnected", "ParkingBayOccupancy"} else "Started"
        s = Scene(w)
        s.ev_connected_pre_session()
        told = s.authorized(remote=False)
        assert told is not None
        assert told["eventType"] == phase
        s.energy_transfer_started()
        s.ev_connected_post_session()
        s.ev_disconnected()
        s.parking_bay_unoccupied()
        s.parking_bay_occupied()
        s.ev_connected_pre_session()
        w.csms.on("TransactionEvent", lambda payload: INVALID if "idToken" in payload else {})
        _tap(w, s)
        told = s.tell(s.event(phase, "Authorized"))
        assert told["idToken"] == token_wire()


@pytest.mark.case("2.0.1", "TC_C_34_CS")
def test_tc_c_34_cs() -> None:
    with world("2.0.1") as w:
        s = _cached(w)
        s.ev_connected_pre_session()
        w.csms.on("TransactionEvent", lambda payload: INVALID if "idToken" in payload else {})
        _tap(w, s)
        told = s.tell(s.event("Started", "Authorized"))
        assert told["idToken"] == token_wire()
        w.advance(10)
        told = w.expect("TransactionEvent", strict=True)  # what the station makes of it is C12's matter
        assert told["triggerReason"] == "Deauthorized"
        s.follow(told)
        w.bench("ev.plug_out")
        w.expect("StatusNotification", strict=True, connectorStatus="Available", evseId=1, connectorId=1)
        w.bench("bay.set", occupied=False)
        w.advance(10)
        assert not w.heard()
        w.bench("bay.set", occupied=True)
        w.bench("ev.plug_in")
        w.expect("StatusNotification", strict=True, connectorStatus="Occupied")
        w.csms.on("Authorize", INVALID)
        _tap(w, s)
        w.expect("Authorize", strict=True, idToken=token_wire())
        w.expect_none("TransactionEvent", 10)


@pytest.mark.case("2.0.1", "TC_C_36_CS")
def test_tc_c_36_cs() -> None:
    with world("2.0.1") as w:
        s = _cached(w, AuthCtrlr__LocalPreAuthorize=False)
        w.csms.on("Authorize", INVALID)
        _tap(w, s)
        w.expect("Authorize", strict=True, idToken=token_wire())
        w.expect_none("TransactionEvent", 10)


@pytest.mark.case("2.0.1", "TC_C_37_CS")
def test_tc_c_37_cs() -> None:
    with world("2.0.1") as w:
        s = _cached(w)
        assert w.call("ClearCache")["status"] == "Accepted"
        assert _stored_bytes(w) == 0
        s.cached = False
        s.parking_bay_occupied()
        s.ev_connected_pre_session()
        assert s.authorized(remote=False) is not None
        s.energy_transfer_started()


@pytest.mark.case("2.0.1", "TC_C_38_CS")
def test_tc_c_38_cs() -> None:
    with world("2.0.1") as w:
        _cached(w)
        configure(w, {"AuthCacheCtrlr.Enabled": False})
        assert w.call("ClearCache")["status"] == "Rejected"


@pytest.mark.case("2.0.1", "TC_C_46_CS")
def test_tc_c_46_cs() -> None:
    with world("2.0.1") as w:
        s = _cached(w, AuthCacheCtrlr__LifeTime=TRANSACTION_S)
        s.ev_connected_pre_session()
        w.advance(TRANSACTION_S)
        s.cached = False  # its time is over: the CSMS is asked
        s.authorized(remote=False)
