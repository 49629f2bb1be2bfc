"""A guard by hand: tests of the bench alone drive the power path themselves."""

from __future__ import annotations

from typing import Any

from hal.guard.duty import duty_permille
from hal.interfaces import PowerInputs, PowerOutputs
from hal.mock.bench import Bench
from hal.mock.clock import ManualClock
from hal.mock.topology import MockEvse, MockTopology
from hal.types import Fault, PilotSignal, PilotState, TokenRead


class Ear:
    """What the bench told the station."""

    def __init__(self) -> None:
        self.tokens: list[TokenRead] = []
        self.faults: list[tuple[Fault, bool]] = []
        self.devices: list[tuple[str, dict[str, int]]] = []
        self.verbs: list[tuple[str, dict[str, Any]]] = []

    def token(self, read: TokenRead) -> bool:
        self.tokens.append(read)
        return True

    def fault(self, fault: Fault, raised: bool) -> bool:
        self.faults.append((fault, raised))
        return True

    def device(self, name: str, values: dict[str, int]) -> bool:
        self.devices.append((name, values))
        return True

    def verb(self, name: str, args: dict[str, Any]) -> bool:
        self.verbs.append((name, args))
        return True

    def power_lost(self) -> None: ...


class Hand:
    """A bench on a clock moved by hand, with the paths of all its EVSEs."""

    def __init__(self, *evses: MockEvse) -> None:
        self.clock = ManualClock()
        self.bench = Bench(MockTopology(evses or (MockEvse(),)), self.clock)
        self.ear = Ear()
        self.bench.attach(self.ear)
        self.events: list[dict[str, Any]] = []
        self.bench.watch(self.events.append)
        self.take_paths()

    def take_paths(self) -> None:
        self.paths = {evse: self.bench.power_path(evse) for evse in self.bench.world.outlets}

    def do(self, verb: str, /, **args: object) -> dict[str, Any]:
        return self.bench.do(verb, **args)

    def drive(
        self,
        evse: int = 1,
        *,
        current_ma: int = 16_020,
        closed: bool = True,
        signal: PilotSignal = PilotSignal.PWM,
        phases: int = 3,
        locked: bool = False,
    ) -> None:
        """Command the path, as the interlock would; 16,020 mA is what 26.7 % says."""
        duty = duty_permille(signal, current_ma)
        self.paths[evse].apply(PowerOutputs(signal, duty, closed, phases, locked))

    def off(self, evse: int = 1) -> None:
        """No offer, contactor open, unlocked."""
        self.drive(evse, closed=False, signal=PilotSignal.OFF)

    def read(self, evse: int = 1) -> PowerInputs:
        return self.paths[evse].read()

    def pilot(self, evse: int = 1) -> PilotState:
        return self.read(evse).pilot.state

    def energy_wh(self, evse: int = 1) -> int:
        return self.bench.read_meter(evse).import_wh

    def advance(self, ms: int = 0, *, s: int = 0, minutes: int = 0, hours: int = 0) -> None:
        self.clock.advance(ms + 1_000 * (s + 60 * (minutes + 60 * hours)))

    def charge(self, **car: object) -> None:
        """A car is plugged, an offer made and the contactor closed; a second later it draws."""
        self.do("ev.plug_in", **car)
        self.drive()
        self.advance(s=1)

    def seen(self, event: str) -> list[dict[str, Any]]:
        return [seen for seen in self.events if seen["event"] == event]
