"""Verbs of the bench that are the agent's to do: its clock, its disk, its network, its end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from typing import TYPE_CHECKING, Any

from agent.core.effects import Reboot
from agent.core.events import StorageChanged
from agent.store.faults import StoreFault
from agent.store.interface import FailureKind, LedgerPort

if TYPE_CHECKING:
    from agent.runtime.agent import Agent

log = logging.getLogger(__name__)


class BenchVerbs:
    """Does to an agent what the bench says."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def do(self, name: str, args: dict[str, Any]) -> None:
        """Verbs of the bench that are the agent's to do."""
        match name:
            case "status.watch":
                self._agent.self_report.watch()
            case "network.set" if self._agent.backend is not None:
                self._agent.backend.network(bool(args.get("up", True)))
            case "clock.step":
                self._agent.clock.step(int(float(args.get("seconds", 0)) * 1000))
            case "storage.fail":
                self._disk(args.get("kind", "full"))
            case "storage.heal":
                self._disk(None)
            case "power.cut":
                # The bench in another process took the supply away: this one is gone as by a power cut, at once.
                os.kill(os.getpid(), signal.SIGKILL)
            case "system.reboot":
                if not self._agent.pump.reboot.done():
                    self._agent.pump.reboot.set_result(Reboot(reason="LocalReset"))
            case _:
                log.info("verb not used here", extra={"verb": name})

    def _disk(self, kind: FailureKind | None) -> None:
        """The bench makes the disk fail or heals it; the core hears of it as it would at the next commit."""

        def work(ledger: LedgerPort) -> StoreFault | None:
            ledger.fail(kind)
            if kind is None:
                ledger.heal()
            return ledger.health

        def told(done: asyncio.Future[StoreFault | None]) -> None:
            if done.cancelled() or done.exception() is not None:
                return
            failure = kind if kind in {"full", "read_only"} else None
            self._agent.pump.post(StorageChanged(failure=failure, why="the bench said so" if failure else ""))

        asyncio.ensure_future(self._agent.writer.call(work)).add_done_callback(told)
