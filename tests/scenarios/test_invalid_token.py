"""The CSMS refuses the token of a transaction that runs already (2.0.1 E05)."""

from __future__ import annotations

import pytest

from tests.conformance.states201 import Payload, Scene, World, configure, ready, world


def _refused(w: World, stop_point: str, **settings: object) -> Scene:
    """Charging starts, and the answer to the first event with the token says Invalid."""
    ready(w)
    configure(
        w,
        {
            "TxCtrlr.TxStartPoint": "EVConnected",
            "TxCtrlr.TxStopPoint": stop_point,
            "SampledDataCtrlr.TxUpdatedInterval": 0,
            **{f"TxCtrlr.{name}": value for name, value in settings.items()},
        },
    )
    s = Scene(w)
    w.csms.on("Authorize", {"idTokenInfo": {"status": "Accepted"}})
    invalid: Payload = {"idTokenInfo": {"status": "Invalid"}}
    w.csms.on("TransactionEvent", lambda payload: invalid if "idToken" in payload else {})
    if stop_point == "ParkingBayOccupancy":
        w.bench("bay.set", occupied=True)  # a stop point that was never met ends nothing
    w.bench("ev.plug_in")
    s.told(s.status("Occupied"), s.event("Started", "CablePluggedIn"))
    w.bench("rfid.tap", id_token=s.token)
    w.expect("Authorize", strict=True)
    s.tell(s.event("Updated", "Authorized"))
    return s


@pytest.mark.parametrize("point", ["Authorized", "PowerPathClosed", "EnergyTransfer"])
def test_a_stop_point_ends_the_transaction(point: str) -> None:
    with world("2.0.1") as w:
        s = _refused(w, point, StopTxOnInvalidId=True)
        s.tell(s.event("Ended", "Deauthorized", transactionInfo__stoppedReason="DeAuthorized"))  # E05.FR.10
        w.advance(30)
        assert not w.energised()


@pytest.mark.parametrize("point", ["EVConnected", "ParkingBayOccupancy"])
def test_without_one_it_goes_on_without_energy(point: str) -> None:
    with world("2.0.1") as w:
        s = _refused(w, point, StopTxOnInvalidId=True)
        s.tell(s.event("Updated", "Deauthorized", "EVConnected"))  # E05.FR.09
        w.advance(30)
        assert not w.energised()
        w.bench("rfid.tap", id_token=s.token)
        w.advance(30)
        assert not w.energised()
        assert not w.heard()
        w.bench("ev.plug_out")
        w.bench("bay.set", occupied=False)
        w.advance(5)
        last = [call.payload for call in w.heard() if call.action == "TransactionEvent"][-1]
        assert (last["eventType"], last["transactionInfo"]["stoppedReason"]) == ("Ended", "DeAuthorized")


@pytest.mark.parametrize("point", ["Authorized", "EVConnected", "ParkingBayOccupancy"])
def test_no_energy_for_it_suspends_the_transaction(point: str) -> None:
    with world("2.0.1") as w:
        s = _refused(w, point, StopTxOnInvalidId=False, MaxEnergyOnInvalidId=0)
        s.tell(s.event("Updated", "ChargingStateChanged", "SuspendedEVSE"))  # E05.FR.02
        w.advance(30)
        assert not w.energised()
        w.bench("ev.plug_out")
        phase = "Ended" if point != "ParkingBayOccupancy" else "Updated"
        s.told(s.status("Available"), s.event(phase, "EVCommunicationLost", "Idle"))


def test_some_energy_for_it_suspends_the_transaction_later() -> None:
    with world("2.0.1") as w:
        s = _refused(w, "Authorized", StopTxOnInvalidId=False, MaxEnergyOnInvalidId=500)
        s.tell(s.event("Updated", "ChargingStateChanged", "Charging"))
        w.advance(60)
        assert w.energised()
        s.tell(s.event("Updated", "ChargingStateChanged", "SuspendedEVSE"), within=1800)  # E05.FR.03
        w.until(lambda: not w.energised(), 10, "no energy")
        w.bench("rfid.tap", id_token=s.token)
        ended = s.tell(s.event("Ended", "StopAuthorized"))
        assert 500 <= ended["meterValue"][-1]["sampledValue"][0]["value"] <= 520


def test_where_the_end_of_energy_stops_it_that_is_because_of_the_token() -> None:
    with world("2.0.1") as w:
        s = _refused(w, "EnergyTransfer", StopTxOnInvalidId=False, MaxEnergyOnInvalidId=500)
        s.tell(s.event("Updated", "ChargingStateChanged", "Charging"))
        ended = s.event("Ended", "ChargingStateChanged", transactionInfo__stoppedReason="DeAuthorized")
        s.tell(ended, within=1800)
        w.advance(30)
        assert not w.energised()
