"""What a contract test needs of each driver: the device, and hands on the other side of it.

A rig is played: it sets its world up, runs the scene on a loop of its own (virtual time where it can) and takes
everything down. One that needs a tool asks for it with `tests.conftest.require_tool` or `require_module`.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from hal.interfaces import EnergyMeter, Indicator, TokenReader


class MeterRig(Protocol):
    """A meter of which the register can be set, and which can be silenced."""

    meter: EnergyMeter

    def set_import_wh(self, import_wh: int) -> None: ...
    def silence(self) -> None: ...
    def heal(self) -> None: ...


class ReaderRig(Protocol):
    """A reader with somebody who holds cards to it. `linger` leaves the card there for a while."""

    reader: TokenReader

    async def show(self, uid: str) -> None: ...
    async def linger(self) -> None: ...
    async def take(self) -> None: ...
    def lose(self) -> None: ...
    def heal(self) -> None: ...


class IndicatorRig(Protocol):
    """An indicator, and an eye: what shines right now."""

    indicator: Indicator

    def look(self) -> str: ...


Scene = Callable[[Any], Awaitable[None]]
Play = Callable[[Path, Scene], None]


def load(where: str) -> Play:
    """The player that a row of `tests.contracts.drivers` names."""
    module, _, name = where.partition(":")
    play: Play = getattr(importlib.import_module(module), name)
    return play


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for the other side; a loop on virtual time does not really wait."""
    for _ in range(1_000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{what} did not come within 10 s")
