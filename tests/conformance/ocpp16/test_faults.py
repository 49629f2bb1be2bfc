"""Official cases of OCPP 1.6, section 2.16: faults."""

from __future__ import annotations

import pytest

from tests.conformance.states16 import TAG, accept, ready, status, world

TRANSACTION_S = 60  # <Configured Transaction Duration>


@pytest.mark.case("1.6", "TC_041_CS")
def test_tc_041_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        w.bench("fault.inject", evse=1, code="ground_failure", ocpp16_error_code="GroundFailure")
        status(w, 1, "Faulted", errorCode="GroundFailure")
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TAG)
        w.expect_none("StartTransaction", TRANSACTION_S)
        assert not w.energised()
        assert {call.action for call in w.heard()} <= {"Authorize"}
