"""Official cases of OCPP 2.0.1, block E: how a transaction starts, or does not."""

from __future__ import annotations

import pytest

from tests.conformance.states201 import (
    CONNECTION_TIMEOUT_S,
    TOKEN,
    Payload,
    Scene,
    World,
    configure,
    ready,
    token_wire,
    world,
)

ONLINE_CARDS = {"AuthCtrlr.Enabled": True, "AuthCtrlr.DisableRemoteAuthorization": False}
both_ways = pytest.mark.parametrize("remote", [False, True], ids=["local", "remote"])
every_start = pytest.mark.parametrize(
    "point", ["ParkingBayOccupancy", "EVConnected", "Authorized", "DataSigned", "PowerPathClosed", "EnergyTransfer"]
)


def _started_at(w: World, point: str, **more: object) -> None:
    """The start point, and a meter that signs where that is what starts a transaction."""
    if point == "DataSigned":
        more["SampledDataCtrlr.SignReadings"] = True
        more["OCPPCommCtrlr.PublicKeyWithSignedMeterValue"] = "EveryMeterValue"
        w.bench("meter.configure", signed={"enabled": True})
    configure(w, {"TxCtrlr.TxStartPoint": point, **more})


@pytest.mark.case("2.0.1", "TC_E_01_CS")
@both_ways
def test_tc_e_01_cs(remote: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        _started_at(w, "PowerPathClosed")
        s = Scene(w, remote=remote)
        s.authorized()
        assert s.tx is None
        s.ev_connected_pre_session()
        assert s.running


@pytest.mark.case("2.0.1", "TC_E_02_CS")
@both_ways
def test_tc_e_02_cs(remote: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        _started_at(w, "EnergyTransfer")
        s = Scene(w, remote=remote)
        s.authorized()
        w.bench("ev.plug_in")
        s.tell(s.status("Occupied"))
        found = s.tell(s.event("Started", "RemoteStart" if remote else "ChargingStateChanged", "Charging"))
        assert found["idToken"] == token_wire()
        assert found["evse"] == {"id": 1, "connectorId": 1}


@pytest.mark.case("2.0.1", "TC_E_03_CS")
@every_start
def test_tc_e_03_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        _started_at(w, point, **ONLINE_CARDS)
        s = Scene(w)
        s.ev_connected_pre_session()
        s.authorized(remote=False)
        s.energy_transfer_started()


@pytest.mark.case("2.0.1", "TC_E_04_CS")
@every_start
def test_tc_e_04_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        _started_at(w, point, **ONLINE_CARDS)
        s = Scene(w)
        s.parking_bay_occupied()
        s.authorized(remote=False)
        s.energy_transfer_started()


@pytest.mark.case("2.0.1", "TC_E_05_CS")
@pytest.mark.parametrize("start", ["ParkingBayOccupancy", "Authorized", "PowerPathClosed"])
@pytest.mark.parametrize("stop", ["Authorized", "ParkingBayOccupancy"])
def test_tc_e_05_cs(start: str, stop: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(
            w,
            {
                **ONLINE_CARDS,
                "TxCtrlr.EVConnectionTimeOut": CONNECTION_TIMEOUT_S,
                "AuthCacheCtrlr.Enabled": False,
                "AuthCtrlr.LocalPreAuthorize": False,
                "TxCtrlr.TxStartPoint": start,
                "TxCtrlr.TxStopPoint": stop,
            },
        )
        s = Scene(w)
        s.authorized(remote=False)
        _nobody_plugs_in(w, s)
        if not s.running and start == "ParkingBayOccupancy":  # what starts a transaction is a car that drives in
            w.bench("bay.set", occupied=False)
            s.bay = False
        s.authorized(remote=False)
        s.energy_transfer_started()


def _nobody_plugs_in(w: World, s: Scene) -> Payload | None:
    """The connection times out; gives the transaction event that tells it, if one has to be."""
    s.authorized_now = False
    if not s.running:
        w.expect_none("TransactionEvent", CONNECTION_TIMEOUT_S + 5)
        return None
    since = w.csms.all("TransactionEvent")[-1].at
    if "Authorized" in s.stops:
        step = s.event("Ended", "EVConnectTimeout", transactionInfo__stoppedReason="Timeout")
    else:
        step = s.event("Updated", "EVConnectTimeout")
    found = s.tell(step, within=CONNECTION_TIMEOUT_S + 5)
    assert abs(w.csms.all("TransactionEvent")[-1].at - since - CONNECTION_TIMEOUT_S) <= 1
    return found


@pytest.mark.case("2.0.1", "TC_E_09_CS")
def test_tc_e_09_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        _started_at(w, "EVConnected")
        s = Scene(w)
        s.parking_bay_occupied()
        w.bench("ev.plug_in")
        found = s.told(s.status("Occupied"), s.event("Started", "CablePluggedIn", "EVConnected"))[1]
        assert found["evse"] == {"id": 1, "connectorId": 1}


@pytest.mark.case("2.0.1", "TC_E_10_CS")
def test_tc_e_10_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {**ONLINE_CARDS, "TxCtrlr.TxStartPoint": "Authorized"})
        s = Scene(w)
        w.bench("rfid.tap", id_token=TOKEN)
        w.expect("Authorize", strict=True, idToken=token_wire())
        s.tell(s.event("Started", "Authorized", idToken=token_wire()))


@pytest.mark.case("2.0.1", "TC_E_11_CS")
@both_ways
def test_tc_e_11_cs(remote: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        _started_at(w, "DataSigned")
        s = Scene(w, remote=remote)
        s.authorized()
        w.bench("ev.plug_in")
        found = s.told(s.status("Occupied"), s.event("Started", "RemoteStart" if remote else "SignedDataReceived"))[1]
        assert found["idToken"] == token_wire()
        assert found["evse"] == {"id": 1, "connectorId": 1}
        (sampled,) = [v for v in found["meterValue"][0]["sampledValue"] if "signedMeterValue" in v]
        assert sampled["context"] == "Transaction.Begin"
        for name in ("encodingMethod", "publicKey", "signedMeterData", "signingMethod"):
            assert sampled["signedMeterValue"][name], name
        s.tell(s.event("Updated", "ChargingStateChanged", "Charging"))


@pytest.mark.case("2.0.1", "TC_E_12_CS")
def test_tc_e_12_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        _started_at(w, "ParkingBayOccupancy")
        s = Scene(w)
        w.bench("bay.set", occupied=True)
        s.tell(s.event("Started", "EVDetected"))


@pytest.mark.case("2.0.1", "TC_E_13_CS")
@pytest.mark.parametrize("asks", [False, True], ids=["taken", "asked"])
def test_tc_e_13_cs(asks: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {**ONLINE_CARDS, "TxCtrlr.TxStartPoint": "Authorized", "AuthCtrlr.AuthorizeRemoteStart": asks})
        s = Scene(w)
        answer = w.call("RequestStartTransaction", idToken=token_wire(), evseId=1, remoteStartId=77)
        assert answer["status"] == "Accepted"
        if asks:
            w.expect("Authorize", strict=True, idToken=token_wire())
        s.tell(s.event("Started", "RemoteStart", idToken=token_wire(), transactionInfo__remoteStartId=77))


@pytest.mark.case("2.0.1", "TC_E_38_CS")
@both_ways
@pytest.mark.parametrize("point", ["ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed"])
def test_tc_e_38_cs(point: str, remote: bool) -> None:
    with world("2.0.1", variables={"TxCtrlr": {"TxStartPoint": point}}) as w:
        ready(w)
        s = Scene(w, remote=remote)
        s.authorized()
        s.ev_connected_pre_session(auto_charge=False)
        s.tell(s.event("Updated", "ChargingStateChanged", "SuspendedEV"))


@pytest.mark.case("2.0.1", "TC_E_39_CS")
@both_ways
@pytest.mark.parametrize(
    ("start", "stop"),
    [
        ("ParkingBayOccupancy", "ParkingBayOccupancy"),  # the tool wants Updated for this start point
        ("Authorized", "Authorized"),
        ("EVConnected", "Authorized"),
        ("PowerPathClosed", "Authorized,EVConnected"),
    ],
)
def test_tc_e_39_cs(start: str, stop: str, remote: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(
            w,
            {
                **ONLINE_CARDS,
                "TxCtrlr.TxStartPoint": start,
                "TxCtrlr.TxStopPoint": stop,
                "TxCtrlr.EVConnectionTimeOut": CONNECTION_TIMEOUT_S,
            },
        )
        s = Scene(w, remote=remote)
        s.authorized()
        _nobody_plugs_in(w, s)
        w.bench("ev.plug_in")
        phase = "Updated" if s.running else "Started"
        if s.running or start == "EVConnected":
            _, found = s.told(s.status("Occupied"), s.event(phase, "CablePluggedIn"))
            assert "idToken" not in found
            assert found["transactionInfo"]["chargingState"] != "Charging"
        else:
            s.tell(s.status("Occupied"))
        w.advance(CONNECTION_TIMEOUT_S + 20)
        calls = {(call.action, call.payload.get("triggerReason")) for call in w.heard()} - {("Heartbeat", None)}
        assert calls <= {("TransactionEvent", "MeterValuePeriodic")}, calls
        assert not w.energised()


@pytest.mark.case("2.0.1", "TC_E_52_CS")
def test_tc_e_52_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"AuthCtrlr.Enabled": True, "AuthCtrlr.DisableRemoteAuthorization": True})
        s = Scene(w)
        s.parking_bay_occupied()
        w.bench("rfid.tap", id_token=TOKEN)
        w.advance(1)
        assert w.evse()["indicator"] == "rejected"
        w.bench("ev.plug_in")
        s.tell(s.status("Occupied"))
        w.advance(60)
        assert not w.heard()
        assert not w.energised()
