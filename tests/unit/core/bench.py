"""A whole core with an obedient guard, meters, cars and a CSMS that answers what a test tells it to."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from agent.core.clock import MonoMs, WallMs
from agent.core.commands import AnyCommand, Result
from agent.core.effects import Answer, AnyEffect, Ask, DriveLock, Grant, Outcome, ReadMeter, WakeAt
from agent.core.events import (
    AnyEvent,
    AuthorizeAnswered,
    BootAnswered,
    CommandReceived,
    FactDelivered,
    GuardConnected,
    LinkClosed,
    LinkOpened,
    MeterFailed,
    MeterSampled,
    PowerChanged,
    RegistrationStatus,
    RequestFailed,
    TimerFired,
    TokenPresented,
)
from agent.core.facts import AnyKept, AnyLogged, Kept, Logged, TransactionRecorded
from agent.core.requests import AuthorizeRequest, BootRequest, Request
from agent.core.rules import Options
from agent.core.station import Station
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.variables import topology as made
from agent.variables.topology import Outlet
from hal.types import (
    ContactorState,
    EvseCapabilities,
    LockState,
    MeterReading,
    Permit,
    PilotSignal,
    PilotState,
    PowerReport,
    TokenKind,
    TokenRead,
)
from tests.unit.core.parts import BOOT, NOON, READABLE, at, registry_of, station_of

ACCEPTED = TokenInfo(status=AuthorizationStatus.ACCEPTED)
F = TypeVar("F", bound=Logged | Kept)
R = TypeVar("R", bound=Request)


@dataclass
class Hardware:
    """One EVSE's hardware: the car, the socket, the meter, and the guard over them."""

    number: int
    socket: bool = True
    plugged: bool = False
    wants: bool = True
    left: bool = False  # the cable is still in the socket
    lock_works: bool = True
    locked: bool = False
    meter_wh: int | None = 100_000  # None: not reachable
    permit: Permit | None = None
    connector: int = 1

    def report(self) -> PowerReport:
        permit = self.permit
        energise = permit is not None and permit.energise
        pwm = permit is not None and permit.signal is PilotSignal.PWM
        takes = self.plugged and self.wants and pwm
        closed = takes and energise and (not self.socket or self.locked)
        lock = (LockState.LOCKED if self.locked else LockState.UNLOCKED) if self.socket else LockState.ABSENT
        return PowerReport(
            evse=self.number,
            pilot=PilotState.C if takes else PilotState.B if self.plugged else PilotState.A,
            signal=permit.signal if permit is not None else PilotSignal.OFF,
            duty_permille=266 if pwm else 1000,
            offered_ma=permit.current_ma if permit is not None and pwm else 0,
            commanded=closed,
            contactor=ContactorState.CLOSED if closed else ContactorState.OPEN,
            lock=lock,
            permit_number=permit.number if permit is not None else 0,
            permit_live=permit is not None,
            connector=self.connector,
            cable_ma=32_000 if self.socket and (self.plugged or self.left) else None,
            phases=permit.phases if permit is not None else 3,
        )


