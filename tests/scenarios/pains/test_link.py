"""Field pains 6, 7, 8 and 27: a link that dies silently, storms of retries, a boot that is not accepted, handshakes."""

from __future__ import annotations

import itertools
import json

import pytest

from agent.demo.csms import CallRefused
from tests.rig.world import World, world
from tests.scenarios.books import most_in_flight
from tests.scenarios.pains.driver import CARD, VERSIONS, Payload, booked, charge, station, stop

PING_S = 10
PINGS = {"OCPPCommCtrlr": {"WebSocketPingInterval": PING_S}}


@VERSIONS
def test_pain_06_a_dead_socket_is_noticed_and_rebuilt(version: str) -> None:
    with station(version, variables=PINGS) as w:
        charge(w)
        w.loop.network.cut()  # a black hole: nobody closes anything
        w.advance(minutes=3)
        assert w.status()["link"] != "connected"
        stop(w)
        w.loop.network.heal()
        w.until(lambda: w.status()["link"] == "connected", 600, "the link")
        w.advance(30)
        assert w.csms.connections == 2
        assert len(booked(w)) == 1


def _attempts(w: World, minutes: int) -> list[float]:
    """When the station knocked at the door, in seconds since now."""
    begin, seen, found = w.loop.time(), len(w.csms.requests), []
    for _ in range(minutes * 60):
        w.advance(1)
        found += [w.loop.time() - begin] * (len(w.csms.requests) - seen)
        seen = len(w.csms.requests)
    return found


@VERSIONS
def test_pain_07_retries_grow_apart_and_two_stations_keep_no_step(version: str) -> None:
    knocks = []
    back_off = {"RetryBackOffWaitMinimum": 10, "RetryBackOffRandomRange": 10, "RetryBackOffRepeatTimes": 4}
    for seed in (1, 2):
        with station(version, seed=seed, variables={"OCPPCommCtrlr": back_off}) as w:
            w.cut_link()
            found = _attempts(w, 15)
            waits = [b - a for a, b in itertools.pairwise(found)]
            assert 4 <= len(found) <= 8
            assert waits[0] < waits[2] < 200
            assert all(wait >= 10 for wait in waits)
            knocks.append(found)
    assert knocks[0] != knocks[1]


@VERSIONS
def test_pain_07_no_boot_on_a_mere_reconnect(version: str) -> None:
    with station(version) as w:
        for _ in range(3):
            w.cut_link()
            w.advance(5)
            w.restore_link()
            w.advance(120)
        assert w.csms.connections == 4
        assert len(w.csms.all("BootNotification")) == 1


def _boots(w: World, *answers: Payload | None) -> None:
    """BootNotification is answered with silence for each None, then with these, then with Accepted."""
    told = iter([found for found in answers if found is not None])

    def answer(_payload: Payload) -> Payload:
        return {"currentTime": w.csms.time(), **next(told, {"status": "Accepted", "interval": 300})}

    w.csms.on("BootNotification", answer)
    if None in answers:
        w.csms.silence("BootNotification", answers.count(None))


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
@VERSIONS
def test_pain_08_the_interval_is_kept_and_nothing_else_is_said(version: str, status: str) -> None:
    with world(version) as w:
        _boots(w, {"status": status, "interval": 40})
        w.start()
        w.expect("BootNotification")
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=CARD)
        w.advance(35)
        assert not w.heard()
        w.expect("BootNotification", within=10)
        w.advance(5)
        first, second = w.csms.all("BootNotification")
        assert second.at - first.at >= 40
        assert "StatusNotification" in {call.action for call in w.heard()}


@VERSIONS
def test_pain_08_an_interval_of_zero_is_no_flood(version: str) -> None:
    with world(version) as w:
        w.csms.on("BootNotification", lambda _p: {"currentTime": w.csms.time(), "status": "Pending", "interval": 0})
        w.start()
        w.advance(minutes=30)
        assert 2 <= len(w.csms.all("BootNotification")) <= 60


@VERSIONS
def test_pain_08_a_boot_that_nobody_answers_is_sent_again(version: str) -> None:
    with world(version) as w:
        _boots(w, None)
        w.start()
        w.expect("BootNotification")
        w.expect("BootNotification", within=120)
        w.expect("StatusNotification")


@VERSIONS
def test_pain_08_while_pending_the_station_is_not_deaf(version: str) -> None:
    with world(version) as w:
        _boots(w, {"status": "Pending", "interval": 300})
        w.start()
        w.expect("BootNotification")
        w.advance(1)
        if version == "1.6":
            assert w.call("GetConfiguration", key=["HeartbeatInterval"])["configurationKey"]
            asked: Payload = {"requestedMessage": "StatusNotification", "connectorId": 1}
            assert w.call("RemoteStartTransaction", idTag=CARD, connectorId=1)["status"] == "Rejected"
            assert w.call("RemoteStopTransaction", transactionId=1)["status"] == "Rejected"
        else:
            row = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
            (result,) = w.call("GetVariables", getVariableData=[row])["getVariableResult"]
            assert result["attributeStatus"] == "Accepted"
            asked = {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}}
        assert w.call("TriggerMessage", asked)["status"] == "Accepted"
        w.expect("StatusNotification", strict=True)
        asked = {"requestedMessage": "BootNotification"}
        assert w.call("TriggerMessage", asked)["status"] == "Accepted"
        w.expect("BootNotification", strict=True)
        w.until(lambda: w.agent is not None and w.agent.station.registration.accepted, 10, "acceptance")


