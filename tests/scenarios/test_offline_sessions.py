"""Whole sessions while nobody listens, and what is told of them once somebody does.

Offline by itself changes nothing for the driver; afterwards the backend's books hold every session, in the order in
which they happened, with the times at which they happened.
"""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest

from agent.demo.journal import Received
from hal.mock.topology import MockEvse
from tests.rig.world import World
from tests.scenarios.books import TRANSACTIONAL, most_in_flight, number_transactions
from tests.scenarios.pains.driver import (
    CARD,
    OTHER_CARD,
    VERSIONS,
    booked,
    charge,
    ends,
    reason,
    starts,
    station,
    stop,
)

TWO = (MockEvse(phases=1, tethered=True),) * 2
VARIABLES = {
    "AuthCtrlr": {"OfflineTxForUnknownIdEnabled": True},
    "SampledDataCtrlr": {"TxUpdatedInterval": 60},
}


def _told(w: World) -> list[Received]:
    return [call for call in w.csms.received if call.action in TRANSACTIONAL]


def _back(w: World, entries: int) -> None:
    """The link is back, and everything is delivered."""
    w.restore_link()
    w.until(lambda: len([c for c in ends(w) if c.answer is not None]) == entries, 1200, "the sessions to be told")
    w.advance(10)


@VERSIONS
def test_a_whole_session_offline(version: str) -> None:
    with station(version, variables=VARIABLES) as w:
        w.cut_link()
        began_s = w.loop.time()
        charge(w, seconds=300)
        stop(w)
        w.bench("ev.plug_out")
        w.advance(minutes=20)
        assert not _told(w)
        _back(w, 1)
        (entry,) = booked(w)
        assert entry.token == CARD
        assert entry.reason == "Local"
        assert entry.energy_wh == w.evse()["meter"]["energy_wh"] > 500
        assert len(entry.registers) >= 7, "the samples in between too"
        epoch = datetime.fromisoformat("2026-01-01T00:00:00+00:00").timestamp()
        assert abs(entry.times[0].timestamp() - epoch - began_s) < 10, "when it happened, not when it was told"
        assert 300 <= (entry.times[-1] - entry.times[0]).total_seconds() < 330


def test_offline_events_say_so_and_count_on() -> None:
    """2.0.1: `offline` is told of what happened then, and only of that; sequence numbers know no break (E04)."""
    with station("2.0.1", variables=VARIABLES) as w:
        charge(w, seconds=130)
        w.cut_link()
        w.advance(150)
        w.restore_link()
        w.until(lambda: bool(w.csms.sockets), 600, "the link")
        w.advance(130)
        stop(w)
        events = [call.payload for call in _told(w)]
        assert [event["seqNo"] for event in events] == list(range(len(events)))
        flags = [event.get("offline", False) for event in events]
        groups = [(flag, len(list(run))) for flag, run in itertools.groupby(flags)]
        assert [flag for flag, _ in groups] == [False, True, False]
        assert groups[1][1] >= 2
        assert flags[0] is flags[-1] is False
        assert len(booked(w)) == 1


def test_the_transaction_id_of_1_6_is_pending_through_everything() -> None:
    """Start, values and stop were made before there was an id: each is told with the id that the start then gets."""
    with station("1.6", variables=VARIABLES) as w:
        w.csms.on("StartTransaction", {"transactionId": 4711, "idTagInfo": {"status": "Accepted"}})
        w.cut_link()
        charge(w, seconds=200)
        stop(w)
        w.advance(60)
        _back(w, 1)
        actions = [call.action for call in _told(w)]
        assert actions[0] == "StartTransaction"
        assert actions[-1] == "StopTransaction"
        assert set(actions[1:-1]) == {"MeterValues"}
        assert {call.payload["transactionId"] for call in _told(w)[1:]} == {4711}


def test_a_start_that_is_pending_when_the_link_breaks_gets_its_id_afterwards() -> None:
    with station("1.6", variables=VARIABLES) as w:
        number_transactions(w.csms)
        w.csms.silence("StartTransaction", 1)
        charge(w, seconds=5)
        w.cut_link()
        w.advance(130)
        stop(w)
        w.advance(30)
        _back(w, 1)
        (entry,) = booked(w)
        assert entry.phases[0] == "Started"
        sent = starts(w)
        assert len(sent) == 2, "the first was never answered"
        assert sent[0].payload == sent[1].payload


