"""Tells a bench in another process how the station is: what its verb `status` shows of the agent.

A bench asks for it once with each agent; from then on whatever changed is told after the event that changed it. On a
real board nobody asks and nothing is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Status = dict[str, Any]
STATION = 0


class SelfReport:
    """`status` gives the station's part of the bench's status, `tell` sends what is said of one EVSE (0: the rest)."""

    def __init__(self, status: Callable[[], Status], tell: Callable[[int, Status], None]) -> None:
        self._status = status
        self._tell = tell
        self._told: dict[int, Status] | None = None  # None: nobody asked
        self._planned = False

    def watch(self) -> None:
        """Somebody asks: everything is told anew."""
        self._told = {}
        self.look()

    def look(self) -> None:
        """Something may have changed: tell it once the present events are done."""
        if self._told is not None and not self._planned:
            self._planned = True
            asyncio.get_running_loop().call_soon(self._say)

    def _say(self) -> None:
        self._planned = False
        if self._told is None:
            return
        status = self._status()
        rows = {row["evse"]: {k: v for k, v in row.items() if k != "evse"} for row in status.pop("evses")}
        for evse, values in {STATION: status, **rows}.items():
            if self._told.get(evse) != values:
                self._told[evse] = values
                self._tell(evse, values)
