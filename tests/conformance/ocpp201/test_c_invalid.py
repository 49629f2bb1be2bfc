"""Official cases of OCPP 2.0.1, block C: accepted offline, but not by the CSMS (C12, C15)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.states201 import (
    BACK_OFF_S,
    TRANSACTION_S,
    Payload,
    Scene,
    World,
    configure,
    ready,
    token_wire,
    world,
)

MAX_ENERGY_WH = 10_000
BACK_OFF: dict[str, object] = {
    "OCPPCommCtrlr.OfflineThreshold": BACK_OFF_S + 60,
    "OCPPCommCtrlr.RetryBackOffWaitMinimum": BACK_OFF_S,
    "OCPPCommCtrlr.RetryBackOffRandomRange": 0,
}
KNOWN: dict[str, object] = {
    "AuthCacheCtrlr.Enabled": True,
    "AuthCtrlr.LocalPreAuthorize": True,
    "AuthCtrlr.LocalAuthorizeOffline": True,
    "AuthCtrlr.OfflineTxForUnknownIdEnabled": True,
    **BACK_OFF,
}


def _answer_invalid(w: World) -> None:
    info = {"idTokenInfo": {"status": "Invalid"}}
    w.csms.on("TransactionEvent", lambda payload: info if "idToken" in payload else {})


def _told(w: World, seconds: float) -> list[Payload]:
    """Transaction events until then."""
    w.advance(seconds)
    found = [call.payload for call in w.heard() if call.action == "TransactionEvent"]
    w.forget()
    return found


def _deauthorized_when_linked(w: World, stop: bool, max_energy_wh: int) -> tuple[Scene, list[Payload]]:
    """Charging began offline with a cached token that the CSMS then says is invalid; gives what was told."""
    ready(w)
    limits: dict[str, Any] = {"TxCtrlr.StopTxOnInvalidId": stop, "TxCtrlr.MaxEnergyOnInvalidId": max_energy_wh}
    configure(w, {**KNOWN, **limits})
    s = Scene(w)
    s.id_token_cached()
    s.ev_connected_pre_session()
    w.cut_link()
    w.bench("rfid.tap", id_token=s.token, type=s.kind)
    w.advance(TRANSACTION_S)
    assert w.energised()
    _answer_invalid(w)
    w.restore_link()
    w.until(lambda: bool(w.csms.sockets), 2 * BACK_OFF_S, "the link")
    found = _told(w, 10)
    for payload in found:
        s.follow(payload)
    tokens = [payload for payload in found if "idToken" in payload]
    assert [(p["triggerReason"], p["idToken"], p["offline"]) for p in tokens] == [("Authorized", token_wire(), True)]
    charging = [p for p in found if p["triggerReason"] == "ChargingStateChanged" and p.get("offline")]
    assert [p["transactionInfo"]["chargingState"] for p in charging] == ["Charging"]
    return s, found


def _online(found: list[Payload]) -> list[Payload]:
    return [payload for payload in found if not payload.get("offline")]


@pytest.mark.case("2.0.1", "TC_C_15_CS")
def test_tc_c_15_cs() -> None:
    with world("2.0.1") as w:
        s, found = _deauthorized_when_linked(w, False, MAX_ENERGY_WH)
        assert not [p for p in found if p["triggerReason"] == "Deauthorized"]
        assert "SuspendedEVSE" not in [p["transactionInfo"].get("chargingState") for p in found]
        assert w.energised()
        suspended = w.expect(
            "TransactionEvent", within=3 * 3600, eventType="Updated", transactionInfo__chargingState="SuspendedEVSE"
        )
        assert suspended["transactionInfo"]["transactionId"] == s.tx
        w.advance(10)
        assert not w.energised()
        delivered = w.evse()["transaction"]["energy_wh"]  # in all, what flowed offline included
        assert MAX_ENERGY_WH <= delivered <= MAX_ENERGY_WH + 100


@pytest.mark.case("2.0.1", "TC_C_16_CS")
def test_tc_c_16_cs() -> None:
    with world("2.0.1") as w:
        _, found = _deauthorized_when_linked(w, True, 0)
        assert "Deauthorized" in [p["triggerReason"] for p in _online(found)]
        assert not w.energised()


@pytest.mark.case("2.0.1", "TC_C_17_CS")
def test_tc_c_17_cs() -> None:
    with world("2.0.1") as w:
        _, found = _deauthorized_when_linked(w, False, 0)
        (suspended,) = _online(found)
        assert suspended["eventType"] == "Updated"
        assert suspended["transactionInfo"]["chargingState"] == "SuspendedEVSE"
        assert not w.energised()


@pytest.mark.case("2.0.1", "TC_C_18_CS")
def test_tc_c_18_cs() -> None:
    with world("2.0.1") as w:
        _, found = _deauthorized_when_linked(w, True, 500)
        assert "Deauthorized" in [p["triggerReason"] for p in _online(found)]
        assert not w.energised()


@pytest.mark.case("2.0.1", "TC_C_26_CS")
def test_tc_c_26_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(
            w,
            {
                "AuthCtrlr.LocalPreAuthorize": True,
                "AuthCtrlr.OfflineTxForUnknownIdEnabled": True,
                "AuthCtrlr.LocalAuthorizeOffline": True,
                "TxCtrlr.MaxEnergyOnInvalidId": 0,
                "TxCtrlr.StopTxOnInvalidId": False,
                **BACK_OFF,
            },
        )
        s = Scene(w)
        s.start_offline_transaction()
        assert w.energised()
        _answer_invalid(w)
        w.forget()
        queued = s.queue_emptied()  # each marked as offline if it is of the time without link
        assert queued[0]["eventType"] == "Started"
        assert token_wire() in [p.get("idToken") for p in queued]
        told = [call.payload for call in w.csms.received if call.action == "TransactionEvent"]
        assert "SuspendedEVSE" in [p["transactionInfo"].get("chargingState") for p in told]
        assert not w.energised()
        w.bench("rfid.tap", id_token=s.token, type=s.kind)
        w.bench("ev.plug_out")
        stopped = w.expect("TransactionEvent", triggerReason="StopAuthorized")
        s.follow(stopped)
        assert stopped["eventType"] == "Ended"
        assert stopped.get("offline", False) is False
