"""The bench in the guard's process: `evse-guard --board mock --bench-socket PATH`, hosted by `hal.guard.process`.

Without asyncio, on the guard's own loop. A power cut here takes the supply from the power paths and sends the agent the
verb `power.cut`: it must stop at once, as a process does that loses power. An agent that the service manager starts
while the power is off hears the same, until `power.restore`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from hal.mock.bench import Bench
from hal.mock.clock import Clock
from hal.mock.guardside import GuardSide
from hal.mock.topology import MockEvse, MockTopology
from hal.types import EvseCapabilities


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


class _Supply:
    """The bench's `StationHost` where guard and bench share a process: the guard outlives a power cut."""

    def __init__(self, side: GuardSide) -> None:
        self._side = side

    def tear_down(self) -> None:
        """The agent was told; the power paths are dead by themselves."""

    def boot(self) -> None:
        """The same guard has its board back."""
        self._side.bench.attach(self._side)

    def brownout(self, hold_up_ms: int) -> None:
        """The agent learns it from the sensor of the supply."""

    def status(self) -> dict[str, Any]:
        """What can be known here of the station: whether an agent is there. The agent's own API tells the rest."""
        return {"booted": self._side.bench.world.powered and self._side.has_agent}


def topology_of(board: Board) -> MockTopology:
    """The bench that fits a board."""
    return MockTopology(
        evses=tuple(_outlet(evse) for evse in board.evses),
        numbers=tuple(evse.capabilities.evse for evse in board.evses),
    )


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
    side = GuardSide(Bench(topology_of(board), clock))
    side.bench.host = _Supply(side)
    return side
