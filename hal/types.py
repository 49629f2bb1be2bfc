"""Plain values of the hardware layer: what guard, drivers, bench and agent say to each other.

Standard library only (the guard's memory budget depends on it). Electrical terms follow IEC 61851-1;
integers carry their unit in the name.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from hal.value import frozen


class PilotState(StrEnum):
    """State of the control pilot as the vehicle and the supply make it (IEC 61851-1 annex A)."""

    A = "A"  # no vehicle
    B = "B"  # vehicle connected, not ready for energy
    C = "C"  # vehicle ready, no ventilation needed
    D = "D"  # vehicle ready, ventilation needed
    E = "E"  # short of pilot to earth, or supply off
    F = "F"  # supply equipment not available
    INVALID = "invalid"  # a level that no state allows


class PilotSignal(StrEnum):
    """What the supply equipment puts on the control pilot."""

    OFF = "off"  # constant +12 V behind 1 kΩ: no energy on offer
    PWM = "pwm"  # 1 kHz, duty cycle says the current
    DIGITAL = "digital"  # 5 % duty: digital communication required (ISO 15118)
    ERROR = "error"  # constant -12 V: state F


class Direction(StrEnum):
    """Which way the energy may flow."""

    IMPORT = "import"  # from the grid to the car
    EXPORT = "export"  # from the car to the grid (reserved for V2X)


class ContactorState(StrEnum):
    """State of the contactor as its feedback says."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class LockState(StrEnum):
    """State of the connector lock of a socket outlet."""

    UNLOCKED = "unlocked"
    LOCKED = "locked"
    UNKNOWN = "unknown"  # the lock moved and its feedback disagrees
    ABSENT = "absent"  # tethered cable


class IndicatorState(StrEnum):
    """What an indicator shows to the person in front of the EVSE."""

    AVAILABLE = "available"
    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED = "suspended"
    FINISHING = "finishing"
    UNAVAILABLE = "unavailable"
    RESERVED = "reserved"
    FAULTED = "faulted"
    ACCEPTED = "accepted"  # short: the card was accepted
    REJECTED = "rejected"  # short: the card was refused
    OFF = "off"


class FaultCode(StrEnum):
    """The project's own names of faults; dialects map them to OCPP error codes."""

    DIODE = "diode_fault"
    PILOT_SHORT = "pilot_short"
    VENTILATION = "ventilation_not_available"
    RESIDUAL_CURRENT = "residual_current"
    EMERGENCY_STOP = "emergency_stop"
    OVER_TEMPERATURE = "over_temperature"
    OVER_CURRENT = "over_current"
    CONTACTOR_WELDED = "contactor_welded"
    CONTACTOR_STUCK_OPEN = "contactor_stuck_open"
    CABLE = "cable_fault"  # proximity resistor outside every window
    LOCK = "lock_failure"
    GROUND = "ground_failure"
    UNDER_VOLTAGE = "under_voltage"
    OVER_VOLTAGE = "over_voltage"
    POWER_METER = "power_meter_failure"
    METER_IMPLAUSIBLE = "meter_implausible"
    READER = "reader_failure"
    INTERNAL = "internal_error"
    GUARD_LOST = "guard_lost"  # the agent has no live wire to the guard
    TAMPER = "tamper"
    STORAGE_FULL = "storage_full"
    STORAGE_READ_ONLY = "storage_read_only"
    BROWNOUT = "brownout"
    OTHER = "other_error"


@frozen
class Fault:
    """One raised fault of an EVSE, or of the whole station (`evse` 0).

    `source` names the device that raised it, so that two devices may raise the same code. `blocking` faults
    forbid energy; the others are only reported. Attributes with an OCPP name may be empty.
    """

    code: FaultCode
    evse: int
    source: str = "guard"
    blocking: bool = True
    info: str = ""
    ocpp16_error_code: str = ""
    vendor_error_code: str = ""


@frozen
class DcLimits:
    """Upper bounds of a DC permit (reserved: no DC supply driver yet)."""

    voltage_mv: int
    current_ma: int
    power_w: int


@frozen
class Permit:
    """A lease that the agent grants and renews; the guard alone decides what is energised under it.

    `number` grows with every permit of an EVSE's agent and comes back in `PowerReport.permit_number`. One to energise
    is for the car that is there: it does not outlive that car's departure, whatever is left of the lease.
    `current_ma` is the most the car may draw per phase; 0 with signal PWM is not legal: use OFF.
    """

    evse: int
    number: int
    signal: PilotSignal
    current_ma: int
    phases: int
    energise: bool
    lease_ms: int
    direction: Direction = Direction.IMPORT
    dc: DcLimits | None = None


@frozen
class PowerReport:
    """State of one EVSE's power path. Sent at connect and after every change.

    `offered_ma` is the current that the duty cycle offers now: the least of permit, cable and hardware (0 unless
    the signal is PWM). `commanded` is what the guard asks of the contactor, `contactor` what the feedback says.
    `permit_number` is the last permit taken over; `permit_live` tells whether its lease still runs.
    `faults` are the guard's own (safety) faults of this EVSE. `connector` is the occupied outlet (1-based; which one
    is plugged, or 1). `cable_ma` is None when no cable limit is known (tethered, or nothing plugged).
    """

    evse: int
    pilot: PilotState
    signal: PilotSignal
    duty_permille: int
    offered_ma: int
    commanded: bool
    contactor: ContactorState
    lock: LockState
    permit_number: int
    permit_live: bool
    connector: int = 1
    cable_ma: int | None = None
    phases: int = 1
    faults: tuple[Fault, ...] = ()


@frozen
class SignedReading:
    """A signed meter value as the meter made it; opaque to everything but billing."""

    data: str
    method: str = ""
    encoding: str = ""
    public_key: str = ""


@frozen
class MeterReading:
    """One snapshot of an energy meter: all values read together.

    `import_wh` is the raw cumulative register. Values a meter does not have are None; per-phase tuples have one
    entry per phase. `power_w` is positive towards the car.
    """

    import_wh: int
    export_wh: int | None = None
    power_w: int | None = None
    voltage_mv: tuple[int, ...] = ()
    current_ma: tuple[int, ...] = ()
    phase_power_w: tuple[int, ...] = ()
    frequency_mhz: int | None = None
    power_factor_permille: int | None = None
    soc_percent: int | None = None
    temperature_dc: int | None = None  # tenths of a degree Celsius
    serial: str = ""
    signed: SignedReading | None = None


class TokenKind(StrEnum):
    """Type of an identifier token (values of OCPP 2.0.1 IdTokenEnumType)."""

    ISO14443 = "ISO14443"
    ISO15693 = "ISO15693"
    CENTRAL = "Central"
    EMAID = "eMAID"
    KEY_CODE = "KeyCode"
    LOCAL = "Local"
    MAC_ADDRESS = "MacAddress"
    NO_AUTHORIZATION = "NoAuthorization"


@frozen
class TokenRead:
    """A token shown to a reader. `evses` are the EVSEs that the reader serves (empty: all)."""

    token: str
    kind: TokenKind = TokenKind.ISO14443
    reader: str = "reader"
    evses: tuple[int, ...] = field(default=())


@frozen
class EvseCapabilities:
    """What the hardware of one EVSE can do, told by the guard at connect."""

    evse: int
    connectors: int
    phases: int
    max_current_ma: int
    min_current_ma: int = 6000
    has_lock: bool = False
    fail_safe: str = "heartbeat"  # how the power path opens when the guard dies: heartbeat | pulse | mock | none
