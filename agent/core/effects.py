"""What the core wants done. *Urgent* effects take power away and skip the disk; the others wait for the commit."""

from __future__ import annotations

from msgspec import Struct

from agent.core.clock import MonoMs, WallMs
from agent.core.commands import Result
from agent.core.facts import AnyKept, AnyLogged
from agent.core.requests import AnyRequest
from hal.types import IndicatorState, Permit


class Effect(Struct, frozen=True, kw_only=True):
    pass


class Grant(Effect, frozen=True, kw_only=True):
    """Send a permit to the guard."""

    permit: Permit


class DriveLock(Effect, frozen=True, kw_only=True):
    evse: int
    locked: bool


class ResetFaults(Effect, frozen=True, kw_only=True):
    """Let the guard forget the latched faults whose cause is gone."""

    evse: int


class ShowIndicator(Effect, frozen=True, kw_only=True):
    evse: int
    state: IndicatorState


class ReadMeter(Effect, frozen=True, kw_only=True):
    """Take one fresh snapshot now; answered by `MeterSampled` or `MeterFailed` with the same id."""

    evse: int
    read_id: int


class SetSampling(Effect, frozen=True, kw_only=True):
    """How often the shell reads this EVSE's meter by itself."""

    evse: int
    interval_ms: int


class Answer(Effect, frozen=True, kw_only=True):
    """The result of a command."""

    command_id: str
    result: Result


class Ask(Effect, frozen=True, kw_only=True):
    """Give a request to the outbox. `delivery`: boot | live | latest | report; latest ones replace by `slot`."""

    request_id: int
    delivery: str
    request: AnyRequest
    slot: str = ""
    timeout_ms: int | None = None


class SetClock(Effect, frozen=True, kw_only=True):
    """The CSMS told the time (B01.FR.06, G02.FR.06); the shell decides whether its own source is better."""

    wall_ms: WallMs


class SetRegistration(Effect, frozen=True, kw_only=True):
    """What the outbox may send from now on: `accepted`, `pending`, `rejected`, `unknown`."""

    status: str


class ApplyVariables(Effect, frozen=True, kw_only=True):
    """Variables that a shell uses changed (ping interval, attempts …): texts of their addresses."""

    addresses: tuple[str, ...]


class Reboot(Effect, frozen=True, kw_only=True):
    """Everything is on disk: reset the station (`evse` None) as configured: exit, re-exec or reboot the machine."""

    reason: str


class WakeAt(Effect, frozen=True, kw_only=True):
    """Send `TimerFired` at this monotonic time; replaces the one before."""

    mono_ms: MonoMs


AnyEffect = (
    Grant
    | DriveLock
    | ResetFaults
    | ShowIndicator
    | ReadMeter
    | SetSampling
    | Answer
    | Ask
    | SetClock
    | SetRegistration
    | ApplyVariables
    | Reboot
    | WakeAt
)


class Outcome(Struct):
    """What one event leads to, in the order in which it was decided."""

    urgent: list[Grant | DriveLock]
    facts: list[AnyLogged | AnyKept]
    effects: list[AnyEffect]
