"""Steps of the machine's clock: those larger than the operator's threshold are security events."""

from __future__ import annotations

import pytest

from tests.conformance.states201 import Scene, configure, configured, ready, world


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


def test_the_clock_that_can_be_read_does_not_step_back_in_a_transaction() -> None:
    with world("2.0.1") as w:
        ready(w)
        s = Scene(w)
        s.energy_transfer_started()
        before = configured(w, "ClockCtrlr.DateTime")
        w.bench("clock.step", seconds=-30)
        w.advance(2)
        assert configured(w, "ClockCtrlr.DateTime") > before
