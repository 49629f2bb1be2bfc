"""The outbox: order, gates, retries, quarantine, windows. Asserted in the words of its module text."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.clock import MonoMs, Stamp
from agent.core.facts import EndSampleTaken, SecurityEventRaised, TransactionPhase, TransactionRecorded, Trigger
from agent.core.requests import AuthorizeRequest, BootRequest, HeartbeatRequest
from agent.core.samples import Context, SampleSet
from agent.core.tokens import IdToken
from agent.ocpp import outbox_facts
from agent.ocpp.outbox import LATE_IDS, TIMEOUT, Flight, Outbox
from agent.ocpp.outbox_facts import AGAIN, LOSSES, WINDOW, Position, Released, Retry, Tried, class_of, tx_of
from agent.ocpp.outbox_requests import LIVE, PROBE, REPORTS, SLOTS, Asked

STAMP = Stamp(boot=1, mono_ms=MonoMs(0), wall_ms=None)


def fact(seq: int, tx: str = "t1") -> TransactionRecorded:
    return TransactionRecorded(
        seq=seq,
        stamp=STAMP,
        phase=TransactionPhase.UPDATED,
        tx=tx,
        number=seq,
        evse=1,
        connector=1,
        trigger=Trigger.METER_VALUE_PERIODIC,
        register_wh=seq,
    )


def security(seq: int) -> SecurityEventRaised:
    return SecurityEventRaised(seq=seq, stamp=STAMP, kind="StartupOfTheDevice")


def asked(number: int, slot: str = "", *, triggered: bool = False) -> Asked:
    return Asked(number, HeartbeatRequest(triggered=triggered), 0, slot)


def made(attempts: int = 3, interval_ms: int = 1000, *, status: str = "accepted", linked: bool = True) -> Outbox:
    box = Outbox(lambda: Retry(attempts=attempts, interval_ms=interval_ms))
    box.status = status
    if linked:
        box.link_up()
    return box


def sent(box: Outbox, now: int = 0) -> Any:
    """What goes out next, as something short to compare with; its slot stays taken."""
    flight = box.next(now)
    if flight is None:
        return None
    return (
        flight.fact.seq if flight.fact is not None else f"{flight.delivery} {flight.asked and flight.asked.request_id}"
    )


def deliver(box: Outbox) -> Position:
    flight = box.answered()
    assert flight is not None
    assert flight.fact is not None
    position = box.delivered(flight.fact)
    box.saved(position)
    return position


def drained(box: Outbox, now: int = 0) -> list[Any]:
    out = []
    while (one := sent(box, now)) is not None:
        out.append(one)
        flight = box.answered()
        assert flight is not None
        if flight.fact is not None:
            box.saved(box.delivered(flight.fact))
    return out


def test_classes() -> None:
    assert class_of(fact(1)) == "ledger"
    assert class_of(security(1)) == "log"
    assert tx_of(fact(1, "x")) == "x"
    assert tx_of(security(1)) is None
    end = EndSampleTaken(seq=1, stamp=STAMP, tx="x", evse=1, sample=SampleSet(STAMP, Context.PERIODIC, ()))
    assert tx_of(end) == "x"


def test_the_order_of_the_classes() -> None:
    box = made()
    box.ask(asked(1), "report")
    box.commit([security(1), fact(2)])
    box.ask(asked(2, "status.1.1"), "latest")
    box.ask(asked(3), "live")
    box.ask(asked(4), "boot")
    assert drained(box) == ["boot 4", "live 3", 2, "latest 2", 1, "report 1"]


def test_statuses_and_facts_of_the_present_go_in_the_order_of_their_making() -> None:
    box = made()
    box.ask(asked(1, "a"), "latest")
    box.commit([fact(1)])
    box.ask(asked(2, "b"), "latest")
    box.commit([fact(2)])
    assert drained(box) == ["latest 1", 1, "latest 2", 2]


def test_an_older_backlog_does_not_hold_a_status_back() -> None:
    box = made(linked=False)
    box.restore("ledger", 0, 5, 0)
    box.loaded("ledger", [fact(n) for n in range(1, 6)], 5)
    box.link_up()
    box.ask(asked(1, "a"), "latest")
    assert drained(box) == ["latest 1", 1, 2, 3, 4, 5]


def test_a_status_made_after_a_fact_waits_while_the_cursor_is_saved() -> None:
    box = made()
    box.commit([fact(1), fact(2)])
    box.ask(asked(1, "a"), "latest")
    assert sent(box) == 1
    flight = box.answered()
    assert flight is not None
    assert flight.fact is not None
    position = box.delivered(flight.fact)
    assert sent(box) is None
    box.saved(position)
    assert drained(box) == [2, "latest 1"]


def test_only_the_newest_of_a_slot_goes() -> None:
    box = made()
    for number in range(3):
        box.ask(asked(number, "status.1.1"), "latest")
    assert drained(box) == ["latest 2"]


def test_one_call_at_a_time() -> None:
    box = made()
    box.commit([fact(1), fact(2)])
    assert sent(box) == 1
    assert sent(box) is None
    assert box.busy


def test_nothing_without_a_link() -> None:
    box = made(linked=False)
    box.commit([fact(1)])
    assert box.next(0) is None
    assert not box.busy
    assert box.ask(asked(1), "live") == asked(1)
    assert box.ask(asked(2), "report") == asked(2)


def test_nothing_but_a_boot_before_acceptance() -> None:
    box = made(status="unknown")
    box.commit([fact(1)])
    box.ask(asked(1, "a", triggered=True), "latest")
    assert sent(box) is None
    box.ask(Asked(2, BootRequest(reason="PowerUp"), 0), "boot")
    assert sent(box) == "boot 2"


def test_while_pending_only_what_the_csms_asked_for() -> None:
    box = made(status="pending")
    box.commit([fact(1)])
    box.ask(asked(1, "a"), "latest")
    box.ask(asked(2), "report")
    assert sent(box) is None
    box.ask(asked(3, "b", triggered=True), "latest")
    box.ask(asked(4, triggered=True), "report")
    assert drained(box) == ["latest 3", "report 4"]


@pytest.mark.parametrize(("delivery", "bound"), [("live", LIVE), ("report", REPORTS), ("latest", SLOTS)])
def test_bounds(delivery: str, bound: int) -> None:
    box = made()
    for number in range(bound):
        assert box.ask(asked(number, f"s{number}"), delivery) is None
    refused = box.ask(asked(bound, "one more"), delivery)
    if delivery == "latest":  # told at the next change: a place that nobody has is no loss
        assert refused is None
        assert f"{delivery} {bound}" not in drained(box)
    else:
        assert refused == asked(bound, "one more")


def test_a_lost_link_fails_requests_and_keeps_facts_and_statuses() -> None:
    box = made()
    box.commit([fact(1)])
    box.ask(asked(1, "status.1.1"), "latest")
    box.ask(asked(2, "heartbeat"), "latest")
    box.ask(asked(3), "report")
    box.ask(asked(4), "live")
    box.ask(asked(5), "boot")
    assert sent(box) == "boot 5"
    lost, _ = box.lost(0)
    assert lost is not None
    assert lost.delivery == "boot"
    assert {one.request_id for one in box.link_down()} == {3, 4}
    box.link_up()
    assert drained(box) == [1, "latest 1"]


def test_a_status_in_flight_when_the_link_broke_waits_again() -> None:
    box = made()
    box.ask(asked(1, "a"), "latest")
    assert sent(box) == "latest 1"
    box.lost(0)
    box.link_down()
    box.link_up()
    assert sent(box) == "latest 1"
    box.ask(asked(2, "a"), "latest")
    box.lost(0)  # a newer one of its slot is there already
    assert sent(box) == "latest 2"


def test_nothing_in_flight_is_nothing_lost() -> None:
    box = made()
    assert box.lost(0) == (None, None)
    assert box.answered() is None
    assert box.failed(0, "GenericError", "") == (None, None)


def test_what_waited_for_the_link_is_offline() -> None:
    box = made()
    box.commit([fact(1)])
    assert not box.offline(fact(1))
    box.link_down()
    box.link_up()
    box.commit([fact(2)])
    assert box.offline(fact(1))
    assert not box.offline(fact(2))


def test_a_callerror_is_tried_again_after_interval_times_attempts() -> None:
    box = made(attempts=3, interval_ms=1000)
    box.commit([fact(1), fact(2), security(3)])
    assert sent(box, 0) == 1
    flight, outcome = box.failed(0, "InternalError", "no")
    assert isinstance(flight, Flight)
    assert outcome == Tried("ledger", 1, 1)
    assert box.wake_at() == 1000
    assert sent(box, 999) == 3  # the other class is not held up
    assert box.wake_at() is None  # the slot is taken
    deliver(box)
    assert sent(box, 1000) == 1
    assert box.failed(1000, "timeout", "")[1] == Tried("ledger", 1, 2)
    assert box.wake_at() == 3000
    assert sent(box, 2999) is None
    assert sent(box, 3000) == 1
    assert box.failed(3000, "InternalError", "still no")[1] == Position("ledger", 1, (3, "InternalError", "still no"))
    box.saved(Position("ledger", 1))
    assert sent(box, 3000) == 2


def test_a_failed_request_is_only_told() -> None:
    box = made()
    box.ask(asked(1), "live")
    assert sent(box) == "live 1"
    flight, outcome = box.failed(0, "InternalError", "")
    assert flight is not None
    assert flight.asked is not None
    assert outcome is None
    assert sent(box) is None


def test_a_link_that_comes_back_does_not_wait_for_the_retry() -> None:
    box = made(interval_ms=60_000)
    box.commit([fact(1)])
    assert sent(box) == 1
    box.failed(0, "timeout", "")
    box.link_down()
    assert box.wake_at() is None
    box.link_up()
    assert sent(box, 1) == 1


def test_attempts_of_an_earlier_boot_count() -> None:
    box = made(attempts=2, linked=False)
    box.restore("ledger", 0, 1, 1)
    box.loaded("ledger", [fact(1)], 1)
    box.link_up()
    assert sent(box) == 1
    assert isinstance(box.failed(0, "InternalError", "")[1], Position)


def test_a_skipped_fact_is_done_with() -> None:
    box = made()
    box.commit([fact(1), fact(2)])
    assert sent(box) == 1
    box.answered()
    assert box.skip(fact(1)) == Position("ledger", 1)
    box.saved(Position("ledger", 1))
    assert sent(box) == 2


def test_the_window_is_bounded_and_the_rest_is_loaded_page_by_page() -> None:
    box = made()
    many = [fact(n) for n in range(1, 3 * WINDOW + 1)]
    box.commit(many)
    assert box.upto == len(many)
    order: list[int] = []
    while len(order) < len(many):
        need = box.needs()
        if need is not None:
            cls, after = need
            assert cls == "ledger"
            page = [f for f in many if f.seq > after][:50]
            box.loaded(cls, list(page), page[-1].seq if page else None)
        order.append(sent(box))
        deliver(box)
    assert order == [f.seq for f in many]
    assert box.needs() is None


def test_facts_made_while_a_page_is_read_are_neither_lost_nor_doubled() -> None:
    box = made()
    box.restore("ledger", 0, 2, 0)
    assert box.needs() == ("ledger", 0)
    box.commit([fact(3)])
    box.loaded("ledger", [fact(1), fact(2)], None)
    assert [sent(box), deliver(box).seq, sent(box), deliver(box).seq] == [1, 1, 2, 2]
    assert box.needs() == ("ledger", 2)
    box.loaded("ledger", [fact(3), fact(3)], 3)
    assert drained(box) == [3]
    assert box.needs() is None


def test_a_page_that_was_faster_than_the_commit() -> None:
    box = made()
    box.restore("log", 0, 2, 0)
    assert box.needs() == ("log", 0)
    box.loaded("log", [security(1), security(2)], 2)
    box.commit([security(2)])
    assert drained(box) == [1, 2]


def test_waiting_transactions() -> None:
    box = made()
    box.restore_waiting({"old": 1})
    box.commit([fact(1, "a"), fact(2, "a"), fact(3, "b"), security(4)])
    assert box.transactions == {"old", "a", "b"}
    assert box.waiting == {"old": 1, "a": 2, "b": 1}
    assert sent(box) == 1
    deliver(box)
    assert box.transactions == {"old", "a", "b"}
    assert sent(box) == 2
    deliver(box)
    assert box.transactions == {"old", "b"}
    box.thinned(["old", "nobody"])
    assert box.transactions == {"b"}


def test_crowded_only_beyond_the_bound_and_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_facts, "QUEUE", 100)
    box = made(linked=False)
    box.commit([fact(n) for n in range(1, 101)])
    assert box.crowded() is None
    box.commit([fact(101)])
    assert box.crowded() == WINDOW
    box.thinned(["t1"] * 40)
    assert box.crowded() is None
    box.commit([fact(n) for n in range(102, 142)])
    assert box.crowded() == WINDOW


def test_a_late_answer_finds_its_fact_while_it_waits() -> None:
    box = made(attempts=5)
    box.commit([fact(1), fact(2)])
    assert sent(box) == 1
    box.remember_late("m1", 1)
    box.failed(0, "timeout", "")
    assert box.late("unknown") is None
    found = box.late("m1")
    assert found is not None
    assert found.seq == 1
    assert box.late("m1") is None  # once


def test_a_late_answer_counts_for_what_is_in_flight_again_and_not_for_what_is_gone() -> None:
    box = made(attempts=5)
    box.commit([fact(1), fact(2)])
    assert sent(box) == 1
    box.remember_late("m1", 1)
    box.remember_late("m2", 1)
    box.failed(0, "timeout", "")
    assert sent(box, 10_000) == 1
    late = box.late("m1")
    assert late is not None
    assert late.seq == 1
    deliver(box)
    assert box.late("m2") is None


def test_late_ids_are_bounded_and_end_with_the_link() -> None:
    box = made()
    box.commit([fact(1)])
    for number in range(LATE_IDS + 1):
        box.remember_late(f"m{number}", 1)
    assert box.late("m0") is None
    assert box.late("m1") is not None
    box.link_down()
    assert box.late("m2") is None


def given_up(box: Outbox, seq: int) -> None:
    box.commit([fact(seq)])
    assert sent(box) == seq
    box.remember_late(f"m{seq}", seq)
    _, outcome = box.failed(0, "timeout", "")
    assert isinstance(outcome, Position)
    assert outcome.quarantined is not None
    box.saved(outcome)


def test_a_late_answer_counts_for_what_was_given_up() -> None:
    box = made(attempts=1)
    given_up(box, 1)
    given_up(box, 2)
    late = box.late("m2")
    assert late is not None
    assert box.delivered(late) == Released(2)
    assert box.late("m2") is None
    box.link_down()
    assert box.late("m1") is None


def test_what_is_in_quarantine_is_tried_again_after_all_that_waits() -> None:
    box = made(attempts=1)
    given_up(box, 1)
    assert box.again([fact(1)]) == 1
    assert box.again([fact(1)]) == 0  # it waits already
    box.commit([fact(2)])
    box.ask(asked(1), "report")
    assert sent(box) == 2
    deliver(box)
    assert box.next(0) == Flight(fact=fact(1), delivery="again")
    box.answered()
    assert box.delivered(fact(1)) == Released(1)
    assert sent(box) == "report 1"


def test_what_is_refused_again_stays_where_it_is() -> None:
    box = made(attempts=1)
    given_up(box, 1)
    box.again([fact(1)])
    assert sent(box) == 1
    flight, outcome = box.failed(0, "InternalError", "no")
    assert flight == Flight(fact=fact(1), delivery="again")
    assert outcome is None
    assert sent(box) is None
    assert box.again([fact(n) for n in range(-1000, 0)]) == AGAIN


def breaks(box: Outbox, seq: int) -> Any:
    """The link breaks with this fact in flight, and another one comes."""
    assert sent(box) == seq
    _, outcome = box.lost(0)
    box.link_down()
    box.link_up()
    return outcome


def test_a_fact_that_breaks_every_link_waits_until_something_was_answered() -> None:
    box = made(attempts=2)
    box.commit([fact(1), fact(2)])
    for _ in range(LOSSES):
        assert breaks(box, 1) is None
    assert box.next(0) == Flight(asked=PROBE, delivery="latest")
    box.lost(0)  # the CSMS is not there at all: nobody's doing
    box.link_down()
    box.link_up()
    for outcome in (Tried("ledger", 1, 1), Position("ledger", 1, (2, "link lost", "the CSMS hung up each time"))):
        box.ask(asked(1, "status"), "latest")
        assert sent(box) == "latest 1"
        box.answered()
        assert breaks(box, 1) == outcome
    assert sent(box) is None
    box.saved(Position("ledger", 1))
    assert sent(box) == 2


def test_a_refusal_is_an_answer_and_silence_is_none() -> None:
    box = made(attempts=9)
    box.commit([security(1)])
    for _ in range(LOSSES):
        breaks(box, 1)
    assert sent(box) == "latest -1"
    box.failed(0, TIMEOUT, "")
    assert sent(box) == "latest -1"
    box.failed(0, "InternalError", "")
    assert sent(box) == 1


def test_a_retry_that_breaks_the_link_is_over() -> None:
    box = made(attempts=1)
    given_up(box, 1)
    box.again([fact(1)])
    assert breaks(box, 1) is None
    assert sent(box) is None


def test_busy() -> None:
    box = made()
    assert not box.busy
    box.ask(AuthorizeAsked, "live")
    assert box.busy
    assert sent(box) == "live 9"
    box.answered()
    box.commit([fact(1)])
    assert sent(box) == 1
    flight = box.answered()
    assert flight is not None
    assert flight.fact is not None
    position = box.delivered(flight.fact)
    assert box.busy  # the cursor is not on disk yet
    box.saved(position)
    assert not box.busy


AuthorizeAsked = Asked(9, AuthorizeRequest(token=IdToken(value="A")), 0)
