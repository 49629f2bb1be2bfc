"""Steps of the machine's clock: those larger than the operator's threshold are security events."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.conformance.boot201 import TWO
from tests.conformance.states201 import Payload, Scene, configure, configured, ready, world


@pytest.mark.parametrize(("seconds", "reported"), [(60, True), (-60, True), (15, False), (-15, False)])
def test_a_large_step_is_a_security_event(seconds: int, reported: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"ClockCtrlr.TimeAdjustmentReportingThreshold": 20})
        w.bench("clock.step", seconds=seconds)
        w.bench("rfid.tap", id_token="04FFFFFF")
        w.advance(10)
        events = [c.payload for c in w.heard() if c.action == "SecurityEventNotification"]
        told = [e for e in events if e["type"] == "SettingSystemTime"]
        assert len(told) == (1 if reported else 0)
        if told:
            assert abs(float(told[0]["techInfo"].split()[0]) - seconds) < 1


def test_the_time_that_a_boot_is_answered_with_is_one_step_and_comes_before_the_statuses() -> None:
    """B01.FR.06 before B01.FR.05"""
    with world("2.0.1", evses=TWO) as w:
        ahead = timedelta(hours=1)

        def answer(_: Payload) -> Payload:
            told = datetime.fromisoformat(w.csms.time()) + ahead
            return {"currentTime": told.isoformat(), "interval": 86_400, "status": "Accepted"}

        w.csms.on("BootNotification", answer)
        began = datetime.fromisoformat(w.csms.time())
        w.start()
        w.expect("BootNotification")
        w.advance(60)
        statuses = [c.payload for c in w.heard() if c.action == "StatusNotification"]
        assert len(statuses) == 2
        assert all(datetime.fromisoformat(s["timestamp"]) >= began + ahead for s in statuses)
        events = [c.payload for c in w.heard() if c.action == "SecurityEventNotification"]
        assert [e["type"] for e in events] == ["StartupOfTheDevice", "SettingSystemTime"]
        assert abs(float(events[1]["techInfo"].split()[0]) - ahead.total_seconds()) < 1


def test_the_clock_that_can_be_read_does_not_step_back_in_a_transaction() -> None:
    with world("2.0.1") as w:
        ready(w)
        s = Scene(w)
        s.energy_transfer_started()
        before = configured(w, "ClockCtrlr.DateTime")
        w.bench("clock.step", seconds=-30)
        w.advance(2)
        assert configured(w, "ClockCtrlr.DateTime") > before
