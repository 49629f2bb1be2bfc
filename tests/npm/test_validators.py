"""The npm validators themselves: that they accept what is valid, and that they do find what is not."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from websockets.sync.client import ClientConnection, connect

from agent.ocpp.messages import v16, v201
from agent.ocpp.rpc import Rpc
from agent.ocpp.rpc_catalogue import Catalogue
from agent.ocpp.rpc_codes import ErrorCode
from agent.ocpp.rpc_events import CallAnswered, InboundCall, RpcEvent
from tests.npm.validators import Payload, StrictCsms, payloads_of, validate

PASSWORD = "a password of tests"
NOW = "2026-01-01T00:00:00.000Z"
RESET = frozenset({"Reset"})
C16 = Catalogue("1.6", v16.REQUESTS, v16.RESPONSES, v16.SENDS, RESET)
C201 = Catalogue("2.0.1", v201.REQUESTS, v201.RESPONSES, v201.SENDS, RESET)

EVSE = v201.EVSEType(id=1, connectorId=1)
SESSION_16 = [
    ("BootNotification", v16.BootNotificationRequest(chargePointVendor="V", chargePointModel="M")),
    ("StatusNotification", v16.StatusNotificationRequest(connectorId=1, errorCode="NoError", status="Available")),
    ("Authorize", v16.AuthorizeRequest(idTag="04AB")),
    ("StartTransaction", v16.StartTransactionRequest(connectorId=1, idTag="04AB", meterStart=0, timestamp=NOW)),
    (
        "MeterValues",
        v16.MeterValuesRequest(
            connectorId=1, meterValue=[v16.MeterValue(timestamp=NOW, sampledValue=[v16.SampledValue(value="1")])]
        ),
    ),
    ("StopTransaction", v16.StopTransactionRequest(meterStop=9, timestamp=NOW, transactionId=1)),
    ("Heartbeat", v16.HeartbeatRequest()),
    ("DataTransfer", v16.DataTransferRequest(vendorId="x")),
]
SESSION_201 = [
    (
        "BootNotification",
        v201.BootNotificationRequest(
            chargingStation=v201.ChargingStationType(model="M", vendorName="V"), reason="PowerUp"
        ),
    ),
    (
        "StatusNotification",
        v201.StatusNotificationRequest(timestamp=NOW, connectorStatus="Available", evseId=1, connectorId=1),
    ),
    ("SecurityEventNotification", v201.SecurityEventNotificationRequest(type="StartupOfTheDevice", timestamp=NOW)),
    ("Authorize", v201.AuthorizeRequest(idToken=v201.IdTokenType(idToken="04AB", type="ISO14443"))),
    (
        "TransactionEvent",
        v201.TransactionEventRequest(
            eventType="Started",
            timestamp=NOW,
            triggerReason="Authorized",
            seqNo=0,
            transactionInfo=v201.TransactionType(transactionId="t1"),
            evse=EVSE,
            idToken=v201.IdTokenType(idToken="04AB", type="ISO14443"),
        ),
    ),
    (
        "TransactionEvent",
        v201.TransactionEventRequest(
            eventType="Ended",
            timestamp=NOW,
            triggerReason="EVDeparted",
            seqNo=1,
            transactionInfo=v201.TransactionType(transactionId="t1", stoppedReason="EVDisconnected"),
        ),
    ),
    (
        "NotifyReport",
        v201.NotifyReportRequest(requestId=1, generatedAt=NOW, seqNo=0),
    ),
    ("Heartbeat", v201.HeartbeatRequest()),
]


class Station:
    """Our RPC on a real socket, as small as it gets; keeps every frame."""

    def __init__(self, socket: ClientConnection, catalogue: Catalogue) -> None:
        ids = itertools.count(1)
        self.frames: list[str | bytes] = []
        self._socket = socket
        self._rpc = Rpc(catalogue, new_id=lambda: f"id-{next(ids)}", message_timeout_ms=10_000)

    def call(self, action: str, payload: Any) -> RpcEvent:
        self._send(self._rpc.call(action, payload, 0))
        return self.receive()

    def receive(self) -> RpcEvent:
        text = self._socket.recv(timeout=10)
        self.frames.append(text)
        (event,) = self._rpc.receive(text, 0)
        return event

    def answer(self, call: RpcEvent, payload: Any) -> None:
        assert isinstance(call, InboundCall)
        self._send(self._rpc.answer(call.message_id, payload, 0))

    def fail(self, call: RpcEvent, code: ErrorCode) -> None:
        assert isinstance(call, InboundCall)
        self._send(self._rpc.fail(call.message_id, code, "why", 0))

    def _send(self, frame: bytes) -> None:
        self.frames.append(frame)
        self._socket.send(frame.decode())


@pytest.fixture(scope="module")
def csms() -> Iterator[StrictCsms]:
    with StrictCsms(password=PASSWORD, interval_s=17) as running:
        yield running


def dial(csms: StrictCsms, identity: str, subprotocol: str, password: str = PASSWORD) -> ClientConnection:
    url = csms.url.replace("//", f"//{identity}:{quote(password)}@")
    return connect(f"{url}/{identity}", subprotocols=[subprotocol])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("subprotocol", "catalogue", "session", "reset"),
    [
        ("ocpp1.6", C16, SESSION_16, {"type": "Soft"}),
        ("ocpp2.0.1", C201, SESSION_201, {"type": "Immediate"}),
    ],
)
def test_session_passes_strict_mode_and_typed_ocpp(
    csms: StrictCsms, subprotocol: str, catalogue: Catalogue, session: list[tuple[str, Any]], reset: dict[str, str]
) -> None:
    identity = f"good-{catalogue.version}"
    with dial(csms, identity, subprotocol) as socket:
        station = Station(socket, catalogue)
        csms.wait("connected", identity=identity, protocol=subprotocol)
        for action, payload in session:
            answer = station.call(action, payload)
            assert isinstance(answer, CallAnswered), (action, answer)
        _reset(csms, station, catalogue, reset)
        # Its reports come in order, but later than its answers do: all of them are here once the reset's is.
        calls = csms.seen("call", identity=identity)
        assert [call["action"] for call in calls] == [action for action, _ in session]
        assert csms.seen("invalid", identity=identity) == []
        assert csms.seen("bad_message", identity=identity) == []
    payloads = payloads_of(catalogue.version, station.frames)
    assert len(payloads) == 2 * len(session) + 3  # two resets, one answered with an error
    assert validate(payloads) == []


def _reset(csms: StrictCsms, station: Station, catalogue: Catalogue, payload: dict[str, str]) -> None:
    """The CSMS calls: once it gets a result, once an error."""
    command = csms.command("Reset", payload)
    station.answer(station.receive(), catalogue.responses["Reset"](status="Accepted"))
    assert csms.answer(command)["payload"] == {"status": "Accepted"}
    command = csms.command("Reset", payload)
    station.fail(station.receive(), ErrorCode.INTERNAL_ERROR)
    assert (csms.answer(command)["code"], csms.answer(command)["description"]) == ("InternalError", "why")


def test_strict_mode_reports_what_is_wrong(csms: StrictCsms) -> None:
    with dial(csms, "bad", "ocpp1.6") as socket:
        socket.send('[2,"1","Authorize",{"idTag":7}]')
        assert json.loads(socket.recv(timeout=10))[:2] == [4, "1"]
        invalid = csms.wait("invalid", identity="bad")
        assert (invalid["action"], invalid["isCall"], invalid["outbound"]) == ("Authorize", True, False)
        socket.send("nonsense")
        csms.wait("bad_message", identity="bad")
        assert json.loads(socket.recv(timeout=10))[:3] == [4, "-1", "RpcFrameworkError"]
        assert len([entry for entry in csms.failures() if entry["identity"] == "bad"]) == 2
        command = csms.command("Reset", {"type": "Soft"})
        call = json.loads(socket.recv(timeout=10))
        socket.send(json.dumps([3, call[1], {"status": "Perhaps"}]))
        assert csms.answer(command)["code"]
        assert csms.wait("invalid", identity="bad", isCall=False)["payload"] == {"status": "Perhaps"}
    csms.wait("disconnected", identity="bad")


def test_wrong_password_is_refused(csms: StrictCsms) -> None:
    with pytest.raises(Exception, match="401"), dial(csms, "thief", "ocpp1.6", "wrong"):
        pass
    assert csms.wait("refused", identity="thief")["why"] == "password"


def test_typed_ocpp_finds_what_is_wrong() -> None:
    wrong = [
        Payload("1.6", "Authorize", "call", {"idTag": "x" * 21}),
        Payload("1.6", "Heartbeat", "call", {"surplus": 1}),
        Payload("2.0.1", "Heartbeat", "result", {"currentTime": "noon"}),
        Payload("2.0.1", "Reset", "call", {}),
        Payload("2.1", "Reset", "result", {"status": "Perhaps"}),
        Payload("2.1", "Reset", "result", []),
        Payload("2.1", "Nonsense", "call", {}),
        Payload("3.0", "Reset", "call", {}),
        Payload("1.6", "Reset", "answer", {}),
    ]
    right = [Payload("1.6", "Heartbeat", "call", {}), Payload("2.1", "Reset", "result", {"status": "Accepted"})]
    failures = validate([right[0], *wrong, right[1]])
    assert [failure["line"] for failure in failures] == list(range(2, 2 + len(wrong)))
    assert all(failure["errors"] for failure in failures)
    assert validate([]) == []


def test_payloads_of_both_directions() -> None:
    frames: list[str | bytes] = [
        '[2,"a","Reset",{"type":"Soft"}]',
        b'[2,"b","Heartbeat",{}]',
        '[3,"a",{"status":"Accepted"}]',
        '[4,"b","GenericError","",{}]',
        '[3,"unknown",{}]',
    ]
    assert payloads_of("1.6", frames) == [
        Payload("1.6", "Reset", "call", {"type": "Soft"}),
        Payload("1.6", "Heartbeat", "call", {}),
        Payload("1.6", "Reset", "result", {"status": "Accepted"}),
    ]
