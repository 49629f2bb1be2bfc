"""What the tool has configured in the official OCPP 2.0.1 cases, and how it configures the station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hal.mock.topology import MockEvse
from tests.rig.world import World

Payload = dict[str, Any]

TOKEN = "04A1B2C3"  # <Configured valid_idtoken_idtoken>
TOKEN_2 = "04D4E5F6"  # <Configured valid_idtoken2>
GROUP = "FLEET-1"  # <Configured GroupIdToken>
TOKEN_TYPE = "ISO14443"  # <Configured valid_idtoken_type>
SOCKET = MockEvse(phases=1, tethered=False)
FIXED_CABLE = MockEvse(phases=1, tethered=True)
CONNECTION_TIMEOUT_S = 20  # <Configured ev_connection_timeout>
TRANSACTION_S = 5  # <Configured Transaction Duration>
SAMPLE_S = 10  # <Configured transaction_updated_metervalues_interval>
BACK_OFF_S = 30  # <Configured RetryBackOffWaitMinimum_duration>


def ready(w: World) -> None:
    """The station is booted and accepted, and what it said until then is done with."""
    w.boot()
    w.forget()


def _named(name: str) -> Payload:
    """`TxCtrlr.TxStartPoint`, `OCPPCommCtrlr.MessageAttempts[TransactionEvent]` as component and variable."""
    component, _, variable = name.partition(".")
    variable, _, instance = variable.removesuffix("]").partition("[")
    named: Payload = {"component": {"name": component}, "variable": {"name": variable}}
    if instance:
        named["variable"]["instance"] = instance
    return named


def configure(w: World, values: Mapping[str, object]) -> None:
    """Configuration State: each variable is set by SetVariables, as the tool does."""
    rows = [{**_named(name), "attributeValue": _text(value)} for name, value in values.items()]
    answer = w.call("SetVariables", setVariableData=rows)
    for row, result in zip(rows, answer["setVariableResult"], strict=True):
        assert result["attributeStatus"] == "Accepted", (row, result)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def configured(w: World, name: str) -> str:
    """The present value of a variable, asked by GetVariables."""
    (result,) = w.call("GetVariables", getVariableData=[_named(name)])["getVariableResult"]
    assert result["attributeStatus"] == "Accepted", result
    return str(result["attributeValue"])


def members(w: World, name: str) -> frozenset[str]:
    """The members of a list variable."""
    return frozenset(configured(w, name).split(","))


def token_wire(token: str = TOKEN, kind: str = TOKEN_TYPE) -> Payload:
    """An idToken as it goes over the wire."""
    return {"idToken": token, "type": kind}
