"""What the operator asks of the station at random moments: every call of the CSMS, right and wrong ones.

Each call is sent as a frame; each well-formed one must be answered once, on its connection, unless that ended.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from agent.demo.csms import Csms
from tests.simulation.settings import Setting

Payload = dict[str, Any]
CARD = "04AAAA02"
PATIENCE_S = 90  # the longest answer is an unlock's, behind the opening of the contactor


class Operator:
    """Makes calls; `unanswered` names those that should have been answered by now."""

    def __init__(self, csms: Csms, rng: random.Random, setting: Setting, now: Callable[[], float]) -> None:
        self.done: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self._csms = csms
        self._rng = rng
        self._setting = setting
        self._now = now
        self._open: dict[str, tuple[int, float, str]] = {}  # connection, when, action
        self._sent: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._numbers = 0
        self._tasks: set[asyncio.Task[None]] = set()
        csms.watchers.append(self._heard)

    def transactions(self) -> list[str]:
        """Ids of transactions that the CSMS has heard of, the newest last."""
        found: dict[str, None] = {}
        for call in self._csms.received:
            if call.action == "TransactionEvent":
                found[call.payload["transactionInfo"]["transactionId"]] = None
            elif call.action == "StartTransaction" and call.answer:
                found[str(call.answer["transactionId"])] = None
        return list(found)

    def act(self) -> None:
        """One call, if the station is there to hear it."""
        if not self._csms.sockets:
            return
        table = self._sixteen() if self._setting.version == "1.6" else self._two()
        action, payload = self._rng.choice(table)
        if self._rng.random() < 0.12:
            action, payload = self._spoilt(action, payload)
        self.call(action, payload, twice=self._rng.random() < 0.1)

    def call(self, action: str, payload: Any, *, twice: bool = False) -> None:
        """Send a call."""
        self._numbers += 1
        message_id = f"op-{self._numbers}"
        self.done[action] += 1
        self._open[message_id] = (self._csms.connections, self._now(), action)
        self._sent[message_id] = 2 if twice else 1
        for _ in range(self._sent[message_id]):
            self._send(json.dumps([2, message_id, action, payload]))

    def raw(self, frame: str | bytes) -> None:
        """Send a frame that is no call."""
        self._send(frame)

    def _send(self, text: str | bytes) -> None:
        async def send() -> None:
            if self._csms.sockets:
                await self._csms.send_raw(text)

        task = asyncio.get_event_loop().create_task(send())
        self._tasks.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # the connection may be gone by then

    def _heard(self, sender: str, _subprotocol: str, text: str) -> None:
        if sender != "station" or text[:2] not in {"[3", "[4"}:
            return
        frame = json.loads(text)
        message_id = frame[1]
        if message_id in self._sent:
            self._answers[message_id] += 1
            self._open.pop(message_id, None)
            said = frame[2].get("status", "answered") if frame[0] == 3 else frame[2]
            self.verdicts[str(said)] += 1

    def answered_too_often(self) -> list[str]:
        return [known for known, times in self._answers.items() if times > self._sent[known]]

    def unanswered(self, since_s: float) -> list[str]:
        """Calls of the present connection that wait too long, of those made after `since_s`."""
        now, connection = self._now(), self._csms.connections
        return [
            f"{message_id} {action} of {at:.1f} s"
            for message_id, (made_on, at, action) in self._open.items()
            if made_on == connection and at > since_s and now - at > PATIENCE_S
        ]

    # What can be asked

    def _evse(self) -> int:
        return self._rng.randint(1, len(self._setting.evses))

    def _place(self) -> tuple[int, int]:
        return self._rng.choice(self._setting.connectors)

    def _sixteen(self) -> list[tuple[str, Any]]:
        rng = self._rng
        connector = rng.randint(1, len(self._setting.connectors))
        known = [int(tx) for tx in self.transactions()] or [1]
        key, value = rng.choice(
            (
                ("MeterValueSampleInterval", rng.choice(("0", "30", "60"))),
                ("HeartbeatInterval", rng.choice(("30", "300"))),
                ("ConnectionTimeOut", rng.choice(("30", "90"))),
                ("StopTransactionOnEVSideDisconnect", rng.choice(("true", "false"))),
                ("StopTransactionOnInvalidId", rng.choice(("true", "false"))),
                ("NoSuchKey", "1"),
            )
        )
        messages = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification", "FirmwareStatusNotification")
        start = {"idTag": CARD, "connectorId": connector}
        table: list[tuple[str, Any]] = [
            ("RemoteStartTransaction", start),
            ("RemoteStartTransaction", start),
            ("RemoteStartTransaction", {"idTag": CARD}),
            ("RemoteStopTransaction", {"transactionId": known[-1]}),
            ("RemoteStopTransaction", {"transactionId": rng.choice([*known, -1, 4711])}),
            ("UnlockConnector", {"connectorId": connector}),
            ("ChangeConfiguration", {"key": key, "value": value}),
            ("GetConfiguration", rng.choice(({}, {"key": ["HeartbeatInterval", "Nonsense"]}))),
            ("TriggerMessage", {"requestedMessage": rng.choice(messages)}),
            ("TriggerMessage", {"requestedMessage": rng.choice(messages), "connectorId": connector}),
            ("ClearCache", {}),
            ("DataTransfer", {"vendorId": "nobody", "data": "x" * rng.randint(0, 2000)}),
            ("Reset", {"type": rng.choice(("Soft", "Hard"))}),
            ("GetDiagnostics", {"location": "ftp://example.com/"}),
            ("ReserveNow", {"connectorId": 1, "expiryDate": "2026-01-01T01:00:00Z", "idTag": "A", "reservationId": 1}),
        ]
        for kind in ("Inoperative", "Operative", "Operative"):
            where = rng.choice((0, connector))
            table.append(("ChangeAvailability", {"connectorId": where, "type": kind}))
        return table

    def _two(self) -> list[tuple[str, Any]]:
        rng = self._rng
        evse, connector = self._place()
        known = self.transactions() or ["nothing"]
        component, variable, value = rng.choice(
            (
                ("SampledDataCtrlr", "TxUpdatedInterval", rng.choice(("0", "30", "60"))),
                ("OCPPCommCtrlr", "HeartbeatInterval", rng.choice(("30", "300"))),
                ("TxCtrlr", "EVConnectionTimeOut", rng.choice(("30", "90"))),
                ("TxCtrlr", "StopTxOnEVSideDisconnect", rng.choice(("true", "false"))),
                ("TxCtrlr", "StopTxOnInvalidId", rng.choice(("true", "false"))),
                ("TxCtrlr", "NoSuchVariable", "1"),
            )
        )
        named = {"component": {"name": component}, "variable": {"name": variable}}
        token = {"idToken": CARD, "type": "ISO14443"}
        messages = [
            *("BootNotification", "Heartbeat", "MeterValues", "StatusNotification", "TransactionEvent"),
            *("LogStatusNotification", "FirmwareStatusNotification", "SignChargingStationCertificate"),
        ]
        start = {"idToken": token, "remoteStartId": rng.randint(1, 1_000_000), "evseId": evse}
        place = {"id": evse, "connectorId": connector}
        trigger = rng.choice(messages)
        table: list[tuple[str, Any]] = [
            ("RequestStartTransaction", start),
            ("RequestStartTransaction", start),
            ("RequestStartTransaction", {"idToken": token, "remoteStartId": 7}),
            ("RequestStopTransaction", {"transactionId": known[-1]}),
            ("RequestStopTransaction", {"transactionId": rng.choice(known)}),
            ("UnlockConnector", {"evseId": evse, "connectorId": connector}),
            ("SetVariables", {"setVariableData": [{**named, "attributeValue": value}]}),
            ("GetVariables", {"getVariableData": [named]}),
            ("GetBaseReport", {"requestId": 1, "reportBase": rng.choice(("FullInventory", "SummaryInventory"))}),
            ("TriggerMessage", {"requestedMessage": trigger}),
            ("TriggerMessage", {"requestedMessage": trigger, "evse": place}),
            ("ClearCache", {}),
            ("DataTransfer", {"vendorId": "nobody", "data": {"x": ["y"] * rng.randint(0, 100)}}),
            ("GetTransactionStatus", rng.choice(({}, {"transactionId": known[-1]}))),
            ("Reset", {"type": rng.choice(("Immediate", "OnIdle"))}),
            ("Reset", {"type": "OnIdle", "evseId": evse}),
            ("ClearedChargingLimit", {}),
            ("CustomerInformation", {"requestId": 1, "report": True, "clear": False}),
        ]
        for status in ("Inoperative", "Operative", "Operative"):
            where: Payload = rng.choice(({}, {"evse": {"id": evse}}, {"evse": place}))
            table.append(("ChangeAvailability", {"operationalStatus": status, **where}))
        return table

    def everything_operative(self) -> None:
        """Back in service, whatever was taken out."""
        if self._setting.version == "1.6":
            for connector in range(len(self._setting.connectors) + 1):
                self.call("ChangeAvailability", {"connectorId": connector, "type": "Operative"})
            return
        places: list[Payload] = [{}, *({"evse": {"id": n}} for n in range(1, len(self._setting.evses) + 1))]
        places += [{"evse": {"id": evse, "connectorId": connector}} for evse, connector in self._setting.connectors]
        for place in places:
            self.call("ChangeAvailability", {"operationalStatus": "Operative", **place})

    def unlock_everything(self) -> None:
        """Cables that wait for their owners are let go."""
        for number, (evse, connector) in enumerate(self._setting.connectors, 1):
            sixteen = self._setting.version == "1.6"
            self.call(
                "UnlockConnector", {"connectorId": number} if sixteen else {"evseId": evse, "connectorId": connector}
            )

    def _spoilt(self, action: str, payload: Any) -> tuple[str, Any]:
        rng = self._rng
        match rng.randrange(5):
            case 0:
                return rng.choice(("NoSuchAction", "", "boot notification")), payload
            case 1:
                return action, rng.choice(([], "x", 5, None, {"nonsense": True}))
            case 2:
                return action, {**payload, "evseId": "one", "connectorId": "two"}
            case 3:
                return action, {**payload, "idTag": "x" * 10_000, "customData": 5}
            case _:
                return action, {key: [value] for key, value in payload.items()}
