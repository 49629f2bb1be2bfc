"""A power path driver as a board file names it, for the tests of the guard's process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from hal.interfaces import DeviceError
from tests.unit.hal.guard.fakes import FakePath

opened: dict[str, DrivenPath] = {}


@dataclass(frozen=True, slots=True)
class FakeConfig:
    """`trouble` names what fails: open, read, apply, close."""

    name: str = field(metadata={"min_length": 1, "max_length": 20})
    trouble: str = ""
    poll_ms: int = 0


class DrivenPath(FakePath):
    """A fake path that can call back from a thread of its own."""

    def call_from_thread(self) -> None:
        thread = threading.Thread(target=self.changed)
        thread.start()
        thread.join()


def open(config: FakeConfig) -> DrivenPath:
    """The path; `opened` keeps it by name."""
    if config.trouble == "open":
        raise DeviceError(f"{config.name}: not plugged in")
    if config.trouble == "library":
        raise ModuleNotFoundError("No module named 'smbus2'", name="smbus2")
    path = DrivenPath(poll_ms=config.poll_ms or None)
    path.broken = {config.trouble}
    opened[config.name] = path
    return path
