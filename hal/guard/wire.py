"""The wire between the agent and the guard: newline-delimited JSON over a unix stream socket, version 1.

    {"k": kind, ...}        one object a line, at most 8 KiB

The agent opens with `hello`; the guard answers `welcome` with what the board can do, then the present state (a
`power` per EVSE, each raised fault, each device that is not well), then every change. What the guard cannot take it
answers with `refused` and forgets: nothing that comes over the wire stops it. One agent at a time has the say: a newer
connection replaces the older one, whose permits stay until their lease ends.

Kinds that later versions will need have their names reserved, so that an old guard can say what it lacks.
"""

from __future__ import annotations

import json
from typing import Any

from hal.guard.fields import (
    ARGUMENTS,
    FLAG,
    NUMBERS,
    Codec,
    WireError,
    array,
    choice,
    integer,
    optional,
    parse,
    record,
    text,
)
from hal.guard.messages import (
    DeviceValues,
    FaultSeen,
    FromAgent,
    FromGuard,
    Health,
    Hello,
    Indicate,
    LockRequest,
    MeterAnswer,
    MeterRequest,
    Ping,
    Pong,
    Refused,
    ResetFaults,
    SelfReport,
    Verb,
    Welcome,
)
from hal.types import (
    ContactorState,
    DcLimits,
    Direction,
    EvseCapabilities,
    Fault,
    FaultCode,
    IndicatorState,
    LockState,
    MeterReading,
    Permit,
    PilotSignal,
    PilotState,
    PowerReport,
    SignedReading,
    TokenKind,
    TokenRead,
)

VERSION = 1
MAX_LINE_BYTES = 8_192
MAX_EVSES = 64
MAX_LEASE_MS = 60_000
MAX_CURRENT_MA = 1_000_000
MAX_NUMBER = 2**53
MAX_FAULTS = 16
MAX_TEXT = 200

_EVSE = integer(1, MAX_EVSES)
_STATION_OR_EVSE = integer(0, MAX_EVSES)
_NUMBER = integer(0, MAX_NUMBER)
_CURRENT = integer(0, MAX_CURRENT_MA)
_PHASES = integer(1, 3)
_NAME = text(64, 1)
_TEXT = text(MAX_TEXT)
_REGISTER = integer(-MAX_NUMBER, MAX_NUMBER)

_DC = record(
    DcLimits,
    voltage_mv=integer(0, 2_000_000),
    current_ma=integer(0, 2_000_000),
    power_w=integer(0, 2_000_000),
)
_FAULT = record(
    Fault,
    code=choice(FaultCode),
    evse=_STATION_OR_EVSE,
    source=_NAME,
    blocking=FLAG,
    info=_TEXT,
    ocpp16_error_code=text(50),
    vendor_error_code=text(50),
)
_CAPABILITIES = record(
    EvseCapabilities,
    evse=_EVSE,
    connectors=integer(1, 16),
    phases=_PHASES,
    max_current_ma=_CURRENT,
    min_current_ma=_CURRENT,
    has_lock=FLAG,
    fail_safe=_NAME,
)
_SIGNED = record(SignedReading, data=text(6_000), method=text(50), encoding=text(50), public_key=text(1_000))
_READING = record(
    MeterReading,
    import_wh=_REGISTER,
    export_wh=optional(_REGISTER),
    power_w=optional(_REGISTER),
    voltage_mv=array(_REGISTER, 3),
    current_ma=array(_REGISTER, 3),
    phase_power_w=array(_REGISTER, 3),
    frequency_mhz=optional(_REGISTER),
    power_factor_permille=optional(_REGISTER),
    soc_percent=optional(integer(0, 100)),
    temperature_dc=optional(_REGISTER),
    serial=text(64),
    signed=optional(_SIGNED),
)

