"""Parts of a station for the tests of the core: a present, a registry with settings, reports, readings, a fake host."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from agent.core.clock import MonoMs, Now, WallMs
from agent.core.effects import Ask
from agent.core.evse import Evse
from agent.core.facts import AnyKept, AnyLogged, Kept, Logged
from agent.core.faults import FaultSet
from agent.core.requests import Request
from agent.core.rules import Options, Rules
from agent.core.tokens import IdToken
from agent.core.transaction import Authorization
from agent.core.turn import Turn
from agent.variables import topology as made
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.topology import Outlet, Topology
from agent.variables.vocabulary import AttributeType, Change
from hal.types import (
    ContactorState,
    EvseCapabilities,
    LockState,
    PilotSignal,
    PilotState,
    PowerReport,
)

NOON = 1_800_014_400_000  # 2027-01-15 12:00:00 UTC
BOOT = 7
READABLE = (
    made.ENERGY,
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "Current.Offered",
    "Power.Offered",
    "SoC",
)
CARD = IdToken(value="04AB12CD")

R = TypeVar("R", bound=Request)
F = TypeVar("F", bound=Logged | Kept)


def at(ms: int, *, wall: int | None = NOON, boot: int = BOOT) -> Now:
    """The present, `ms` after the boot; `wall` is the wall time of the boot itself."""
    return Now(mono_ms=MonoMs(ms), wall_ms=None if wall is None else WallMs(wall + ms), boot=boot)


def turn(ms: int = 0, *, wall: int | None = NOON) -> Turn:
    return Turn(at(ms, wall=wall))


def station_of(*evses: made.Evse, signed: bool = False, bay: bool = False, fuse_ma: int = 32_000) -> Topology:
    """A topology; without arguments one three-phase socket of 32 A with a lock."""
    found = evses or (
        made.Evse(connectors=(Outlet(has_lock=True),), measurands=READABLE, signed_values=signed, bay_sensor=bay),
    )
    return Topology(evses=found, max_current_ma=fuse_ma, identity="CP-1")


def registry_of(settings: dict[str, object] | None = None, topology: Topology | None = None) -> Registry:
    """A registry in which `settings` (Component.Variable: value) are written."""
    registry = Registry(topology or station_of())
    for name, value in (settings or {}).items():
        write(registry, name, value)
    return registry


def write(registry: Registry, name: str, value: object, attribute: AttributeType = AttributeType.ACTUAL) -> None:
    address = Address.parse(name)
    assert address is not None, name
    text = str(value).lower() if isinstance(value, bool) else str(value)
    refused = registry.restore([Change(address, attribute, text)])
    assert not refused, refused


def rules_of(**settings: object) -> Rules:
    """Rules by settings whose names have a double underscore for the dot."""
    return Rules(registry_of({name.replace("__", "."): value for name, value in settings.items()}))


IDLE = PowerReport(
    evse=1,
    pilot=PilotState.A,
    signal=PilotSignal.OFF,
    duty_permille=1000,
    offered_ma=0,
    commanded=False,
    contactor=ContactorState.OPEN,
    lock=LockState.UNLOCKED,
    permit_number=0,
    permit_live=False,
)
PLUGGED = replace(IDLE, pilot=PilotState.B, cable_ma=32_000, lock=LockState.LOCKED)
OFFERED = replace(PLUGGED, signal=PilotSignal.PWM, offered_ma=16_000, duty_permille=266, permit_live=True)
CHARGING = replace(OFFERED, pilot=PilotState.C, commanded=True, contactor=ContactorState.CLOSED)


class Host:
    """A station as an EVSE sees it, whose answers the test decides."""

    def __init__(self, rules: Rules | None = None, options: Options | None = None) -> None:
        self.rules = rules or rules_of()
        self.options = options or Options()
        self.faults = FaultSet()
        self.guard_up = True
        self.online = True
        self.begins = True
        self.out: set[tuple[int, int]] = set()
        self.ended: list[str] = []
        self._numbers = 0

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def next_seq(self) -> int:
        return self._next()

    def next_read(self) -> int:
        return self._next()

    def new_transaction_id(self) -> str:
        return f"tx-{self._next()}"

    def may_begin(self, evse: int) -> bool:
        return self.begins

    def operative(self, evse: int, connector: int) -> bool:
        return (evse, connector) not in self.out

    def transaction_ended(self, tx: str) -> None:
        self.ended.append(tx)


def evse_of(host: Host | None = None, number: int = 1, *, connectors: int = 1, lock: bool = True) -> Evse:
    return Evse(
        host or Host(),
        EvseCapabilities(evse=number, connectors=connectors, phases=3, max_current_ma=32_000, has_lock=lock),
    )


def leave(token: IdToken = CARD, *, group: IdToken | None = None, remote: bool = False) -> Authorization:
    return Authorization(token=token, group=group, since=MonoMs(0), remote=remote)


def requests(found: Turn, kind: type[R]) -> list[R]:
    """The requests of one kind that a turn gives to the outbox."""
    return [effect.request for effect in found.effects if isinstance(effect, Ask) and isinstance(effect.request, kind)]


def facts(found: Iterable[AnyLogged | AnyKept], kind: type[F]) -> list[F]:
    return [fact for fact in found if isinstance(fact, kind)]
