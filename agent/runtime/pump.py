"""The pump: events into the core, urgent effects out at once, facts to disk, then the rest.

    post(event) ──► core.handle ──► urgent ──► guard
                                 └► facts ──► writer ──(durable)──► outbox, effects

The next event does not wait for the disk: what an event leads to stands in line behind its own commit and those before
it, and is released in order. An event without facts, with nothing in line before it, is released at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from agent.core.clock import WallMs
from agent.core.effects import (
    Answer,
    AnyEffect,
    ApplyVariables,
    Ask,
    Outcome,
    Reboot,
    SetClock,
    SetRegistration,
    WakeAt,
)
from agent.core.events import AnyEvent, StorageChanged, TimerFired
from agent.core.facts import AnyKept, AnyLogged, Logged, WireIdLearned
from agent.core.station import Station
from agent.ocpp.outbox_facts import Position, Released, Tried
from agent.ocpp.peer import Peer
from agent.ocpp.step import Save, Step
from agent.runtime import codec
from agent.runtime.backend import Backend
from agent.runtime.backlog import Backlog
from agent.runtime.clock import StationClock
from agent.runtime.hardware import Hardware
from agent.store.faults import StoreFault, WriterStopped
from agent.store.records import Attempt, Batch, Cursor, Quarantined, Release
from agent.store.writer import Receipt, Writer

log = logging.getLogger(__name__)

PEER = "csms"
MAX_EVENTS = 10_000


class _Line:
    """What one event led to, waiting for its commit."""

    __slots__ = ("commit", "effects", "facts")

    def __init__(
        self, commit: asyncio.Future[Receipt] | None, facts: list[AnyLogged], effects: list[AnyEffect]
    ) -> None:
        self.commit = commit
        self.facts = facts
        self.effects = effects


class Pump:
    """Owner of the core: nothing else calls `Station.handle`."""

    def __init__(self, station: Station, peer: Peer, writer: Writer, clock: StationClock) -> None:
        self.station = station
        self.clock = clock
        self.beats = 0  # events handled: the watchdog is fed only while this can grow
        self.reboot: asyncio.Future[Reboot] = asyncio.get_running_loop().create_future()
        self.answers: dict[str, Callable[[Answer], None]] = {}  # commands that came from people
        self.applied: list[Callable[[tuple[str, ...]], None]] = []
        self.watchers: list[Callable[[AnyEvent, list[AnyLogged | AnyKept]], None]] = []
        self.wire_ids: dict[str, int] = {}
        self._peer = peer
        self._writer = writer
        self._events: deque[AnyEvent] = deque()
        self._asked: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._lines: deque[_Line] = deque()
        self._line_wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._peer_timer: asyncio.TimerHandle | None = None
        self.backlog = Backlog(peer, writer, self.done, self.post, clock.mono_ms)
        self._backend: Backend | None = None
        self._hardware: Hardware | None = None

    def connect(self, backend: Backend | None, hardware: Hardware) -> None:
        self._backend = backend
        self._hardware = hardware

    async def alive(self) -> None:
        """Returns once the pump has taken all that was queued before: what the watchdog asks."""
        seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked.append(seen)
        self._wake.set()
        await seen

    def post(self, event: AnyEvent) -> None:
        """Queue an event. Beyond the bound regular samples are dropped; nothing else can come that fast."""
        if len(self._events) >= MAX_EVENTS:
            log.error("event dropped: the queue is full", extra={"kind": type(event).__name__})
            return
        self._events.append(event)
        self._wake.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self.backlog.tasks = tasks
            tasks.create_task(self._release(), name="release")
            self._take(self.station.start(self.clock.now()), None)
            while True:
                while self._events:
                    event = self._events.popleft()
                    self._take(self.station.handle(event, self.clock.now()), event)
                    self.beats += 1
                    if self.beats % 64 == 0:
                        await asyncio.sleep(0)  # a burst must not starve the loop
                self._wake.clear()
                asked, self._asked = self._asked, []
                for seen in asked:
                    if not seen.done():
                        seen.set_result(None)
                await self._wake.wait()

    def _take(self, outcome: Outcome, event: AnyEvent | None) -> None:
        facts, effects = outcome.facts, outcome.effects
        if self._hardware is not None:
            for effect in outcome.urgent:
                self._hardware.perform(effect)
        commit = self._submit(codec.batch(facts)) if facts else None
        for watch in self.watchers:
            if event is not None:
                watch(event, facts)
        logged = [fact for fact in facts if isinstance(fact, Logged)]
        if commit is None and not self._lines:
            self._perform(logged, effects)
            return
        self._lines.append(_Line(commit, logged, effects))
        self._line_wake.set()

    def _submit(self, batch: Batch) -> asyncio.Future[Receipt] | None:
        try:
            return self._writer.submit(batch)
        except WriterStopped as stopped:
            never: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
            never.set_exception(stopped)
            never.exception()  # seen, whoever waits for it
            return never
        except StoreFault as fault:
            self.post(StorageChanged(failure=fault.kind, why=str(fault)))
            return None

    async def _release(self) -> None:
        """Release effects in order, each behind its commit; nothing any more once the writer has stopped."""
        while True:
            while self._lines:
                line = self._lines[0]
                if line.commit is not None:
                    try:
                        await line.commit
                    except WriterStopped:
                        return
                    except StoreFault as fault:
                        log.error("facts not durable", extra={"why": str(fault)})
                        self.post(StorageChanged(failure=fault.kind, why=str(fault)))
                self._lines.popleft()
                self._perform(line.facts, line.effects)
            self._line_wake.clear()
            await self._line_wake.wait()

    def _perform(self, facts: list[AnyLogged], effects: list[AnyEffect]) -> None:
        now = self.clock.mono_ms()
        if facts:
            self.done(self._peer.commit(facts, now))
        for effect in effects:
            self._one(effect, now)
        self._plan_peer()

    def _one(self, effect: AnyEffect, now: int) -> None:
        match effect:
            case Ask():
                self.done(self._peer.ask(effect, now))
            case Answer():
                answer = self.answers.pop(effect.command_id, None)
                if answer is not None:
                    answer(effect)
                else:
                    self.done(self._peer.answer(effect.command_id, effect.result, now))
            case SetRegistration():
                self.done(self._peer.registered(effect.status, now))
            case SetClock():
                self._set_clock(effect.wall_ms)
            case WakeAt():
                self._plan(effect.mono_ms)
            case ApplyVariables():
                for apply in self.applied:
                    apply(effect.addresses)
            case Reboot():
                if not self.reboot.done():
                    self.reboot.set_result(effect)
            case _:
                if self._hardware is not None:
                    self._hardware.perform(effect)

    def _set_clock(self, wall_ms: WallMs) -> None:
        step = self.clock.set(wall_ms)
        if step is None:
            log.warning("the CSMS tells a time that cannot be", extra={"wall_ms": wall_ms})
        elif step:
            log.info("clock set", extra={"step_ms": step})
        self.post(TimerFired())

    def _plan(self, mono_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        delay = max(mono_ms - self.clock.mono_ms(), 0) / 1000
        self._timer = asyncio.get_running_loop().call_later(delay, self.post, TimerFired())

    # The peer

    def done(self, step: Step) -> None:
        """Carry out what a step of the peer leads to."""
        if step.frames and self._backend is not None:
            self._backend.send(step.frames)
        for event in step.events:
            self.post(event)
        for save in step.saves:
            self._save(save)
        self.backlog.look()
        self._plan_peer()

    def again(self, facts: Iterable[AnyLogged]) -> int:
        """Messages in quarantine are tried once more; how many there was room for."""
        step, taken = self._peer.again(facts, self.clock.mono_ms())
        self.done(step)
        return taken

    def _save(self, save: Save) -> None:
        kept = list(save.kept)
        for fact in kept:
            if isinstance(fact, WireIdLearned):
                self._learn_wire_id(fact)
        batch = msgspec.structs.replace(_delivery(save.position), kept=codec.batch(kept).kept, essential=True)
        commit = self._submit(batch)
        if commit is None:
            self.done(self._peer.saved(save, self.clock.mono_ms()))
        else:
            commit.add_done_callback(lambda done: self._saved(save, done))

    def _saved(self, save: Save, done: asyncio.Future[Receipt]) -> None:
        if done.cancelled():
            return
        fault = done.exception()
        if isinstance(fault, WriterStopped):
            return
        if fault is not None:
            log.error("delivery not recorded", extra={"why": str(fault)})
        self.done(self._peer.saved(save, self.clock.mono_ms()))

    def _learn_wire_id(self, fact: WireIdLearned) -> None:
        if fact.wire_id is None:
            self.wire_ids.pop(fact.tx, None)
        else:
            self.wire_ids[fact.tx] = fact.wire_id

    def _plan_peer(self) -> None:
        at = self._peer.wake_at()
        if self._peer_timer is not None:
            self._peer_timer.cancel()
            self._peer_timer = None
        if at is not None:
            delay = max(at - self.clock.mono_ms(), 0) / 1000
            self._peer_timer = asyncio.get_running_loop().call_later(delay, self._tick_peer)

    def _tick_peer(self) -> None:
        self._peer_timer = None
        self.done(self._peer.tick(self.clock.mono_ms()))


def _delivery(position: Position | Released | Tried) -> Batch:
    """What is written of the outcome of a message."""
    if isinstance(position, Released):
        return Batch(release=(Release(PEER, position.seq),))
    if isinstance(position, Tried):
        return Batch(attempts=(Attempt(PEER, position.cls, position.seq, position.attempts),))
    refused = position.quarantined
    return Batch(
        cursors=(Cursor(PEER, position.cls, position.seq),),
        quarantine=(Quarantined(PEER, position.seq, *refused),) if refused is not None else (),
    )
