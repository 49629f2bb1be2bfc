"""Facts: what happened, in the past tense. They are committed before anything that follows from them is visible.

There are two sorts. A *logged* fact is appended to the log and delivered to the CSMS in order (class `ledger`: money;
class `log`: security events). A *kept* fact says the newest state under a key and replaces the one before. Both have a
version; a new field has a default, so that this release reads what the one before it wrote and the
other way round.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from agent.core.clock import Stamp, WallMs
from agent.core.samples import SampleSet
from agent.core.tokens import IdToken, TokenInfo
from agent.secret import shown


class TransactionPhase(StrEnum):
    STARTED = "Started"
    UPDATED = "Updated"
    ENDED = "Ended"


class ChargingState(StrEnum):
    """OCPP 2.0.1 ChargingStateEnumType."""

    CHARGING = "Charging"
    EV_CONNECTED = "EVConnected"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    IDLE = "Idle"


class Trigger(StrEnum):
    """OCPP 2.0.1 TriggerReasonEnumType, those that this station can have."""

    AUTHORIZED = "Authorized"
    CABLE_PLUGGED_IN = "CablePluggedIn"
    CHARGING_RATE_CHANGED = "ChargingRateChanged"
    CHARGING_STATE_CHANGED = "ChargingStateChanged"
    DEAUTHORIZED = "Deauthorized"
    ENERGY_LIMIT_REACHED = "EnergyLimitReached"
    EV_COMMUNICATION_LOST = "EVCommunicationLost"
    EV_CONNECT_TIMEOUT = "EVConnectTimeout"
    METER_VALUE_CLOCK = "MeterValueClock"
    METER_VALUE_PERIODIC = "MeterValuePeriodic"
    TIME_LIMIT_REACHED = "TimeLimitReached"
    TRIGGER = "Trigger"
    UNLOCK_COMMAND = "UnlockCommand"
    STOP_AUTHORIZED = "StopAuthorized"
    EV_DEPARTED = "EVDeparted"
    EV_DETECTED = "EVDetected"
    REMOTE_STOP = "RemoteStop"
    REMOTE_START = "RemoteStart"
    ABNORMAL_CONDITION = "AbnormalCondition"
    SIGNED_DATA_RECEIVED = "SignedDataReceived"
    RESET_COMMAND = "ResetCommand"


class StopReason(StrEnum):
    """OCPP 2.0.1 ReasonEnumType, those that this station can have; 1.6 projects them to its own."""

    DE_AUTHORIZED = "DeAuthorized"
    EMERGENCY_STOP = "EmergencyStop"
    ENERGY_LIMIT_REACHED = "EnergyLimitReached"
    EV_DISCONNECTED = "EVDisconnected"
    GROUND_FAULT = "GroundFault"
    IMMEDIATE_RESET = "ImmediateReset"
    LOCAL = "Local"
    MASTER_PASS = "MasterPass"  # noqa: S105 - a reason, not a password
    OTHER = "Other"
    OVERCURRENT_FAULT = "OvercurrentFault"
    POWER_LOSS = "PowerLoss"
    REBOOT = "Reboot"
    REMOTE = "Remote"
    STOPPED_BY_EV = "StoppedByEV"
    TIMEOUT = "Timeout"
    UNLOCK_COMMAND = "UnlockCommand"


class Logged(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A fact in the log. `seq` grows by one over all logged facts of the station's life."""

    seq: int
    stamp: Stamp


