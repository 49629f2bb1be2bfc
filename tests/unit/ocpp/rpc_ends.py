"""One end of an OCPP-J connection for the tests of the RPC: a version's `Rpc` with counted ids."""

from __future__ import annotations

import itertools
import json
from typing import Any

from agent.ocpp.messages import v16, v21, v201
from agent.ocpp.rpc import Rpc
from agent.ocpp.rpc_catalogue import Catalogue
from agent.ocpp.rpc_codes import Version
from agent.ocpp.rpc_events import RpcEvent, Transmit
from agent.ocpp.rpc_inbound import Limits

VERSIONS: tuple[Version, ...] = ("1.6", "2.0.1", "2.1")
MODULES = {"1.6": v16, "2.0.1": v201, "2.1": v21}
TIMEOUT_MS = 30_000
SUPPORTED = frozenset({"Reset", "DataTransfer", "GetVariables", "GetConfiguration", "ClearCache"})


def end(version: Version, *, supported: frozenset[str] = SUPPORTED, limits: Limits | None = None) -> Rpc:
    """A station's end; the ids of its messages are own-1, own-2, ..."""
    module = MODULES[version]
    count = itertools.count(1)
    return Rpc(
        Catalogue(version, module.REQUESTS, module.RESPONSES, module.SENDS, supported),
        new_id=lambda: f"own-{next(count)}",
        message_timeout_ms=TIMEOUT_MS,
        limits=limits,
    )


def sent(events: list[RpcEvent]) -> list[Any]:
    """The frames that are to be transmitted, read as JSON."""
    return [json.loads(event.frame) for event in events if isinstance(event, Transmit)]


def only(events: list[RpcEvent]) -> RpcEvent:
    """The single event."""
    assert len(events) == 1, events
    return events[0]


def error(message_id: str, code: str) -> list[Any]:
    """A CALLERROR frame as far as tests compare it: without the description."""
    return [4, message_id, code, {}]


def errors(events: list[RpcEvent]) -> list[Any]:
    """The CALLERROR frames to be transmitted, their descriptions checked and left out."""
    found = []
    for kind, message_id, code, description, details in sent(events):
        assert isinstance(description, str)
        assert 0 < len(description) <= 255
        found.append([kind, message_id, code, details])
    return found
