"""What agent and guard say to each other, besides the values of `hal.types` that go over the wire as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hal.types import EvseCapabilities, Fault, IndicatorState, MeterReading, Permit, PowerReport, TokenRead


@dataclass(frozen=True, slots=True)
class Hello:
    """First line of the agent."""

    version: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """First line of the guard: its board and what each EVSE can do."""

    version: int
    board: str
    evses: tuple[EvseCapabilities, ...]


@dataclass(frozen=True, slots=True)
class LockRequest:
    """Lock or unlock the connector. While the contactor is closed an unlock waits until it is open."""

    evse: int
    locked: bool


@dataclass(frozen=True, slots=True)
class MeterRequest:
    """Read the board's own meter of an EVSE; the answer carries the same `id`."""

    evse: int
    id: int


@dataclass(frozen=True, slots=True)
class MeterAnswer:
    """Exactly one of `reading` and `error` is set."""

    evse: int
    id: int
    reading: MeterReading | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Indicate:
    """What the board's own indicator of an EVSE shows."""

    evse: int
    state: IndicatorState


@dataclass(frozen=True, slots=True)
class ResetFaults:
    """End the latched faults of an EVSE whose cause is gone."""

    evse: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a `Pong` with the same `id`."""

    id: int


@dataclass(frozen=True, slots=True)
class Pong:
    """Answer to a `Ping`."""

    id: int


@dataclass(frozen=True, slots=True)
class FaultSeen:
    """A fault that no power path raised (of the station, a reader, a meter …) came or went."""

    raised: bool
    fault: Fault


@dataclass(frozen=True, slots=True)
class Health:
    """A device behind the guard is lost (`error` says why) or is back (None)."""

    device: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceValues:
    """Values of a sensor behind the guard; the names carry their unit."""

    device: str
    values: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the bench that is the agent's to act on (network, clock, firmware, storage, system)."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """What the guard did not take, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class SelfReport:
    """What the agent says of itself (`evse` 0) or of one EVSE. Only a bench asks for it, by the verb `status.watch`."""

    evse: int
    values: dict[str, Any]


FromAgent = Hello | Permit | LockRequest | MeterRequest | Indicate | ResetFaults | Ping | SelfReport
FromGuard = Welcome | PowerReport | MeterAnswer | TokenRead | FaultSeen | Health | DeviceValues | Verb | Pong | Refused
