"""Official cases of OCPP 1.6, section 2.14: without a link to the central system."""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest

from tests.conformance.states16 import (
    SAMPLE_S,
    TAG,
    World,
    accept,
    charging,
    configure,
    id_tag_cached,
    ready,
    status,
    world,
)

STARTED = {"connectorId": 1, "idTag": TAG}


@pytest.mark.case("1.6", "TC_036_CS")
def test_tc_036_cs() -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, MeterValueSampleInterval=SAMPLE_S)
        accept(w)
        transaction = charging(w)
        w.advance(1)  # the last answer is there
        w.bench("network.set", up=False)
        w.advance(4 * SAMPLE_S + 2)
        assert not w.heard()
        w.bench("network.set", up=True)
        moments = []
        for _ in range(6):  # those that waited, then new ones
            told = w.expect("MeterValues", strict=True, transactionId=transaction)
            moments += [datetime.fromisoformat(value["timestamp"]) for value in told["meterValue"]]
        for before, after in itertools.pairwise(moments):
            assert abs((after - before).total_seconds() - SAMPLE_S) < 0.1


def _offline(w: World, **keys: str | int) -> None:
    """Prerequisites of an offline start, the card in the cache, and the link gone."""
    ready(w)
    configure(
        w,
        LocalAuthorizeOffline="true",
        AuthorizationCacheEnabled="true",
        AllowOfflineTxForUnknownId="true",
        **keys,
    )
    accept(w)
    id_tag_cached(w)
    w.advance(1)  # the last answer is there
    w.bench("network.set", up=False)
    w.advance(2)


def _start_offline(w: World) -> None:
    w.bench("ev.plug_in")
    w.bench("rfid.tap", id_token=TAG)
    w.advance(20)
    assert w.energised()
    assert not w.heard()


def _invalid(w: World) -> None:
    info = {"status": "Invalid"}
    w.csms.on("StartTransaction", {"transactionId": 77, "idTagInfo": info})


@pytest.mark.case("1.6", "TC_037_1_CS")
def test_tc_037_1_cs() -> None:
    with world("1.6") as w:
        _offline(w)
        _start_offline(w)
        w.bench("network.set", up=True)
        w.expect("StartTransaction", strict=True, connectorId=1, idTag=TAG)
        status(w, 1, "Charging")
        w.advance(20)
        assert not w.heard()
        assert w.energised()


@pytest.mark.case("1.6", "TC_037_2_CS")
def test_tc_037_2_cs() -> None:
    with world("1.6") as w:
        _offline(w, StopTransactionOnInvalidId="false", MaxEnergyOnInvalidId=0)
        _start_offline(w)
        _invalid(w)
        w.bench("network.set", up=True)
        w.expect("StartTransaction", strict=True, connectorId=1, idTag=TAG)
        status(w, 1, "Charging")
        status(w, 1, "SuspendedEVSE")
        w.advance(20)
        assert not w.heard()
        assert not w.energised()


@pytest.mark.case("1.6", "TC_037_3_CS")
def test_tc_037_3_cs() -> None:
    with world("1.6") as w:
        _offline(w, StopTransactionOnInvalidId="true", MaxEnergyOnInvalidId=0)
        _start_offline(w)
        _invalid(w)
        w.bench("network.set", up=True)
        w.expect("StartTransaction", strict=True, connectorId=1, idTag=TAG)
        status(w, 1, "Charging")
        w.expect_all(
            ("StopTransaction", {"reason": "DeAuthorized", "transactionId": 77}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing", "errorCode": "NoError"}),
        )
        w.advance(20)
        assert not w.heard()
        assert not w.energised()


@pytest.mark.case("1.6", "TC_038_CS")
def test_tc_038_cs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        w.advance(20)
        w.bench("network.set", up=False)
        w.advance(5)
        w.bench("rfid.tap", id_token=TAG)
        w.advance(10)
        assert not w.energised()
        w.bench("network.set", up=True)
        stopped, _ = w.expect_all(
            ("StopTransaction", {"transactionId": transaction}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing", "errorCode": "NoError"}),
        )
        assert stopped.get("reason", "Local") == "Local"


@pytest.mark.case("1.6", "TC_039_CS")
def test_tc_039_cs() -> None:
    with world("1.6") as w:
        _offline(w)
        _start_offline(w)
        w.bench("rfid.tap", id_token=TAG)
        w.advance(10)
        assert not w.energised()
        w.bench("ev.plug_out")
        w.advance(10)
        w.bench("network.set", up=True)
        w.expect("StartTransaction", strict=True, connectorId=1, idTag=TAG)
        given = w.csms.all("StartTransaction")[-1]
        stopped = w.expect("StopTransaction", strict=True)
        assert given.answer is not None
        assert stopped["transactionId"] == given.answer["transactionId"]
        assert stopped.get("reason", "Local") == "Local"
        assert stopped["meterStop"] > given.payload["meterStart"]
        w.advance(20)
        assert not w.heard()
