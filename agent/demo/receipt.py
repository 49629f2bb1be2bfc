"""The receipt of a session, from what the CSMS has: the messages on the wire, not the station's own memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from agent.demo.journal import Received
from agent.demo.wire import parse

Payload = dict[str, Any]

_ENERGY = "Energy.Active.Import.Register"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One transaction as the operator has it. `meter_wh` is what the bench's meter counted meanwhile."""

    ocpp: str
    transaction_id: str
    start: str
    stop: str
    energy_wh: int
    stop_reason: str
    messages_sent: int
    messages_acknowledged: int
    meter_wh: int

    def problems(self) -> list[str]:
        """Why it does not add up; empty if it does."""
        found = []
        if self.energy_wh != self.meter_wh:
            found.append(f"the receipt says {self.energy_wh} Wh, the meter counted {self.meter_wh} Wh")
        if self.messages_sent != self.messages_acknowledged:
            found.append(f"{self.messages_sent} messages were sent, {self.messages_acknowledged} acknowledged")
        return found

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"type": "receipt", **asdict(self)}


def receipt(
    received: Iterable[Received], frames: Iterable[tuple[str, str]], ocpp: str, meter_wh: int
) -> Receipt | None:
    """The receipt of the only transaction among these messages; None while it has not both a start and a stop."""
    calls = list(received)
    parts = _parts16(calls) if ocpp == "1.6" else _parts201(calls)
    if parts is None:
        return None
    sent, acknowledged = count(frames)
    return Receipt(ocpp, *parts, sent, acknowledged, meter_wh)


def count(frames: Iterable[tuple[str, str]]) -> tuple[int, int]:
    """Messages that the station sent, and those that got their result; one that it sent again counts once.

    Frames are pairs of sender (`station` or `csms`) and text.
    """
    keys: dict[str, str] = {}
    acknowledged = set()
    for sender, text in frames:
        frame = parse(text)
        if frame is None:
            continue
        if sender == "station" and frame[0] == 2 and len(frame) == 4:
            keys[frame[1]] = _key(frame)
        elif sender == "csms" and frame[0] == 3 and frame[1] in keys:
            acknowledged.add(keys[frame[1]])
    return len(set(keys.values())), len(acknowledged)


def _key(frame: list[Any]) -> str:
    action, payload = frame[2], frame[3]
    if action == "TransactionEvent":
        return f"{payload['transactionInfo']['transactionId']}/{payload['seqNo']}"
    if action in {"StartTransaction", "StopTransaction", "MeterValues"}:
        return f"{action} {payload}"
    return str(frame[1])


def _parts16(calls: list[Received]) -> tuple[str, str, str, int, str] | None:
    starts = [call for call in calls if call.action == "StartTransaction" and call.answer is not None]
    stops = [call.payload for call in calls if call.action == "StopTransaction" and call.answer is not None]
    if not starts or not stops:
        return None
    first, last = starts[0], stops[-1]
    energy_wh = last["meterStop"] - first.payload["meterStart"]
    number = str((first.answer or {})["transactionId"])
    # 1.6 edition 2, 6.49: a missing reason is Local
    return number, first.payload["timestamp"], last["timestamp"], energy_wh, last.get("reason", "Local")


def _parts201(calls: list[Received]) -> tuple[str, str, str, int, str] | None:
    events = [c.payload for c in calls if c.action == "TransactionEvent" and c.answer is not None]
    started = next((event for event in events if event["eventType"] == "Started"), None)
    ended = next((event for event in events if event["eventType"] == "Ended"), None)
    if started is None or ended is None:
        return None
    begin, end = _register(events, "Transaction.Begin"), _register(events, "Transaction.End")
    if begin is None or end is None:
        return None
    info = ended["transactionInfo"]
    # TransactionType.stoppedReason: a missing one is Local
    reason = info.get("stoppedReason", "Local")
    return info["transactionId"], started["timestamp"], ended["timestamp"], end - begin, reason


def _register(events: list[Payload], context: str) -> int | None:
    """The billing register at the begin or the end."""
    for event in events:
        for value in event.get("meterValue", ()):
            for sample in value["sampledValue"]:
                fits = sample.get("context") == context and sample.get("measurand", _ENERGY) == _ENERGY
                if fits and "phase" not in sample:
                    kilo = sample.get("unitOfMeasure", {}).get("unit", "Wh") == "kWh"
                    return round(float(sample["value"]) * (1000 if kilo else 1))
    return None
