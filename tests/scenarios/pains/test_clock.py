"""Field pains 9 and 10: what time it is, who says so, and how it is written."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.rig.world import World, world
from tests.scenarios.pains.driver import (
    OFFLINE,
    VERSIONS,
    booked,
    charge,
    ends,
    network,
    starts,
    station,
    stop,
    times,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)  # of virtual time
WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
BEFORE_ACCEPTED = {**OFFLINE, "TxCtrlr": {"TxBeforeAcceptedEnabled": True}}
SAMPLES = {"SampledDataCtrlr": {"TxUpdatedInterval": 30}}


def _all_times(w: World) -> list[str]:
    return [text for call in w.csms.received for text in times(call.payload)]


def _csms_clock(w: World, **offset: float) -> None:
    """From now on the CSMS's clock differs from the machine's by so much."""
    w.csms._now = lambda: BEGIN + timedelta(seconds=w.loop.time()) + timedelta(**offset)


@VERSIONS
def test_pain_09_what_happened_before_the_clock_was_set_gets_its_right_time(version: str) -> None:
    """A machine without a clock: a session before the first contact, hours later the time is known."""
    with world(version, variables=BEFORE_ACCEPTED, trust_system_clock=False) as w:
        w.csms.refuse_handshake = 503
        w.start()
        w.advance(10)
        charge(w, seconds=600)
        stop(w)
        began_s = w.loop.time()
        w.advance(hours=2)
        w.csms.refuse_handshake = None
        w.until(lambda: bool(ends(w)), 1800, "the end of the session")
        w.advance(10)
        booked(w)
        told = [datetime.fromisoformat(text) for text in _all_times(w)]
        assert min(told) >= BEGIN - timedelta(seconds=1)  # the CSMS's time was on its way for a moment
        assert max(told) <= BEGIN + timedelta(seconds=w.loop.time())
        ended = datetime.fromisoformat(ends(w)[0].payload["timestamp"])
        assert abs((ended - BEGIN).total_seconds() - began_s) < 60


@VERSIONS
def test_pain_09_time_does_not_step_back_inside_a_transaction(version: str) -> None:
    with station(version, variables=SAMPLES) as w:
        w.advance(hours=4)  # so that the CSMS's clock can be right
        charge(w, seconds=120)
        _csms_clock(w, hours=-3)
        trigger = {"requestedMessage": "Heartbeat"}
        assert w.call("TriggerMessage", trigger)["status"] == "Accepted"
        w.expect("Heartbeat")
        w.advance(120)
        stop(w)
        (entry,) = booked(w)  # no time runs backwards in it
        assert (entry.times[-1] - entry.times[0]).total_seconds() == pytest.approx(245, abs=10)
        w.advance(10)
        charge_again = len(starts(w))
        w.bench("ev.plug_out")
        w.advance(5)
        charge(w)
        w.advance(5)
        begun = datetime.fromisoformat(starts(w)[charge_again].payload["timestamp"])
        assert begun < entry.times[0], "between transactions the clock of the CSMS is followed"


@pytest.mark.parametrize("seconds", [-7200, 7200])
@VERSIONS
def test_pain_09_somebody_steps_the_machines_clock(version: str, seconds: int) -> None:
    with station(version, variables=SAMPLES) as w:
        charge(w, seconds=120)
        w.bench("clock.step", seconds=seconds)
        w.advance(120)
        stop(w)
        (entry,) = booked(w)
        jump = max(seconds, 0)
        assert (entry.times[-1] - entry.times[0]).total_seconds() == pytest.approx(245 + jump, abs=10)


@VERSIONS
def test_pain_09_a_clock_that_lost_its_battery_is_not_believed(version: str) -> None:
    """After a power cut the machine tells a time before what the station has known; the CSMS's is the truth."""
    with station(version, variables=BEFORE_ACCEPTED) as w:
        _csms_clock(w, days=30)
        w.call("TriggerMessage", requestedMessage="Heartbeat")
        w.expect("Heartbeat")
        w.advance(2)
        w.cut_power()
        w.csms.refuse_handshake = 503
        w.advance(10)
        w.restore_power()
        w.advance(10)
        charge(w)
        stop(w)
        w.csms.refuse_handshake = None
        w.until(lambda: bool(ends(w)), 600, "the end of the session")
        w.advance(10)
        (entry,) = booked(w)
        right = BEGIN + timedelta(days=30)
        assert right <= entry.times[0] <= entry.times[-1] <= right + timedelta(minutes=5)


