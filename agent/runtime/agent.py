"""One boot of the station: everything put together, from the ledger to the link, and run until it resets.

The parts are given; what they are made from (configuration, board, data folder) is the daemon's business. A simulation
gives a virtual clock, a disk in memory and a bench, and runs this very class.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from msgspec import Struct

from agent.core.clock import Stamp, WallMs
from agent.core.commands import AnyCommand, Result
from agent.core.effects import Answer, Reboot
from agent.core.events import CommandReceived, LedgerReset, PowerFailing, SecurityNoted, StorageChanged
from agent.core.rules import Options
from agent.core.station import Station
from agent.ocpp.backoff import BackOffSettings
from agent.ocpp.dialect import Identity, Make
from agent.ocpp.endpoint import Endpoint
from agent.ocpp.link_vocabulary import SettingsChanged
from agent.ocpp.outbox_facts import Retry
from agent.ocpp.peer import Peer
from agent.runtime.backend import Backend, in_force
from agent.runtime.clock import StationClock
from agent.runtime.hardware import Hardware, Meter
from agent.runtime.logbook import Logbook
from agent.runtime.pump import Pump
from agent.runtime.recovery import Recovered, recover, restore_outbox
from agent.runtime.selfreport import SelfReport
from agent.runtime.status import status_of
from agent.runtime.verbs import BenchVerbs
from agent.store.faults import StoreFault
from agent.store.interface import LedgerPort
from agent.store.records import PrunePolicy
from agent.store.writer import Writer
from agent.variables import names
from agent.variables.registry import Registry
from hal.guard.client import GuardPort
from hal.interfaces import Indicator, TokenReader

log = logging.getLogger(__name__)

PRUNE_EVERY_S = 600.0
PRUNE_STEP_S = 1.0


class Plan(Struct, frozen=True, kw_only=True):
    """What a boot is made from. `endpoints` is empty for a station that has no backend."""

    identity: Identity
    options: Options
    dialects: tuple[Make, ...]
    endpoints: Mapping[int, Endpoint]
    inline_store: bool = False  # the simulation's disk takes virtual time
    trust_system_clock: bool = True
    system_time: Callable[[], float] | None = None
    seed: int | None = None  # of the back-off's jitter
    boot_reason: str = ""  # why this boot happens, where the caller knows better than the ledger
    otherwise: str = "PowerUp"  # why it does where the ledger does not know either


class _Around:
    """What dialects may look up."""

    def __init__(self, registry: Registry, identity: Identity) -> None:
        self.registry = registry
        self.identity = identity
        self.wire_ids: dict[str, int] = {}
        self.station: Station | None = None

    def wall(self, stamp: Stamp) -> WallMs:
        return self.station.clock.wall(stamp) if self.station is not None else WallMs(0)


def _restored(plan: Plan, registry: Registry, recovered: Recovered) -> Station:
    """The core of this boot, with what the ledger kept of the last one."""
    reason = plan.boot_reason or recovered.reason or plan.otherwise
    station = Station(registry, plan.options, boot=recovered.boot, nonce=secrets.token_hex(8), reason=reason)
    for problem in station.restore(recovered.kept, recovered.last_seq, recovered.end_samples):
        log.error("not taken over from the ledger", extra={"why": problem})
    return station


class Agent:
    """A running station. `run` ends with the reset that was asked for."""

    def __init__(
        self,
        plan: Plan,
        registry: Registry,
        ledger: LedgerPort,
        guard: GuardPort,
        *,
        meters: Mapping[int, Meter] | None = None,
        readers: Sequence[TokenReader] = (),
        indicators: Mapping[int, Indicator] | None = None,
    ) -> None:
        self.plan = plan
        self.registry = registry
        self.ledger = ledger
        recovered = recover(ledger)
        self.clock = StationClock(
            recovered.boot,
            trust_system=plan.trust_system_clock,
            floor_ms=recovered.floor_ms,
            system=plan.system_time,
        )
        self.station = _restored(plan, registry, recovered)
        self._around = _Around(registry, plan.identity)
        self._around.station = self.station
        self._around.wire_ids.update(recovered.wire_ids)
        self.writer = Writer(ledger, inline=plan.inline_store, on_health=self._storage)
        dialects = [make(self._around) for make in plan.dialects]
        self.peer = Peer(
            {dialect.subprotocol: dialect for dialect in dialects},
            self._retry,
            new_id=lambda: secrets.token_hex(16),
            message_timeout_ms=lambda: registry.integer(names.MESSAGE_TIMEOUT, 30) * 1000,
        )
        restore_outbox(self.peer.outbox, ledger)
        self.pump = Pump(self.station, self.peer, self.writer, self.clock)
        self.pump.wire_ids = self._around.wire_ids
        self.hardware = Hardware(
            guard, self.pump.post, BenchVerbs(self).do, meters=meters, readers=readers, indicators=indicators
        )
        self.backend = self._make_backend()
        self.pump.connect(self.backend, self.hardware)
        self.self_report = SelfReport(self.status, guard.report)
        self.pump.watchers.append(lambda event, facts: self.self_report.look())
        self.pump.watchers.append(Logbook(self.station.faults.all).note)
        self.pump.applied.append(self._applied)
        self._commands = itertools.count(1)
        self._opened = ledger.opening

    def _retry(self) -> Retry:
        return Retry(
            attempts=self.registry.integer(names.MESSAGE_ATTEMPTS, 3),
            interval_ms=self.registry.integer(names.MESSAGE_ATTEMPT_INTERVAL, 60) * 1000,
        )

    def _back_off(self) -> BackOffSettings:
        registry = self.registry
        return BackOffSettings(
            wait_minimum_ms=registry.integer(names.RETRY_BACK_OFF_WAIT_MINIMUM, 10) * 1000,
            random_range_ms=registry.integer(names.RETRY_BACK_OFF_RANDOM_RANGE, 10) * 1000,
            repeat_times=registry.integer(names.RETRY_BACK_OFF_REPEAT_TIMES, 5),
        )

    def _make_backend(self) -> Backend | None:
        if not self.plan.endpoints:
            return None
        seed = self.plan.seed if self.plan.seed is not None else secrets.randbits(64)
        return Backend(
            self.peer,
            lambda: {slot: in_force(one, self.registry) for slot, one in self.plan.endpoints.items()},
            self.pump.post,
            self.pump.done,
            self.clock.mono_ms,
            random=Random(seed),  # noqa: S311 - jitter, no secret
            back_off=self._back_off(),
        )

    def _applied(self, addresses: tuple[str, ...]) -> None:
        """Variables that shells use were written."""
        if self.backend is None:
            return
        if str(names.WEB_SOCKET_PING_INTERVAL) in addresses:
            self.backend.set_ping_interval(self.registry.integer(names.WEB_SOCKET_PING_INTERVAL) * 1000)
        if str(names.BASIC_AUTH) in addresses:
            asyncio.get_running_loop().call_soon(self._renew_link)  # after the answer, which is an effect too
        attempts = self.registry.integer(names.NETWORK_PROFILE_CONNECTION_ATTEMPTS, 3)
        self.backend.tell(SettingsChanged(self._back_off(), attempts))

    def _renew_link(self) -> None:
        """The password was changed: the CSMS takes the old one no more (A01.FR.03)."""
        if self.backend is not None:
            self.backend.renew()
        self.security("ReconfigurationOfSecurityParameters", str(names.BASIC_AUTH))  # A01.FR.11

    # Running

    async def run(self) -> Reboot:
        """Run until the station is to reset. Cancelling it is a power-off: nothing has to be tidied up."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.writer.run(), name="writer")
            tasks.create_task(self.pump.run(), name="pump")
            tasks.create_task(self.hardware.run(), name="hardware")
            if self.backend is not None:
                tasks.create_task(self.backend.run(), name="backend")
            tasks.create_task(self._tend(), name="tend")
            self._tell_opening()
            resumed = sum(evse.tx is not None for evse in self.station.evses.values())
            why = self.station.registration.reason
            log.info("station started", extra={"boot": self.clock.now().boot, "reason": why, "resumed": resumed})
            reboot = await self.pump.reboot
            log.info("reset", extra={"reason": reboot.reason})
            raise _Over(reboot)

    async def until_reset(self) -> Reboot:
        """`run`, with its end as a value."""
        try:
            return await self.run()
        except* _Over as over:
            first = over.exceptions[0]
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            reboot = first.reboot if isinstance(first, _Over) else Reboot(reason="Unknown")
        return reboot

    def _tell_opening(self) -> None:
        if self._opened.damage:
            self.pump.post(LedgerReset(info=self._opened.damage))
        if self.ledger.health is not None:
            self._storage(self.ledger.health)

    async def _tend(self) -> None:
        """Forget what is finished and delivered, a little at a time."""
        pause = PRUNE_EVERY_S
        while True:
            await asyncio.sleep(pause)
            try:
                report = await self.writer.call(lambda ledger: ledger.prune(PrunePolicy(), self.clock.now().wall_ms))
                pause = PRUNE_STEP_S if report.more else PRUNE_EVERY_S
            except StoreFault as fault:
                log.warning("nothing pruned", extra={"why": str(fault)})

    def _storage(self, fault: StoreFault | None) -> None:
        failure, why = (None, "") if fault is None else (fault.kind, fault.why)
        self.pump.post(StorageChanged(failure=failure, why=why))

    # From outside

    async def command(self, command: AnyCommand, who: str = "local") -> Result:
        """A person's command; waits for its result."""
        command_id = f"{who}-{next(self._commands)}"
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def answered(answer: Answer) -> None:
            if not done.done():
                done.set_result(answer.result)

        self.pump.answers[command_id] = answered
        self.pump.post(CommandReceived(command_id=command_id, command=command, who=who))
        try:
            return await done
        finally:
            self.pump.answers.pop(command_id, None)

    def brownout(self, hold_up_ms: int) -> None:
        self.pump.post(PowerFailing(hold_up_ms=hold_up_ms))

    def security(self, kind: str, info: str) -> None:
        self.pump.post(SecurityNoted(kind=kind, info=info))

    def status(self) -> dict[str, Any]:
        """The station in words, as the bench and the API tell it."""
        return status_of(self)


class _Over(Exception):
    """Ends the boot's tasks."""

    def __init__(self, reboot: Reboot) -> None:
        super().__init__(reboot.reason)
        self.reboot = reboot
