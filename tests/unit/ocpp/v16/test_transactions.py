"""Facts as messages of 1.6: where a transaction begins and ends for it, and what it has of the steps between."""

from __future__ import annotations

from typing import Any

import pytest

from agent.core.facts import (
    AnyLogged,
    EndSampleTaken,
    SecurityEventRaised,
    StopReason,
    TransactionPhase,
    Trigger,
    WireIdLearned,
)
from agent.core.samples import Context, Sample
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.ocpp.dialect import Delivery, Message
from agent.ocpp.v16.dialect import Dialect16
from agent.variables import names
from agent.variables.topology import ENERGY
from agent.variables.vocabulary import Author
from tests.unit.ocpp.dialect_rig import (
    AT,
    AT_TEXT,
    UNTIMED,
    UNTIMED_TEXT,
    Around,
    Payload,
    response,
    samples,
    step,
    wire,
)

STARTED, UPDATED, ENDED = TransactionPhase.STARTED, TransactionPhase.UPDATED, TransactionPhase.ENDED
PERIODIC = (samples(Context.PERIODIC),)


def projected(dialect: Dialect16, *, waited: bool = False, **fields: Any) -> Message | None:
    return dialect.project(step(**fields), offline=waited)


# Which step is which message


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        # plugged in, nobody known yet
        ({"phase": STARTED}, None),
        ({"phase": UPDATED}, None),
        ({"phase": UPDATED, "samples": PERIODIC}, None),
        # authorised and connected, at whichever step that was
        ({"phase": STARTED, "opens": True, "opened": True, "samples": PERIODIC}, "StartTransaction"),
        ({"phase": UPDATED, "opens": True, "opened": True}, "StartTransaction"),
        # between
        ({"phase": UPDATED, "opened": True}, None),
        ({"phase": UPDATED, "opened": True, "samples": PERIODIC}, "MeterValues"),
        # over
        ({"phase": ENDED, "opened": True, "closes": True}, "StopTransaction"),
        ({"phase": ENDED, "opened": True, "closes": True, "samples": PERIODIC}, "StopTransaction"),
        ({"phase": ENDED}, None),  # nobody was ever authorised
    ],
)
@pytest.mark.parametrize("waited", [False, True])
def test_steps(dialect: Dialect16, fields: dict[str, Any], action: str | None, waited: bool) -> None:
    message = projected(dialect, waited=waited, **fields)
    assert (message.action if message else None) == action
    if message is not None:
        wire(dialect, message)


def test_other_facts_have_no_message(dialect: Dialect16) -> None:
    kept = EndSampleTaken(seq=1, stamp=AT, tx="T-1", evse=1, sample=PERIODIC[0])
    assert dialect.project(kept, offline=False) is None
    event = SecurityEventRaised(seq=1, stamp=AT, kind="StartupOfTheDevice")
    assert dialect.project(event, offline=False) is None


# Start


def start(dialect: Dialect16, **fields: Any) -> Payload:
    return wire(dialect, projected(dialect, phase=STARTED, opens=True, opened=True, **fields))


def test_a_start(dialect: Dialect16) -> None:
    assert start(dialect, start_token=IdToken("04ab"), token=IdToken("04ab")) == {
        "connectorId": 2,
        "idTag": "04ab",
        "meterStart": 12_345,
        "timestamp": AT_TEXT,
    }


def test_a_start_that_ends_a_reservation(dialect: Dialect16) -> None:
    assert start(dialect, reservation_id=0)["reservationId"] == 0


def test_a_start_of_nobody_in_particular(dialect: Dialect16) -> None:
    assert start(dialect, start_token=IdToken("", "NoAuthorization"))["idTag"] == ""
    assert start(dialect)["idTag"] == ""


def test_a_token_of_another_version_is_cut(dialect: Dialect16) -> None:
    assert start(dialect, start_token=IdToken("x" * 36))["idTag"] == "x" * 20


def test_a_start_before_the_clock_was_right(dialect: Dialect16) -> None:
    assert start(dialect, stamp=UNTIMED)["timestamp"] == UNTIMED_TEXT


@pytest.mark.parametrize(("evse", "connector", "number"), [(1, 1, 1), (1, 2, 2), (2, 1, 3), (2, None, 3)])
def test_connectors_count_through_the_evses(dialect: Dialect16, evse: int, connector: int | None, number: int) -> None:
    assert start(dialect, evse=evse, connector=connector)["connectorId"] == number
    values = projected(dialect, evse=evse, connector=connector, opened=True, samples=PERIODIC)
    assert wire(dialect, values)["connectorId"] == number


# Between


def test_values_of_a_transaction(dialect: Dialect16, around: Around) -> None:
    around.wire_ids["T-1"] = 17
    found = wire(dialect, projected(dialect, opened=True, trigger=Trigger.METER_VALUE_PERIODIC, samples=PERIODIC))
    assert (found["connectorId"], found["transactionId"], len(found["meterValue"])) == (2, 17, 1)


