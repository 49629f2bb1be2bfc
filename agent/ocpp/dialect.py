"""What a dialect is: all knowledge of one OCPP version, and nothing else.

A dialect is a pure translator. It decodes a CALL of the CSMS to a command, encodes the station's result, encodes what
the station asks, reads the answer as an event, and projects a logged fact to the one message by which its version tells
it, or to none. Dialects never import one another; a station holds one of each version that it offers, for its whole
life.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from agent.core.clock import Stamp, WallMs
from agent.core.commands import AnyCommand, Result
from agent.core.events import AnyEvent
from agent.core.facts import AnyKept, AnyLogged
from agent.core.requests import AnyRequest
from agent.core.tokens import TokenInfo
from agent.ocpp.rpc_catalogue import Catalogue
from agent.ocpp.rpc_codes import ErrorCode
from agent.variables.registry import Registry


class Refusal(Struct, frozen=True):
    """A CALL that is answered with a CALLERROR."""

    code: ErrorCode
    why: str


class Message(Struct, frozen=True):
    """A CALL of ours, ready for the RPC."""

    action: str
    payload: Struct


class Delivery(Struct, frozen=True):
    """What the answer to a logged fact says: of the token, and of ids to remember."""

    info: TokenInfo | None = None
    kept: tuple[AnyKept, ...] = ()


class Identity(Struct, frozen=True, kw_only=True):
    """What a BootNotification says of the station. Empty texts are left out."""

    vendor: str
    model: str
    serial: str = ""
    firmware: str = ""
    iccid: str = ""
    imsi: str = ""
    box_serial: str = ""
    meter_type: str = ""
    meter_serial: str = ""


class Surroundings(Protocol):
    """What a dialect may look up while it translates."""

    registry: Registry
    identity: Identity
    wire_ids: dict[str, int]  # transaction ids that the CSMS gave (1.6)

    def wall(self, stamp: Stamp) -> WallMs: ...


class Dialect(Protocol):
    """One OCPP version."""

    subprotocol: str
    catalogue: Catalogue

    def decode(self, action: str, payload: Struct) -> AnyCommand | Refusal: ...
    def encode(self, action: str, payload: Struct, command: AnyCommand, result: Result) -> Struct | Refusal | None:
        """The answer to a call; None where the version forbids to give any."""
        ...

    def ask(self, request: AnyRequest) -> Message | None: ...
    def reply(self, request_id: int, request: AnyRequest, payload: Struct) -> AnyEvent: ...
    def project(self, fact: AnyLogged, *, offline: bool) -> Message | None: ...
    def delivered(self, fact: AnyLogged, payload: Struct) -> Delivery: ...


Make = Callable[[Surroundings], Dialect]
