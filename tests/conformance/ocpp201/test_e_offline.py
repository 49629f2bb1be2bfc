"""Official cases of OCPP 2.0.1, block E: offline, and the status of a transaction (E08, E11, E12, E14)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.conformance.states201 import (
    BACK_OFF_S,
    GROUP,
    SAMPLE_S,
    TOKEN_2,
    TRANSACTION_S,
    Payload,
    Scene,
    World,
    configure,
    ready,
    world,
)

BACK_OFF: dict[str, object] = {
    "OCPPCommCtrlr.OfflineThreshold": BACK_OFF_S + 60,
    "OCPPCommCtrlr.RetryBackOffWaitMinimum": BACK_OFF_S,
    "OCPPCommCtrlr.RetryBackOffRandomRange": 0,
}
SAMPLED: dict[str, object] = {
    "SampledDataCtrlr.Enabled": True,
    "SampledDataCtrlr.TxUpdatedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr.TxUpdatedInterval": SAMPLE_S,
}
both_ways = pytest.mark.parametrize("remote", [False, True], ids=["local", "remote"])


def _charging(w: World, settings: Mapping[str, object] | None = None, *, remote: bool = False) -> Scene:
    ready(w)
    if settings:
        configure(w, settings)
    s = Scene(w, remote=remote)
    s.energy_transfer_started()
    w.advance(1)  # the last answer is there
    return s


def _status(w: World, tx: str | None = None) -> Payload:
    return w.call("GetTransactionStatus", {"transactionId": tx} if tx is not None else {})


def _asked_when_linked(w: World, tx: str | None) -> Payload:
    """The CSMS takes the connection again and asks for the status in the same moment."""
    w.restore_link()
    w.until(lambda: bool(w.csms.sockets), BACK_OFF_S + 5, "the link")
    return _status(w, tx)


def _samples_told(w: World, s: Scene) -> None:
    """What waited: samples of the time without link."""
    told = s.queue_emptied()
    assert told
    for payload in told:
        assert payload["eventType"] == "Updated"
        assert payload["meterValue"]


@pytest.mark.case("2.0.1", "TC_E_28_CS")
def test_tc_e_28_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        assert _status(w, "no-such-transaction") == {"ongoingIndicator": False, "messagesInQueue": False}


@pytest.mark.case("2.0.1", "TC_E_29_CS")
def test_tc_e_29_cs() -> None:
    with world("2.0.1") as w:
        s = _charging(w, {**SAMPLED, **BACK_OFF})
        w.cut_link()
        w.advance(BACK_OFF_S - 1)
        assert _asked_when_linked(w, s.tx) == {"ongoingIndicator": True, "messagesInQueue": True}
        _samples_told(w, s)


@pytest.mark.case("2.0.1", "TC_E_30_CS")
def test_tc_e_30_cs() -> None:
    with world("2.0.1") as w:
        s = _charging(w)
        w.advance(1)
        assert _status(w, s.tx) == {"ongoingIndicator": True, "messagesInQueue": False}


# What tells a transaction from the stop to the empty bay, and with which event it ends, by stop point.
ENDINGS = [
    ("Authorized", True, ["StopAuthorized"], "Local"),
    ("PowerPathClosed", True, ["StopAuthorized"], "Local"),
    ("EnergyTransfer", True, ["StopAuthorized", "ChargingStateChanged"], "Local"),
    ("EVConnected", True, ["StopAuthorized", "ChargingStateChanged", "EVCommunicationLost"], "Local"),
    (
        "ParkingBayOccupancy",
        True,
        ["StopAuthorized", "ChargingStateChanged", "EVCommunicationLost", "EVDeparted"],
        "Local",
    ),
    ("Authorized", False, ["EVCommunicationLost"], "EVDisconnected"),
    ("EVConnected", False, ["EVCommunicationLost"], "EVDisconnected"),
    ("ParkingBayOccupancy", False, ["EVCommunicationLost", "EVDeparted"], "EVDisconnected"),
]


@pytest.mark.case("2.0.1", "TC_E_31_CS")
@pytest.mark.parametrize(("point", "local", "triggers", "reason"), ENDINGS)
def test_tc_e_31_cs(point: str, local: bool, triggers: list[str], reason: str) -> None:
    with world("2.0.1") as w:
        s = _charging(
            w,
            {
                **SAMPLED,
                "OCPPCommCtrlr.OfflineThreshold": BACK_OFF_S + TRANSACTION_S + 60,
                "OCPPCommCtrlr.RetryBackOffWaitMinimum": BACK_OFF_S + TRANSACTION_S,
                "OCPPCommCtrlr.RetryBackOffRandomRange": 0,
                "TxCtrlr.TxStopPoint": point,
            },
        )
        w.cut_link()
        if local:
            w.bench("rfid.tap", id_token=s.token)
            w.advance(2)
        w.bench("ev.plug_out")
        w.advance(2)
        w.bench("bay.set", occupied=False)
        w.advance(TRANSACTION_S)
        assert _asked_when_linked(w, s.tx) == {"ongoingIndicator": False, "messagesInQueue": True}
        told = s.queue_emptied()
        assert [payload["triggerReason"] for payload in told] == triggers
        assert [payload["eventType"] for payload in told[:-1]] == ["Updated"] * (len(told) - 1)
        states = {payload["triggerReason"]: payload["transactionInfo"].get("chargingState") for payload in told}
        assert states.get("ChargingStateChanged", "EVConnected") == "EVConnected"
        assert states.get("EVCommunicationLost", "Idle") == "Idle"
        assert told[-1]["eventType"] == "Ended"
        assert told[-1]["transactionInfo"]["stoppedReason"] == reason


@pytest.mark.case("2.0.1", "TC_E_32_CS")
@both_ways
def test_tc_e_32_cs(remote: bool) -> None:
    with world("2.0.1") as w:
        s = _charging(w, remote=remote)
        s.parking_bay_unoccupied()
        w.advance(1)
        assert _status(w, s.tx) == {"ongoingIndicator": False, "messagesInQueue": False}


@pytest.mark.case("2.0.1", "TC_E_33_CS")
def test_tc_e_33_cs() -> None:
    with world("2.0.1") as w:
        s = _charging(w, {**SAMPLED, **BACK_OFF})
        w.cut_link()
        w.advance(BACK_OFF_S - 1)
        assert _asked_when_linked(w, None) == {"messagesInQueue": True}
        _samples_told(w, s)


@pytest.mark.case("2.0.1", "TC_E_34_CS")
def test_tc_e_34_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        assert _status(w) == {"messagesInQueue": False}


@pytest.mark.case("2.0.1", "TC_E_40_CS")
def test_tc_e_40_cs() -> None:
    with world("2.0.1") as w:
        s = _charging(w, {**SAMPLED, **BACK_OFF})
        w.cut_link()
        w.advance(BACK_OFF_S - 1)
        _samples_told(w, s)
        assert w.energised()


@pytest.mark.case("2.0.1", "TC_E_43_CS")
@pytest.mark.parametrize("cached", [True, False], ids=["cached", "unknown"])
def test_tc_e_43_cs(cached: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"AuthCtrlr.OfflineTxForUnknownIdEnabled": True, "AuthCacheCtrlr.Enabled": cached})
        s = Scene(w)
        if cached:
            s.id_token_cached()
        s.transaction_events_in_queue_ended()
        told = s.queue_emptied()
        assert told[0]["eventType"] == "Started"
        assert told[-1]["eventType"] == "Ended"
        assert {payload["eventType"] for payload in told[1:-1]} <= {"Updated"}


@pytest.mark.case("2.0.1", "TC_E_44_CS")
@pytest.mark.parametrize(
    "point", ["Authorized", "EVConnected", "ParkingBayOccupancy", "PowerPathClosed", "EnergyTransfer"]
)
def test_tc_e_44_cs(point: str) -> None:
    with world("2.0.1") as w:
        s = _charging(w, {**BACK_OFF, "TxCtrlr.TxStopPoint": point})
        _stopped_offline(w, s, s.token)


def _stopped_offline(w: World, s: Scene, token: str) -> None:
    """The link goes, a card stops, the car leaves, the link is back."""
    w.cut_link()
    w.bench("rfid.tap", id_token=token)
    w.advance(5)
    assert not w.energised()
    w.bench("ev.plug_out")
    w.advance(2)
    w.bench("bay.set", occupied=False)
    w.advance(BACK_OFF_S - 10)
    told = s.queue_emptied()
    assert told[-1]["eventType"] == "Ended"
    assert told[0]["triggerReason"] == "StopAuthorized"
    assert told[0]["idToken"]["idToken"] == token
    assert [payload["eventType"] for payload in told].count("Ended") == 1


@pytest.mark.case("2.0.1", "TC_E_45_CS")
def test_tc_e_45_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {**BACK_OFF, "AuthCacheCtrlr.Enabled": True})
        Scene(w, token=TOKEN_2).id_token_cached(group=GROUP)
        s = Scene(w)
        s.authorized(group=GROUP)
        s.energy_transfer_started()
        w.advance(1)
        _stopped_offline(w, s, TOKEN_2)
