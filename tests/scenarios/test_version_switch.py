"""Another version of OCPP in the middle of a queue: what waits is facts, told in the version that is spoken by then.

The operator changes the version, the station boots with it and finds transactions that it never told, or half told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.rig.world import SUBPROTOCOLS, World, world
from tests.scenarios.books import TRANSACTIONAL, Books, Entry
from tests.scenarios.pains.driver import CARD, OTHER_CARD, charge, ends, stop

BOTH = tuple(SUBPROTOCOLS.values())
VARIABLES = {
    "AuthCtrlr": {"OfflineTxForUnknownIdEnabled": True},
    "SampledDataCtrlr": {"TxUpdatedInterval": 60},
}
SWITCHES = pytest.mark.parametrize(("old", "new"), [("1.6", "2.0.1"), ("2.0.1", "1.6")])


def _speak(w: World, *versions: str) -> None:
    """What the station offers from its next boot on."""
    w.endpoint = replace(w.endpoint, subprotocols=tuple(SUBPROTOCOLS[version] for version in versions))


@contextmanager
def _station(version: str) -> Iterator[World]:
    """A station that speaks one version to a backend that understands both."""
    with world(version, subprotocols=BOTH, variables=VARIABLES) as w:
        _speak(w, version)
        w.boot()
        w.forget()
        yield w


def _switch(w: World, version: str) -> None:
    """The station is off for a while and comes back with another version."""
    w.cut_power()
    _speak(w, version)
    w.restore_link()
    w.advance(20)
    boots = w.boots
    w.restore_power()
    w.until(lambda: w.boots > boots and w.status().get("registration") == "accepted", 300, "the acceptance")
    assert w.status()["protocol"] == version


def _delivered(w: World, count: int) -> list[Entry]:
    w.until(lambda: len([c for c in ends(w) if c.answer is not None]) == count, 1200, "the ends")
    w.advance(10)
    assert w.agent is not None
    assert not w.agent.peer.outbox.waiting
    return Books(w.csms.received).check()


@SWITCHES
def test_a_queue_of_whole_sessions(old: str, new: str) -> None:
    with _station(old) as w:
        w.cut_link()
        counted = []
        for card in (CARD, OTHER_CARD):
            charge(w, card, seconds=150)
            stop(w, card)
            counted.append(w.evse()["meter"]["energy_wh"])
            w.bench("ev.plug_out")
            w.advance(30)
        assert not [c for c in w.csms.received if c.action in TRANSACTIONAL]
        _switch(w, new)
        entries = _delivered(w, 2)
        assert [entry.token for entry in entries] == [CARD, OTHER_CARD]
        assert [entry.energy_wh for entry in entries] == [counted[0], counted[1] - counted[0]]
        assert all(entry.reason == "Local" for entry in entries)
        assert all(len(entry.registers) >= 4 for entry in entries), "with their samples"
        actions = {c.action for c in w.csms.received} & TRANSACTIONAL
        whole = {"StartTransaction", "MeterValues", "StopTransaction"} if new == "1.6" else {"TransactionEvent"}
        assert actions == whole
        if new != "1.6":
            events = [c.payload for c in w.csms.all("TransactionEvent")]
            assert all(event["offline"] is True for event in events)


@SWITCHES
def test_a_session_that_runs_on_through_the_switch(old: str, new: str) -> None:
    """Nothing of it was told: the new version tells all of it, and it ends like any other."""
    with _station(old) as w:
        w.cut_link()
        charge(w, seconds=150)
        _switch(w, new)
        w.until(w.energised, 60, "energy")
        w.advance(120)
        stop(w)
        (entry,) = _delivered(w, 1)
        assert entry.token == CARD
        assert entry.reason == "Local"
        assert entry.energy_wh == pytest.approx(w.evse()["meter"]["energy_wh"], abs=5)


def test_a_session_whose_beginning_was_told_in_2_0_1_ends_without_a_number_in_1_6() -> None:
    """1.6 never gave it a number: its end is told under -1, with card, register and reason (errata 3.18)."""
    with _station("2.0.1") as w:
        charge(w, seconds=150)
        w.cut_link()
        w.advance(100)
        stop(w)
        _switch(w, "1.6")
        w.advance(60)
        assert w.agent is not None
        assert not w.agent.peer.outbox.waiting, "it blocks nobody"
        assert not w.csms.all("StartTransaction"), "no second start"
        (ended,) = (c.payload for c in w.csms.all("StopTransaction"))
        assert ended["transactionId"] == -1
        assert ended["idTag"] == CARD
        assert ended["meterStop"] == w.evse()["meter"]["energy_wh"]
        assert {c.payload["transactionId"] for c in w.csms.all("MeterValues")} == {-1}
        charge_again(w)


def test_a_session_that_1_6_heard_the_beginning_of_ends_in_2_0_1() -> None:
    with _station("1.6") as w:
        charge(w, seconds=150)
        w.cut_link()
        w.advance(100)
        stop(w)
        _switch(w, "2.0.1")
        w.advance(600)
        assert w.agent is not None
        assert not w.agent.peer.outbox.waiting, "it blocks nobody"
        (ended,) = ends(w)
        assert ended.payload["transactionInfo"]["stoppedReason"] == "Local"
        assert ended.payload["seqNo"] > 0, "the number says that there was more before"
        charge_again(w)


def charge_again(w: World) -> None:
    """The new version's own sessions are whole."""
    w.bench("ev.plug_out")
    w.advance(10)
    began = len(w.csms.received)
    charge(w, OTHER_CARD, seconds=100)
    stop(w, OTHER_CARD)
    w.advance(10)
    (entry,) = Books(list(w.csms.received)[began:]).check()
    assert entry.token == OTHER_CARD


def test_there_and_back_again() -> None:
    """A session offline under 1.6, one under 2.0.1, told by 1.6."""
    with _station("1.6") as w:
        w.cut_link()
        charge(w, seconds=90)
        stop(w)
        w.bench("ev.plug_out")
        w.advance(10)
        _switch(w, "2.0.1")
        w.cut_link()  # before or in the middle of the delivery
        w.advance(5)
        charge(w, OTHER_CARD, seconds=90)
        stop(w, OTHER_CARD)
        _switch(w, "1.6")
        w.advance(900)
        assert w.agent is not None
        assert not w.agent.peer.outbox.waiting
        assert len(w.csms.all("StopTransaction")) >= 1
        assert all(c.payload["transactionId"] > 0 for c in w.csms.all("StopTransaction"))


@SWITCHES
def test_the_backend_changes_its_mind_about_the_version(old: str, new: str) -> None:
    """The station offers both, best first; the backend is migrated between two connections, nobody boots."""
    offers = (SUBPROTOCOLS["2.0.1"], SUBPROTOCOLS["1.6"])
    with world(old, subprotocols=offers, variables=VARIABLES) as w:
        w.csms.subprotocols = (SUBPROTOCOLS[old],)
        w.boot()
        assert w.status()["protocol"] == old
        w.loop.kill("csms")
        charge(w, seconds=90)
        stop(w)
        w.csms.subprotocols = (SUBPROTOCOLS[new],)
        w.loop.spawn("csms", w.csms.run("csms", 9000))
        w.until(lambda: w.status().get("protocol") == new, 600, "the other version")
        (entry,) = _delivered(w, 1)
        assert entry.token == CARD
        assert w.boots == 1
        boots = [c.payload for c in w.csms.all("BootNotification")]
        assert len(boots) == 2, "another version is another registration"
