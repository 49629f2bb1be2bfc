"""A queue of thousands: delivered in order, one at a time, in bounded memory, whatever the CSMS does with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agent.core.facts import SecurityEventRaised, TransactionPhase, TransactionRecorded
from agent.core.rules import Options
from agent.ocpp import outbox_facts
from agent.runtime import codec
from hal.mock.topology import MockEvse
from tests.rig.world import World, world
from tests.scenarios.books import (
    TRANSACTIONAL,
    Books,
    most_in_flight,
    number_transactions,
    sent_again_after_result,
)
from tests.scenarios.liar import ONE_IN_TEN, SOUND, Liar

EVSE = MockEvse(phases=1, tethered=True)
ATTEMPTS = 3
TIMEOUT_S = 5
VARIABLES: dict[str, Any] = {
    "SampledDataCtrlr": {"TxUpdatedInterval": 1},
    "AuthCtrlr": {"OfflineTxForUnknownIdEnabled": True},
    "OCPPCommCtrlr": {"RetryBackOffWaitMinimum": 5, "RetryBackOffRandomRange": 1, "RetryBackOffRepeatTimes": 0},
}
RETRIES = [
    {"component": "OCPPCommCtrlr", "variable": "MessageAttempts", "instance": "TransactionEvent", "value": 3},
    {
        "component": "OCPPCommCtrlr",
        "variable": "MessageAttemptInterval",
        "instance": "TransactionEvent",
        "value": 1,
    },
    {"component": "OCPPCommCtrlr", "variable": "MessageTimeout", "instance": "Default", "value": 5},
]


@contextmanager
def queue_world(version: str, evses: int = 4) -> Iterator[World]:
    options = Options(idle_sample_ms=60_000, sample_ms=5_000)
    with world(version, variables=VARIABLES, variable=RETRIES, evses=(EVSE,) * evses, options=options) as w:
        yield w


def facts(w: World) -> list[TransactionRecorded]:
    """The steps of transactions in the log, in the order in which they were made."""
    found: list[TransactionRecorded] = []
    after = 0
    while page := w.disk.log_after("ledger", after, 1000):
        found += [fact for fact in codec.logged(page) if isinstance(fact, TransactionRecorded)]
        after = page[-1].seq
    return found


def charge_offline(w: World, messages: int, evses: int = 4, minutes: float = 10, *, again: bool = False) -> None:
    """Sessions on all EVSEs, one after the other, until so many steps of transactions were made."""
    while again or len(facts(w)) < messages:
        again = False
        for number in range(1, evses + 1):
            w.bench("ev.plug_in", evse=number, current_a=16)
            w.bench("rfid.tap", id_token=f"04AB{number:02X}", evses=[number])
        w.advance(minutes=minutes)
        for number in range(1, evses + 1):
            w.bench("rfid.tap", id_token=f"04AB{number:02X}", evses=[number])
        w.advance(15)
        for number in range(1, evses + 1):
            w.bench("ev.plug_out", evse=number)
        w.advance(5)


def drain(w: World, hours: float = 60) -> int:
    """The link is back: until nothing waits. Gives the most facts that were in memory at once."""
    assert w.agent is not None
    box = w.agent.peer.outbox
    most = 0

    def empty() -> bool:
        nonlocal most
        most = max(most, len(box._ledger.window))
        return not box.waiting

    w.restore_link()
    w.until(empty, hours * 3600, "the queue to drain")
    w.advance(30)
    return most


def sent_once_in_order(w: World, made: list[TransactionRecorded]) -> None:
    """Each step left the station first in the order in which they were made."""
    seen: dict[tuple[str, int], None] = {}
    for call in w.csms.received:
        if call.action == "TransactionEvent":
            seen.setdefault((call.payload["transactionInfo"]["transactionId"], call.payload["seqNo"]))
    assert list(seen) == [(fact.tx, fact.number) for fact in made]


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_ten_thousand_messages(version: str) -> None:
    with queue_world(version) as w:
        liar = Liar(w.csms, 1, SOUND)
        w.boot()
        w.cut_link()
        charge_offline(w, 10_000)
        made = facts(w)
        told = len(made)
        assert told >= 10_000
        most = drain(w)
        assert most <= outbox_facts.WINDOW
        Books(w.csms.received).check()
        assert most_in_flight(w.csms, TIMEOUT_S) == 1
        assert not sent_again_after_result(w.csms)
        assert sum(call.action in TRANSACTIONAL for call in w.csms.received) == liar.done["answer"]
        if version == "2.0.1":
            sent_once_in_order(w, made)
            assert liar.done["answer"] == told
        assert w.disk.quarantined(10) == []


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_csms_that_answers_as_it_likes(version: str) -> None:
    """CALLERROR, late, twice or never for one in ten each; some are refused for ever and go to quarantine."""
    with queue_world(version) as w:
        liar = Liar(w.csms, 2, ONE_IN_TEN, refuse_per_mille=10)
        w.boot()
        w.cut_link()
        charge_offline(w, 10_000)
        made = facts(w)
        assert drain(w) <= outbox_facts.WINDOW
        assert all(liar.done[mood] for mood in ONE_IN_TEN), liar.done
        assert most_in_flight(w.csms, TIMEOUT_S) == 1
        assert not sent_again_after_result(w.csms)
        quarantined = w.disk.quarantined(10_000)
        assert quarantined
        assert {q.attempts for q in quarantined} == {ATTEMPTS}
        answered: dict[str, int] = {}
        attempts: dict[str, int] = {}
        for call in w.csms.received:
            if call.action in TRANSACTIONAL:
                said = call.action + repr(sorted(call.payload.items()))
                attempts[said] = attempts.get(said, 0) + 1
                answered[said] = answered.get(said, 0) + (call.answer is not None)
        assert max(attempts.values()) <= ATTEMPTS
        if version == "2.0.1":
            sent_once_in_order(w, made)
            lost = [said for said, times in answered.items() if not times]
            assert len(lost) <= len(quarantined) <= len(lost) + liar.done["late"]
            assert len(attempts) == len(made)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_reboot_in_the_middle_of_the_queue(version: str) -> None:
    with queue_world(version) as w:
        liar = Liar(w.csms, 3, ONE_IN_TEN)
        w.boot()
        w.cut_link()
        charge_offline(w, 1_000, minutes=5)
        w.restore_link()
        for pause in (8, 40, 95):
            w.advance(pause)
            w.cut_power()
            w.advance(5)
            w.restore_power()
        w.advance(2)
        assert w.agent is not None
        assert w.agent.peer.outbox.waiting
        liar.moods = dict(SOUND)
        drain(w)
        assert w.agent.peer.outbox.waiting == {}
        if version == "2.0.1":
            sent_once_in_order(w, facts(w))
        if not w.disk.quarantined(10):
            Books(w.csms.received).check()
        assert most_in_flight(w.csms, TIMEOUT_S) == 1


def test_nothing_waits_after_a_restart_and_a_delivery() -> None:
    """Samples kept for the end have no message of their own: they must not be waited for."""
    kept = {"SampledDataCtrlr": {"TxEndedInterval": 5, "TxUpdatedInterval": 20}}
    with world("2.0.1", variables=VARIABLES | kept, options=Options(idle_sample_ms=60_000)) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(60)
        w.cut_link()
        w.advance(60)
        w.cut_power()
        w.advance(5)
        w.restore_link()
        w.restore_power()
        w.advance(60)
        w.bench("rfid.tap", id_token="04AB")
        w.advance(60)
        assert w.agent is not None
        assert w.agent.peer.outbox.waiting == {}


SESSIONS = 3


def overfill(w: World) -> None:
    """Three sessions on each of four EVSEs, about a thousand messages each time; there is room for 500."""
    w.boot()
    w.cut_link()
    for _ in range(SESSIONS):
        charge_offline(w, 1, minutes=4, again=True)


def test_a_full_queue_is_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """E04.FR.07, E04.FR.08: only `Updated` go, evenly; a security event tells."""
    monkeypatch.setattr(outbox_facts, "QUEUE", 500)
    with queue_world("2.0.1") as w:
        overfill(w)
        assert w.agent is not None
        left = facts(w)
        assert len(left) <= 510
        assert sum(w.agent.peer.outbox.waiting.values()) <= 510
        raised = [f for f in codec.logged(w.disk.log_after("log", 0, 1000)) if isinstance(f, SecurityEventRaised)]
        assert any(f.kind == "MemoryExhaustion" for f in raised)
        drain(w)
        entries = Books(w.csms.received).check(thinned=True)
        assert len(entries) == SESSIONS * 4
        assert sum(fact.phase is TransactionPhase.STARTED for fact in left) == len(entries)
        assert w.csms.count()["TransactionEvent"] == len(left)
        for entry in entries[4:]:  # the first of the queue were about to leave: they are whole
            gaps = [after - before for before, after in itertools.pairwise(entry.numbers)]
            assert max(gaps) <= 32, entry.numbers


def test_a_full_queue_of_1_6_keeps_starts_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_facts, "QUEUE", 500)
    with queue_world("1.6") as w:
        number_transactions(w.csms)
        overfill(w)
        drain(w)
        entries = Books(w.csms.received).check(thinned=True)
        count = w.csms.count()
        assert count["StartTransaction"] == count["StopTransaction"] == len(entries) == SESSIONS * 4
        assert count["MeterValues"] < 500
