"""Official cases of OCPP 1.6, section 2.6: resets."""

from __future__ import annotations

import pytest

from hal.mock.topology import MockEvse
from tests.conformance.states16 import World, accept, charging, every_status, ready, status, world

TWO = (MockEvse(phases=1, tethered=True), MockEvse(phases=1, tethered=True))


def _without_transaction(w: World, kind: str) -> None:
    ready(w)
    answer = w.call("ChangeAvailability", connectorId=1, type="Inoperative")
    assert answer["status"] == "Accepted"
    status(w, 1, "Unavailable")
    assert w.call("Reset", type=kind)["status"] == "Accepted"
    w.expect("BootNotification", strict=True)
    every_status(w, c0="Available", c1="Unavailable", c2="Available")
    answer = w.call("ChangeAvailability", connectorId=1, type="Operative")
    assert answer["status"] == "Accepted"
    status(w, 1, "Available")
    assert w.resets == ["RemoteReset"]


@pytest.mark.case("1.6", "TC_013_CS")
def test_tc_013_cs() -> None:
    with world("1.6", evses=TWO) as w:
        _without_transaction(w, "Hard")


@pytest.mark.case("1.6", "TC_014_CS")
def test_tc_014_cs() -> None:
    with world("1.6", evses=TWO) as w:
        _without_transaction(w, "Soft")


def _with_transaction(w: World, kind: str, reason: str) -> None:
    ready(w)
    accept(w)
    transaction = charging(w)
    assert w.call("Reset", type=kind)["status"] == "Accepted"
    w.expect_all(
        ("StopTransaction", {"reason": reason, "transactionId": transaction}),
        ("StatusNotification", {"connectorId": 1, "status": "Finishing", "errorCode": "NoError"}),
    )
    assert not w.energised()
    w.expect("BootNotification", strict=True)
    every_status(w, c0="Available", c1="Preparing", c2="Available")
    w.advance(60)
    assert not w.heard()
    assert len(w.csms.all("StartTransaction")) == 1


@pytest.mark.case("1.6", "TC_015_CS")
def test_tc_015_cs() -> None:
    with world("1.6", evses=TWO) as w:
        _with_transaction(w, "Hard", "HardReset")


@pytest.mark.case("1.6", "TC_016_CS")
def test_tc_016_cs() -> None:
    with world("1.6", evses=TWO) as w:
        _with_transaction(w, "Soft", "SoftReset")
