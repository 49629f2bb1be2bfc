"""What a backend books from a station's messages, and what must be true of its books.

Made from what the CSMS received, in either version: each transaction has one start, one end, whatever comes between in
order, and registers that never run backwards. A message that is sent again is booked once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.demo.csms import Csms
from agent.demo.journal import Received

Payload = dict[str, Any]
REGISTER = "Energy.Active.Import.Register"
TRANSACTIONAL = frozenset({"TransactionEvent", "StartTransaction", "StopTransaction", "MeterValues"})


class WrongBooks(AssertionError):
    """The books do not add up."""


@dataclass
class Entry:
    """One transaction as booked. `registers` are Wh as reported, in the order of the reports."""

    tx: str
    evse: int
    phases: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    registers: list[int] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    reason: str | None = None
    token: str | None = None

    @property
    def ended(self) -> bool:
        return "Ended" in self.phases

    @property
    def energy_wh(self) -> int:
        return self.registers[-1] - self.registers[0]


def number_transactions(csms: Csms) -> None:
    """1.6: a StartTransaction that is repeated gets the number that it got before, as a sound backend does."""
    known: dict[str, int] = {}

    def answer(payload: Payload) -> Payload:
        number = known.setdefault(json.dumps(payload, sort_keys=True), len(known) + 1)
        return {"transactionId": number, "idTagInfo": {"status": "Accepted"}}

    csms.on("StartTransaction", answer)


def _registers(sets: Iterable[Payload]) -> list[int]:
    return [
        round(float(sample["value"]))
        for values in sets
        for sample in values["sampledValue"]
        if sample.get("measurand", REGISTER) == REGISTER
    ]


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Books:
    """The transactions in the order of their first message. `taken` counts only what the CSMS answered."""

    def __init__(self, calls: Iterable[Received], *, taken: bool = True) -> None:
        self.entries: dict[str, Entry] = {}
        self._seen: set[str] = set()
        for call in calls:
            if call.action not in TRANSACTIONAL or (taken and call.answer is None):
                continue
            if call.action == "MeterValues" and "transactionId" not in call.payload:
                continue
            said = call.action + json.dumps(call.payload | {"offline": None}, sort_keys=True)
            if said not in self._seen:
                self._seen.add(said)
                self._book(call)

    def _book(self, call: Received) -> None:
        payload = call.payload
        match call.action:
            case "TransactionEvent":
                self._event(payload)
            case "StartTransaction":
                answer = call.answer or {}
                entry = self._entry(str(answer.get("transactionId")), payload["connectorId"])
                entry.token = payload["idTag"]
                self._add(entry, "Started", payload["timestamp"], [payload["meterStart"]])
            case "MeterValues":
                found = _registers(payload["meterValue"])
                when = payload["meterValue"][-1]["timestamp"]
                entry = self._entry(str(payload["transactionId"]), payload["connectorId"])
                self._add(entry, "Updated", when, found)
            case _:
                entry = self._entry(str(payload["transactionId"]), 0)
                entry.reason = payload.get("reason", "Local")
                self._add(entry, "Ended", payload["timestamp"], [payload["meterStop"]])

    def _event(self, payload: Payload) -> None:
        info = payload["transactionInfo"]
        entry = self._entry(info["transactionId"], payload.get("evse", {}).get("id", 0))
        entry.numbers.append(payload["seqNo"])
        entry.token = entry.token or payload.get("idToken", {}).get("idToken")
        sets = payload.get("meterValue", ())
        if payload["eventType"] == "Ended":  # its set reaches back to the beginning
            sets = [s for s in sets if s["sampledValue"][0].get("context") == "Transaction.End"]
            entry.reason = info.get("stoppedReason", "Local")
        self._add(entry, payload["eventType"], payload["timestamp"], _registers(sets))

    def _entry(self, tx: str, evse: int) -> Entry:
        return self.entries.setdefault(tx, Entry(tx, evse))

    def _add(self, entry: Entry, phase: str, when: str, registers: list[int]) -> None:
        entry.phases.append(phase)
        entry.times.append(_when(when))
        entry.registers += registers

    # What must be true

    def check(self, *, complete: bool = True, thinned: bool = False, clock_steps: bool = False) -> list[Entry]:
        """Raise `WrongBooks` where they do not add up. `complete`: every transaction has ended. `thinned`: the queue
        was full, so `Updated` may be missing."""
        for entry in self.entries.values():
            self._check(entry, thinned=thinned)
            if complete and not entry.ended:
                raise WrongBooks(f"no end of {entry}")
            if not clock_steps and entry.times != sorted(entry.times):
                raise WrongBooks(f"time runs backwards in {entry}")
        return list(self.entries.values())

    def _check(self, entry: Entry, *, thinned: bool) -> None:
        phases = entry.phases
        if phases[0] != "Started" or phases.count("Started") != 1:
            raise WrongBooks(f"not one start, first of all: {entry}")
        if phases.count("Ended") > 1 or "Ended" in phases[:-1]:
            raise WrongBooks(f"not one end, last of all: {entry}")
        numbers = entry.numbers
        if numbers and (numbers != sorted(set(numbers)) or numbers[0] != 0):
            raise WrongBooks(f"sequence numbers out of order: {entry}")
        if numbers and not thinned and numbers != list(range(len(numbers))):
            raise WrongBooks(f"a gap in the sequence numbers: {entry}")
        if entry.registers != sorted(entry.registers):
            raise WrongBooks(f"a register runs backwards: {entry}")


def sent_again_after_result(csms: Csms, slack_s: float = 1.0) -> list[str]:
    """Transaction messages that were sent again on a connection on which they had been answered with a CALLRESULT."""
    results: dict[str, float] = {}
    for at, sender, _, text in csms.frames:
        if sender == "csms" and text.startswith("[3"):
            results.setdefault(json.loads(text)[1], at)
    answered: dict[tuple[int, str], float] = {}
    wrong = []
    for call in csms.received:
        if call.action not in TRANSACTIONAL:
            continue
        said = (call.connection, call.action + json.dumps(call.payload | {"offline": None}, sort_keys=True))
        if call.at > answered.get(said, float("inf")) + slack_s:
            wrong.append(repr(call))
        if call.message_id in results:
            answered.setdefault(said, results[call.message_id])
    return wrong


def most_in_flight(csms: Csms, timeout_s: float = 30, slack_s: float = 0.5) -> int:
    """The most CALLs of the station that waited at once on one connection for an answer, those that timed out aside."""
    connections = {call.message_id: call.connection for call in csms.received}
    waiting: dict[str, float] = {}
    most = latest = 0
    for at, sender, _, text in csms.frames:
        kind, message_id = json.loads(text)[:2]
        if sender == "station" and kind == 2:
            if connections.get(message_id, latest) != latest:
                latest = connections[message_id]
                waiting.clear()
            waiting = {known: since for known, since in waiting.items() if at - since < timeout_s - slack_s}
            waiting[message_id] = at
            most = max(most, len(waiting))
        elif sender == "csms" and kind in {3, 4}:
            waiting.pop(message_id, None)
    return most
