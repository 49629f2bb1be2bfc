"""Commands to the station, from the CSMS or from a person at the CLI, and their results. Imperatives, in 2.x nouns.

A dialect decodes a CALL to one of these and encodes the `Result` that the station answers; the API does the same for a
person. `who` tells the station which it is.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from agent.core.tokens import IdToken
from agent.secret import shown


class Command(Struct, frozen=True, tag=True, kw_only=True):
    pass


class SetOperative(Command, frozen=True, tag=True, kw_only=True):
    """ChangeAvailability. evse 0: the station; connector 0: the whole EVSE.

    `outright` (1.6 §5.2): what becomes operative is so whatever was taken out above or below it.
    """

    operative: bool
    evse: int = 0
    connector: int = 0
    outright: bool = False


class ClearCache(Command, frozen=True, tag=True, kw_only=True):
    pass


class VariableQuery(Struct, frozen=True):
    """`address` is agent.variables' text form; None: the dialect could not make an address of what it was given."""

    component: str
    variable: str
    component_instance: str = ""
    variable_instance: str = ""
    evse: int | None = None
    connector: int | None = None
    attribute: str = "Actual"
    value: str | None = None  # for a write

    def __repr__(self) -> str:
        """Without the value, which may be a password."""
        place = f"{self.evse or 0}.{self.connector or 0}"
        name = f"{self.component}[{self.component_instance}].{self.variable}[{self.variable_instance}]/{self.attribute}"
        return f"VariableQuery({name!r} at {place}, value={shown(self.value)})"


class GetVariables(Command, frozen=True, tag=True, kw_only=True):
    queries: tuple[VariableQuery, ...]


class SetVariables(Command, frozen=True, tag=True, kw_only=True):
    queries: tuple[VariableQuery, ...]


class PlannedWrite(Struct, frozen=True):
    """A write that was judged already: `target` and `value` as agent.variables' `Change` names them."""

    target: str
    value: str | None

    def __repr__(self) -> str:
        """Without the value, which may be a password."""
        return f"PlannedWrite(target={self.target!r}, value={shown(self.value)})"


class WriteVariables(Command, frozen=True, tag=True, kw_only=True):
    """Writes that a view on the variables (the keys of 1.6) has planned: all of them hold, or none was sent here."""

    writes: tuple[PlannedWrite, ...]
    reboot: bool = False


class Inspect(Command, frozen=True, tag=True, kw_only=True):
    """A question that the registry alone answers; the station only says whether it may be answered now."""


class GetBaseReport(Command, frozen=True, tag=True, kw_only=True):
    request_id: int
    kind: str  # ConfigurationInventory | FullInventory | SummaryInventory


class ResetKind(StrEnum):
    IMMEDIATE = "Immediate"
    ON_IDLE = "OnIdle"


class Reset(Command, frozen=True, tag=True, kw_only=True):
    """`hard` (2.x Immediate, 1.6 Hard) tells the stop reason of what it ends: ImmediateReset, else (1.6 Soft) Reboot.

    An immediate reset ends running transactions in both versions before the station goes down.
    """

    kind: ResetKind
    evse: int | None = None
    hard: bool = True


class StartTransaction(Command, frozen=True, tag=True, kw_only=True):
    """RequestStartTransaction, RemoteStartTransaction."""

    token: IdToken
    evse: int | None = None
    connector: int | None = None
    remote_start_id: int | None = None
    group: IdToken | None = None


class StopTransaction(Command, frozen=True, tag=True, kw_only=True):
    """RequestStopTransaction; a dialect that has its own transaction ids has looked up ours (empty: unknown)."""

    tx: str


class UnlockConnector(Command, frozen=True, tag=True, kw_only=True):
    """`stop` (1.6): a running transaction is stopped first; otherwise (2.x) it forbids to unlock (F05.FR.02)."""

    evse: int
    connector: int
    stop: bool = False


class TriggerKind(StrEnum):
    BOOT = "BootNotification"
    HEARTBEAT = "Heartbeat"
    STATUS = "StatusNotification"
    METER = "MeterValues"
    TRANSACTION = "TransactionEvent"
    FIRMWARE_STATUS = "FirmwareStatusNotification"
    LOG_STATUS = "LogStatusNotification"
    DIAGNOSTICS_STATUS = "DiagnosticsStatusNotification"
    OTHER = "other"  # a message that this station does not send


class TriggerMessage(Command, frozen=True, tag=True, kw_only=True):
    """`force`: a boot may be told again though accepted (1.6; 2.x: F06.FR.17). `sampled`: meter values are those of
    the sampled set (1.6) and not of the aligned one (F06.FR.06)."""

    kind: TriggerKind
    force: bool = False
    sampled: bool = False
    evse: int | None = None
    connector: int | None = None


class GetTransactionStatus(Command, frozen=True, tag=True, kw_only=True):
    tx: str | None = None


class DataTransfer(Command, frozen=True, tag=True, kw_only=True):
    vendor: str
    message: str = ""
    data: str | None = None


AnyCommand = (
    SetOperative
    | ClearCache
    | GetVariables
    | SetVariables
    | WriteVariables
    | Inspect
    | GetBaseReport
    | Reset
    | StartTransaction
    | StopTransaction
    | UnlockConnector
    | TriggerMessage
    | GetTransactionStatus
    | DataTransfer
)


class Verdict(StrEnum):
    """Outcome of a command, over all versions; each dialect folds it to the message's own enum."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    SCHEDULED = "Scheduled"
    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    UNKNOWN_VENDOR = "UnknownVendorId"
    UNKNOWN_MESSAGE = "UnknownMessageId"
    UNLOCKED = "Unlocked"
    UNLOCK_FAILED = "UnlockFailed"
    ONGOING_TRANSACTION = "OngoingAuthorizedTransaction"
    UNKNOWN_CONNECTOR = "UnknownConnector"
    EMPTY = "EmptyResultSet"
    SECURITY_ERROR = "SecurityError"  # B03.FR.08: answered as a CALLERROR


class VariableResult(Struct, frozen=True):
    """`status` in 2.0.1 spelling of Get- or SetVariableStatusEnumType; `code` and `why` as in `Result`."""

    query: VariableQuery
    status: str
    value: str | None = None
    code: str = ""
    why: str = ""


class Result(Struct, frozen=True, kw_only=True):
    """Answer to a command. `why` is a reason for people and for statusInfo (reasonCode <= 20 characters)."""

    verdict: Verdict
    code: str = ""
    why: str = ""
    tx: str | None = None
    variables: tuple[VariableResult, ...] = ()
    ongoing: bool | None = None
    queued: bool = False
    data: str | None = None


ACCEPTED = Result(verdict=Verdict.ACCEPTED)


def rejected(code: str, why: str) -> Result:
    """A refusal with its reason code (at most 20 characters) and the reason in words."""
    return Result(verdict=Verdict.REJECTED, code=code, why=why)