class TransactionRecorded(Logged, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A step of a transaction: all that any OCPP version tells of it, in 2.x nouns.

    `opens` marks the one step at which the transaction first was both authorised and connected: where 1.6 has its
    StartTransaction. `closes` marks the one step at which energy is over for good: where 1.6 has its StopTransaction
    (never without an `opens` before it). `register_wh` is the billing register at this step: the same snapshot
    that the samples of Begin and End come from. `offline` as E04.FR.03; the outbox also marks what waited while the
    link was down (E11.FR.07).
    """

    phase: TransactionPhase
    tx: str
    number: int  # 2.x seqNo, given when the fact is made
    evse: int
    connector: int | None
    tells_evse: bool = True  # 2.x names evse and connector in this step, and does not repeat them until the next plug
    trigger: Trigger
    register_wh: int
    charging_state: ChargingState | None = None
    token: IdToken | None = None  # present where the version has to tell it: on the step that (de)authorised
    start_token: IdToken | None = None  # who the transaction belongs to, once known
    group: IdToken | None = None
    reason: StopReason | None = None
    remote_start_id: int | None = None
    reservation_id: int | None = None
    samples: tuple[SampleSet, ...] = ()
    transaction_data: tuple[SampleSet, ...] = ()  # the "ended" set collected over the whole transaction
    time_charging_s: int | None = None
    cable_a: int | None = None
    phases: int | None = None
    offline: bool = False
    opened: bool = False  # now or before
    opens: bool = False
    closes: bool = False


class EndSampleTaken(Logged, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A set of samples kept for the end of a transaction (TxEndedMeasurands); no message of its own."""

    tx: str
    evse: int
    sample: SampleSet


class SecurityEventRaised(Logged, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A security event (A04); `kind` is a name of the appendix's list."""

    kind: str
    info: str = ""


LedgerFact = TransactionRecorded | EndSampleTaken
LogFact = SecurityEventRaised
AnyLogged = TransactionRecorded | EndSampleTaken | SecurityEventRaised


class Kept(Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A fact of which only the newest under its key matters."""

    @property
    def key(self) -> str:
        return ""


class BootCounted(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """The station started for the `boot`th time."""

    boot: int


class ClockLearned(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """Wall over monotonic offset of a boot, and the latest wall time known."""

    boot: int
    offset_ms: int
    floor_ms: int

    @property
    def key(self) -> str:
        return str(self.boot)


class VariableWritten(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """The CSMS (or a person) wrote a variable; value None takes the write back."""

    address: str  # agent.variables' own text form of an address
    value: str | None

    @property
    def key(self) -> str:
        return self.address

    def __repr__(self) -> str:
        """Without the value, which may be a password."""
        return f"VariableWritten(address={self.address!r}, value={shown(self.value)})"


class OperativeSet(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """Availability as commanded (G03.FR.08, G04.FR.09). evse 0: the station; connector 0: the whole EVSE."""

    evse: int
    connector: int
    operative: bool

    @property
    def key(self) -> str:
        return f"{self.evse}.{self.connector}"


class TokenCached(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """An entry of the authorization cache; info None removes it."""

    token: IdToken
    info: TokenInfo | None
    updated_ms: WallMs | None = None

    @property
    def key(self) -> str:
        return self.token.key


class RegisterKept(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """Virtual register of an EVSE's meter: the raw one plus an offset that absorbs resets, wraps and swaps."""

    evse: int
    raw_wh: int
    register_wh: int
    serial: str = ""

    @property
    def key(self) -> str:
        return str(self.evse)


class TransactionKept(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """All that the station must know of an open transaction to go on with it or end it after a power cut.

    `open` False removes it: the transaction has ended and its end is in the log.
    """

    evse: int
    tx: str
    open: bool = True
    connector: int | None = None
    number: int = 0  # the next 2.x seqNo
    started: Stamp | None = None
    start_register_wh: int | None = None
    register_wh: int = 0
    token: IdToken | None = None
    group: IdToken | None = None
    authorized: bool = False
    remote_start_id: int | None = None
    charging_state: ChargingState | None = None
    time_charging_ms: int = 0
    opened: bool = False
    closed: bool = False
    ending: StopReason | None = None  # a stop was decided, its end not yet recorded
    ending_trigger: Trigger | None = None
    deauthorized: bool = False
    energy_limit_wh: int | None = None  # register at which MaxEnergyOnInvalidId is used up
    met: tuple[str, ...] = ()  # TxStopPoints whose condition has held
    at: Stamp | None = None  # of this checkpoint
    barred: bool = False  # resumed without energy

    @property
    def key(self) -> str:
        return self.tx


class BootReasonSet(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """Why the next boot happens (2.0.1 BootReasonEnumType); empty: nobody said, so power was lost."""

    reason: str


class ResetScheduled(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """A reset that waits for idleness; evse None: the station."""

    evse: int | None
    pending: bool

    @property
    def key(self) -> str:
        return str(self.evse or 0)


class WireIdLearned(Kept, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """The CSMS gave a transaction an id of its own (1.6 transactionId); None: no longer of use."""

    tx: str
    wire_id: int | None

    @property
    def key(self) -> str:
        return self.tx


AnyKept = (
    WireIdLearned
    | BootCounted
    | ClockLearned
    | VariableWritten
    | OperativeSet
    | TokenCached
    | RegisterKept
    | TransactionKept
    | BootReasonSet
    | ResetScheduled
)
