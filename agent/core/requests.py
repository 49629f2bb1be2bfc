"""What the station asks or tells the CSMS besides facts: version-neutral, encoded by the dialect in use."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from agent.core.clock import Stamp
from agent.core.samples import SampleSet
from agent.core.tokens import IdToken
from hal.types import Fault


class ConnectorStatus(StrEnum):
    """Derived status of a connector, finer than any version: each dialect folds it to its own list."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"  # 2.x: Occupied if a cable is in, else Available
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


class Request(Struct, frozen=True, tag=True, kw_only=True):
    """`triggered`: the CSMS asked for it, so it may go
    out before the station is accepted (B02.FR.02)."""

    triggered: bool = False


class BootRequest(Request, frozen=True, tag=True, kw_only=True):
    reason: str  # 2.0.1 BootReasonEnumType


class HeartbeatRequest(Request, frozen=True, tag=True, kw_only=True):
    pass


class AuthorizeRequest(Request, frozen=True, tag=True, kw_only=True):
    """Whether a token may charge. `group_known` false: it is not the owner's and the owner is of no known group, so no
    answer can change anything; 2.x has it asked nevertheless (C01.FR.02), 1.6 has not (TC_068_CS)."""

    token: IdToken
    group_known: bool = True


class StatusRequest(Request, frozen=True, tag=True, kw_only=True):
    """Status of a connector; evse 0 and connector 0 are the station as a whole (only 1.6 tells it)."""

    evse: int
    connector: int
    status: ConnectorStatus
    occupied: bool  # a cable is plugged in
    stamp: Stamp
    fault: Fault | None = None
    forced: bool = False  # to be told even if this version sees no change
    refreshed: bool = False  # all is told anew after a long silence (2.x B04.FR.01)
    ev_gone: bool = False  # the cable was unplugged at the car, and that is why
    taken: bool = False  # another connector of the EVSE is in use (only 1.6 tells it)


class MeterRequest(Request, frozen=True, tag=True, kw_only=True):
    """Meter values; evse 0 is the station's main meter. `tx` and `connector` only where the version names them (1.6);
    the connector is the one in use, None if there is none."""

    evse: int
    samples: tuple[SampleSet, ...]
    tx: str | None = None
    connector: int | None = None


class VariableReport(Struct, frozen=True):
    """One row of a report: agent.variables' address text; the dialect looks up the rest in the registry."""

    address: str


class ReportRequest(Request, frozen=True, tag=True, kw_only=True):
    """One page of a base report (B07)."""

    request_id: int
    number: int
    more: bool
    stamp: Stamp
    rows: tuple[VariableReport, ...]


class EventRequest(Request, frozen=True, tag=True, kw_only=True):
    """A NotifyEvent of a component's variable (G05: ConnectorPlugRetentionLock.Problem)."""

    event_id: int
    component: str
    variable: str
    value: str
    evse: int
    connector: int
    stamp: Stamp
    cleared: bool = False


class DataTransferRequest(Request, frozen=True, tag=True, kw_only=True):
    vendor: str
    message: str = ""
    data: str | None = None


class FirmwareStatusRequest(Request, frozen=True, tag=True, kw_only=True):
    """Told only when asked for, and always Idle: no update is ever under way here."""


class LogStatusRequest(Request, frozen=True, tag=True, kw_only=True):
    """Told only when asked for, and always Idle."""


AnyRequest = (
    BootRequest
    | HeartbeatRequest
    | AuthorizeRequest
    | StatusRequest
    | MeterRequest
    | ReportRequest
    | EventRequest
    | DataTransferRequest
    | FirmwareStatusRequest
    | LogStatusRequest
)
