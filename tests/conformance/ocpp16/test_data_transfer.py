"""Official cases of OCPP 1.6, section 2.23: data transfer."""

from __future__ import annotations

import pytest

from tests.conformance.states16 import ready, world


@pytest.mark.case("1.6", "TC_062_CS")
def test_tc_062_cs() -> None:
    with world("1.6") as w:
        ready(w)
        answer = w.call("DataTransfer", vendorId="com.example.unknown", messageId="hello", data="{}")
        assert answer["status"] in {"Rejected", "UnknownMessageId", "UnknownVendorId"}
