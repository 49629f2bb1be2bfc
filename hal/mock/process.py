"""The bench in the guard's process: `evse-guard --board mock --bench-socket PATH`, hosted by `hal.guard.process`.

Without asyncio, on the guard's own loop. A power cut here takes the supply from the power paths and sends the agent the
verb `power.cut`: it must stop at once, as a process does that loses power. An agent that the service manager starts
while the power is off hears the same, until `power.restore`. The guard lives on but forgets, as if it had died too.

What the verb `status` tells of the agent is what the agent told last: it is asked once (`status.watch`) and then says
what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

from hal.mock.bench import Bench
from hal.mock.clock import Clock
from hal.mock.guardside import GuardSide
from hal.mock.topology import MockEvse, MockTopology
from hal.types import EvseCapabilities

WATCH = "status.watch"


class Connector(Protocol):
    """An outlet as the board file has it."""

    @property
    def cable(self) -> str: ...


class Outlet(Protocol):
    """The plain keys of a table `[[evse]]`."""

    @property
    def supply(self) -> str: ...
    @property
    def connectors(self) -> Sequence[Connector]: ...


class BoardEvse(Protocol):
    """An EVSE of a checked board (`hal.layout.Evse`)."""

    @property
    def outlet(self) -> Outlet: ...
    @property
    def capabilities(self) -> EvseCapabilities: ...


class Board(Protocol):
    """A checked board (`hal.layout.Board`)."""

    @property
    def evses(self) -> Sequence[BoardEvse]: ...


class _Side(GuardSide):
    """Knows what the agent said of itself."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._said: dict[int, dict[str, Any]] = {}

    def saw_agent(self, evse: int, values: dict[str, Any]) -> None:
        """The station (0), or one EVSE, is now like this."""
        self._said[evse] = values

    def greet(self) -> None:
        """A new agent: what the one before it said is void."""
        self._said.clear()
        super().greet()
        if self.bench.world.powered:
            self.verb(WATCH, {})

    def station_status(self) -> dict[str, Any]:
        """The station's part of the verb `status`."""
        if not (self.bench.world.powered and self.has_agent):
            return {}
        rows = [{"evse": evse, **values} for evse, values in sorted(self._said.items()) if evse]
        return {**self._said.get(0, {}), "booted": True, "evses": rows}


class _Supply:
    """The bench's `StationHost` where guard and bench share a process: the guard outlives a power cut."""

    def __init__(self, side: _Side) -> None:
        self._side = side

    def tear_down(self) -> None:
        """The agent was told; the power paths are dead by themselves."""
        self._side.forget()

    def boot(self) -> None:
        """The same guard has its board back."""
        self._side.bench.attach(self._side)

    def brownout(self, hold_up_ms: int) -> None:
        """The agent learns it from the sensor of the supply."""

    def status(self) -> dict[str, Any]:
        """The version is the same for guard and agent: they are of one distribution."""
        return {"version": _version(), **self._side.station_status()}


@cache
def _version() -> str:
    from importlib import metadata  # noqa: PLC0415 - a megabyte, which only `status` needs

    try:
        return metadata.version("evse-agent")
    except metadata.PackageNotFoundError:
        return "0"


def topology_of(board: Board) -> MockTopology:
    """The bench that fits a board."""
    return MockTopology(tuple(_outlet(evse) for evse in board.evses))


def _outlet(evse: BoardEvse) -> MockEvse:
    can = evse.capabilities
    return MockEvse(
        connectors=can.connectors,
        phases=can.phases,
        max_current_ma=can.max_current_ma,
        dc=evse.outlet.supply == "dc",
        tethered=all(connector.cable == "tethered" for connector in evse.outlet.connectors),
        lock=can.has_lock,
    )


def open_world(board: Board, clock: Clock) -> GuardSide:
    """The bench for a guard process (`hal.guard.station.BenchWorld`)."""
    side = _Side(Bench(topology_of(board), clock))
    side.bench.host = _Supply(side)
    return side
