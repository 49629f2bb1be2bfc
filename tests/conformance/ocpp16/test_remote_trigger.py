"""Official cases of OCPP 1.6, section 2.21: remote trigger."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.states16 import World, configured, ready, status, world


def _triggered(w: World, message: str, **fields: Any) -> None:
    assert w.call("TriggerMessage", requestedMessage=message, **fields)["status"] == "Accepted"


@pytest.mark.case("1.6", "TC_054_CS")
def test_tc_054_cs() -> None:
    with world("1.6") as w:
        ready(w)
        _triggered(w, "MeterValues", connectorId=1)
        told = w.expect("MeterValues", strict=True, connectorId=1)
        assert told["meterValue"][0]["sampledValue"][0]["context"] == "Trigger"
        w.csms.received.clear()
        w.forget()
        _triggered(w, "Heartbeat")
        w.expect("Heartbeat", strict=True)
        _triggered(w, "StatusNotification", connectorId=1)
        status(w, 1, "Available")
        _triggered(w, "DiagnosticsStatusNotification")
        w.expect("DiagnosticsStatusNotification", strict=True, status="Idle")
        _triggered(w, "FirmwareStatusNotification")
        w.expect("FirmwareStatusNotification", strict=True, status="Idle")


@pytest.mark.case("1.6", "TC_055_CS")
def test_tc_055_cs() -> None:
    with world("1.6") as w:
        ready(w)
        beyond = int(configured(w, "NumberOfConnectors")) + 1
        answer = w.call("TriggerMessage", requestedMessage="MeterValues", connectorId=beyond)
        assert answer["status"] == "Rejected"
        w.advance(30)
        assert not w.heard()
