"""Official cases of OCPP 2.0.1, block E: how a transaction stops."""

from __future__ import annotations

import pytest

from hal.mock.topology import MockEvse
from tests.conformance.states201 import (
    CONNECTION_TIMEOUT_S,
    FIXED_CABLE,
    SOCKET,
    TRANSACTION_S,
    Payload,
    Scene,
    World,
    configure,
    ready,
    world,
)

ONLINE_CARDS = {"AuthCtrlr.Enabled": True, "AuthCtrlr.DisableRemoteAuthorization": False}
both_ways = pytest.mark.parametrize("remote", [False, True], ids=["local", "remote"])
both_outlets = pytest.mark.parametrize("outlet", [FIXED_CABLE, SOCKET], ids=["fixed cable", "socket"])
all_stop_points = pytest.mark.parametrize(
    "point", ["ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"]
)


@pytest.mark.case("2.0.1", "TC_E_06_CS")
@all_stop_points
def test_tc_e_06_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {**ONLINE_CARDS, "TxCtrlr.TxStopPoint": point})
        s = Scene(w)
        s.energy_transfer_started()
        s.stop_authorized(remote=False)
        s.ev_connected_post_session()
        s.ev_disconnected()
        s.parking_bay_unoccupied()
        assert s.ended


@pytest.mark.case("2.0.1", "TC_E_07_CS")
def test_tc_e_07_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": "PowerPathClosed"})
        s = Scene(w)
        s.energy_transfer_started()
        s.stop_authorized(remote=False)
        assert s.ended