class Bench:
    """Drives a `Station`. `log` holds all facts ever committed, `asked` all requests not looked at yet."""

    def __init__(
        self,
        settings: Mapping[str, object] | None = None,
        *,
        evses: int = 1,
        socket: bool = True,
        options: Options | None = None,
        clock: bool = True,
        bay: bool = False,
        signed: bool = False,
        connectors: int = 1,
    ) -> None:
        self.settings, self.options, self.connectors = dict(settings or {}), options or Options(), connectors
        self.outlets = {n: Hardware(n, socket) for n in range(1, evses + 1)}
        outlet = Outlet("sType2", has_lock=True) if socket else Outlet("cType2")
        self.topology = station_of(
            *(
                made.Evse(connectors=(outlet,) * connectors, measurands=READABLE, bay_sensor=bay, signed_values=signed)
                for _ in self.outlets
            ),
            fuse_ma=200_000,
        )
        self.wall: int | None = NOON if clock else None
        self.log: list[AnyLogged | AnyKept] = []
        self.ms, self.boot = 0, BOOT - 1
        self.asked: list[Ask] = []
        self.power_on()

    # the machine

    def power_on(self, *, last_seq: int | None = None) -> list[str]:
        """A boot with all that was ever committed; the guard connects and reports."""
        self.boot += 1
        self.events: deque[AnyEvent] = deque()
        self.effects: list[AnyEffect] = []
        self.asked.clear()
        self.wake: int | None = None
        self.station = Station(registry_of(self.settings, self.topology), self.options, boot=self.boot, nonce="n")
        kept = {(type(f), f.key): f for f in self.log if isinstance(f, Kept)}
        seqs = [f.seq for f in self.log if isinstance(f, Logged)]
        problems = self.station.restore(kept.values(), max(seqs, default=0) if last_seq is None else last_seq)
        self._take(self.station.start(at(self.ms, wall=self.wall, boot=self.boot)))
        self._connect_guard()
        return problems

    def power_off(self, ms: int = 5_000) -> None:
        """The power goes, for so long: the guard forgets its permits and opens, the lock springs open."""
        self.ms = 0
        if self.wall is not None:
            self.wall += ms
        for outlet in self.outlets.values():
            outlet.permit = None

    def _connect_guard(self) -> None:
        capabilities = tuple(
            EvseCapabilities(evse=n, connectors=self.connectors, phases=3, max_current_ma=32_000, has_lock=o.socket)
            for n, o in self.outlets.items()
        )
        self.send(GuardConnected(board="bench", evses=capabilities))
        for number in self.outlets:
            self.report(number)

    def send(self, event: AnyEvent) -> None:
        """Give an event and all that follows from it at once."""
        self.events.append(event)
        for _ in range(200):
            if not self.events:
                return
            now = at(self.ms, wall=self.wall, boot=self.boot)
            self._take(self.station.handle(self.events.popleft(), now))
        raise AssertionError("the station does not come to rest")

    def advance(self, ms: int) -> None:
        """Let time pass; the station is woken when it wants to be."""
        end = self.ms + ms
        while self.wake is not None and self.wake <= end:
            self.ms, self.wake = max(self.wake, self.ms), None
            self.send(TimerFired())
        self.ms = end
        self.send(TimerFired())

    def _take(self, outcome: Outcome) -> None:
        self.log += outcome.facts
        for effect in [*outcome.urgent, *outcome.effects]:
            self.effects.append(effect)
            match effect:
                case Grant(permit=permit):
                    self.outlets[permit.evse].permit = permit
                    self.report(permit.evse, later=True)
                case DriveLock(evse=number, locked=locked):
                    if self.outlets[number].lock_works:
                        self.outlets[number].locked = locked
                    self.report(number, later=True)
                case ReadMeter(evse=number, read_id=read_id):
                    self.events.append(self._reading(number, read_id))
                case WakeAt(mono_ms=due):
                    self.wake = due
                case Ask():
                    self.asked.append(effect)
                case _:
                    pass

    def _reading(self, number: int, read_id: int = 0) -> AnyEvent:
        meter_wh = self.outlets[number].meter_wh
        if meter_wh is None:
            return MeterFailed(evse=number, why="silent", read_id=read_id)
        return MeterSampled(evse=number, reading=MeterReading(import_wh=meter_wh, power_w=0), read_id=read_id)

    # people, cars and hardware

    def report(self, number: int = 1, *, later: bool = False) -> None:
        event = PowerChanged(report=self.outlets[number].report())
        if later:
            self.events.append(event)
        else:
            self.send(event)

    def plug(self, number: int = 1) -> None:
        self.outlets[number].plugged = True
        self.report(number)

    def unplug(self, number: int = 1, *, left: bool = False) -> None:
        """At the car; `left` leaves the cable in the socket."""
        self.outlets[number].plugged, self.outlets[number].left = False, left
        self.report(number)

    def car(self, *, wants: bool, number: int = 1) -> None:
        self.outlets[number].wants = wants
        self.report(number)

    def tap(self, value: str = "CARD", *, evses: Sequence[int] = (), kind: TokenKind = TokenKind.ISO14443) -> None:
        self.send(TokenPresented(read=TokenRead(token=value, kind=kind, evses=tuple(evses))))

    def meter(self, meter_wh: int | None, number: int = 1) -> None:
        """The meter shows so much now, and is read."""
        self.outlets[number].meter_wh = meter_wh
        self.send(self._reading(number))

    # the CSMS

    def online(self, *, version: str = "2.0.1") -> None:
        """The link opens and the station is accepted."""
        self.send(LinkOpened(version=version))
        if self.take(BootRequest):
            time_ms = WallMs((self.wall or NOON) + self.ms)
            self.send(BootAnswered(status=RegistrationStatus.ACCEPTED, interval_s=86_400, time_ms=time_ms))

    def offline(self) -> None:
        self.send(LinkClosed(why="test"))

    def take(self, kind: type[R]) -> list[R]:
        """The requests of one kind since the last look."""
        found: list[R] = [a.request for a in self.asked if isinstance(a.request, kind)]
        self.asked = [a for a in self.asked if not isinstance(a.request, kind)]
        return found

    def authorize(self, info: TokenInfo = ACCEPTED) -> list[IdToken]:
        """Answer what was asked about tokens; gives the tokens."""
        questions = [a for a in self.asked if isinstance(a.request, AuthorizeRequest)]
        self.asked = [a for a in self.asked if not isinstance(a.request, AuthorizeRequest)]
        for ask in questions:
            self.send(AuthorizeAnswered(request_id=ask.request_id, info=info))
        return [a.request.token for a in questions if isinstance(a.request, AuthorizeRequest)]

    def silence(self, code: str = "timeout") -> None:
        """Nothing usable comes back for what was asked about tokens."""
        questions = [a for a in self.asked if isinstance(a.request, AuthorizeRequest)]
        self.asked = [a for a in self.asked if not isinstance(a.request, AuthorizeRequest)]
        for ask in questions:
            self.send(RequestFailed(request_id=ask.request_id, code=code))

    def command(self, command: AnyCommand, *, who: str = "csms") -> Result:
        """Give a command; its answer, which must have come."""
        before = len(self.effects)
        self.send(CommandReceived(command_id="c", command=command, who=who))
        answers = [e for e in self.effects[before:] if isinstance(e, Answer)]
        assert len(answers) == 1, answers
        return answers[0].result

    def deliver(self, info: TokenInfo | None, token: IdToken) -> None:
        """The CSMS answers the newest transaction fact with what it thinks of the token."""
        newest = self.steps()[-1]
        self.send(FactDelivered(seq=newest.seq, tx=newest.tx, info=info, token=token))

    # what came of it

    def steps(self) -> list[TransactionRecorded]:
        return [f for f in self.log if isinstance(f, TransactionRecorded)]

    def told(self) -> list[tuple[str, str]]:
        """Phase and trigger of every step."""
        return [(s.phase.value, s.trigger.value) for s in self.steps()]

    def facts(self, kind: type[F]) -> list[F]:
        return [f for f in self.log if isinstance(f, kind)]

    def closed(self, number: int = 1) -> bool:
        return self.outlets[number].report().contactor is ContactorState.CLOSED

    @property
    def now(self) -> MonoMs:
        return MonoMs(self.ms)