FROM_AGENT: dict[str, tuple[type[Any], Codec]] = {
    "hello": (Hello, record(Hello, version=integer(1, 1_000))),
    "permit": (
        Permit,
        record(
            Permit,
            evse=_EVSE,
            number=_NUMBER,
            signal=choice(PilotSignal),
            current_ma=_CURRENT,
            phases=_PHASES,
            energise=FLAG,
            lease_ms=integer(1, MAX_LEASE_MS),
            direction=choice(Direction),
            dc=optional(_DC),
        ),
    ),
    "lock": (LockRequest, record(LockRequest, evse=_EVSE, locked=FLAG)),
    "meter_read": (MeterRequest, record(MeterRequest, evse=_EVSE, id=_NUMBER)),
    "indicate": (Indicate, record(Indicate, evse=_EVSE, state=choice(IndicatorState))),
    "reset_faults": (ResetFaults, record(ResetFaults, evse=_EVSE)),
    "ping": (Ping, record(Ping, id=_NUMBER)),
    "self": (SelfReport, record(SelfReport, evse=_STATION_OR_EVSE, values=ARGUMENTS)),
}
FROM_GUARD: dict[str, tuple[type[Any], Codec]] = {
    "welcome": (
        Welcome,
        record(Welcome, version=integer(1, 1_000), board=text(64), evses=array(_CAPABILITIES, MAX_EVSES)),
    ),
    "power": (
        PowerReport,
        record(
            PowerReport,
            evse=_EVSE,
            pilot=choice(PilotState),
            signal=choice(PilotSignal),
            duty_permille=integer(0, 1_000),
            offered_ma=_CURRENT,
            commanded=FLAG,
            contactor=choice(ContactorState),
            lock=choice(LockState),
            permit_number=_NUMBER,
            permit_live=FLAG,
            connector=integer(1, 16),
            cable_ma=optional(_CURRENT),
            phases=_PHASES,
            faults=array(_FAULT, MAX_FAULTS),
        ),
    ),
    "meter": (
        MeterAnswer,
        record(MeterAnswer, evse=_EVSE, id=_NUMBER, reading=optional(_READING), error=optional(_TEXT)),
    ),
    "token": (
        TokenRead,
        record(
            TokenRead,
            token=text(255, 1),
            kind=choice(TokenKind),
            reader=_NAME,
            evses=array(_EVSE, MAX_EVSES),
        ),
    ),
    "fault": (FaultSeen, record(FaultSeen, raised=FLAG, fault=_FAULT)),
    "health": (Health, record(Health, device=_NAME, error=optional(_TEXT))),
    "device": (DeviceValues, record(DeviceValues, device=_NAME, values=NUMBERS)),
    "verb": (Verb, record(Verb, name=_NAME, args=ARGUMENTS)),
    "pong": (Pong, record(Pong, id=_NUMBER)),
    "refused": (Refused, record(Refused, why=_TEXT)),
}
RESERVED = frozenset({"dc", "isolation", "payment", "display", "v2g"})

_KINDS = {kind: (name, codec) for table in (FROM_AGENT, FROM_GUARD) for name, (kind, codec) in table.items()}


def encode(message: FromAgent | FromGuard) -> bytes:
    """The line of `message`, newline included. Raises WireError if it would be longer than the wire allows."""
    name, codec = _KINDS[type(message)]
    line = json.dumps({"k": name, **codec.dump(message)}, separators=(",", ":"), ensure_ascii=False)
    encoded = line.encode("utf-8", "replace") + b"\n"
    if len(encoded) > MAX_LINE_BYTES:
        raise WireError(f"{name}: {len(encoded)} bytes, at most {MAX_LINE_BYTES} are allowed")
    return encoded


def decode_from_agent(line: bytes) -> FromAgent:
    """What the agent sent. Raises WireError, whose text is fit for `Refused`."""
    message: FromAgent = _decode(FROM_AGENT, line)
    return message


def decode_from_guard(line: bytes) -> FromGuard:
    """What the guard sent. Raises WireError."""
    message: FromGuard = _decode(FROM_GUARD, line)
    return message


def _decode(table: dict[str, tuple[type[Any], Codec]], line: bytes) -> Any:
    if len(line) > MAX_LINE_BYTES:
        raise WireError(f"a line of {len(line)} bytes, at most {MAX_LINE_BYTES} are allowed")
    value = parse(line)
    kind = value.pop("k", None)
    if not isinstance(kind, str):
        raise WireError("field 'k' is missing")
    if kind in RESERVED:
        raise WireError(f"kind {kind!r} is reserved for a later version")
    if kind not in table:
        raise WireError(f"unknown kind {kind[:32]!r}")
    return table[kind][1].load(value, kind)
