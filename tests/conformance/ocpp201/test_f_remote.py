"""Official cases of OCPP 2.0.1, block F: remote start, remote stop and unlock."""

from __future__ import annotations

import pytest

from tests.conformance.states201 import CONNECTION_TIMEOUT_S, SOCKET, Scene, World, configure, ready, world

ONLINE_CARDS = {"AuthCtrlr.Enabled": True, "AuthCtrlr.DisableRemoteAuthorization": False}
all_start_points = pytest.mark.parametrize(
    "point", ["ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"]
)


@pytest.mark.case("2.0.1", "TC_F_01_CS")
@all_start_points
def test_tc_f_01_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {**ONLINE_CARDS, "TxCtrlr.TxStartPoint": point})
        s = Scene(w)
        s.ev_connected_pre_session()
        s.authorized(remote=True)
        s.energy_transfer_started()


PROFILE = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": [
        {
            "id": 1,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "numberPhases": 1, "limit": 6}],
        }
    ],
}


@pytest.mark.case("2.0.1", "TC_K_38_CS")
@pytest.mark.parametrize("asks", [True, False], ids=["asked", "not asked"])
@all_start_points
def test_tc_k_38_cs(point: str, asks: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"AuthCtrlr.AuthorizeRemoteStart": asks, "TxCtrlr.TxStartPoint": point})
        s = Scene(w)
        s.ev_connected_pre_session()
        s.authorized(remote=True, profile=PROFILE)
        s.energy_transfer_started()
        assert w.evse()["offered_ma"] > 6_000  # F01.FR.12: let go by
        assert bool(w.csms.all("Authorize")) == asks


def _remote_first(point: str, *, asks: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {**ONLINE_CARDS, "AuthCtrlr.AuthorizeRemoteStart": asks, "TxCtrlr.TxStartPoint": point})
        s = Scene(w)
        s.parking_bay_occupied()
        s.authorized(remote=True)
        s.energy_transfer_started()
        assert bool(w.csms.all("Authorize")) == asks
        events = [call.payload for call in w.csms.all("TransactionEvent")]
        told = [payload for payload in events if payload["triggerReason"] == "RemoteStart"]
        assert len(told) == 1, events
        assert "remoteStartId" in told[0]["transactionInfo"]


@pytest.mark.case("2.0.1", "TC_F_02_CS")
@all_start_points
def test_tc_f_02_cs(point: str) -> None:
    _remote_first(point, asks=True)


@pytest.mark.case("2.0.1", "TC_F_03_CS")
@all_start_points
def test_tc_f_03_cs(point: str) -> None:
    _remote_first(point, asks=False)


@pytest.mark.case("2.0.1", "TC_F_04_CS")
@pytest.mark.parametrize("start", ["ParkingBayOccupancy", "Authorized"])
@pytest.mark.parametrize("stop", ["Authorized", "EVConnected"])
def test_tc_f_04_cs(start: str, stop: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(
            w,
            {
                **ONLINE_CARDS,
                "TxCtrlr.EVConnectionTimeOut": CONNECTION_TIMEOUT_S,
                "TxCtrlr.TxStartPoint": start,
                "TxCtrlr.TxStopPoint": stop,
            },
        )
        s = Scene(w)
        s.authorized(remote=True)
        since = w.csms.all("TransactionEvent")[-1].at
        s.tell(
            s.event("Ended", "EVConnectTimeout", transactionInfo__stoppedReason="Timeout"),
            within=CONNECTION_TIMEOUT_S + 5,
        )
        assert abs(w.csms.all("TransactionEvent")[-1].at - since - CONNECTION_TIMEOUT_S) <= 1
        if start == "ParkingBayOccupancy":  # what starts a transaction is a car that drives in
            w.bench("bay.set", occupied=False)
            s.bay = False
        s.authorized_now = False
        s.authorized(remote=True)
        assert s.running


def _unlock(w: World, connector: int = 1) -> str:
    return str(w.call("UnlockConnector", evseId=1, connectorId=connector)["status"])


@pytest.mark.case("2.0.1", "TC_F_05_CS")
def test_tc_f_05_cs() -> None:
    with world("2.0.1", evses=(SOCKET,)) as w:
        ready(w)
        s = Scene(w)
        s.energy_transfer_started()
        assert _unlock(w) == "OngoingAuthorizedTransaction"
        w.advance(5)
        assert w.energised()
        assert w.evse()["lock"] == "locked"


@pytest.mark.case("2.0.1", "TC_F_06_CS")
@pytest.mark.parametrize("left", [False, True], ids=["plugged", "locked in"])
def test_tc_f_06_cs(left: bool) -> None:
    """With a car that nobody has authorized, and with a cable that outlived its transaction."""
    with world("2.0.1", evses=(SOCKET,)) as w:
        ready(w)
        s = Scene(w)
        if left:
            configure(w, {"OCPPCommCtrlr.UnlockOnEVSideDisconnect": False})
            s.energy_transfer_started()
            w.bench("ev.plug_out", side="ev")
            w.advance(10)
            assert w.evse()["lock"] == "locked"
        else:
            s.ev_connected_pre_session()
        assert _unlock(w) == "Unlocked"
        assert w.evse()["lock"] == "unlocked"


@pytest.mark.case("2.0.1", "TC_F_07_CS")
def test_tc_f_07_cs() -> None:
    with world("2.0.1", evses=(SOCKET,)) as w:
        ready(w)
        assert _unlock(w) == "Unlocked"


@pytest.mark.case("2.0.1", "TC_F_10_CS")
def test_tc_f_10_cs() -> None:
    with world("2.0.1", evses=(SOCKET,)) as w:
        ready(w)
        assert _unlock(w, 999) == "UnknownConnector"


@pytest.mark.case("2.0.1", "TC_F_08_CS")
@pytest.mark.parametrize(
    "point", ["ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer"]
)
def test_tc_f_08_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStopPoint": point})
        s = Scene(w)
        s.energy_transfer_started()
        s.stop_authorized(remote=True)
        w.until(lambda: not w.energised(), 10, "no energy")


@pytest.mark.case("2.0.1", "TC_F_09_CS")
def test_tc_f_09_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        s = Scene(w)
        s.energy_transfer_started()
        assert w.call("RequestStopTransaction", transactionId=f"not-{s.tx}")["status"] == "Rejected"
        w.advance(5)
        assert w.energised()
