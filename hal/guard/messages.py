"""What agent and guard say to each other, besides the values of `hal.types` that go over the wire as they are."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from hal.types import EvseCapabilities, Fault, IndicatorState, MeterReading, Permit, PowerReport, TokenRead
from hal.value import frozen


@frozen
class Hello:
    """First line of the agent."""

    version: int


@frozen
class Welcome:
    """First line of the guard: its board and what each EVSE can do."""

    version: int
    board: str
    evses: tuple[EvseCapabilities, ...]


@frozen
class LockRequest:
    """Lock or unlock the connector. While the contactor is closed an unlock waits until it is open."""

    evse: int
    locked: bool


@frozen
class MeterRequest:
    """Read the board's own meter of an EVSE; the answer carries the same `id`."""

    evse: int
    id: int


@frozen
class MeterAnswer:
    """Exactly one of `reading` and `error` is set."""

    evse: int
    id: int
    reading: MeterReading | None = None
    error: str | None = None


@frozen
class Indicate:
    """What the board's own indicator of an EVSE shows."""

    evse: int
    state: IndicatorState


@frozen
class ResetFaults:
    """End the latched faults of an EVSE whose cause is gone."""

    evse: int


@frozen
class Ping:
    """Asks for a `Pong` with the same `id`."""

    id: int


@frozen
class Pong:
    """Answer to a `Ping`."""

    id: int


@frozen
class FaultSeen:
    """A fault that no power path raised (of the station, a reader, a meter …) came or went."""

    raised: bool
    fault: Fault


@frozen
class Health:
    """A device behind the guard is lost (`error` says why) or is back (None)."""

    device: str
    error: str | None = None


@frozen
class DeviceValues:
    """Values of a sensor behind the guard; the names carry their unit."""

    device: str
    values: dict[str, int] = field(default_factory=dict)


@frozen
class Verb:
    """A verb of the bench that is the agent's to act on (network, clock, firmware, storage, system)."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@frozen
class Refused:
    """What the guard did not take, and why."""

    why: str


@frozen
class SelfReport:
    """What the agent says of itself (`evse` 0) or of one EVSE. Only a bench asks for it, by the verb `status.watch`."""

    evse: int
    values: dict[str, Any]


FromAgent = Hello | Permit | LockRequest | MeterRequest | Indicate | ResetFaults | Ping | SelfReport
FromGuard = Welcome | PowerReport | MeterAnswer | TokenRead | FaultSeen | Health | DeviceValues | Verb | Pong | Refused