def test_pain_08_while_rejected_a_station_of_1_6_says_nothing_at_all() -> None:
    with world("1.6") as w:
        _boots(w, {"status": "Rejected", "interval": 40})
        w.start()
        w.expect("BootNotification")
        w.advance(1)
        w.raw([2, "deaf", "GetConfiguration", {}])
        w.advance(10)
        assert not w.answers("deaf")
        w.expect("BootNotification", within=60)
        w.advance(1)
        w.raw([2, "not deaf", "GetConfiguration", {}])
        w.advance(1)
        assert w.answers("not deaf")[0][0] == 3


def test_pain_08_while_rejected_a_station_of_2_0_1_refuses() -> None:
    with world("2.0.1") as w:
        _boots(w, {"status": "Rejected", "interval": 40})
        w.start()
        w.expect("BootNotification")
        w.advance(1)
        with pytest.raises(CallRefused) as refused:
            w.call("ClearCache")
        assert refused.value.code == "SecurityError"


@VERSIONS
def test_pain_27_a_csms_that_agrees_to_no_version_hears_nothing(version: str) -> None:
    other = "ocpp2.0.1" if version == "1.6" else "ocpp1.6"
    with world(version) as w:
        w.csms.subprotocols = ("ocpp9.9", other)
        w.loop.kill("csms")
        w.loop.spawn("csms", w.csms.run("csms", 9000))
        w.start()
        w.advance(minutes=5)
        assert len(w.csms.requests) >= 2
        assert not w.csms.received
        assert w.status()["link"] != "connected"


def test_pain_27_the_version_spoken_is_the_one_agreed() -> None:
    """Both are on offer; a CSMS that knows only 1.6 gets 1.6."""
    with world("1.6", subprotocols=("ocpp2.0.1", "ocpp1.6")) as w:
        w.csms.subprotocols = ("ocpp1.6",)
        w.boot()
        assert w.status()["protocol"] == "1.6"
        assert "chargePointModel" in w.csms.last("BootNotification")
        offered = w.csms.requests[0].headers["Sec-WebSocket-Protocol"]
        assert [name.strip() for name in offered.split(",")] == ["ocpp2.0.1", "ocpp1.6"]
        assert "Sec-WebSocket-Extensions" not in w.csms.requests[0].headers  # compression only where configured
        assert w.csms.requests[0].headers["Connection"] == "Upgrade"


MALFORMED = {
    "wrong type of a field": [2, "m1", "Reset", {"type": 7}],
    "unknown word": [2, "m1", "Reset", {"type": "Sideways"}],
    "missing field": [2, "m1", "Reset", {}],
    "unknown action": [2, "m1", "MakeCoffee", {}],
    "not supported": [2, "m1", "CancelReservation", {"reservationId": 1}],
}
CODES = {
    "1.6": {
        "wrong type of a field": {"TypeConstraintViolation"},
        "unknown word": {"PropertyConstraintViolation"},
        "missing field": {"OccurenceConstraintViolation"},  # sic, 1.6
        "unknown action": {"NotImplemented"},
        "not supported": {"NotSupported"},
    },
    "2.0.1": {
        "wrong type of a field": {"TypeConstraintViolation"},
        "unknown word": {"PropertyConstraintViolation"},
        "missing field": {"OccurrenceConstraintViolation"},
        "unknown action": {"NotImplemented"},
        "not supported": {"NotSupported"},
    },
}


@pytest.mark.parametrize("what", sorted(MALFORMED))
@VERSIONS
def test_pain_27_errors_are_spelled_as_the_version_spells_them(version: str, what: str) -> None:
    with station(version) as w:
        w.raw(MALFORMED[what])
        w.advance(2)
        (answer,) = w.answers("m1")
        assert answer[0] == 4
        assert answer[2] in CODES[version][what]
        assert w.csms.connections == 1


@VERSIONS
def test_pain_27_no_error_is_sent_to_an_answer_and_no_frame_ends_the_link(version: str) -> None:
    junk: list[str | bytes] = [
        "",
        "not json",
        "{}",
        "[]",
        "[2]",
        '[3,"nobody-asked",{}]',
        '[4,"nobody-asked","GenericError","",{}]',
        '[3,"nobody-asked"]',
        '[9,"x","Reset",{}]',
        b"\x00\xff",
        "[" * 300,
    ]
    with station(version) as w:
        before = len(w.csms.frames)
        for frame in junk:
            w.raw(frame)
            w.advance(1)
        said = [json.loads(text) for _, sender, _, text in list(w.csms.frames)[before:] if sender == "station"]
        assert "nobody-asked" not in {frame[1] for frame in said}
        assert {frame[0] for frame in said} <= {4}
        w.csms.frames.clear()  # with frames of ours in it that are no JSON
        assert w.csms.connections == 1
        charge(w)
        stop(w)
        assert len(booked(w)) == 1
        assert most_in_flight(w.csms) == 1
