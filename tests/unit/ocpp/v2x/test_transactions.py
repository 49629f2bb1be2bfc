"""Facts as messages of 2.0.1: each step of a transaction, its samples, and security events."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.clock import MonoMs, Stamp, WallMs
from agent.core.facts import (
    AnyLogged,
    ChargingState,
    EndSampleTaken,
    SecurityEventRaised,
    StopReason,
    TransactionPhase,
    Trigger,
)
from agent.core.samples import Context, Sample, SampleSet
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.ocpp.dialect import Delivery
from agent.ocpp.messages import v201
from agent.ocpp.v2x.dialect import Dialect201
from agent.variables.topology import ENERGY, MEASURANDS
from tests.unit.ocpp.dialect_rig import (
    AT,
    AT_TEXT,
    REGISTER,
    UNTIMED,
    UNTIMED_TEXT,
    Around,
    Payload,
    response,
    samples,
    step,
    wire,
)


def event(dialect: Dialect201, **fields: Any) -> Payload:
    message = dialect.project(step(**fields), offline=False)
    assert message is not None
    assert message.action == "TransactionEvent"
    return wire(dialect, message)


def test_a_step_with_little_to_tell(dialect: Dialect201) -> None:
    assert event(dialect) == {
        "eventType": "Updated",
        "timestamp": AT_TEXT,
        "triggerReason": "ChargingStateChanged",
        "seqNo": 3,
        "transactionInfo": {"transactionId": "T-1", "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 2},
    }


def test_a_step_with_everything_to_tell(dialect: Dialect201) -> None:
    found = event(
        dialect,
        phase=TransactionPhase.ENDED,
        trigger=Trigger.STOP_AUTHORIZED,
        number=0,
        stamp=UNTIMED,
        charging_state=ChargingState.EV_CONNECTED,
        token=IdToken("04ab"),
        start_token=IdToken("another"),
        reason=StopReason.LOCAL,
        remote_start_id=0,
        reservation_id=0,
        samples=(samples(Context.END),),
        time_charging_s=0,
        cable_a=0,
        phases=3,
        offline=True,
    )
    assert found == {
        "eventType": "Ended",
        "timestamp": UNTIMED_TEXT,
        "triggerReason": "StopAuthorized",
        "seqNo": 0,
        "transactionInfo": {
            "transactionId": "T-1",
            "chargingState": "EVConnected",
            "timeSpentCharging": 0,
            "stoppedReason": "Local",
            "remoteStartId": 0,
        },
        "meterValue": [
            {
                "timestamp": AT_TEXT,
                "sampledValue": [
                    {
                        "value": 12345.678,
                        "context": "Transaction.End",
                        "measurand": ENERGY,
                        "location": "Outlet",
                        "unitOfMeasure": {"unit": "Wh"},
                    }
                ],
            }
        ],
        "offline": True,
        "numberOfPhasesUsed": 3,
        "cableMaxCurrent": 0,
        "reservationId": 0,
        "evse": {"id": 1, "connectorId": 2},
        "idToken": {"idToken": "04ab", "type": "ISO14443"},
    }


def test_before_the_car_came_there_is_no_connector(dialect: Dialect201) -> None:
    found = event(dialect, connector=None, charging_state=None)
    assert found["evse"] == {"id": 1}
    assert found["transactionInfo"] == {"transactionId": "T-1"}


def test_an_evse_that_was_told_is_not_repeated(dialect: Dialect201) -> None:
    """E01.FR.16"""
    assert "evse" not in event(dialect, tells_evse=False)


@pytest.mark.parametrize("phase", list(TransactionPhase))
def test_each_phase(dialect: Dialect201, phase: TransactionPhase) -> None:
    assert event(dialect, phase=phase)["eventType"] == phase.value


@pytest.mark.parametrize("trigger", list(Trigger))
def test_each_trigger(dialect: Dialect201, trigger: Trigger) -> None:
    assert event(dialect, trigger=trigger)["triggerReason"] == trigger.value


@pytest.mark.parametrize("state", list(ChargingState))
def test_each_charging_state(dialect: Dialect201, state: ChargingState) -> None:
    assert event(dialect, charging_state=state)["transactionInfo"]["chargingState"] == state.value


@pytest.mark.parametrize("reason", list(StopReason))
def test_each_stop_reason(dialect: Dialect201, reason: StopReason) -> None:
    found = event(dialect, phase=TransactionPhase.ENDED, reason=reason)
    known = reason is not StopReason.UNLOCK_COMMAND  # 1.6 alone has it
    assert found["transactionInfo"]["stoppedReason"] == (reason.value if known else "Other")


def test_only_the_end_has_a_reason(dialect: Dialect201) -> None:
    assert "stoppedReason" not in event(dialect, reason=StopReason.LOCAL)["transactionInfo"]
    assert "stoppedReason" not in event(dialect, phase=TransactionPhase.ENDED)["transactionInfo"]  # E06.FR.09


@pytest.mark.parametrize(("waited", "happened"), [(False, False), (True, False), (False, True), (True, True)])
def test_offline_is_told_of_what_happened_or_waited_offline(dialect: Dialect201, waited: bool, happened: bool) -> None:
    found = wire(dialect, dialect.project(step(offline=happened), offline=waited))
    assert found.get("offline") == (True if waited or happened else None)  # E04.FR.03, E11.FR.07


# Tokens


@pytest.mark.parametrize("kind", get_args(v201.IdTokenEnumType))
def test_each_kind_of_token(dialect: Dialect201, kind: str) -> None:
    value = "" if kind == "NoAuthorization" else "x"  # C02.FR.01
    assert event(dialect, token=IdToken("x", kind))["idToken"] == {"idToken": value, "type": kind}


def test_nobody_in_particular(dialect: Dialect201) -> None:
    assert event(dialect, token=IdToken("", "NoAuthorization"))["idToken"] == {
        "idToken": "",  # C02.FR.01
        "type": "NoAuthorization",
    }


def test_a_token_of_another_version(dialect: Dialect201) -> None:
    assert event(dialect, token=IdToken("x" * 37, "DirectPayment"))["idToken"] == {"idToken": "x" * 36, "type": "Local"}


def test_who_it_belongs_to_is_told_once_by_the_core(dialect: Dialect201) -> None:
    assert "idToken" not in event(dialect, start_token=IdToken("04ab"))


# Samples


def at(second: int) -> Stamp:
    return Stamp(boot=AT.boot, mono_ms=MonoMs(second * 1000), wall_ms=WallMs(1_767_225_600_000 + second * 1000))


def test_the_end_has_all_that_was_collected_and_then_the_end(dialect: Dialect201) -> None:
    begin = SampleSet(at(0), Context.BEGIN, (REGISTER,))
    middle = SampleSet(at(1), Context.PERIODIC, (REGISTER,))
    end = SampleSet(at(2), Context.END, (REGISTER,))
    found = event(dialect, phase=TransactionPhase.ENDED, transaction_data=(begin, middle), samples=(end,))
    told = [(value["timestamp"], value["sampledValue"][0]["context"]) for value in found["meterValue"]]
    assert told == [
        ("2026-01-01T00:00:00.000Z", "Transaction.Begin"),
        ("2026-01-01T00:00:01.000Z", "Sample.Periodic"),
        ("2026-01-01T00:00:02.000Z", "Transaction.End"),
    ]


@pytest.mark.parametrize("phase", [TransactionPhase.STARTED, TransactionPhase.UPDATED])
def test_what_is_collected_for_the_end_is_told_at_no_other_step(dialect: Dialect201, phase: TransactionPhase) -> None:
    found = event(dialect, phase=phase, transaction_data=(samples(Context.BEGIN),), samples=(samples(Context.BEGIN),))
    assert len(found["meterValue"]) == 1


@pytest.mark.parametrize("context", list(Context))
def test_each_context(dialect: Dialect201, context: Context) -> None:
    (value,) = event(dialect, samples=(samples(context),))["meterValue"]
    assert value["sampledValue"][0]["context"] == context.value


@pytest.mark.parametrize("measurand", MEASURANDS)
def test_each_measurand(dialect: Dialect201, measurand: str) -> None:
    (value,) = event(dialect, samples=(samples(Context.PERIODIC, Sample(measurand, 1, "")),))["meterValue"]
    assert value["sampledValue"] == [
        {"value": 0.001, "context": "Sample.Periodic", "measurand": measurand, "location": "Outlet"}
    ]


def test_measurands_of_another_version_are_left_out(dialect: Dialect201) -> None:
    strange = Sample("Display.BatteryEnergyCapacity", 1, "Wh")
    sets = (samples(Context.PERIODIC, strange, REGISTER), samples(Context.PERIODIC, strange))
    (value,) = event(dialect, samples=sets)["meterValue"]
    assert [sampled["measurand"] for sampled in value["sampledValue"]] == [ENERGY]
    assert "meterValue" not in event(dialect, samples=(samples(Context.PERIODIC, strange),))


def test_a_set_without_values_is_left_out(dialect: Dialect201) -> None:
    assert "meterValue" not in event(dialect, samples=(SampleSet(AT, Context.PERIODIC, ()),))


def test_a_phase_and_a_place_of_its_own(dialect: Dialect201) -> None:
    amperes = Sample("Current.Import", 16_000, "A", phase="L1-N", location="Inlet")
    (value,) = event(dialect, samples=(samples(Context.PERIODIC, amperes),))["meterValue"]
    assert value["sampledValue"] == [
        {
            "value": 16.0,
            "context": "Sample.Periodic",
            "measurand": "Current.Import",
            "phase": "L1-N",
            "location": "Inlet",
            "unitOfMeasure": {"unit": "A"},
        }
    ]


def signed(**fields: str) -> Sample:
    given = {
        "signed_data": "OCMF|{}|{}",
        "signing_method": "ECDSA-secp256r1-SHA256",
        "encoding_method": "OCMF",
        "public_key": "oca:base16:asn1:00",
        **fields,
    }
    return msgspec.structs.replace(REGISTER, **given)


def test_a_signed_value(dialect: Dialect201) -> None:
    (value,) = event(dialect, samples=(samples(Context.END, signed()),))["meterValue"]
    assert value["sampledValue"][0]["value"] == 12345.678
    assert value["sampledValue"][0]["signedMeterValue"] == {
        "signedMeterData": "OCMF|{}|{}",
        "signingMethod": "ECDSA-secp256r1-SHA256",
        "encodingMethod": "OCMF",
        "publicKey": "oca:base16:asn1:00",
    }


@pytest.mark.parametrize(
    ("field", "limit"),
    [("signed_data", 2500), ("public_key", 2500), ("signing_method", 50), ("encoding_method", 50)],
)
def test_a_signature_that_does_not_fit_is_not_told(dialect: Dialect201, field: str, limit: int) -> None:
    for length, told in ((limit, True), (limit + 1, False)):
        sample = signed(**{field: "x" * length})
        (value,) = event(dialect, samples=(samples(Context.END, sample),))["meterValue"]
        assert ("signedMeterValue" in value["sampledValue"][0]) is told
        assert value["sampledValue"][0]["value"] == 12345.678


_DIALECT = Dialect201(Around())


@given(st.integers(-(10**14), 10**14))
def test_a_value_is_exact_to_the_thousandth(milli: int) -> None:
    message = _DIALECT.project(step(samples=(samples(Context.PERIODIC, Sample(ENERGY, milli, "Wh")),)), offline=False)
    assert message is not None
    found = msgspec.json.decode(msgspec.json.encode(message.payload), strict=False)
    value = found["meterValue"][0]["sampledValue"][0]["value"]
    assert Decimal(repr(value)) * 1000 == milli


# Other facts


@pytest.mark.parametrize(
    ("kind", "info", "payload"),
    [
        ("StartupOfTheDevice", "", {"type": "StartupOfTheDevice", "timestamp": AT_TEXT}),
        ("K" * 51, "i" * 256, {"type": "K" * 50, "timestamp": AT_TEXT, "techInfo": "i" * 255}),
    ],
)
def test_security_events(dialect: Dialect201, kind: str, info: str, payload: Payload) -> None:
    message = dialect.project(SecurityEventRaised(seq=1, stamp=AT, kind=kind, info=info), offline=True)
    assert message is not None
    assert message.action == "SecurityEventNotification"
    assert wire(dialect, message) == payload


@pytest.mark.parametrize(
    "kind", ["FailedToAuthenticateAtCsms", "ReconfigurationOfSecurityParameters", "InvalidMessages"]
)
def test_security_events_that_are_not_critical_are_for_the_log_alone(dialect: Dialect201, kind: str) -> None:
    """A04.FR.01, A04.FR.04"""
    assert dialect.project(SecurityEventRaised(seq=1, stamp=AT, kind=kind), offline=False) is None


def test_samples_kept_for_the_end_have_no_message(dialect: Dialect201) -> None:
    fact = EndSampleTaken(seq=1, stamp=AT, tx="T-1", evse=1, sample=samples(Context.PERIODIC))
    assert dialect.project(fact, offline=False) is None


# Answers


def delivered(dialect: Dialect201, fact: AnyLogged, action: str, payload: Payload) -> Delivery:
    return dialect.delivered(fact, response(dialect, action, payload))


def test_the_answer_to_a_step_may_judge_the_token(dialect: Dialect201) -> None:
    payload = {"idTokenInfo": {"status": "ConcurrentTx", "groupIdToken": {"idToken": "G", "type": "Central"}}}
    assert delivered(dialect, step(), "TransactionEvent", payload) == Delivery(
        info=TokenInfo(status=AuthorizationStatus.CONCURRENT_TX, group=IdToken("G", "Central"))
    )


@pytest.mark.parametrize("payload", [{}, {"totalCost": 1.5, "chargingPriority": 2}])
def test_the_answer_to_a_step_may_say_nothing(dialect: Dialect201, payload: Payload) -> None:
    assert delivered(dialect, step(), "TransactionEvent", payload) == Delivery()


def test_the_answer_to_a_security_event_says_nothing(dialect: Dialect201) -> None:
    fact = SecurityEventRaised(seq=1, stamp=AT, kind="StartupOfTheDevice")
    assert delivered(dialect, fact, "SecurityEventNotification", {}) == Delivery()
