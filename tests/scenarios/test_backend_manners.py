"""What a backend does to a station that did nothing wrong: it boots, it is asked the time, it sends foreign data."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from tests.rig.world import World
from tests.scenarios.pains.driver import VERSIONS, booked, charge, station, stop

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def _reboot_csms(w: World, dark_s: float) -> None:
    w.loop.kill("csms")
    w.advance(dark_s)
    w.loop.spawn("csms", w.csms.run("csms", 9000))


@VERSIONS
def test_a_backend_that_boots_in_mid_session(version: str) -> None:
    """It accepts the station, then is gone for a while: the session goes on, nothing is lost, nobody registers anew."""
    with station(version, variables={"SampledDataCtrlr": {"TxUpdatedInterval": 30}}) as w:
        charge(w, seconds=60)
        _reboot_csms(w, 120)
        assert w.energised()
        w.until(lambda: bool(w.csms.sockets), 600, "the link")
        w.advance(60)
        stop(w)
        w.advance(30)
        (entry,) = booked(w)
        assert entry.registers[-1] == w.evse()["meter"]["energy_wh"]
        assert len(w.csms.all("BootNotification")) == 1


@VERSIONS
def test_a_heartbeat_by_the_interval_when_there_is_nothing_else_to_say(version: str) -> None:
    with station(version) as w:
        began = len(w.csms.all("Heartbeat"))
        w.advance(minutes=60)
        beats = w.csms.all("Heartbeat")[began:]
        assert 11 <= len(beats) <= 13
        gaps = [later.at - earlier.at for earlier, later in itertools.pairwise(beats)]
        assert all(295 <= gap <= 310 for gap in gaps)


@VERSIONS
def test_the_time_of_a_heartbeat_is_taken_over(version: str) -> None:
    with station(version) as w:
        w.csms._now = lambda: BEGIN + timedelta(seconds=w.loop.time(), hours=1)
        w.call("TriggerMessage", requestedMessage="Heartbeat")
        w.expect("Heartbeat")
        w.advance(2)
        charge(w, seconds=5)
        (entry,) = booked(w, complete=False)
        wanted = BEGIN + timedelta(seconds=w.loop.time(), hours=1)
        assert abs((entry.times[0] - wanted).total_seconds()) < 30


@pytest.mark.parametrize("data", [None, "", "text", "x" * 4000])
@VERSIONS
def test_data_of_an_unknown_vendor(version: str, data: str | None) -> None:
    with station(version) as w:
        payload = {"vendorId": "com.example", "messageId": "m", **({} if data is None else {"data": data})}
        answer = w.call("DataTransfer", payload)
        assert answer["status"] == "UnknownVendorId"
        charge(w, seconds=5)
        assert w.csms.connections == 1


def _calls(prefix: str, count: int) -> bytes:
    """So many CALLs as they stand on the wire, each a WebSocket message of its own."""
    texts = (f'[2,"{prefix}{n}","DataTransfer",{{"vendorId":"org.example"}}]'.encode() for n in range(count))
    return b"".join(bytes((0x81, len(text))) + text for text in texts)


def _answers(w: World, prefix: str) -> list[str]:
    return [text for _, sender, _, text in w.csms.frames if sender == "station" and text.startswith(f'[3,"{prefix}')]


@VERSIONS
def test_a_backend_that_asks_hundreds_of_things_at_once_is_answered_each(version: str) -> None:
    """They arrive in one piece. None is refused, the link stays, and energy flows on."""
    with station(version) as w:
        charge(w, seconds=10)
        (socket,) = w.csms.sockets.values()
        socket.transport.write(_calls("b", 300))
        w.until(lambda: len(_answers(w, "b")) == 300, 60, "an answer to each")
        assert list(w.csms.sockets.values()) == [socket]
        assert w.energised()