@VERSIONS
def test_pain_10_times_are_written_in_utc_with_milliseconds(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Australia/Eucla")
    with station(version, variables=SAMPLES) as w:
        charge(w, seconds=60)
        stop(w)
        told = _all_times(w)
        assert len(told) > 5
        assert all(WRITTEN.fullmatch(text) for text in told), told
        now = BEGIN + timedelta(seconds=w.loop.time())
        assert all(BEGIN <= datetime.fromisoformat(text) <= now for text in told)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04T05:06:07Z",
        "2026-03-04T05:06:07.1Z",
        "2026-03-04T05:06:07.123456789Z",
        "2026-03-04T07:06:07+02:00",
        "2026-03-03T21:36:07.000-07:30",
        "2026-03-04t05:06:07z",
    ],
)
@VERSIONS
def test_pain_10_any_time_of_rfc_3339_is_understood(version: str, text: str) -> None:
    with world(version, trust_system_clock=False) as w:
        w.csms.on("BootNotification", {"currentTime": text, "interval": 300, "status": "Accepted"})
        w.boot()
        told = [datetime.fromisoformat(t) for t in _all_times(w)]
        wanted = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
        assert told
        assert all(timedelta(seconds=-1) <= t - wanted <= timedelta(seconds=10) for t in told), told


@pytest.mark.parametrize("text", ["", "yesterday", "0000-00-00T00:00:00Z", "1772600767", "2026-03-04T25:00:00Z"])
@VERSIONS
def test_pain_10_what_is_no_time_changes_nothing(version: str, text: str) -> None:
    """The answer counts for what it says otherwise, and our own clock stays; the link does too."""
    with world(version) as w:
        w.start()
        w.csms.on("BootNotification", {"currentTime": text, "interval": 300, "status": "Accepted"})
        w.advance(120)
        network(w, up=True)
        assert w.csms.connections == 1
        w.csms.accept("BootNotification")
        w.advance(300)
        assert w.agent is not None
        assert w.agent.station.registration.accepted
        now = BEGIN + timedelta(seconds=w.loop.time())
        assert all(BEGIN <= datetime.fromisoformat(t) <= now for t in _all_times(w))


@VERSIONS
@pytest.mark.parametrize("told", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_pain_09_a_time_of_the_csms_that_cannot_be_is_not_followed(version: str, told: str) -> None:
    """Neither in what is sent nor in what is read back, and the station goes on."""
    boot = {"currentTime": told, "interval": 300, "status": "Accepted"}
    with world(version) as w:
        w.csms.on("BootNotification", boot)
        w.csms.on("Heartbeat", {"currentTime": told})
        w.boot()
        assert w.call("TriggerMessage", {"requestedMessage": "Heartbeat"})["status"] == "Accepted"
        w.expect("Heartbeat")
        w.advance(5)
        charge(w, seconds=60)
        stop(w)
        (entry,) = booked(w)
        assert BEGIN < entry.times[0] < BEGIN + timedelta(seconds=w.loop.time())
        if version == "2.0.1":
            asked = {"component": {"name": "ClockCtrlr"}, "variable": {"name": "DateTime"}}
            (found,) = w.call("GetVariables", getVariableData=[asked])["getVariableResult"]
            assert abs(datetime.fromisoformat(found["attributeValue"]) - BEGIN).total_seconds() <= w.loop.time()
