"""Official cases of OCPP 1.6, section 2.13: power failures."""

from __future__ import annotations

import pytest

from agent.core.rules import Options, PowerLoss
from hal.mock.topology import MockEvse
from tests.conformance.states16 import TAG, accept, charging, every_status, ready, status, world

TWO = (MockEvse(phases=1, tethered=True), MockEvse(phases=1, tethered=True))
STOPS = Options(idle_sample_ms=60_000, power_loss=PowerLoss.STOP)
RESUMES = Options(idle_sample_ms=60_000, power_loss=PowerLoss.RESUME)


@pytest.mark.case("1.6", "TC_032_1_CS")
def test_tc_032_1_cs() -> None:
    with world("1.6", evses=TWO, options=STOPS) as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        w.advance(20)
        w.bench("power.brownout", hold_up_s=10)
        w.expect_all(
            ("StopTransaction", {"reason": "PowerLoss", "transactionId": transaction}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
            within=9,
        )
        w.advance(15)
        assert not w.loop.is_alive("station")
        w.restore_power()
        w.expect("BootNotification", strict=True)
        every_status(w, c0="Available", c1="Preparing", c2="Available")
        w.advance(60)
        assert not w.heard()


@pytest.mark.case("1.6", "TC_032_2_CS")
def test_tc_032_2_cs() -> None:
    with world("1.6", evses=TWO, options=STOPS) as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        w.advance(20)
        w.cut_power()
        w.advance(10)
        w.restore_power()
        w.expect("BootNotification", strict=True)
        w.expect_all(
            ("StatusNotification", {"connectorId": 0, "status": "Available"}),
            ("StatusNotification", {"connectorId": 2, "status": "Available"}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
            ("StopTransaction", {"reason": "PowerLoss", "transactionId": transaction}),
        )
        w.advance(30)
        assert not w.heard()
        assert not w.energised()


def test_tc_032_2_cs_with_a_resumed_transaction() -> None:
    """The other branch of TC_032_2_CS: the station resumes, and the driver's card ends the transaction."""
    with world("1.6", evses=TWO, options=RESUMES) as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        w.advance(20)
        w.cut_power()
        w.advance(10)
        w.restore_power()
        w.expect("BootNotification", strict=True)
        every_status(w, c0="Available", c1="Charging", c2="Available")
        w.advance(20)
        assert not w.heard()
        assert w.energised()
        w.bench("rfid.tap", id_token=TAG)
        stopped, _ = w.expect_all(
            ("StopTransaction", {"transactionId": transaction, "idTag": TAG}),
            ("StatusNotification", {"connectorId": 1, "status": "Finishing"}),
        )
        assert stopped.get("reason", "Local") == "Local"


def test_a_resumed_transaction_whose_car_takes_nothing_is_told_to_be_suspended() -> None:
    with world("1.6", evses=TWO, options=RESUMES) as w:
        ready(w)
        accept(w)
        charging(w)
        w.cut_power()
        w.bench("ev.pause")
        w.restore_power()
        w.expect("BootNotification", strict=True)
        every_status(w, c0="Available", c1="SuspendedEV", c2="Available")
        w.bench("ev.resume")
        status(w, 1, "Charging")


@pytest.mark.case("1.6", "TC_034_CS")
def test_tc_034_cs() -> None:
    with world("1.6", evses=TWO) as w:
        ready(w)
        assert w.call("ChangeAvailability", connectorId=0, type="Inoperative")["status"] == "Accepted"
        every_status(w, c0="Unavailable", c1="Unavailable", c2="Unavailable")
        w.cut_power()
        w.advance(10)
        w.restore_power()
        w.expect("BootNotification", strict=True)
        every_status(w, c0="Unavailable", c1="Unavailable", c2="Unavailable")
        w.advance(30)
        assert not w.heard()
