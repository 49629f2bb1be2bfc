"""A power path in shared memory: the benchmark moves the pilot, the guard's process moves the contactor.

The first byte is the pilot, the second the contactor's coil (and at once its feedback), the next eight the monotonic
time at which the coil was last commanded. The path is polled, like a board without interrupts.
"""

from __future__ import annotations

import mmap
import os
import time
from dataclasses import dataclass, field

from hal.interfaces import PilotReading, PowerInputs, PowerOutputs
from hal.types import ContactorState, PilotState

SIZE = mmap.PAGESIZE
STATES = (PilotState.A, PilotState.B, PilotState.C)


class SharedLine:
    """Both ends' view of the memory."""

    def __init__(self, file: str) -> None:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(descriptor, SIZE)
        self._memory = mmap.mmap(descriptor, SIZE)
        os.close(descriptor)

    @property
    def pilot(self) -> PilotState:
        return STATES[self._memory[0]]

    @pilot.setter
    def pilot(self, state: PilotState) -> None:
        self._memory[0] = STATES.index(state)

    @property
    def closed(self) -> bool:
        return self._memory[1] == 1

    def command(self, closed: bool) -> None:
        self._memory[2:10] = time.monotonic_ns().to_bytes(8, "little")
        self._memory[1] = closed

    @property
    def commanded_ns(self) -> int:
        return int.from_bytes(self._memory[2:10], "little")


@dataclass(frozen=True, slots=True)
class SharedPathConfig:
    """Board file table of the path."""

    file: str = field(metadata={"min_length": 1})
    poll_ms: int = field(default=10, metadata={"min": 1, "max": 50})


def open(config: SharedPathConfig) -> SharedPath:
    """The guard's end."""
    return SharedPath(config)


class SharedPath:
    """A `PowerPath`."""

    heartbeat_ms = None

    def __init__(self, config: SharedPathConfig) -> None:
        self.poll_ms = config.poll_ms
        self._line = SharedLine(config.file)

    def read(self) -> PowerInputs:
        contactor = ContactorState.CLOSED if self._line.closed else ContactorState.OPEN
        return PowerInputs(PilotReading(self._line.pilot), contactor)

    def apply(self, outputs: PowerOutputs) -> None:
        if outputs.closed != self._line.closed:
            self._line.command(outputs.closed)

    def heartbeat(self) -> None: ...
    def subscribe(self, changed: object) -> None: ...
    def reset_faults(self) -> None: ...
    def close(self) -> None: ...
