"""Frames of OCPP in a few words, for people who watch."""

from __future__ import annotations

import json
from typing import Any

Payload = dict[str, Any]

MAX_TEXT = 96
ACTION, SHORT_ACTION = 26, 18  # columns of the action: for every one, and for the commonest on a narrow terminal
_ENERGY = "Energy.Active.Import.Register"


def parse(text: str) -> list[Any] | None:
    """The frame; None if it is none."""
    try:
        frame = json.loads(text)
    except ValueError:
        return None
    known = isinstance(frame, list) and len(frame) >= 3 and frame[0] in {2, 3, 4} and isinstance(frame[1], str)
    return frame if known else None


class Summary:
    """Puts frames into words; remembers which action an answer belongs to."""

    def __init__(self) -> None:
        self._actions: dict[str, str] = {}

    def of(self, frame: list[Any], width: int = ACTION) -> str:
        """One line for a frame; `width` columns are for the action."""
        kind, message_id = frame[0], frame[1]
        if kind == 2:
            self._actions[message_id] = action = frame[2]
            text = _call(action, frame[3])
        else:
            action = self._actions.pop(message_id, "?")
            text = _answer(frame[2]) if kind == 3 else f"refused: {frame[2]} {frame[3]}"
        return f"{action:<{width}} {text[: MAX_TEXT - 1] + '…' if len(text) > MAX_TEXT else text}".rstrip()


def _call(action: str, payload: Payload) -> str:
    match action:
        case "BootNotification":
            station = payload.get("chargingStation", payload)
            words = [station.get("model") or station.get("chargePointModel"), payload.get("reason")]
        case "StatusNotification":
            words = [payload.get("connectorStatus") or payload.get("status"), _fault(payload)]
        case "Authorize":
            words = [_token(payload)]
        case "StartTransaction":
            words = [payload.get("idTag"), f"at {payload.get('meterStart')} Wh"]
        case "StopTransaction":
            words = [
                f"#{payload.get('transactionId')}",
                payload.get("reason", "Local"),
                f"at {payload.get('meterStop')} Wh",
            ]
        case "TransactionEvent":
            words = _transaction(payload)
        case "MeterValues":
            words = [f"#{payload['transactionId']}" if "transactionId" in payload else None, _meter(payload)]
        case "SecurityEventNotification":
            words = [payload.get("type")]
        case _:
            words = [_token(payload) or None, _short(payload)]
    return ", ".join(str(word) for word in words if word)


def _transaction(payload: Payload) -> list[Any]:
    info = payload.get("transactionInfo", {})
    return [
        f"{payload.get('eventType')} #{payload.get('seqNo')}",
        payload.get("triggerReason"),
        info.get("chargingState"),
        info.get("stoppedReason"),
        "offline" if payload.get("offline") else None,
        _meter(payload),
    ]


def _fault(payload: Payload) -> str | None:
    code = payload.get("errorCode")
    return None if code in {None, "NoError"} else str(code)


def _token(payload: Payload) -> str:
    token = payload.get("idToken") or payload.get("idTag") or ""
    return str(token.get("idToken")) if isinstance(token, dict) else str(token)


def _meter(payload: Payload) -> str | None:
    """The newest value of the register."""
    found = None
    for one in payload.get("meterValue", ()):
        for sample in one.get("sampledValue", ()):
            if sample.get("measurand", _ENERGY) == _ENERGY and "phase" not in sample:
                found = f"{float(sample['value']):g} Wh"
    return found


def _answer(payload: Payload) -> str:
    info = payload.get("idTokenInfo") or payload.get("idTagInfo") or {}
    words = [payload.get("status"), info.get("status")]
    if "transactionId" in payload:
        words.append(f"transaction #{payload['transactionId']}")
    return ", ".join(str(word) for word in words if word) or "ok"


def _short(payload: Payload) -> str:
    plain = {name: value for name, value in payload.items() if isinstance(value, str | int) and name != "idTag"}
    return " ".join(f"{name}={value}" for name, value in plain.items())
