"""Official cases of OCPP 2.0.1, block E: offline, messages that are not accepted, and the status of a transaction."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agent.demo.csms import Refuse
from tests.conformance.states201 import (
    BACK_OFF_S,
    CONNECTION_TIMEOUT_S,
    GROUP,
    SAMPLE_S,
    TOKEN_2,
    TRANSACTION_S,
    Payload,
    Scene,
    World,
    configure,
    configured,
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
ATTEMPTS = 3
INTERVAL_S = 7
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


# Messages that are not accepted (E13)


def _waiting_for_an_answer(w: World, answers: Callable[[], Any]) -> tuple[Scene, float]:
    """Authorized, then plugged in; the transaction event of the energy, which comes next, is answered by `answers`.

    Gives the scene and MessageTimeout.
    """
    ready(w)
    configure(
        w,
        {
            "OCPPCommCtrlr.MessageAttempts[TransactionEvent]": ATTEMPTS,
            "OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]": INTERVAL_S,
            "TxCtrlr.EVConnectionTimeOut": CONNECTION_TIMEOUT_S,
            "SampledDataCtrlr.TxUpdatedInterval": 0,
        },
    )
    timeout_s = float(configured(w, "OCPPCommCtrlr.MessageTimeout[Default]"))
    s = Scene(w)
    s.authorized()
    s.ev_connected_pre_session()
    w.advance(0.2)  # what came so far is answered
    answers()
    return s, timeout_s


def _charging_event(payload: Payload) -> bool:
    return bool(payload["transactionInfo"].get("chargingState") == "Charging")


def _sent(w: World, seconds: float) -> list[float]:
    """When the transaction event of the energy was sent; it is the same one each time, and no other comes."""
    w.advance(seconds)
    calls = [call for call in w.heard() if call.action == "TransactionEvent"]
    w.forget()
    assert all(_charging_event(call.payload) for call in calls), calls
    assert all(call.payload == calls[0].payload for call in calls), calls
    return [call.at for call in calls]


def _spaced(times: list[float], count: int, answered_after_s: float) -> None:
    """So many, the n-th repetition n intervals after the failure of the one before (E13.FR.03)."""
    assert len(times) == count, times
    for number, (before, after) in enumerate(itertools.pairwise(times), 1):
        assert abs(after - before - (answered_after_s + number * INTERVAL_S)) < 1, times


def _long_enough(answered_after_s: float) -> float:
    """All attempts, and one iteration more than there may be."""
    return sum(answered_after_s + number * INTERVAL_S for number in range(1, ATTEMPTS + 2)) + 10


@pytest.mark.case("2.0.1", "TC_E_41_CS")
def test_tc_e_41_cs() -> None:
    with world("2.0.1") as w:
        s, timeout_s = _waiting_for_an_answer(w, lambda: w.csms.silence("TransactionEvent"))
        _spaced(_sent(w, _long_enough(timeout_s)), ATTEMPTS, timeout_s)
        _goes_on_with_the_next(w, s)


def _goes_on_with_the_next(w: World, s: Scene) -> None:
    """E13.FR.04: what failed for good holds nothing back."""
    w.csms.accept("TransactionEvent")
    w.bench("ev.pause")
    told = w.expect("TransactionEvent", strict=True)["transactionInfo"]
    assert (told["transactionId"], told["chargingState"]) == (s.tx, "SuspendedEV")


@pytest.mark.case("2.0.1", "TC_E_42_CS")
def test_tc_e_42_cs() -> None:
    with world("2.0.1") as w:
        _, timeout_s = _waiting_for_an_answer(w, lambda: w.csms.silence("TransactionEvent", 1))
        _spaced(_sent(w, _long_enough(timeout_s)), 2, timeout_s)


def _refusing(w: World, refusals: int | None) -> Callable[[], None]:
    """CALLERROR InternalError to the event of the energy, so many times or for ever."""
    left = itertools.count() if refusals is None else iter(range(refusals))

    def answer(_payload: Payload) -> Payload | Exception:
        return {} if next(left, None) is None else Refuse("InternalError")

    return lambda: w.csms.on("TransactionEvent", answer)


@pytest.mark.case("2.0.1", "TC_E_50_CS")
def test_tc_e_50_cs() -> None:
    with world("2.0.1") as w:
        s, _ = _waiting_for_an_answer(w, _refusing(w, None))
        _spaced(_sent(w, _long_enough(0)), ATTEMPTS, 0)
        _goes_on_with_the_next(w, s)


@pytest.mark.case("2.0.1", "TC_E_51_CS")
def test_tc_e_51_cs() -> None:
    with world("2.0.1") as w:
        _waiting_for_an_answer(w, _refusing(w, 1))
        _spaced(_sent(w, _long_enough(0)), 2, 0)


# Whole transactions and their ends without a link


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
@pytest.mark.parametrize("point", ["Authorized", "EVConnected", "ParkingBayOccupancy"])
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
