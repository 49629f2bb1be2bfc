"""The way to one server address, with everything that can go wrong on it."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulation.connection import Connection
from tests.simulation.pipe import Flow

if TYPE_CHECKING:
    from tests.simulation.network import Network

Address = tuple[str, int] | str
"""Host and port, or the path of a unix socket."""

SYN_WAITS_S = (1, 2, 4, 8, 16, 32, 64)
"""Linux sends a SYN again after these waits (tcp_syn_retries 6) and gives up after 127 s."""

GIVE_UP_MS = 924_600
"""Linux breaks a connection whose data stays unanswered for so long (tcp_retries2 15)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a new line is like. `bytes_per_second` None: no limit."""

    latency_ms: tuple[float, float] = (20, 70)
    bytes_per_second: int | None = None
    segment_bytes: int = 64 * 1024


LOCAL = Conditions(latency_ms=(0, 0))


@dataclass(eq=False)
class Line:
    """The way to one server address, with its faults. Shared by all connections to that address."""

    network: Network
    address: Address
    latency_ms: tuple[float, float]
    bytes_per_second: int | None
    segment_bytes: int
    give_up_ms: int = GIVE_UP_MS
    refusing: bool = False
    connections: dict[int, Connection] = field(default_factory=dict)
    _cut: set[Flow] = field(default_factory=set)

    @property
    def is_tcp(self) -> bool:
        """Whether the line leaves the machine."""
        return not isinstance(self.address, str)

    def is_cut(self, flow: Flow) -> bool:
        """Whether packets of this direction vanish."""
        return flow in self._cut or (self.is_tcp and flow in self.network.cut_flows)

    def cut(self, *flows: Flow) -> None:
        """Let packets of these directions vanish (without arguments: both) until `heal`."""
        self._cut.update(flows or Flow)

    def heal(self) -> None:
        """End `cut`. What was sent meanwhile arrives now."""
        self._cut.clear()
        self.retransmit()

    def reset(self) -> None:
        """Break every connection now, on both sides (a middlebox that forgot them)."""
        for connection in list(self.connections.values()):
            connection.reset()

    def retransmit(self) -> None:
        """Send again what was lost."""
        for connection in list(self.connections.values()):
            connection.retransmit()

    def draw_latency_s(self) -> float:
        """Latency of one packet."""
        low, high = self.latency_ms
        return (low if low == high else self.network.rng.uniform(low, high)) / 1000

    async def travel(self, flow: Flow, arrives: Callable[[], bool]) -> None:
        """One packet of the opening handshake, sent again as Linux does. Raises TimeoutError."""
        for wait_s in SYN_WAITS_S if self.is_tcp else (0,):
            latency_s = self.draw_latency_s()
            await asyncio.sleep(latency_s)
            if not self.is_cut(flow) and arrives():
                return
            await asyncio.sleep(max(0, wait_s - latency_s))
        raise TimeoutError(errno.ETIMEDOUT, f"Connect call failed {self.address}")
