"""The world around the station: its outlets, the people and devices at it, and its supply. Pure.

The world knows no host, no guard and no socket. Time comes in by `run_to`, what the station must hear goes out by
`Station` (the guard's side of the wire), what watchers see by `emit`, and `take_changed` names the
EVSEs whose inputs the guard should look at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from hal.interfaces import DeviceError
from hal.mock.events import Emit, Event
from hal.mock.outlet import Outlet
from hal.mock.timeline import Timeline
from hal.mock.topology import MockTopology
from hal.types import Fault, FaultCode, IndicatorState, MeterReading, PilotSignal, TokenKind, TokenRead

STATION = 0
MAX_FAULTS = 64
SUPPLY = "supply"


class Station(Protocol):
    """What the bench tells the station, through the guard's wire. Each answers whether anybody took it."""

    def token(self, read: TokenRead) -> bool: ...
    def fault(self, fault: Fault, raised: bool) -> bool: ...
    def device(self, name: str, values: dict[str, int]) -> bool: ...
    def verb(self, name: str, args: dict[str, Any]) -> bool: ...
    def power_lost(self) -> None: ...


@dataclass(slots=True)
class Card:
    """What lies on a reader, and until when."""

    token: str
    until_ms: int


class World:
    """Everything that the station does not own. Lives on when the station dies."""

    def __init__(self, topology: MockTopology, emit: Emit, now_ms: int = 0) -> None:
        self.topology = topology
        self.timeline = Timeline(now_ms)
        self.station: Station | None = None
        self.powered = True
        self.grid = True
        self.faults: dict[tuple[int, FaultCode], Fault] = {}
        self.devices: dict[str, dict[str, int]] = {}
        self.indicators: dict[int, IndicatorState] = {}
        self._emit = emit
        self._changed: dict[int, None] = {}
        self._cards: dict[str, Card] = {}
        self.outlets = {
            number: Outlet(number, spec, self.timeline, self.emit, self._mark)
            for number, spec in topology.outlets().items()
        }

    # time

    def run_to(self, now_ms: int) -> None:
        """Let everything happen that is due up to `now_ms`."""
        self.timeline.run_to(now_ms)

    def next_event_ms(self) -> int | None:
        """When something happens next by itself; None: nothing is coming."""
        return self.timeline.now_ms if self._changed else self.timeline.next_ms()

    def take_changed(self) -> int | None:
        """An EVSE whose inputs changed since it was last taken."""
        for evse in self._changed:
            del self._changed[evse]
            return evse
        return None

    def _mark(self, evse: int) -> None:
        self._changed[evse] = None

    def emit(self, event: Event) -> None:
        """Tell the watchers."""
        self._emit({"t_ms": self.timeline.now_ms, **event})

    # devices at the station

    def read_meter(self, evse: int) -> MeterReading:
        """Snapshot of an EVSE's meter. Raises DeviceError."""
        outlet = self.outlets.get(evse)
        if outlet is None:
            raise DeviceError(f"the bench has no meter of EVSE {evse}; it has EVSE {', '.join(map(str, self.outlets))}")
        if not self.powered:
            raise DeviceError(f"the meter of EVSE {evse} has no power")
        return outlet.read_meter()

    def show(self, read: TokenRead, hold_ms: int) -> bool:
        """A token comes to a reader. Answers whether the reader read it: dead readers and lying cards are not read."""
        now_ms = self.timeline.now_ms
        card = self._cards.get(read.reader)
        lying = card is not None and card.token == read.token and card.until_ms > now_ms
        self._cards[read.reader] = Card(read.token, now_ms + hold_ms)
        deaf = any((evse, FaultCode.READER) in self.faults for evse in (STATION, *read.evses))
        if lying or deaf or not self.powered:
            self.emit({"event": "token", "reader": read.reader, "read": False})
            return False
        secret = read.kind is TokenKind.KEY_CODE  # C04.FR.04: key codes are shown nowhere
        shown = "***" if secret else read.token
        self.emit({"event": "token", "reader": read.reader, "read": True, "kind": str(read.kind), "token": shown})
        return self.station is not None and self.station.token(read)

    def raise_fault(self, fault: Fault) -> bool:
        """A device reports a fault. Answers whether there was room for it."""
        key = (fault.evse, fault.code)
        if key not in self.faults and len(self.faults) >= MAX_FAULTS:
            return False
        before = self.faults.get(key)
        if before == fault:
            return True
        if before is not None:
            self._tell_fault(before, False)
        self.faults[key] = fault
        self._tell_fault(fault, True)
        return True

    def clear_fault(self, evse: int, code: FaultCode | None) -> int:
        """Injected faults of an EVSE (0: the station) end, all or one. Answers how many there were."""
        ended = [key for key in self.faults if key[0] == evse and code in (None, key[1])]
        for key in ended:
            self._tell_fault(self.faults.pop(key), False)
        return len(ended)

    def _tell_fault(self, fault: Fault, raised: bool) -> None:
        self.emit({"event": "fault", "evse": fault.evse, "code": str(fault.code), "raised": raised})
        if self.station is not None:
            self.station.fault(fault, raised)

    def set_device(self, name: str, values: dict[str, int], lasting: bool = True) -> None:
        """A sensor has new values. Lasting ones are told again to a station that connects later."""
        if lasting:
            self.devices[name] = values
        self.emit({"event": "device", "device": name, "values": values})
        if self.station is not None:
            self.station.device(name, values)

    def indicate(self, evse: int, state: IndicatorState) -> None:
        """The station sets an EVSE's light."""
        if self.indicators.get(evse) is not state:
            self.indicators[evse] = state
            self.emit({"event": "indicator", "evse": evse, "state": str(state)})

    # supply

    def set_grid(self, present: bool) -> None:
        """The mains come or go. Without them no contactor holds, while electronics may live on a capacitor."""
        self.grid = present
        for outlet in self.outlets.values():
            outlet.set_grid(present)

    def set_powered(self, powered: bool) -> None:
        """The station's electronics get or lose their supply: contactors drop at once, pilots are dead."""
        if powered == self.powered:
            return
        self.powered = powered
        self.emit({"event": "power", "on": powered})
        if not powered:
            if self.station is not None:
                self.station.power_lost()
            self.station = None
            self.indicators.clear()
        self.set_grid(powered)
        for outlet in self.outlets.values():
            outlet.open_now(PilotSignal.OFF if powered else None)
        for evse in self.outlets:  # whoever still holds a path must look, and find it dead or back
            self._mark(evse)
