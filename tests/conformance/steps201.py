"""Steps of the official OCPP 2.0.1 cases: what must be told next, and what holds for every step of a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.demo.journal import Received
from tests.conformance.settings201 import TOKEN, TOKEN_TYPE, Payload, members, token_wire
from tests.rig.world import World

Step = tuple[str, Mapping[str, Any]]


def _is_periodic(call: Received) -> bool:
    return call.payload.get("triggerReason") in {"MeterValuePeriodic", "MeterValueClock"}


class Steps:
    """One EVSE with its driver, and the transaction on it. `tx` is the id of the transaction, `ended` tells whether its
    Ended was seen; `evse` and `connector` are the configured ones."""

    def __init__(
        self,
        w: World,
        *,
        evse: int = 1,
        connector: int = 1,
        token: str = TOKEN,
        kind: str = TOKEN_TYPE,
        remote: bool = False,
        cached: bool = False,
    ) -> None:
        self.w = w
        self.evse = evse
        self.connector = connector
        self.token = token
        self.kind = kind
        self.remote = remote  # the default way of authorization
        self.cached = cached  # the token is in the cache, and authorized from it
        self.starts = members(w, "TxCtrlr.TxStartPoint")
        self.stops = members(w, "TxCtrlr.TxStopPoint")
        self.tx: str | None = None
        self.ended = False
        self.numbers: list[int] = []
        self.evse_told = False  # with the connector, of the car that is there
        self.state = ""
        self.bay = self.plugged = self.authorized_now = self.remotely = self.stopped_remotely = False

    # What a step looks like

    def status(self, wanted: str) -> Step:
        """The connector's StatusNotification."""
        return (
            "StatusNotification",
            {"connectorStatus": wanted, "evseId": self.evse, "connectorId": self.connector},
        )

    def event(self, phase: str, trigger: str, state: str | None = None, **fields: Any) -> Step:
        """A TransactionEvent."""
        wanted: Payload = {"eventType": phase, "triggerReason": trigger, **fields}
        if state is not None:
            wanted["transactionInfo__chargingState"] = state
        return "TransactionEvent", wanted

    def told(self, *steps: Step, within: float = 30) -> list[Payload]:
        """These and no other messages come, in any order; transaction events are checked against the transaction.

        Periodic meter values may come between.
        """
        seen = len(self.w.csms.received) - len(self.w.heard())
        found = self.w.expect_all(*steps, within=within, passing=_is_periodic)
        until = len(self.w.csms.received) - len(self.w.heard())
        for call in list(self.w.csms.received)[seen:until]:
            if call.action == "TransactionEvent":
                self.follow(call.payload)
        return found

    def tell(self, step: Step, *, within: float = 30) -> Payload:
        """The one next message."""
        return self.told(step, within=within)[0]

    def follow(self, payload: Payload) -> None:
        """What holds for every step of a transaction: its id, its place, and sequence numbers without a gap."""
        tx = payload["transactionInfo"]["transactionId"]
        assert 0 < len(tx) <= 36
        if payload["eventType"] == "Started":
            assert self.tx is None or self.ended, f"two transactions at once: {payload}"
            assert tx != self.tx
            self.tx, self.ended, self.numbers = tx, False, []
        assert tx == self.tx, payload
        assert not self.ended, f"after Ended: {payload}"
        expected = self.numbers[-1] + 1 if self.numbers else 0
        assert payload["seqNo"] == expected, (payload, self.numbers)
        self.numbers.append(expected)
        self._follow_evse(payload)
        self.ended = payload["eventType"] == "Ended"
        assert self.ended or "stoppedReason" not in payload["transactionInfo"], payload

    def _follow_evse(self, payload: Payload) -> None:
        """The EVSE comes with the start, and with its connector in the first event after each plug; else not."""
        there = payload["transactionInfo"].get("chargingState", "Idle") != "Idle"
        asked = payload["triggerReason"] == "Trigger"  # TC_F_14_CS
        if payload["eventType"] == "Started" or asked or (there and not self.evse_told):
            wanted = {"id": self.evse, "connectorId": self.connector} if there else {"id": self.evse}
            assert payload.get("evse") == wanted, payload  # E01.FR.16
        else:
            assert "evse" not in payload, payload
        self.evse_told = there

    @property
    def running(self) -> bool:
        return self.tx is not None and not self.ended

    def _phase(self, *points: str) -> str | None:
        """The event type with which a step is told; None if no transaction runs and these points start none."""
        if self.running:
            return "Updated"
        return "Started" if self.starts & set(points) else None

    def _has_token(self, payload: Payload) -> bool:
        return bool(payload.get("idToken") == token_wire(self.token, self.kind))

    def queue_emptied(self, *, within: float = 300) -> list[Payload]:
        """The link is back: every TransactionEvent that waited comes, each marked as offline, before any of the
        present. Gives those that waited."""
        w = self.w
        w.restore_link()
        w.until(lambda: bool(w.csms.sockets), within, "the link")
        back = w.csms.time()
        w.advance(10)
        found = [call.payload for call in w.heard() if call.action == "TransactionEvent"]
        w.forget()
        for payload in found:
            self.follow(payload)
            assert (payload.get("offline") is True) == (payload["timestamp"] < back), (payload, back)
        return [payload for payload in found if payload.get("offline")]
