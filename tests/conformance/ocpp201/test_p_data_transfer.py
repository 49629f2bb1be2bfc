"""Official cases of OCPP 2.0.1, block P: data transfer, and custom data beside the fields of a message."""

from __future__ import annotations

import pytest

from tests.conformance.states201 import ready, world


@pytest.mark.case("2.0.1", "TC_P_01_CS")
def test_tc_p_01_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        answer = w.call("DataTransfer", vendorId="org.openchargealliance.octt", messageId="unused")
        assert answer["status"] == "UnknownVendorId"  # P01.FR.06; the case takes UnknownMessageId and Rejected too
        assert "data" not in answer


@pytest.mark.case("2.0.1", "TC_P_03_CS")
def test_tc_p_03_cs() -> None:
    custom = {"vendorId": "org.openchargealliance.octt", "anything": [1, {"of": "theirs"}]}
    named = {
        "component": {"name": "OCPPCommCtrlr", "customData": custom},
        "variable": {"name": "OfflineThreshold", "customData": custom},
        "attributeType": "Actual",
        "customData": custom,
    }
    with world("2.0.1") as w:
        ready(w)
        answer = w.call("SetVariables", setVariableData=[{**named, "attributeValue": "200"}], customData=custom)
        assert answer["setVariableResult"][0]["attributeStatus"] == "Accepted"
        (found,) = w.call("GetVariables", getVariableData=[named], customData=custom)["getVariableResult"]
        assert found["attributeStatus"] == "Accepted"
        assert found.get("attributeType", "Actual") == "Actual"
        assert found["attributeValue"] == "200"
