"""A hundred taps a second: a card that bounces, a reader gone mad, a bored child. The CSMS hears little of it."""

from __future__ import annotations

import pytest

from hal.mock.topology import MockEvse
from tests.rig.world import World
from tests.scenarios.pains.driver import CARD, OTHER_CARD, VERSIONS, booked, charge, ends, starts, station, stop

TWO = (MockEvse(phases=1, tethered=True),) * 2
A_SECOND = 100


def _flood(w: World, cards: list[str], seconds: int, evses: list[int] | None = None) -> None:
    for number in range(seconds * A_SECOND):
        w.bench("rfid.tap", id_token=cards[number % len(cards)], evses=evses or [1])
        w.advance(1 / A_SECOND)


def _asked(w: World) -> int:
    return len(w.csms.all("Authorize"))


@VERSIONS
def test_unknown_cards_by_the_thousand(version: str) -> None:
    """Each another one, and all refused: one question at a time, and memory does not grow."""
    with station(version) as w:
        status = {"status": "Invalid"}
        w.csms.on("Authorize", {"idTagInfo": status} if version == "1.6" else {"idTokenInfo": status})
        w.bench("ev.plug_in")
        _flood(w, [f"04{n:06X}" for n in range(1000)], 10)
        assert w.agent is not None
        assert len(w.agent.station.entry._questions) <= 8
        w.advance(60)
        assert not w.agent.station.entry._questions
        assert _asked(w) <= 26, "two a second after the first five"
        assert not starts(w)
        # Afterwards everything works as ever.
        w.csms.accept("Authorize")
        w.bench("rfid.tap", id_token=CARD)
        w.until(w.energised, 30, "energy")
        w.advance(30)
        stop(w)
        assert len(booked(w)) == 1


@VERSIONS
def test_a_card_that_bounces_while_the_backend_thinks(version: str) -> None:
    """The same card again while it is asked about: one question, one transaction."""
    with station(version) as w:
        w.csms.silence("Authorize", 1)
        w.bench("ev.plug_in")
        _flood(w, [CARD], 5)
        w.advance(20)
        assert _asked(w) == 1
        w.advance(40)
        w.bench("rfid.tap", id_token=CARD)
        w.until(w.energised, 30, "energy")
        assert len(starts(w)) == 1


@VERSIONS
def test_other_cards_in_mid_session(version: str) -> None:
    """Somebody else's cards at a running session: it goes on, and its own card ends it."""
    with station(version) as w:
        charge(w, seconds=30)
        before = _asked(w)
        _flood(w, [f"05{n:06X}" for n in range(500)], 5)
        assert w.energised()
        assert _asked(w) - before <= 16, "two a second after the first five"
        w.advance(30)
        stop(w)
        assert len(ends(w)) == 1
        booked(w)


@VERSIONS
def test_the_same_two_cards_for_ever(version: str) -> None:
    """On, off, on, off: whatever becomes of it, the books add up and the station stays usable."""
    with station(version) as w:
        w.bench("ev.plug_in")
        _flood(w, [CARD, OTHER_CARD], 10)
        w.advance(120)
        if w.energised():
            w.bench("rfid.tap", id_token=CARD)
            w.advance(5)
            w.bench("rfid.tap", id_token=OTHER_CARD)
            w.advance(20)
        booked(w, complete=False)
        assert len(starts(w)) <= 60
        w.bench("ev.plug_out")
        w.advance(60)
        charge(w, "04FEED")
        stop(w, "04FEED")
        booked(w)


@VERSIONS
def test_a_session_beside_a_reader_gone_mad(version: str) -> None:
    """The reader of EVSE 2 floods while EVSE 1 charges: samples come in time, a remote stop is heard."""
    with station(version, evses=TWO, variables={"SampledDataCtrlr": {"TxUpdatedInterval": 10}}) as w:
        status = {"status": "Invalid"}
        charge(w, seconds=5)
        w.csms.on("Authorize", {"idTagInfo": status} if version == "1.6" else {"idTokenInfo": status})
        began = len(w.csms.received)
        _flood(w, [f"04{n:06X}" for n in range(2000)], 20, [2])
        since = [c for c in list(w.csms.received)[began:] if "meterValue" in c.payload]
        assert len(since) == 2
        if version == "1.6":
            number = w.csms.all("StartTransaction")[-1].answer or {}
            answer = w.call("RemoteStopTransaction", transactionId=number["transactionId"])
        else:
            tx = starts(w)[0].payload["transactionInfo"]["transactionId"]
            answer = w.call("RequestStopTransaction", transactionId=tx)
        assert answer["status"] == "Accepted"
        w.until(lambda: not w.energised(), 10, "the power to go")
        w.advance(10)
        assert len(booked(w)) == 1


@VERSIONS
@pytest.mark.parametrize("allowed", [True, False])
def test_a_flood_offline(version: str, allowed: bool) -> None:
    """Nobody to ask: one card charges if the operator allows that, the others change nothing."""
    with station(version, variables={"AuthCtrlr": {"OfflineTxForUnknownIdEnabled": allowed}}) as w:
        w.cut_link()
        w.bench("ev.plug_in")
        _flood(w, [f"04{n:06X}" for n in range(500)], 5)
        w.advance(10)
        assert w.energised() is allowed
        assert w.agent is not None
        assert not w.agent.station.entry._questions