@VERSIONS
def test_several_sessions_on_both_evses_offline(version: str) -> None:
    with station(version, evses=TWO, variables=VARIABLES) as w:
        w.cut_link()
        for turn in range(3):
            charge(w, CARD, evse=1, seconds=40)
            charge(w, OTHER_CARD, evse=2, seconds=100)
            stop(w, CARD, evse=1)
            w.bench("ev.plug_out", evse=1)
            w.advance(30 + turn)
            stop(w, OTHER_CARD, evse=2)
            w.bench("ev.plug_out", evse=2)
            w.advance(30)
        assert not _told(w)
        _back(w, 6)
        entries = booked(w)
        assert len(entries) == 6
        assert [entry.evse for entry in entries] == [1, 2] * 3
        assert [entry.token for entry in entries] == [CARD, OTHER_CARD] * 3
        begun = [entry.times[0] for entry in entries]
        assert begun == sorted(begun)
        told = [call.payload for call in _told(w)]
        if version != "1.6":
            assert [datetime.fromisoformat(payload["timestamp"]) for payload in told] == sorted(
                datetime.fromisoformat(payload["timestamp"]) for payload in told
            )
            assert all(payload["offline"] is True for payload in told)
        for evse in (1, 2):
            counted = sum(entry.energy_wh for entry in entries if entry.evse == evse)
            assert counted == w.evse(evse)["meter"]["energy_wh"]
        assert most_in_flight(w.csms) == 1


@VERSIONS
def test_sessions_offline_survive_a_power_cut_each(version: str) -> None:
    """Three sessions, the power goes after each, the backend hears of all of them in the end."""
    variables = {**VARIABLES, "TxCtrlr": {"TxBeforeAcceptedEnabled": True}}
    with station(version, variables=variables) as w:
        w.cut_link()
        for _ in range(3):
            charge(w, seconds=90)
            stop(w)
            w.bench("ev.plug_out")
            w.advance(10)
            w.cut_power()
            w.advance(30)
            w.restore_power()
            w.advance(20)
        assert not _told(w)
        _back(w, 3)
        entries = booked(w)
        assert len(entries) == 3
        assert [reason(call) for call in ends(w)] == ["Local"] * 3
        assert sum(entry.energy_wh for entry in entries) == w.evse()["meter"]["energy_wh"]
        if version == "1.6":
            numbers = [call.payload["transactionId"] for call in ends(w)]
            assert len(set(numbers)) == 3


@VERSIONS
@pytest.mark.parametrize("status", ["Invalid", "Blocked"])
def test_a_card_that_turns_out_bad_after_the_session(version: str, status: str) -> None:
    """The answer comes when the session is over: nothing is stopped, nothing is told twice, and the next one works."""
    info = {"status": status}
    with station(version, variables=VARIABLES) as w:
        w.cut_link()
        charge(w, seconds=60)
        stop(w)
        if version == "1.6":
            w.csms.on("StartTransaction", {"transactionId": 9, "idTagInfo": info})
        else:
            w.csms.on("TransactionEvent", lambda payload: {"idTokenInfo": info} if "idToken" in payload else {})
        _back(w, 1)
        assert len(booked(w)) == 1
        w.csms.accept()
        w.bench("ev.plug_out")
        w.advance(5)
        charge(w, OTHER_CARD, seconds=30)
        stop(w, OTHER_CARD)
        assert len(booked(w)) == 2


@VERSIONS
def test_a_card_that_turns_out_bad_in_mid_session(version: str) -> None:
    """Started offline, told online: the backend does not know the card, and the energy ends (E05, 1.6 §4.8)."""
    info = {"status": "Invalid"}
    variables = {**VARIABLES, "TxCtrlr": {"StopTxOnInvalidId": True, "MaxEnergyOnInvalidId": 0}}
    with station(version, variables=variables) as w:
        w.cut_link()
        charge(w, seconds=60)
        if version == "1.6":
            w.csms.on("StartTransaction", {"transactionId": 9, "idTagInfo": info})
        else:
            w.csms.on("TransactionEvent", lambda payload: {"idTokenInfo": info} if "idToken" in payload else {})
        w.restore_link()
        w.until(lambda: not w.energised(), 600, "the power to go")
        w.advance(10)
        (ended,) = ends(w)
        assert reason(ended) == "DeAuthorized"
        assert len(booked(w)) == 1
