"""What a station does before it is accepted, and what becomes of what it had to say from before (B01 to B03)."""

from __future__ import annotations

import pytest

from tests.conformance.boot201 import boot_answer
from tests.conformance.states201 import TOKEN, Scene, World, ready, world

BEFORE = {"TxCtrlr": {"TxBeforeAcceptedEnabled": True}, "AuthCtrlr": {"OfflineTxForUnknownIdEnabled": True}}


def _tell_nothing(w: World, seconds: float) -> None:
    w.advance(seconds)
    assert {call.action for call in w.heard()} <= {"BootNotification"}
    w.forget()


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
@pytest.mark.parametrize("allowed", [True, False])
def test_a_transaction_before_the_acceptance_is_a_choice_of_the_operator(status: str, allowed: bool) -> None:
    variables = {**BEFORE, "TxCtrlr": {"TxBeforeAcceptedEnabled": allowed}}
    with world("2.0.1", variables=variables) as w:
        boot_answer(w, status)
        w.start()
        w.expect("BootNotification")
        w.advance(2)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TOKEN)
        _tell_nothing(w, 60)  # B02.FR.02, B03.FR.02
        assert w.energised() is allowed
        boot_answer(w, "Accepted")
        w.expect("BootNotification")
        if allowed:  # B02.FR.03: queued, and told once the station is accepted
            started = w.expect("TransactionEvent", eventType="Started")
            assert started["offline"] is True
            assert started["seqNo"] == 0
        else:
            w.expect_none("TransactionEvent", 30)


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_messages_of_the_boot_before_wait_for_the_acceptance(status: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        s = Scene(w)
        s.energy_transfer_started()
        w.cut_link()
        w.bench("rfid.tap", id_token=TOKEN)
        w.advance(5)
        boot_answer(w, status)
        w.cut_power()
        w.advance(5)
        w.restore_link()
        w.restore_power()
        w.expect("BootNotification", within=60)
        _tell_nothing(w, 15)  # B01.FR.08
        boot_answer(w, "Accepted")
        w.expect("BootNotification", within=60)
        ended = w.expect("TransactionEvent", eventType="Ended")
        assert ended["transactionInfo"]["transactionId"] == s.tx
        assert ended["offline"] is True


def test_a_boot_message_that_nobody_answers_is_sent_again() -> None:
    with world("2.0.1") as w:
        w.csms.silence("BootNotification", 1)
        w.start()
        w.expect("BootNotification")
        again = w.expect("BootNotification", within=180)
        assert again["reason"] == "PowerUp"
        w.expect("StatusNotification")


def test_an_interval_of_zero_floods_nobody() -> None:
    with world("2.0.1") as w:
        boot_answer(w, "Pending", 0)
        w.start()
        w.advance(600)
        assert 2 <= len(w.csms.all("BootNotification")) <= 11  # B02.FR.07


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_an_interval_holds_whatever_becomes_of_the_connection(status: str) -> None:
    """A backend that hangs up on who is not accepted is not asked the faster for it (B02.FR.04, B03.FR.02)."""
    with world("2.0.1") as w:
        boot_answer(w, status, 300)
        w.start()
        w.expect("BootNotification")
        w.advance(2)
        for _ in range(3):
            w.cut_link()
            w.advance(20)
            w.restore_link()
            _tell_nothing(w, 40)
        assert len(w.csms.all("BootNotification")) == 1
        if status == "Pending":  # and it is still there for the backend (B02.FR.01)
            assert w.call("TriggerMessage", requestedMessage="Heartbeat")["status"] == "Accepted"
            w.expect("Heartbeat")
        boot_answer(w, "Accepted")
        w.expect("BootNotification", within=300)
        first, second = w.csms.all("BootNotification")
        assert second.at - first.at >= 300


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_the_interval_of_the_answer_is_what_the_backend_reads(version: str) -> None:
    """B01.FR.04; after a boot too whose answer has none."""
    with world(version) as w:
        boot_answer(w, "Accepted", 47)
        w.start()
        w.expect("BootNotification")
        w.advance(2)
        assert _heartbeat_interval(w, version) == "47"
        boot_answer(w, "Accepted", 0)
        w.cut_power()
        w.advance(5)
        w.restore_power()
        w.expect("BootNotification", within=60)
        w.advance(2)
        assert _heartbeat_interval(w, version) == "47"


def _heartbeat_interval(w: World, version: str) -> str:
    if version == "1.6":
        return str(w.call("GetConfiguration", key=["HeartbeatInterval"])["configurationKey"][0]["value"])
    row = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
    return str(w.call("GetVariables", getVariableData=[row])["getVariableResult"][0]["attributeValue"])
