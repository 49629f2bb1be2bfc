"""Official cases of OCPP 2.0.1, block F: TriggerMessage."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.states201 import FIXED_CABLE, TOKEN, TOKEN_2, Payload, Scene, World, ready, world

TWO = (FIXED_CABLE, FIXED_CABLE)


def _trigger(w: World, message: str, **evse: Any) -> None:
    """TriggerMessage is accepted; what it leads to leaves after the answer (F06.FR.04)."""
    answer = w.call("TriggerMessage", {"requestedMessage": message, **({"evse": evse} if evse else {})})
    assert answer == {"status": "Accepted"}


def _told(w: World, action: str, **fields: Any) -> Payload:
    return w.expect(action, strict=True, **fields)


def _context(values: list[Payload]) -> str:
    contexts = {sampled["context"] for value in values for sampled in value["sampledValue"]}
    assert len(contexts) == 1, contexts
    return str(contexts.pop())


@pytest.mark.case("2.0.1", "TC_F_11_CS")
def test_tc_f_11_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        _trigger(w, "MeterValues", id=2)
        found = _told(w, "MeterValues", evseId=2)
        assert _context(found["meterValue"]) == "Trigger"
        w.advance(5)
        assert not w.heard()


@pytest.mark.case("2.0.1", "TC_F_12_CS")
def test_tc_f_12_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        _trigger(w, "MeterValues")
        for found in w.expect_all(("MeterValues", {"evseId": 1}), ("MeterValues", {"evseId": 2})):
            assert _context(found["meterValue"]) == "Trigger"
        w.advance(5)
        assert not w.heard()


def _of_transaction(s: Scene, found: Payload) -> None:
    assert found["eventType"] == "Updated"
    assert found["transactionInfo"]["transactionId"] == s.tx
    assert found["transactionInfo"]["chargingState"] == "Charging"
    assert _context(found["meterValue"]) == "Trigger"


@pytest.mark.case("2.0.1", "TC_F_13_CS")
def test_tc_f_13_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        s = Scene(w)
        s.energy_transfer_started()
        w.advance(1)
        _trigger(w, "TransactionEvent", id=1)
        _of_transaction(s, s.tell(s.event("Updated", "Trigger", evse={"id": 1, "connectorId": 1})))


@pytest.mark.case("2.0.1", "TC_F_14_CS")
def test_tc_f_14_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        scenes = [Scene(w, evse=1, token=TOKEN), Scene(w, evse=2, token=TOKEN_2)]
        for s in scenes:
            s.energy_transfer_started()
        w.advance(1)
        _trigger(w, "TransactionEvent")
        wanted = [s.event("Updated", "Trigger", evse={"id": s.evse, "connectorId": 1}) for s in scenes]
        for s, found in zip(scenes, w.expect_all(*wanted), strict=True):
            _of_transaction(s, found)


@pytest.mark.case("2.0.1", "TC_F_15_CS")
def test_tc_f_15_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        _trigger(w, "LogStatusNotification")
        assert _told(w, "LogStatusNotification") == {"status": "Idle"}


@pytest.mark.case("2.0.1", "TC_F_17_CS")
def test_tc_f_17_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        _trigger(w, "FirmwareStatusNotification", id=1)
        assert _told(w, "FirmwareStatusNotification") == {"status": "Idle"}


@pytest.mark.case("2.0.1", "TC_F_18_CS")
def test_tc_f_18_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        _trigger(w, "FirmwareStatusNotification")
        assert _told(w, "FirmwareStatusNotification") == {"status": "Idle"}


@pytest.mark.case("2.0.1", "TC_F_20_CS")
def test_tc_f_20_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        _trigger(w, "Heartbeat")
        assert _told(w, "Heartbeat", within=5) == {}


@pytest.mark.case("2.0.1", "TC_F_23_CS")
def test_tc_f_23_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        _trigger(w, "StatusNotification", id=1, connectorId=1)
        _told(w, "StatusNotification", evseId=1, connectorId=1, connectorStatus="Available")


@pytest.mark.case("2.0.1", "TC_F_24_CS")
def test_tc_f_24_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        Scene(w).ev_connected_pre_session()
        w.advance(1)
        w.forget()
        _trigger(w, "StatusNotification", id=1, connectorId=1)
        _told(w, "StatusNotification", evseId=1, connectorId=1, connectorStatus="Occupied")


@pytest.mark.case("2.0.1", "TC_F_26_CS")
def test_tc_f_26_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        assert w.call("TriggerMessage", requestedMessage="BootNotification")["status"] == "Rejected"
        w.advance(10)
        assert not w.heard()


@pytest.mark.case("2.0.1", "TC_F_27_CS")
def test_tc_f_27_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        assert w.call("TriggerMessage", requestedMessage="SignCombinedCertificate")["status"] == "NotImplemented"
        w.advance(10)
        assert not w.heard()
