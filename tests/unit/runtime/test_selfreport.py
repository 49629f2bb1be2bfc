"""What a bench in another process is told of the agent: nothing unless it asks, then each change once."""

from __future__ import annotations

import asyncio
from typing import Any

from agent.runtime.selfreport import SelfReport


class Listener:
    def __init__(self) -> None:
        self.link = "connecting"
        self.status = "Available"
        self.told: list[tuple[int, dict[str, Any]]] = []
        self.report = SelfReport(self._now, lambda evse, values: self.told.append((evse, values)))

    def _now(self) -> dict[str, Any]:
        return {"link": self.link, "evses": [{"evse": 1, "status": self.status}, {"evse": 2, "status": "Available"}]}

    def take(self) -> list[tuple[int, dict[str, Any]]]:
        told, self.told = self.told, []
        return told


def test_nothing_is_told_unasked() -> None:
    async def scene() -> None:
        one = Listener()
        one.report.look()
        await asyncio.sleep(0)
        assert one.take() == []

    asyncio.run(scene())


def test_all_is_told_at_first_and_then_what_changed() -> None:
    async def scene() -> None:
        one = Listener()
        one.report.watch()
        await asyncio.sleep(0)
        first = [(0, {"link": "connecting"}), (1, {"status": "Available"}), (2, {"status": "Available"})]
        assert one.take() == first
        one.report.look()
        await asyncio.sleep(0)
        assert one.take() == []
        one.status = "Charging"
        one.report.look()
        one.report.look()
        await asyncio.sleep(0)
        assert one.take() == [(1, {"status": "Charging"})]
        one.link = "connected"
        one.report.look()
        await asyncio.sleep(0)
        assert one.take() == [(0, {"link": "connected"})]
        one.report.watch()  # another bench, or the same after a restart
        await asyncio.sleep(0)
        assert len(one.take()) == 3

    asyncio.run(scene())
