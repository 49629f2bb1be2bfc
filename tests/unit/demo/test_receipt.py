"""Receipts from what went over the wire."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from agent.demo.journal import Received
from agent.demo.receipt import Receipt, count, receipt


def call(action: str, payload: dict[str, Any], answer: dict[str, Any] | None = None) -> Received:
    made = Received(1, f"id-{action}", action, payload, 0.0)
    made.answer = answer
    return made


def register(context: str, value: float, unit: str = "Wh") -> dict[str, Any]:
    sample = {"context": context, "value": value, "unitOfMeasure": {"unit": unit}}
    noise = {"context": context, "value": 7, "measurand": "Voltage"}
    return {"timestamp": "t", "sampledValue": [noise, {**sample, "phase": "L1", "value": 1}, sample]}


def event(kind: str, seq: int, **more: Any) -> Received:
    info = {"transactionId": "tx", **more.pop("info", {})}
    payload = {"eventType": kind, "seqNo": seq, "timestamp": f"t{seq}", "transactionInfo": info, **more}
    return call("TransactionEvent", payload, {})


def frame(sender: str, *parts: Any) -> tuple[str, str]:
    return sender, json.dumps(parts)


def test_one_of_16() -> None:
    calls = [
        call("StartTransaction", {"meterStart": 100, "timestamp": "a"}, {"transactionId": 7}),
        call("StopTransaction", {"meterStop": 350, "timestamp": "b", "transactionId": 7, "reason": "Remote"}, {}),
    ]
    assert receipt(calls, [], "1.6", 250) == Receipt("1.6", "7", "a", "b", 250, "Remote", 0, 0, 250)
    del calls[1].payload["reason"]
    made = receipt(calls, [], "1.6", 250)
    assert made is not None
    assert made.stop_reason == "Local"


def test_one_of_201() -> None:
    calls = [
        event("Started", 0, meterValue=[register("Transaction.Begin", 100)]),
        event("Updated", 1, meterValue=[register("Sample.Periodic", 200)]),
        event(
            "Ended", 2, meterValue=[register("Transaction.End", 0.35, "kWh")], info={"stoppedReason": "EVDisconnected"}
        ),
    ]
    assert receipt(calls, [], "2.0.1", 250) == Receipt("2.0.1", "tx", "t0", "t2", 250, "EVDisconnected", 0, 0, 250)


def test_none_before_the_end_is_acknowledged() -> None:
    start = call("StartTransaction", {"meterStart": 0, "timestamp": "a"}, {"transactionId": 1})
    stop = call("StopTransaction", {"meterStop": 1, "timestamp": "b"})
    assert receipt([start], [], "1.6", 0) is None
    assert receipt([start, stop], [], "1.6", 0) is None
    began = event("Started", 0, meterValue=[register("Transaction.Begin", 0)])
    assert receipt([began], [], "2.0.1", 0) is None
    assert receipt([began, event("Ended", 1)], [], "2.0.1", 0) is None


def test_messages_are_counted_once_and_only_the_stations() -> None:
    tx = {"transactionInfo": {"transactionId": "tx"}, "seqNo": 3}
    frames = [
        frame("station", 2, "1", "Heartbeat", {}),
        frame("csms", 3, "1", {}),
        frame("station", 2, "2", "TransactionEvent", tx),
        frame("station", 2, "3", "TransactionEvent", {**tx, "offline": True}),
        frame("csms", 3, "3", {}),
        frame("csms", 2, "c", "Reset", {}),
        frame("station", 3, "c", {}),
        frame("station", 2, "4", "StopTransaction", {"transactionId": 1}),
        frame("csms", 4, "4", "InternalError", "", {}),
        ("station", "nonsense"),
    ]
    assert count(frames) == (3, 2)


def test_what_does_not_add_up_is_said() -> None:
    good = Receipt("1.6", "1", "a", "b", 5, "Local", 3, 3, 5)
    assert good.problems() == []
    assert replace(good, meter_wh=6).problems() == ["the receipt says 5 Wh, the meter counted 6 Wh"]
    assert replace(good, messages_acknowledged=2).problems() == ["3 messages were sent, 2 acknowledged"]
    assert good.plain()["type"] == "receipt"
