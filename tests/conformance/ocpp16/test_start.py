"""Official cases of OCPP 1.6, sections 2.2, 2.5, 2.10 and 2.11: how a transaction starts, or does not."""

from __future__ import annotations

import pytest

from tests.conformance.states16 import (
    CONNECTION_TIMEOUT_S,
    SAMPLE_S,
    SOCKET,
    TAG,
    TAG_2,
    World,
    accept,
    authorized,
    charging,
    configure,
    ready,
    remote_start,
    status,
    world,
)


@pytest.mark.case("1.6", "TC_003_CS")
def test_tc_003_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        w.bench("ev.plug_in")
        status(w, 1, "Preparing")
        w.bench("rfid.tap", id_token=TAG)
        w.expect("Authorize", strict=True, idTag=TAG)
        _started(w)


def _started(w: World) -> None:
    """StartTransaction and Charging, in either order."""
    w.expect_all(
        ("StartTransaction", {"connectorId": 1, "idTag": TAG}),
        ("StatusNotification", {"connectorId": 1, "status": "Charging", "errorCode": "NoError"}),
    )
    assert w.energised()


@pytest.mark.case("1.6", "TC_004_1_CS")
def test_tc_004_1_cs() -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, MeterValueSampleInterval=SAMPLE_S)
        accept(w)
        authorized(w)
        status(w, 1, "Preparing")
        w.bench("ev.plug_in")
        _started(w)


@pytest.mark.case("1.6", "TC_004_2_CS")
def test_tc_004_2_cs() -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, ConnectionTimeOut=CONNECTION_TIMEOUT_S)
        accept(w)
        authorized(w)
        status(w, 1, "Preparing")
        authorized_at = w.csms.all("StatusNotification")[-1].at
        status(w, 1, "Available", within=CONNECTION_TIMEOUT_S + 5)
        waited = w.csms.all("StatusNotification")[-1].at - authorized_at
        assert abs(waited - CONNECTION_TIMEOUT_S) <= 1
        assert not w.csms.all("StartTransaction")


@pytest.mark.case("1.6", "TC_010_CS")
def test_tc_010_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        charging(w)


@pytest.mark.case("1.6", "TC_011_1_CS")
@pytest.mark.parametrize("asks", ["true", "false"])
def test_tc_011_1_cs(asks: str) -> None:
    with world("1.6", ocpp16={"AuthorizeRemoteTxRequests": asks == "true"}) as w:
        ready(w)
        accept(w)
        remote_start(w)
        assert len(w.csms.all("Authorize")) == (1 if asks == "true" else 0)
        status(w, 1, "Preparing")
        w.bench("ev.plug_in")
        _started(w)


@pytest.mark.case("1.6", "TC_011_2_CS")
def test_tc_011_2_cs() -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, ConnectionTimeOut=CONNECTION_TIMEOUT_S)
        accept(w)
        remote_start(w)
        status(w, 1, "Preparing")
        status(w, 1, "Available", within=CONNECTION_TIMEOUT_S + 5)
        prepared, freed = (call.at for call in w.csms.all("StatusNotification")[-2:])
        assert abs(freed - prepared - CONNECTION_TIMEOUT_S) <= 1
        assert not w.csms.all("StartTransaction")


@pytest.mark.case("1.6", "TC_023_CS")
def test_tc_023_cs() -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, MinimumStatusDuration=10, LocalPreAuthorize="true")
        w.csms.on("Authorize", {"idTagInfo": {"status": "Invalid"}})
        w.bench("ev.plug_in")
        status(w, 1, "Preparing")
        w.bench("rfid.tap", id_token=TAG)
        w.expect("Authorize", strict=True, idTag=TAG)
        w.expect_none("StartTransaction", 120)
        assert not w.heard()
        assert not w.energised()


def test_tc_023_cs_with_a_remote_start() -> None:
    """The same identifier sent by the central system: accepted as a request, refused as an identifier."""
    with world("1.6", ocpp16={"AuthorizeRemoteTxRequests": True}) as w:
        ready(w)
        w.csms.on("Authorize", {"idTagInfo": {"status": "Invalid"}})
        w.bench("ev.plug_in")
        status(w, 1, "Preparing")
        assert w.call("RemoteStartTransaction", idTag=TAG, connectorId=1)["status"] == "Accepted"
        w.expect("Authorize", strict=True, idTag=TAG)
        w.expect_none("StartTransaction", 120)
        assert not w.heard()
        assert not w.energised()


@pytest.mark.case("1.6", "TC_024_CS")
def test_tc_024_cs() -> None:
    with world("1.6", evses=(SOCKET,)) as w:
        ready(w)
        accept(w)
        remote_start(w)
        status(w, 1, "Preparing")
        w.bench("lock.set", fail_on_lock=True)  # the plug is only halfway in
        w.bench("ev.plug_in")
        status(w, 1, "Faulted", errorCode="ConnectorLockFailure")
        w.expect_none("StartTransaction", 120)
        assert not w.energised()


@pytest.mark.case("1.6", "TC_026_CS")
def test_tc_026_cs() -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, LocalPreAuthorize="false")
        accept(w)
        charging(w)
        answer = w.call("RemoteStartTransaction", idTag=TAG_2, connectorId=1)
        assert answer["status"] == "Rejected"
        w.advance(30)
        assert not w.heard()


@pytest.mark.case("1.6", "TC_027_CS")
def test_tc_027_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        answer = w.call("RemoteStartTransaction", idTag=TAG, connectorId=0)
        assert answer["status"] == "Rejected"
        w.advance(30)
        assert not w.heard()
