"""Official cases of OCPP 1.6, section 2.1: cold boot."""

from __future__ import annotations

import itertools

import pytest

from tests.conformance.states16 import SAMPLE_S, World, every_status, world

HEARTBEAT_S = 20
RETRY_S = 15


def _answers(w: World, first: str) -> None:
    """BootNotification is answered with `first` once, then with Accepted."""
    intervals = {"Accepted": HEARTBEAT_S}
    told = itertools.chain([first], itertools.repeat("Accepted"))

    def answer(_payload: object) -> dict[str, object]:
        status = next(told)
        return {"currentTime": w.csms.time(), "interval": intervals.get(status, RETRY_S), "status": status}

    w.csms.on("BootNotification", answer)


def _booted_again_after_the_interval(w: World) -> None:
    w.expect("BootNotification", strict=True, within=RETRY_S + 5)
    first, second = w.csms.all("BootNotification")
    assert RETRY_S <= second.at - first.at <= RETRY_S + 2


def _heartbeats(w: World) -> None:
    """One each interval, three times."""
    for _ in range(3):
        w.expect("Heartbeat", strict=True, within=HEARTBEAT_S + 5)
    times = [call.at for call in w.csms.all("Heartbeat")]
    assert all(abs(b - a - HEARTBEAT_S) < 1 for a, b in itertools.pairwise(times)), times


@pytest.mark.case("1.6", "TC_001_CS")
def test_tc_001_cs() -> None:
    with world("1.6") as w:
        _answers(w, "Rejected")
        w.start()
        w.expect("BootNotification", strict=True)
        _booted_again_after_the_interval(w)
        every_status(w, c0="Available", c1="Available")
        _heartbeats(w)


@pytest.mark.case("1.6", "TC_002_CS")
def test_tc_002_cs() -> None:
    with world("1.6") as w:
        _answers(w, "Pending")
        w.start()
        w.expect("BootNotification", strict=True)
        w.advance(1)
        keys = {row["key"]: row for row in w.call("GetConfiguration")["configurationKey"]}
        assert keys["MeterValueSampleInterval"]["readonly"] is False
        changed = w.call("ChangeConfiguration", key="MeterValueSampleInterval", value=str(SAMPLE_S))
        assert changed["status"] == "Accepted"
        _booted_again_after_the_interval(w)
        every_status(w, c0="Available", c1="Available")
        _heartbeats(w)