def test_values_that_1_6_does_not_have(dialect: Dialect16) -> None:
    strange = (samples(Context.PERIODIC, Sample("Energy.Active.Net", 1, "Wh")),)
    assert projected(dialect, opened=True, samples=strange) is None


# Stop


def stop(dialect: Dialect16, **fields: Any) -> Payload:
    return wire(dialect, projected(dialect, phase=ENDED, opened=True, closes=True, **fields))


def test_a_stop(dialect: Dialect16, around: Around) -> None:
    around.wire_ids["T-1"] = 17
    assert stop(dialect, token=IdToken("x" * 21), start_token=IdToken("04ab"), reason=StopReason.LOCAL) == {
        "idTag": "x" * 20,
        "meterStop": 12_345,
        "timestamp": AT_TEXT,
        "transactionId": 17,
        "reason": "Local",
    }


def test_a_stop_of_a_transaction_that_has_no_id(dialect: Dialect16) -> None:
    """Its StartTransaction could not be delivered (errata 3.18)."""
    assert stop(dialect, start_token=IdToken("04ab")) == {
        "meterStop": 12_345,
        "timestamp": AT_TEXT,
        "transactionId": -1,
    }


REASONS = {
    StopReason.DE_AUTHORIZED: "DeAuthorized",
    StopReason.EMERGENCY_STOP: "EmergencyStop",
    StopReason.EV_DISCONNECTED: "EVDisconnected",
    StopReason.IMMEDIATE_RESET: "HardReset",
    StopReason.REBOOT: "SoftReset",
    StopReason.LOCAL: "Local",
    StopReason.MASTER_PASS: "Local",
    StopReason.POWER_LOSS: "PowerLoss",
    StopReason.REMOTE: "Remote",
    StopReason.UNLOCK_COMMAND: "UnlockCommand",
}


@pytest.mark.parametrize("reason", list(StopReason))
def test_each_stop_reason(dialect: Dialect16, reason: StopReason) -> None:
    assert stop(dialect, reason=reason)["reason"] == REASONS.get(reason, "Other")


COLLECTED = (samples(Context.BEGIN), samples(Context.PERIODIC), samples(Context.CLOCK))


def test_a_stop_has_all_that_was_collected_and_then_the_end(around: Around, dialect: Dialect16) -> None:
    plan = around.registry.plan_set(names.SAMPLED_TX_ENDED_MEASURANDS, ENERGY, who=Author.CSMS)
    assert plan.change is not None
    around.registry.apply(plan.change)
    found = stop(dialect, transaction_data=COLLECTED, samples=(samples(Context.END),))
    contexts = [value["sampledValue"][0]["context"] for value in found["transactionData"]]
    assert contexts == ["Transaction.Begin", "Sample.Periodic", "Sample.Clock", "Transaction.End"]


def test_a_stop_has_nothing_sampled_while_the_key_is_empty(dialect: Dialect16) -> None:
    """Errata 3.14: StopTxnSampledData shows nothing until somebody sets it."""
    found = stop(dialect, transaction_data=COLLECTED, samples=(samples(Context.END),))
    assert [value["sampledValue"][0]["context"] for value in found["transactionData"]] == ["Sample.Clock"]
    found = stop(dialect, transaction_data=COLLECTED[:2], samples=(samples(Context.END),))
    assert "transactionData" not in found


# Answers


def delivered(dialect: Dialect16, fact: AnyLogged, action: str, payload: Payload) -> Delivery:
    return dialect.delivered(fact, response(dialect, action, payload))


def test_the_answer_to_a_start_names_the_transaction(dialect: Dialect16) -> None:
    payload = {"transactionId": 17, "idTagInfo": {"status": "ConcurrentTx", "parentIdTag": "G"}}
    assert delivered(dialect, step(opens=True), "StartTransaction", payload) == Delivery(
        info=TokenInfo(status=AuthorizationStatus.CONCURRENT_TX, group=IdToken("G", "Central")),
        kept=(WireIdLearned(tx="T-1", wire_id=17),),
    )


def test_the_answer_to_a_stop_may_judge_the_token(dialect: Dialect16) -> None:
    fact = step(phase=ENDED, closes=True)
    judged = delivered(dialect, fact, "StopTransaction", {"idTagInfo": {"status": "Blocked"}})
    over = (WireIdLearned(tx="T-1", wire_id=None),)
    assert judged == Delivery(info=TokenInfo(status=AuthorizationStatus.BLOCKED), kept=over)
    assert delivered(dialect, fact, "StopTransaction", {}) == Delivery(kept=over)


def test_the_answer_to_values_says_nothing(dialect: Dialect16) -> None:
    assert delivered(dialect, step(), "MeterValues", {}) == Delivery()
