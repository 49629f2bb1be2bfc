"""Messages that the CSMS refused to the end: seen for what they are, and told after all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from agent.api.messages import ApiError
from agent.daemon.answers import Service
from tests.rig.world import World, world
from tests.scenarios.books import TRANSACTIONAL, Books, number_transactions
from tests.scenarios.liar import SOUND, Liar

TAG = "04A1B2C3"


class NoLog:
    def tail(self, count: int, level: str = "debug", logger: str = "", after: int = 0) -> Sequence[Any]:
        return ()


@contextmanager
def station(version: str, attempts: int = 2) -> Iterator[World]:
    retries = [
        {"component": "OCPPCommCtrlr", "variable": name, "instance": "TransactionEvent", "value": value}
        for name, value in (("MessageAttempts", attempts), ("MessageAttemptInterval", 1))
    ]
    retries.append({"component": "OCPPCommCtrlr", "variable": "MessageTimeout", "instance": "Default", "value": 5})
    variables = {"SampledDataCtrlr": {"TxUpdatedInterval": 20}, "AuthCtrlr": {"OfflineTxForUnknownIdEnabled": True}}
    with world(version, variables=variables, variable=retries) as w:
        yield w


def session(w: World) -> None:
    w.bench("ev.plug_in")
    w.bench("rfid.tap", id_token=TAG)
    w.advance(50)
    w.bench("rfid.tap", id_token=TAG)
    w.advance(10)
    w.bench("ev.plug_out")
    w.advance(60)


def call(w: World, method: str, **params: Any) -> Any:
    task = w.loop.create_task(Service(lambda: w.agent, NoLog(), "1.2.3").call(method, params))
    w.loop.run_until(task.done, 20, f"the answer to {method}")
    return task.result()


def quarantine(w: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(w, "outbox.list")["quarantine"]
    return found


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_what_is_in_quarantine_can_be_seen_and_told_after_all(version: str) -> None:
    with station(version) as w:
        number_transactions(w.csms)
        liar = Liar(w.csms, 1, {"error": 1})
        w.boot()
        session(w)
        refused = quarantine(w)
        assert refused[0]["what"] == "Started 0"
        assert refused[-1]["what"].startswith("Ended")
        assert {one["tx"] for one in refused} == {call(w, "tx.list")[0]["tx"]}
        assert {(one["token"], one["code"], one["why"], one["attempts"]) for one in refused} == {
            (TAG, "InternalError", "not today", 2)
        }
        assert refused[-1]["register_wh"] == w.evse()["meter"]["energy_wh"] > 0

        assert call(w, "outbox.retry") == {"queued": len(refused)}
        w.advance(60)
        assert len(quarantine(w)) == len(refused), "refused again, and not lost"

        liar.moods = dict(SOUND)
        before = len(w.csms.received)
        assert call(w, "outbox.retry", seq=refused[0]["seq"]) == {"queued": 1}
        w.advance(5)
        assert [one["seq"] for one in quarantine(w)] == [one["seq"] for one in refused[1:]]
        assert call(w, "outbox.retry") == {"queued": len(refused) - 1}
        w.advance(30)
        assert quarantine(w) == []
        told = [c for c in list(w.csms.received)[before:] if c.action in TRANSACTIONAL]
        (entry,) = Books(told).check()
        assert entry.registers[-1] == w.evse()["meter"]["energy_wh"]
        assert len(told) == len(refused)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_retry_waits_for_the_link_and_is_forgotten_with_the_process(version: str) -> None:
    with station(version) as w:
        number_transactions(w.csms)
        liar = Liar(w.csms, 1, {"error": 1})
        w.boot()
        session(w)
        many = len(quarantine(w))
        liar.moods = dict(SOUND)
        w.cut_link()
        assert call(w, "outbox.retry") == {"queued": many}
        assert call(w, "outbox.retry") == {"queued": 0}, "they wait already"
        w.advance(5)
        w.cut_power()
        w.restore_power()
        w.advance(5)
        assert len(quarantine(w)) == many
        call(w, "outbox.retry")
        w.restore_link()
        w.advance(300)
        assert quarantine(w) == []


def test_a_message_that_is_not_in_quarantine_is_not_tried_again() -> None:
    with station("2.0.1") as w:
        w.boot()
        with pytest.raises(ApiError) as caught:
            call(w, "outbox.retry", seq=3)
        assert caught.value.code == "not_found"


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_an_answer_that_comes_after_the_last_attempt_counts(version: str) -> None:
    """The CSMS has it, and in 1.6 its number: nothing stays in quarantine, and what follows bears that number."""
    with station(version, attempts=1) as w:
        number_transactions(w.csms)
        Liar(w.csms, 1, {"late": 1})
        w.boot()
        session(w)
        w.advance(120)
        assert quarantine(w) == []
        if version == "1.6":
            stop = w.csms.last("StopTransaction")
            assert stop["transactionId"] == 1


def test_a_message_that_is_dropped_is_gone() -> None:
    with station("2.0.1") as w:
        Liar(w.csms, 1, {"error": 1})
        w.boot()
        session(w)
        first, *others = quarantine(w)
        assert call(w, "outbox.drop", seq=first["seq"]) == {"dropped": first["seq"]}
        assert quarantine(w) == others
        with pytest.raises(ApiError):
            call(w, "outbox.drop", seq=first["seq"])


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_message_at_which_the_csms_hangs_up_does_not_block_the_station(version: str) -> None:
    """Field pain 5: many a backend closes the link on a message that it cannot digest, and would for ever."""
    with station(version) as w:
        number_transactions(w.csms)
        liar = Liar(w.csms, 1, {"hang up": 1})
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TAG)
        w.advance(15)
        w.until(lambda: bool(w.disk.quarantined(1)), 900, "the quarantine")
        first = quarantine(w)[0]
        assert (first["what"], first["attempts"], first["code"]) == ("Started 0", 2, "link lost")
        liar.moods = dict(SOUND)
        w.bench("rfid.tap", id_token=TAG)
        w.advance(10)
        w.bench("ev.plug_out")
        w.advance(300)
        assert w.agent is not None
        assert not w.agent.peer.outbox.waiting
        call(w, "outbox.retry")
        w.advance(60)
        assert quarantine(w) == []


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_csms_that_hangs_up_on_everything_costs_nothing(version: str) -> None:
    """A balancer without a backend behind it takes the connection and drops it: no message is given up for that."""
    with station(version) as w:
        number_transactions(w.csms)
        w.boot()
        w.csms._swallowed = lambda text: bool(w.loop.create_task(w.csms.drop()))  # type: ignore[method-assign]
        session(w)
        w.advance(1800)
        assert quarantine(w) == []
        del w.csms._swallowed
        w.advance(900)
        (entry,) = Books(w.csms.received).check()
        assert entry.registers[-1] == w.evse()["meter"]["energy_wh"]
