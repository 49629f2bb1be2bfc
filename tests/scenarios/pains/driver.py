"""What a driver does and what a backend sees of it, in words that both versions share.

The scenarios of this folder are field reports of other stations' failures, each told once for every version in which it
can happen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agent.demo.journal import Received
from tests.rig.world import World, world
from tests.scenarios.books import Books, Entry

Payload = dict[str, Any]
VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
CARD = "04A1B2C3"
OTHER_CARD = "04D4E5F6"
OFFLINE = {"AuthCtrlr": {"OfflineTxForUnknownIdEnabled": True}}
TIMESTAMP = "timestamp"


@contextmanager
def station(version: str, **options: Any) -> Iterator[World]:
    """A world with a station that is booted and accepted; what it said until then is done with."""
    with world(version, **options) as w:
        w.boot()
        w.forget()
        yield w


def charge(w: World, card: str = CARD, *, evse: int = 1, seconds: float = 30) -> None:
    """A car is plugged in, a card is shown, energy flows for a while."""
    w.bench("ev.plug_in", evse=evse)
    w.bench("rfid.tap", id_token=card, evses=[evse])
    w.until(lambda: w.energised(evse), 30, "energy")
    w.advance(seconds)


def stop(w: World, card: str = CARD, *, evse: int = 1) -> None:
    """The card is shown again; the power is off."""
    w.bench("rfid.tap", id_token=card, evses=[evse])
    w.until(lambda: not w.energised(evse), 30, "the power to go")
    w.advance(5)


def network(w: World, *, up: bool) -> None:
    """The station's network goes, without a word, or is back."""
    w.bench("network.set", up=up)
    w.advance(2)


def _phase(call: Received) -> str:
    match call.action:
        case "StartTransaction":
            return "Started"
        case "StopTransaction":
            return "Ended"
        case "TransactionEvent":
            return str(call.payload["eventType"])
        case _:
            return ""


def starts(w: World) -> list[Received]:
    """Every message that began a transaction, repeated ones too."""
    return [call for call in w.csms.received if _phase(call) == "Started"]


def ends(w: World) -> list[Received]:
    """Every message that ended one."""
    return [call for call in w.csms.received if _phase(call) == "Ended"]


def reason(call: Received) -> str:
    """Why a transaction ended, as the message says."""
    if call.action == "StopTransaction":
        return str(call.payload.get("reason", "Local"))
    return str(call.payload["transactionInfo"].get("stoppedReason", "Local"))


def statuses(w: World, connector: int = 1, evse: int = 1) -> list[str]:
    """The statuses of one connector, as told: by its number in 1.6, by its EVSE in 2.x."""
    found = []
    for call in w.csms.all("StatusNotification"):
        payload = call.payload
        if payload.get("evseId", evse) != evse or payload["connectorId"] != connector:
            continue
        found.append(str(payload.get("status") or payload["connectorStatus"]))
    return found


def booked(w: World, *, complete: bool = True) -> list[Entry]:
    """The transactions as a backend books them; its books must add up."""
    return Books(w.csms.received).check(complete=complete)


def times(value: Any) -> Iterator[str]:
    """Every timestamp in a payload."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == TIMESTAMP:
                yield str(inner)
            else:
                yield from times(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from times(inner)


def remote_start(w: World, card: str = CARD, *, evse: int | None = None) -> Payload:
    """The operator starts a transaction, on an EVSE or wherever the station likes."""
    if w.version == "1.6":
        place: Payload = {} if evse is None else {"connectorId": evse}
        return w.call("RemoteStartTransaction", idTag=card, **place)
    place = {} if evse is None else {"evseId": evse}
    token = {"idToken": card, "type": "ISO14443"}
    return w.call("RequestStartTransaction", idToken=token, remoteStartId=7, **place)


def set_measurands(w: World, measurands: str) -> str:
    """The operator says what is to be sampled during a transaction; gives the station's verdict."""
    if w.version == "1.6":
        return str(w.call("ChangeConfiguration", key="MeterValuesSampledData", value=measurands)["status"])
    row = {
        "component": {"name": "SampledDataCtrlr"},
        "variable": {"name": "TxUpdatedMeasurands"},
        "attributeValue": measurands,
    }
    (result,) = w.call("SetVariables", setVariableData=[row])["setVariableResult"]
    return str(result["attributeStatus"])


def measurands(w: World) -> str:
    """What is sampled now."""
    if w.version == "1.6":
        (row,) = w.call("GetConfiguration", key=["MeterValuesSampledData"])["configurationKey"]
        return str(row["value"])
    row = {"component": {"name": "SampledDataCtrlr"}, "variable": {"name": "TxUpdatedMeasurands"}}
    (result,) = w.call("GetVariables", getVariableData=[row])["getVariableResult"]
    return str(result["attributeValue"])
