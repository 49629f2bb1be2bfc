"""Everything that can reach the core, in the past tense: what the world said."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from agent.core.clock import WallMs
from agent.core.commands import AnyCommand
from agent.core.tokens import IdToken, TokenInfo
from hal.types import EvseCapabilities, Fault, MeterReading, PowerReport, TokenRead


class Event(Struct, frozen=True, kw_only=True):
    pass


# --- hardware ------------------------------------------------------------------------------------------------------


class GuardConnected(Event, frozen=True, kw_only=True):
    board: str
    evses: tuple[EvseCapabilities, ...]


class GuardDisconnected(Event, frozen=True, kw_only=True):
    why: str


class PowerChanged(Event, frozen=True, kw_only=True):
    report: PowerReport


class MeterSampled(Event, frozen=True, kw_only=True):
    """A snapshot. `read_id` answers a `ReadMeter` effect; 0 for the regular sampling."""

    evse: int
    reading: MeterReading
    read_id: int = 0


class MeterFailed(Event, frozen=True, kw_only=True):
    evse: int
    why: str
    read_id: int = 0


class TokenPresented(Event, frozen=True, kw_only=True):
    read: TokenRead


class FaultChanged(Event, frozen=True, kw_only=True):
    """A fault outside the guard's own set (station devices, the bench's injected ones) was raised or cleared."""

    fault: Fault
    raised: bool


class DeviceHealthChanged(Event, frozen=True, kw_only=True):
    """A device (reader, meter, indicator) is lost (`error` says how) or back (None)."""

    device: str
    error: str | None
    evse: int = 0
    kind: str = "reader"


class BayChanged(Event, frozen=True, kw_only=True):
    """A parking bay detector saw a car come or go."""

    evse: int
    occupied: bool


class ExternalLimitChanged(Event, frozen=True, kw_only=True):
    """A limit from outside (grid operator, energy manager): amperes per phase, watts, or both; neither ends it.

    `evse` 0: the station. After `lease_ms` without word the station's fall-back holds, until it is told again or ended.
    """

    evse: int
    current_ma: int | None = None
    power_w: int | None = None
    lease_ms: int | None = None


class ButtonPressed(Event, frozen=True, kw_only=True):
    """A button of an EVSE. The one that asks for energy is a token (`NoAuthorization`) and does not come here."""

    evse: int
    name: str


class PowerFailing(Event, frozen=True, kw_only=True):
    """The supply is going; `hold_up_ms` remain."""

    hold_up_ms: int


class TamperDetected(Event, frozen=True, kw_only=True):
    info: str


# --- operator's backend --------------------------------------------------------------------------------------------


class LinkOpened(Event, frozen=True, kw_only=True):
    version: str  # "1.6" | "2.0.1" | "2.1"
    slot: int | None = None  # of the network profile in use


class LinkClosed(Event, frozen=True, kw_only=True):
    why: str


class LinkRefused(Event, frozen=True, kw_only=True):
    """A connection attempt failed for a security reason (TLS, credentials): `kind` as in the list of A04."""

    kind: str
    info: str


class CommandReceived(Event, frozen=True, kw_only=True):
    """`who`: csms or local. `command_id` comes back in the `Answer`."""

    command_id: str
    command: AnyCommand
    who: str = "csms"


class RegistrationStatus(StrEnum):
    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"


class BootAnswered(Event, frozen=True, kw_only=True):
    status: RegistrationStatus
    interval_s: int
    time_ms: WallMs | None


class HeartbeatAnswered(Event, frozen=True, kw_only=True):
    time_ms: WallMs | None


class AuthorizeAnswered(Event, frozen=True, kw_only=True):
    request_id: int
    info: TokenInfo


class RequestFailed(Event, frozen=True, kw_only=True):
    """No usable answer: CALLERROR, time-out, offline. `code` is the OCPP error code, or `timeout`, or `offline`."""

    request_id: int
    code: str
    why: str = ""


class RequestDone(Event, frozen=True, kw_only=True):
    """An answer that needs no more than to be known (StatusNotification, NotifyReport …)."""

    request_id: int


class FactDelivered(Event, frozen=True, kw_only=True):
    """The CSMS answered a logged fact. `info` is what it said of the token; `more` tells whether facts of the same
    transaction still wait."""

    seq: int
    tx: str | None
    info: TokenInfo | None = None
    token: IdToken | None = None  # whom `info` is about
    refused: bool = False  # gone to quarantine


class QueueChanged(Event, frozen=True, kw_only=True):
    """Transactions with undelivered facts (for GetTransactionStatus), and how full the log is."""

    waiting: frozenset[str]
    busy: bool = False  # a message is under way, or could be at once
    upto: int = 0  # the last fact that the queue has taken
    used_permille: int = 0


class MessageSent(Event, frozen=True, kw_only=True):
    """Any CALL of ours went out: the heartbeat timer starts anew (G02.FR.05)."""


# --- the machine ---------------------------------------------------------------------------------------------------


class TimerFired(Event, frozen=True, kw_only=True):
    """The time told by the last `WakeAt` has come. Firing early or twice does no harm."""


class StorageChanged(Event, frozen=True, kw_only=True):
    """`failure`: None (healthy), full, read_only, io."""

    failure: str | None
    why: str = ""


class LedgerReset(Event, frozen=True, kw_only=True):
    """At start the ledger was corrupt, was moved aside, and a fresh one begun."""

    info: str


class SecurityNoted(Event, frozen=True, kw_only=True):
    """A shell noticed a security event (a refused API call, a tampered file)."""

    kind: str
    info: str = ""


AnyEvent = (
    GuardConnected
    | GuardDisconnected
    | PowerChanged
    | MeterSampled
    | MeterFailed
    | TokenPresented
    | FaultChanged
    | DeviceHealthChanged
    | BayChanged
    | ExternalLimitChanged
    | ButtonPressed
    | PowerFailing
    | TamperDetected
    | LinkOpened
    | LinkClosed
    | LinkRefused
    | CommandReceived
    | BootAnswered
    | HeartbeatAnswered
    | AuthorizeAnswered
    | RequestFailed
    | RequestDone
    | FactDelivered
    | QueueChanged
    | MessageSent
    | TimerFired
    | StorageChanged
    | LedgerReset
    | SecurityNoted
)
