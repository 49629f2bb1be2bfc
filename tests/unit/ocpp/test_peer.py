"""The station's side of the conversation: facts and requests become frames, frames events, answers cursors to keep."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from agent.core.commands import Result, SetOperative, Verdict
from agent.core.effects import Ask
from agent.core.events import (
    AnyEvent,
    AuthorizeAnswered,
    BootAnswered,
    CommandReceived,
    FactDelivered,
    QueueChanged,
    RequestFailed,
)
from agent.core.facts import TransactionPhase, TransactionRecorded, Trigger, WireIdLearned
from agent.core.requests import AuthorizeRequest, BootRequest, HeartbeatRequest
from agent.core.tokens import AuthorizationStatus, IdToken
from agent.ocpp.dialect import Dialect
from agent.ocpp.outbox_facts import Position, Retry, Tried
from agent.ocpp.peer import Peer
from agent.ocpp.step import Save, Step
from agent.ocpp.v2x.dialect import Dialect201
from agent.ocpp.v16.dialect import Dialect16
from tests.unit.ocpp.dialect_rig import Around, step

TIMEOUT_MS = 30_000
RETRY_MS = 60_000
CARD = IdToken(value="04AB")
NO_ANSWER: dict[str, Any] = {}


class Rig:
    """A peer and the CSMS at the other end of its frames; everything that came of it is written down."""

    def __init__(self, version: str, *, attempts: int = 3, registered: bool = True) -> None:
        around = Around()
        dialects: list[Dialect] = [Dialect16(around), Dialect201(around)]
        ids = itertools.count(1)
        self.version = version
        self.subprotocol = f"ocpp{version}"
        self.peer = Peer(
            {d.subprotocol: d for d in dialects},
            lambda: Retry(attempts=attempts, interval_ms=RETRY_MS),
            new_id=lambda: f"m{next(ids)}",
            message_timeout_ms=lambda: TIMEOUT_MS,
        )
        self.now = 0
        self.sent: list[Any] = []
        self.events: list[AnyEvent] = []
        self.saves: list[Save] = []
        assert self.peer.opened(self.subprotocol) == version
        if registered:
            self.do(self.peer.registered("accepted", 0))

    def do(self, found: Step) -> None:
        self.sent += [json.loads(frame) for frame in found.frames]
        self.events += found.events
        self.saves += found.saves

    def commit(self, *facts: TransactionRecorded) -> None:
        self.do(self.peer.commit(list(facts), self.now))

    def ask(self, request_id: int, request: Any, delivery: str = "live") -> None:
        self.do(self.peer.ask(Ask(request_id=request_id, delivery=delivery, request=request), self.now))

    def says(self, *frame: Any) -> None:
        self.do(self.peer.receive(json.dumps(frame), self.now))

    def answers(self, payload: dict[str, Any]) -> None:
        """A CALLRESULT to the newest CALL."""
        self.says(3, self.calls()[-1][1], payload)

    def refuses(self) -> None:
        self.says(4, self.calls()[-1][1], "InternalError", "", {})

    def keeps(self) -> None:
        """The disk has taken what there was to save."""
        saves, self.saves = self.saves, []
        for save in saves:
            self.do(self.peer.saved(save, self.now))

    def pass_ms(self, ms: int) -> None:
        self.now += ms
        self.do(self.peer.tick(self.now))

    def calls(self) -> list[Any]:
        return [f for f in self.sent if f[0] == 2]

    def of(self, kind: type[AnyEvent]) -> list[Any]:
        return [e for e in self.events if isinstance(e, kind)]


@pytest.fixture(params=["1.6", "2.0.1"])
def version(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def start(seq: int = 1, tx: str = "T-1") -> TransactionRecorded:
    return step(
        seq=seq,
        number=0,
        tx=tx,
        phase=TransactionPhase.STARTED,
        trigger=Trigger.AUTHORIZED,
        token=CARD,
        start_token=CARD,
        opens=True,
        opened=True,
    )


def end(seq: int = 2, tx: str = "T-1") -> TransactionRecorded:
    return step(
        seq=seq,
        number=1,
        tx=tx,
        phase=TransactionPhase.ENDED,
        trigger=Trigger.STOP_AUTHORIZED,
        start_token=CARD,
        opened=True,
        closes=True,
    )


def accepted(version: str) -> dict[str, Any]:
    """What the CSMS says to a start."""
    if version == "1.6":
        return {"transactionId": 4711, "idTagInfo": {"status": "Accepted"}}
    return {"idTokenInfo": {"status": "Accepted"}}


# --- facts ---------------------------------------------------------------------------------------------------------


def test_facts_go_out_one_at_a_time_and_each_answer_moves_the_cursor(version: str) -> None:
    rig = Rig(version)
    rig.commit(start(), end())
    assert len(rig.calls()) == 1
    rig.answers(accepted(version))
    assert [s.position for s in rig.saves] == [Position("ledger", 1)]
    rig.keeps()
    assert len(rig.calls()) == 2
    rig.answers(NO_ANSWER)
    assert [s.position for s in rig.saves] == [Position("ledger", 2)]
    assert [(d.seq, d.tx, d.refused) for d in rig.of(FactDelivered)] == [(1, "T-1", False), (2, "T-1", False)]


def test_what_the_answer_says_of_the_token_reaches_the_core(version: str) -> None:
    rig = Rig(version)
    rig.commit(start())
    rig.answers(accepted(version))
    (delivered,) = rig.of(FactDelivered)
    assert delivered.info.status is AuthorizationStatus.ACCEPTED
    assert delivered.token == CARD


def test_the_transaction_id_of_1_6_is_saved_with_the_cursor() -> None:
    """In one commit: a power cut must not leave the one without the other."""
    rig = Rig("1.6")
    rig.commit(start())
    rig.answers(accepted("1.6"))
    (save,) = rig.saves
    assert save.kept == (WireIdLearned(tx="T-1", wire_id=4711),)


def test_a_refused_fact_is_tried_again_later_and_in_the_end_put_aside(version: str) -> None:
    """E13.FR.02–04; and what waits behind it goes on."""
    rig = Rig(version, attempts=2)
    rig.commit(start(), end(seq=2, tx="T-1"))
    rig.refuses()
    assert [s.position for s in rig.saves] == [Tried("ledger", 1, 1)]
    rig.keeps()
    assert len(rig.calls()) == 1
    rig.pass_ms(RETRY_MS)
    assert len(rig.calls()) == 2
    rig.refuses()
    (save,) = rig.saves
    assert isinstance(save.position, Position)
    assert save.position.quarantined is not None
    assert save.position.quarantined[:2] == (2, "InternalError")
    assert [d.refused for d in rig.of(FactDelivered)] == [True]
    rig.keeps()
    if version == "2.0.1":
        assert len(rig.calls()) == 3


def test_no_answer_in_time_is_tried_again(version: str) -> None:
    rig = Rig(version)
    rig.commit(start())
    rig.pass_ms(TIMEOUT_MS - 1)
    assert rig.saves == []
    rig.pass_ms(1)
    assert [s.position for s in rig.saves] == [Tried("ledger", 1, 1)]
    rig.keeps()
    rig.pass_ms(RETRY_MS)
    assert len(rig.calls()) == 2
    assert rig.calls()[0][3] == rig.calls()[1][3]


def test_a_late_answer_counts_and_nothing_is_sent_again(version: str) -> None:
    """Never re-sent after a CALLRESULT."""
    rig = Rig(version)
    rig.commit(start())
    first = rig.calls()[0][1]
    rig.pass_ms(TIMEOUT_MS)
    rig.keeps()
    rig.says(3, first, accepted(version))
    assert [s.position for s in rig.saves] == [Position("ledger", 1)]
    rig.keeps()
    rig.pass_ms(10 * RETRY_MS)
    assert len(rig.calls()) == 1


def test_a_late_answer_to_what_is_in_flight_again_counts_once(version: str) -> None:
    rig = Rig(version)
    rig.commit(start())
    first = rig.calls()[0][1]
    rig.pass_ms(TIMEOUT_MS)
    rig.keeps()
    rig.pass_ms(RETRY_MS)
    rig.says(3, first, accepted(version))
    rig.pass_ms(TIMEOUT_MS)  # the second is never answered
    assert [d.seq for d in rig.of(FactDelivered)] == [1]
    assert len(rig.calls()) == 2


def test_an_answer_that_breaks_its_schema_is_still_an_answer(version: str) -> None:
    rig = Rig(version)
    rig.commit(start())
    rig.answers({"transactionId": "x", "idTagInfo": 5, "idTokenInfo": 5})
    assert [s.position for s in rig.saves] == [Position("ledger", 1)]
    rig.keeps()
    rig.pass_ms(10 * RETRY_MS)
    assert len(rig.calls()) == 1


def test_what_was_in_flight_when_the_link_went_goes_out_again(version: str) -> None:
    rig = Rig(version)
    rig.commit(start())
    rig.do(rig.peer.closed(rig.now))
    assert rig.saves == []
    rig.peer.opened(rig.subprotocol)
    rig.pass_ms(0)
    assert [c[2] for c in rig.calls()] == [rig.calls()[0][2]] * 2


# --- registration --------------------------------------------------------------------------------------------------


def test_nothing_but_the_boot_goes_out_before_the_station_is_accepted(version: str) -> None:
    """B01, B02.FR.02"""
    rig = Rig(version, registered=False)
    rig.commit(start())
    rig.ask(9, HeartbeatRequest(), "latest")
    assert rig.calls() == []
    rig.ask(1, BootRequest(reason="PowerUp"), "boot")
    assert [c[2] for c in rig.calls()] == ["BootNotification"]
    rig.answers({"status": "Pending", "currentTime": "2027-01-01T00:00:00Z", "interval": 5})
    assert [b.status.value for b in rig.of(BootAnswered)] == ["Pending"]
    assert len(rig.calls()) == 1
    rig.do(rig.peer.registered("accepted", rig.now))
    assert len(rig.calls()) == 2


def test_in_another_version_the_station_is_to_be_accepted_anew() -> None:
    rig = Rig("1.6")
    rig.do(rig.peer.closed(0))
    assert rig.peer.opened("ocpp2.0.1") == "2.0.1"
    rig.commit(start())
    assert rig.calls() == []
    rig.do(rig.peer.registered("accepted", 0))
    assert [c[2] for c in rig.calls()] == ["TransactionEvent"]


# --- questions -----------------------------------------------------------------------------------------------------


def test_a_question_is_answered_to_who_asked(version: str) -> None:
    rig = Rig(version)
    rig.ask(77, AuthorizeRequest(token=CARD))
    key = "idTagInfo" if version == "1.6" else "idTokenInfo"
    rig.answers({key: {"status": "Blocked"}})
    (answered,) = rig.of(AuthorizeAnswered)
    assert answered.request_id == 77
    assert answered.info.status is AuthorizationStatus.BLOCKED


def test_a_driver_does_not_wait_behind_the_queue(version: str) -> None:
    """Live goes before ledger."""
    rig = Rig(version)
    rig.commit(start(), end(), start(seq=3, tx="T-2"))
    rig.ask(77, AuthorizeRequest(token=CARD))
    rig.answers(accepted(version))
    rig.keeps()
    assert rig.calls()[1][2] == "Authorize"


@pytest.mark.parametrize("how", ["refused", "silent", "lost"])
def test_a_question_without_an_answer_fails_at_once_and_says_why(version: str, how: str) -> None:
    rig = Rig(version)
    rig.ask(77, AuthorizeRequest(token=CARD))
    if how == "refused":
        rig.refuses()
    elif how == "silent":
        rig.pass_ms(TIMEOUT_MS)
    else:
        rig.do(rig.peer.closed(rig.now))
    (failed,) = rig.of(RequestFailed)
    assert failed.request_id == 77
    assert failed.code == {"refused": "InternalError", "silent": "timeout", "lost": "offline"}[how]


def test_offline_a_question_fails_without_waiting(version: str) -> None:
    rig = Rig(version)
    rig.do(rig.peer.closed(0))
    rig.ask(77, AuthorizeRequest(token=CARD))
    assert [(f.request_id, f.code) for f in rig.of(RequestFailed)] == [(77, "offline")]


# --- calls of the CSMS ---------------------------------------------------------------------------------------------


def change(version: str) -> dict[str, Any]:
    if version == "1.6":
        return {"connectorId": 0, "type": "Inoperative"}
    return {"operationalStatus": "Inoperative"}


def test_a_call_becomes_a_command_and_its_result_the_answer(version: str) -> None:
    rig = Rig(version)
    rig.says(2, "theirs", "ChangeAvailability", change(version))
    (received,) = rig.of(CommandReceived)
    assert received.command == SetOperative(operative=False)
    rig.do(rig.peer.answer(received.command_id, Result(verdict=Verdict.SCHEDULED), 0))
    assert rig.sent == [[3, "theirs", {"status": "Scheduled"}]]


def test_calls_of_theirs_do_not_wait_for_ours(version: str) -> None:
    rig = Rig(version)
    rig.commit(start())
    rig.says(2, "theirs", "ChangeAvailability", change(version))
    (received,) = rig.of(CommandReceived)
    rig.do(rig.peer.answer(received.command_id, Result(verdict=Verdict.ACCEPTED), 0))
    assert rig.sent[-1][:2] == [3, "theirs"]


def test_an_answer_to_a_connection_that_is_gone_goes_nowhere(version: str) -> None:
    rig = Rig(version)
    rig.says(2, "theirs", "ChangeAvailability", change(version))
    (received,) = rig.of(CommandReceived)
    rig.do(rig.peer.closed(0))
    rig.peer.opened(rig.subprotocol)
    rig.do(rig.peer.answer(received.command_id, Result(verdict=Verdict.ACCEPTED), 0))
    assert rig.sent == []


def test_an_answer_is_given_once(version: str) -> None:
    rig = Rig(version)
    rig.says(2, "theirs", "ChangeAvailability", change(version))
    (received,) = rig.of(CommandReceived)
    for _ in range(2):
        rig.do(rig.peer.answer(received.command_id, Result(verdict=Verdict.ACCEPTED), 0))
    assert len(rig.sent) == 1


@pytest.mark.parametrize("noise", ["", "{", "[]", "[2]", '[9,"a",{}]', '[3,"nobody",{}]', '[2,"x","NoSuchThing",{}]'])
def test_noise_neither_raises_nor_disturbs_what_is_in_flight(version: str, noise: str) -> None:
    rig = Rig(version)
    rig.commit(start())
    rig.do(rig.peer.receive(noise, rig.now))
    assert rig.of(CommandReceived) == []
    first = rig.calls()[0][1]
    rig.says(3, first, accepted(version))
    assert [d.seq for d in rig.of(FactDelivered)] == [1]


# --- what waits ----------------------------------------------------------------------------------------------------


def test_the_core_is_told_which_transactions_wait_and_only_when_that_changes(version: str) -> None:
    rig = Rig(version)
    rig.events.clear()
    rig.commit(start(), end())
    assert rig.of(QueueChanged)[-1].waiting == frozenset({"T-1"})
    told = len(rig.of(QueueChanged))
    rig.pass_ms(1)
    assert len(rig.of(QueueChanged)) == told
    for payload in (accepted(version), NO_ANSWER):
        rig.answers(payload)
        rig.keeps()
    assert rig.of(QueueChanged)[-1].waiting == frozenset()


def test_the_next_look_is_when_the_answer_is_overdue_or_the_retry_is_due(version: str) -> None:
    rig = Rig(version)
    assert rig.peer.wake_at() is None
    rig.commit(start())
    assert rig.peer.wake_at() == TIMEOUT_MS
    rig.refuses()
    rig.keeps()
    assert rig.peer.wake_at() == RETRY_MS