@pytest.mark.case("2.0.1", "TC_E_08_CS")
@both_ways
def test_tc_e_08_cs(remote: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": "EnergyTransfer"})
        s = Scene(w, remote=remote)
        s.energy_transfer_started()
        s.stop_authorized()
        assert s.ended


@pytest.mark.case("2.0.1", "TC_E_14_CS")
@both_ways
def test_tc_e_14_cs(remote: bool) -> None:
    with world("2.0.1", evses=(SOCKET,)) as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": "EVConnected"})
        s = Scene(w, remote=remote)
        s.ev_connected_post_session()
        found = s.ev_disconnected()
        assert found is not None
        assert s.ended
        allowed = {"Remote"} if remote else {"Local", "EVDisconnected", None}
        assert found["transactionInfo"].get("stoppedReason") in allowed, found


@pytest.mark.case("2.0.1", "TC_E_15_CS")
def test_tc_e_15_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": "Authorized"})
        s = Scene(w)
        s.energy_transfer_started()
        w.advance(TRANSACTION_S)
        w.bench("rfid.tap", id_token=s.token)
        s.tell(s.event("Ended", "StopAuthorized", transactionInfo__stoppedReason="Local"))


@pytest.mark.case("2.0.1", "TC_E_16_CS")
@pytest.mark.parametrize("point", ["Authorized", "PowerPathClosed", "Authorized,PowerPathClosed"])
@pytest.mark.parametrize("cached", [True, False], ids=["cached", "unknown"])
def test_tc_e_16_cs(point: str, cached: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(
            w,
            {
                **ONLINE_CARDS,
                "TxCtrlr.TxStopPoint": point,
                "AuthCtrlr.OfflineTxForUnknownIdEnabled": True,
                "TxCtrlr.StopTxOnInvalidId": True,
                "AuthCacheCtrlr.Enabled": cached,
            },
        )
        s = Scene(w)
        if cached:
            s.id_token_cached()
        s.start_offline_transaction()
        invalid = {"idTokenInfo": {"status": "Invalid"}}
        w.csms.on("TransactionEvent", lambda payload: invalid if "idToken" in payload else {})
        w.restore_link()
        last: Payload = w.expect("TransactionEvent", within=120)
        queued = []
        while last["triggerReason"] != "Deauthorized":
            s.follow(last)
            queued.append(last)
            last = w.expect("TransactionEvent")
        s.follow(last)
        assert queued
        assert all(payload.get("offline") is True for payload in queued), queued
        assert any("idToken" in payload for payload in queued)
        assert last["eventType"] == "Ended"
        assert last["transactionInfo"]["stoppedReason"] == "DeAuthorized"
        assert not w.energised()


def _suspended(w: World, stop_point: str, *, stops: bool, unlocks: bool | None = None) -> Scene:
    """State EnergyTransferSuspended with these stop points and switches (a fixed cable has no lock to switch)."""
    values: dict[str, object] = {
        **ONLINE_CARDS,
        "TxCtrlr.TxStopPoint": stop_point,
        "TxCtrlr.StopTxOnEVSideDisconnect": stops,
    }
    if unlocks is not None and w.evse()["lock"] != "absent":
        values["OCPPCommCtrlr.UnlockOnEVSideDisconnect"] = unlocks
    configure(w, values)
    s = Scene(w)
    s.energy_transfer_suspended()
    return s


def _pulled_at_the_car(w: World, s: Scene, phase: str, **fields: object) -> Payload:
    """The cable is unplugged at the car: a fixed one is free at once, one in a socket is not."""
    w.bench("ev.plug_out", side="ev")
    told = s.event(phase, "EVCommunicationLost", "Idle", **fields)
    if w.evse()["lock"] == "absent":
        return s.told(told, s.status("Available"))[0]
    found = s.tell(told)
    w.advance(2)
    assert not w.heard()
    return found


def _taken_out_here(w: World, s: Scene, *, card: bool) -> None:
    """The rest of a disconnection: the owner frees the cable, with the card if it is kept, and takes it."""
    if w.evse()["lock"] == "absent":
        return
    if card:
        w.advance(30)
        assert w.evse()["lock"] == "locked"
        w.bench("rfid.tap", id_token=s.token)
    w.until(lambda: bool(w.evse()["lock"] == "unlocked"), 10, "the lock to open")
    w.bench("ev.plug_out")
    s.tell(s.status("Available"))


@pytest.mark.case("2.0.1", "TC_E_17_CS")
@both_outlets
@pytest.mark.parametrize("point", ["Authorized", "PowerPathClosed", "Authorized,PowerPathClosed"])
def test_tc_e_17_cs(point: str, outlet: MockEvse) -> None:
    with world("2.0.1", evses=(outlet,)) as w:
        ready(w)
        s = _suspended(w, point, stops=True, unlocks=False)
        _pulled_at_the_car(w, s, "Ended", transactionInfo__stoppedReason="EVDisconnected")
        _taken_out_here(w, s, card=True)


@pytest.mark.case("2.0.1", "TC_E_19_CS")
@both_ways
def test_tc_e_19_cs(remote: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": "ParkingBayOccupancy"})
        s = Scene(w, remote=remote)
        s.ev_disconnected()
        assert s.running
        w.bench("bay.set", occupied=False)
        reason = "Remote" if remote else "Local"
        s.tell(s.event("Ended", "EVDeparted", transactionInfo__stoppedReason=reason))


@pytest.mark.case("2.0.1", "TC_E_20_CS")
@both_outlets
def test_tc_e_20_cs(outlet: MockEvse) -> None:
    with world("2.0.1", evses=(outlet,)) as w:
        ready(w)
        s = _suspended(w, "EVConnected", stops=False)
        _pulled_at_the_car(w, s, "Ended", transactionInfo__stoppedReason="EVDisconnected")


@pytest.mark.case("2.0.1", "TC_E_21_CS")
def test_tc_e_21_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": "Authorized"})
        _stopped_remotely(w)


@pytest.mark.case("2.0.1", "TC_E_35_CS")
def test_tc_e_35_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": "PowerPathClosed"})
        _stopped_remotely(w)


def _stopped_remotely(w: World) -> None:
    s = Scene(w)
    s.energy_transfer_started()
    assert w.call("RequestStopTransaction", transactionId=s.tx)["status"] == "Accepted"
    s.tell(s.event("Ended", "RemoteStop", transactionInfo__stoppedReason="Remote"))


@pytest.mark.case("2.0.1", "TC_E_22_CS")
def test_tc_e_22_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": "EnergyTransfer"})
        s = Scene(w)
        s.energy_transfer_started()
        w.bench("ev.pause")
        s.tell(s.event("Ended", "ChargingStateChanged", "EVConnected", transactionInfo__stoppedReason="StoppedByEV"))


@pytest.mark.case("2.0.1", "TC_E_24_CS")
def test_tc_e_24_cs() -> None:
    with world("2.0.1", evses=(SOCKET,)) as w:
        ready(w)
        s = _suspended(w, "Authorized", stops=True, unlocks=True)
        _pulled_at_the_car(w, s, "Ended")
        _taken_out_here(w, s, card=False)


@pytest.mark.case("2.0.1", "TC_E_25_CS")
@both_outlets
@pytest.mark.parametrize("point", ["Authorized", "EVConnected", "ParkingBayOccupancy"])
def test_tc_e_25_cs(point: str, outlet: MockEvse) -> None:
    with world("2.0.1", evses=(outlet,)) as w:
        ready(w)
        s = _suspended(w, point, stops=True, unlocks=False)
        _pulled_at_the_car(w, s, "Updated" if point == "ParkingBayOccupancy" else "Ended")
        _taken_out_here(w, s, card=True)


@pytest.mark.case("2.0.1", "TC_E_26_CS")
@both_outlets
@pytest.mark.parametrize("point", ["Authorized", "ParkingBayOccupancy", "Authorized,ParkingBayOccupancy"])
def test_tc_e_26_cs(point: str, outlet: MockEvse) -> None:
    with world("2.0.1", evses=(outlet,)) as w:
        ready(w)
        s = _suspended(w, point, stops=False, unlocks=False)
        _pulled_at_the_car(w, s, "Updated")
        w.bench("ev.plug_in")
        plugged = s.event("Updated", "CablePluggedIn", "EVConnected")
        if outlet is FIXED_CABLE:
            s.told(plugged, s.status("Occupied"))
        else:
            s.tell(plugged)
        s.tell(s.event("Updated", "ChargingStateChanged", "Charging"))


@pytest.mark.case("2.0.1", "TC_E_27_CS")
@pytest.mark.parametrize("point", ["Authorized,ParkingBayOccupancy", "Authorized", "ParkingBayOccupancy"])
def test_tc_e_27_cs(point: str) -> None:
    with world("2.0.1", evses=(FIXED_CABLE,)) as w:
        ready(w)
        configure(w, {"TxCtrlr.EVConnectionTimeOut": CONNECTION_TIMEOUT_S})
        s = _suspended(w, point, stops=False)
        _pulled_at_the_car(w, s, "Updated")
        if "Authorized" in s.stops:
            step = s.event("Ended", "EVConnectTimeout", transactionInfo__stoppedReason="Timeout")
        else:
            step = s.event("Updated", "EVConnectTimeout")
        s.tell(step, within=CONNECTION_TIMEOUT_S + 5)


@pytest.mark.case("2.0.1", "TC_E_37_CS")
@both_outlets
def test_tc_e_37_cs(outlet: MockEvse) -> None:
    with world("2.0.1", evses=(outlet,)) as w:
        ready(w)
        s = _suspended(w, "PowerPathClosed", stops=False)
        found = _pulled_at_the_car(w, s, "Ended")
        assert found["transactionInfo"]["stoppedReason"] in {"EVDisconnected", "StoppedByEV"}
