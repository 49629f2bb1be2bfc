"""Official cases of OCPP 1.6, sections 2.7 and 2.12: unlocking a connector."""

from __future__ import annotations

import pytest

from tests.conformance.states16 import FIXED_CABLE, SOCKET, accept, charging, ready, status, world


@pytest.mark.case("1.6", "TC_017_1_CS")
def test_tc_017_1_cs() -> None:
    with world("1.6", evses=(SOCKET,)) as w:
        ready(w)
        assert w.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"


@pytest.mark.case("1.6", "TC_017_2_CS")
def test_tc_017_2_cs() -> None:
    with world("1.6", evses=(FIXED_CABLE,)) as w:
        ready(w)
        assert w.call("UnlockConnector", connectorId=1)["status"] == "NotSupported"


@pytest.mark.case("1.6", "TC_018_1_CS")
def test_tc_018_1_cs() -> None:
    with world("1.6", evses=(SOCKET,)) as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        assert w.evse()["lock"] == "locked"
        assert w.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"
        assert w.evse()["lock"] == "unlocked"
        assert not w.energised()
        w.expect_all(
            ("StopTransaction", {"reason": "UnlockCommand", "transactionId": transaction}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing", "errorCode": "NoError"}),
        )
        w.bench("ev.plug_out")
        status(w, 1, "Available")


@pytest.mark.case("1.6", "TC_018_2_CS")
def test_tc_018_2_cs() -> None:
    with world("1.6", evses=(FIXED_CABLE,)) as w:
        ready(w)
        accept(w)
        charging(w)
        assert w.call("UnlockConnector", connectorId=1)["status"] == "NotSupported"
        w.advance(30)
        assert not w.heard()
        assert w.energised()


@pytest.mark.case("1.6", "TC_030_CS")
def test_tc_030_cs() -> None:
    with world("1.6", evses=(SOCKET,)) as w:
        ready(w)
        accept(w)
        charging(w)
        w.bench("lock.set", fail_on_unlock=True)
        assert w.call("UnlockConnector", connectorId=1)["status"] == "UnlockFailed"


@pytest.mark.case("1.6", "TC_031_CS")
@pytest.mark.parametrize("connector", [2, 99])
def test_tc_031_cs(connector: int) -> None:
    with world("1.6", evses=(SOCKET,)) as w:
        ready(w)
        assert w.call("UnlockConnector", connectorId=connector)["status"] == "NotSupported"
