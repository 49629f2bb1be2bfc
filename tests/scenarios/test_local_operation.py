"""What a person does at the station over the API is told as done there, not as if the CSMS had asked for it."""

from __future__ import annotations

import pytest

from agent.core.commands import AnyCommand, Result, StopTransaction, Verdict
from tests.rig.world import World, world


def command(w: World, command: AnyCommand) -> Result:
    """As the API gives it to the agent."""
    assert w.agent is not None
    task = w.loop.create_task(w.agent.command(command))
    w.loop.run_until(task.done, 10, "the result")
    return task.result()


def charging(w: World) -> str:
    """A charging session; its transaction id."""
    w.boot()
    w.bench("ev.plug_in")
    w.bench("rfid.tap", id_token="04AB")
    w.advance(30)
    assert w.energised()
    assert w.agent is not None
    tx = w.agent.station.evses[1].tx
    assert tx is not None
    return tx.tx


def test_a_transaction_stopped_by_hand_ends_locally_16() -> None:
    with world("1.6") as w:
        tx = charging(w)
        assert command(w, StopTransaction(tx=tx)).verdict is Verdict.ACCEPTED
        w.expect("StopTransaction", reason="Local")


def test_a_transaction_stopped_by_hand_ends_locally_201() -> None:
    with world("2.0.1") as w:
        tx = charging(w)
        assert command(w, StopTransaction(tx=tx)).verdict is Verdict.ACCEPTED
        ended = w.expect("TransactionEvent", eventType="Ended")
        assert ended["transactionInfo"]["stoppedReason"] == "Local"
        told = [c.payload["triggerReason"] for c in w.csms.all("TransactionEvent")]
        assert "StopAuthorized" in told
        assert "RemoteStop" not in told


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_the_csms_still_stops_remotely(version: str) -> None:
    with world(version) as w:
        tx = charging(w)
        if version == "1.6":
            w.call("RemoteStopTransaction", transactionId=1)
            w.expect("StopTransaction", reason="Remote")
        else:
            w.call("RequestStopTransaction", transactionId=tx)
            ended = w.expect("TransactionEvent", eventType="Ended")
            assert ended["transactionInfo"]["stoppedReason"] == "Remote"
