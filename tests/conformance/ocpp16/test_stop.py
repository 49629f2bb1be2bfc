"""Official cases of OCPP 1.6, sections 2.3, 2.5 and 2.11: how a transaction stops, or does not."""

from __future__ import annotations

import pytest

from tests.conformance.states16 import (
    FIXED_CABLE,
    SOCKET,
    TAG,
    TAG_2,
    accept,
    charging,
    configure,
    ready,
    status,
    world,
)

PARENT = "FAMILY"


@pytest.mark.case("1.6", "TC_068_CS")
def test_tc_068_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        charging(w)
        w.bench("rfid.tap", id_token=TAG_2)
        w.advance(30)
        assert not w.heard()  # neither Authorize nor StopTransaction
        w.bench("rfid.tap", id_token=TAG)
        stopped, _ = w.expect_all(
            ("StopTransaction", {"idTag": TAG}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing", "errorCode": "NoError"}),
        )
        assert stopped.get("reason", "Local") == "Local"


@pytest.mark.case("1.6", "TC_069_CS")
def test_tc_069_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w, parent=PARENT)
        charging(w)
        w.bench("rfid.tap", id_token=TAG_2)
        w.expect("Authorize", strict=True, idTag=TAG_2)
        stopped, _ = w.expect_all(
            ("StopTransaction", {"idTag": TAG_2}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing", "errorCode": "NoError"}),
        )
        assert stopped.get("reason", "Local") == "Local"


@pytest.mark.case("1.6", "TC_005_1_CS")
def test_tc_005_1_cs() -> None:
    with world("1.6", evses=(SOCKET,)) as w:
        ready(w)
        configure(
            w,
            MinimumStatusDuration=0,
            StopTransactionOnEVSideDisconnect="true",
            UnlockConnectorOnEVSideDisconnect="true",
        )
        accept(w)
        transaction = charging(w)
        w.bench("ev.plug_out", side="ev")
        w.expect_all(
            ("StopTransaction", {"reason": "EVDisconnected", "transactionId": transaction}),
            (
                "StatusNotification",
                {"connectorId": 1, "status": "Finishing", "info": "EV side disconnected", "errorCode": "NoError"},
            ),
        )
        w.advance(5)
        assert w.evse()["lock"] == "unlocked"


@pytest.mark.case("1.6", "TC_005_2_CS")
@pytest.mark.parametrize("evse", [SOCKET, FIXED_CABLE], ids=["socket", "fixed cable"])
def test_tc_005_2_cs(evse: object) -> None:
    with world("1.6", evses=(evse,)) as w:
        ready(w)
        configure(
            w,
            MinimumStatusDuration=0,
            StopTransactionOnEVSideDisconnect="true",
            UnlockConnectorOnEVSideDisconnect="false",
        )
        accept(w)
        transaction = charging(w)
        w.bench("ev.plug_out", side="ev")
        told = "Finishing" if evse is SOCKET else "Available"
        w.expect_all(
            ("StopTransaction", {"reason": "EVDisconnected", "transactionId": transaction}),
            ("StatusNotification", {"connectorId": 1, "status": told, "errorCode": "NoError"}),
        )
        w.advance(30)
        if evse is SOCKET:
            assert w.evse()["lock"] == "locked"
        answer = w.call("UnlockConnector", connectorId=1)
        assert answer["status"] == ("Unlocked" if evse is SOCKET else "NotSupported")


@pytest.mark.case("1.6", "TC_005_3_CS")
@pytest.mark.parametrize("evse", [SOCKET, FIXED_CABLE], ids=["socket", "fixed cable"])
def test_tc_005_3_cs(evse: object) -> None:
    with world("1.6", evses=(evse,)) as w:
        ready(w)
        configure(
            w,
            MinimumStatusDuration=0,
            StopTransactionOnEVSideDisconnect="false",
            UnlockConnectorOnEVSideDisconnect="false",
        )
        accept(w)
        transaction = charging(w)
        w.bench("ev.plug_out", side="ev")
        status(w, 1, "SuspendedEV", info="EV side disconnected")
        w.advance(10)
        assert not w.heard()
        if evse is SOCKET:
            assert w.evse()["lock"] == "locked"
        answer = w.call("RemoteStopTransaction", transactionId=transaction)
        assert answer["status"] == "Accepted"
        told = "Finishing" if evse is SOCKET else "Available"
        w.expect_all(
            ("StatusNotification", {"connectorId": 1, "status": told, "errorCode": "NoError"}),
            ("StopTransaction", {"reason": "Remote", "transactionId": transaction}),
        )


@pytest.mark.case("1.6", "TC_012_CS")
def test_tc_012_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        answer = w.call("RemoteStopTransaction", transactionId=transaction)
        assert answer["status"] == "Accepted"
        w.expect_all(
            ("StopTransaction", {"reason": "Remote", "transactionId": transaction}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing", "errorCode": "NoError"}),
        )


@pytest.mark.case("1.6", "TC_028_CS")
def test_tc_028_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        answer = w.call("RemoteStopTransaction", transactionId=transaction + 1)
        assert answer["status"] == "Rejected"
        w.advance(30)
        assert not w.heard()
        assert w.energised()
