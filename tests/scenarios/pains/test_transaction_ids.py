"""Field pains 3, 4 and 5: ids of transactions, messages sent again, and one that is refused for ever."""

from __future__ import annotations

import itertools
import json

import pytest

from agent.demo.csms import Refuse
from tests.rig.world import World
from tests.scenarios.books import Books, most_in_flight, number_transactions
from tests.scenarios.pains.driver import (
    CARD,
    OFFLINE,
    VERSIONS,
    Payload,
    booked,
    charge,
    ends,
    starts,
    station,
    stop,
)

SAMPLES = {"SampledDataCtrlr": {"TxUpdatedInterval": 10}}


def _ids(w: World) -> set[object]:
    """Every transaction id that the station used."""
    found: set[object] = set()
    for call in w.csms.received:
        if "transactionId" in call.payload:
            found.add(call.payload["transactionId"])
        elif call.action == "TransactionEvent":
            found.add(call.payload["transactionInfo"]["transactionId"])
    return found


@VERSIONS
def test_pain_03_an_id_that_came_late_is_used_even_after_a_restart(version: str) -> None:
    with station(version, variables={**OFFLINE, **SAMPLES}) as w:
        numbers = itertools.count(4711)
        w.csms.on("StartTransaction", lambda _p: {"transactionId": next(numbers), "idTagInfo": {"status": "Accepted"}})
        w.cut_link()
        charge(w, seconds=60)
        w.restore_link()
        w.until(lambda: bool(starts(w)), 300, "the start")
        w.advance(1)
        w.kill_agent()
        w.advance(1)
        w.start_agent()
        w.advance(120)
        stop(w)
        w.advance(30)
        booked(w)
        ids = _ids(w)
        assert len(ids) == 1
        if version == "1.6":
            assert ids == {4711}


@VERSIONS
def test_pain_03_nothing_is_told_under_a_made_up_id_while_the_start_waits(version: str) -> None:
    action = "StartTransaction" if version == "1.6" else "TransactionEvent"
    with station(version, variables=SAMPLES) as w:
        w.csms.silence(action, 2)
        charge(w, seconds=60)
        assert not w.csms.all("MeterValues")
        w.advance(300)
        stop(w)
        w.advance(30)
        booked(w)
        assert -1 not in _ids(w)


def _answer_lost(w: World) -> None:
    """The CSMS takes the start and answers it, but the answer never arrives: the link breaks."""
    action = "StartTransaction" if w.version == "1.6" else "TransactionEvent"
    w.csms.silence(action, 1)
    w.bench("ev.plug_in")
    w.bench("rfid.tap", id_token=CARD)
    w.until(lambda: bool(starts(w)), 30, "the start")
    w.cut_link()
    w.advance(5)
    w.restore_link()
    w.until(lambda: len(starts(w)) > 1, 300, "the start again")
    w.advance(30)
    stop(w)
    w.advance(30)


@VERSIONS
def test_pain_04_a_start_that_is_sent_again_is_the_same_start(version: str) -> None:
    """A CSMS that knows it again has one transaction, with one end."""
    with station(version) as w:
        number_transactions(w.csms)
        _answer_lost(w)
        first, second = starts(w)
        assert {k: v for k, v in second.payload.items() if k != "offline"} == first.payload
        assert len(booked(w)) == len(ends(w)) == 1


def test_pain_04_a_csms_that_counts_it_twice_gets_the_end_of_the_second() -> None:
    """1.6 has nothing to know a start again by: the id that was answered last is the one in use."""
    with station("1.6", variables=SAMPLES) as w:
        numbers = itertools.count(2)  # the first, lost answer said 1
        w.csms.on("StartTransaction", lambda _p: {"transactionId": next(numbers), "idTagInfo": {"status": "Accepted"}})
        _answer_lost(w)
        assert _ids(w) == {2}


@VERSIONS
def test_pain_05_a_refused_message_is_put_aside_and_the_rest_goes_on(version: str) -> None:
    retries = [
        _setting("MessageAttempts", 3),
        _setting("MessageAttemptInterval", 2),
    ]
    action = "MeterValues" if version == "1.6" else "TransactionEvent"
    refused: list[Payload] = []

    def refuse_the_first_sample(payload: Payload) -> Payload | Refuse:
        sampled = payload.get("triggerReason", "MeterValuePeriodic") == "MeterValuePeriodic"
        if not sampled:
            return {}
        if not refused or payload == refused[0]:
            refused.append(payload)
            return Refuse("InternalError", "Server error, data loss!")
        return {}

    with station(version, variables=SAMPLES, variable=retries) as w:
        w.csms.on(action, refuse_the_first_sample)
        charge(w, seconds=60)
        stop(w)
        w.advance(60)
        assert len(refused) == 3
        (aside,) = w.disk.quarantined(10)
        assert (aside.attempts, aside.code) == (3, "InternalError")
        assert len(ends(w)) == 1
        assert not w.agent.peer.outbox.waiting  # type: ignore[union-attr] # it runs
        assert most_in_flight(w.csms) == 1
        samples = [c for c in w.csms.all(action) if "Sample.Periodic" in json.dumps(c.payload)]
        assert len({json.dumps(c.payload) for c in samples}) >= 6  # all those after it came
        Books(w.csms.received, taken=False).check()


def _setting(variable: str, value: int) -> Payload:
    return {"component": "OCPPCommCtrlr", "variable": variable, "instance": "TransactionEvent", "value": value}


@pytest.mark.parametrize("times", [1, 2])
@VERSIONS
def test_pain_05_answers_that_never_come_hold_up_nobody_for_ever(version: str, times: int) -> None:
    action = "StartTransaction" if version == "1.6" else "TransactionEvent"
    with station(version, variable=[_setting("MessageAttempts", 2), _setting("MessageAttemptInterval", 2)]) as w:
        w.csms.silence(action, times)
        charge(w, seconds=120)
        stop(w)
        w.advance(120)
        assert len(ends(w)) == 1
        assert bool(w.disk.quarantined(10)) is (times == 2)
