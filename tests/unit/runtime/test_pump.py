"""The pump: urgent before the disk, the disk before everything else, all in order, and nothing lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import pytest

from agent.core.clock import MonoMs, Now, WallMs
from agent.core.commands import Result, Verdict
from agent.core.effects import (
    Answer,
    AnyEffect,
    ApplyVariables,
    Ask,
    Grant,
    Outcome,
    ReadMeter,
    Reboot,
    SetClock,
    WakeAt,
)
from agent.core.events import AnyEvent, RequestDone, StorageChanged, TimerFired
from agent.core.facts import AnyKept, AnyLogged, OperativeSet, SecurityEventRaised
from agent.core.requests import HeartbeatRequest
from agent.core.station import Station
from agent.ocpp.outbox_facts import Position
from agent.ocpp.peer import Peer
from agent.ocpp.step import Save, Step
from agent.runtime.backend import Backend
from agent.runtime.clock import StationClock
from agent.runtime.hardware import Hardware
from agent.runtime.pump import MAX_EVENTS, Pump
from agent.store.faults import StoreFault, WriterStopped
from agent.store.records import Batch
from agent.store.writer import Writer
from hal.types import Permit, PilotSignal
from tests.unit.core.parts import at

OFF = Grant(
    permit=Permit(evse=1, number=1, signal=PilotSignal.OFF, current_ma=0, phases=3, energise=False, lease_ms=10_000)
)
Scripts = dict[int, Outcome]


def happened(seq: int) -> SecurityEventRaised:
    return SecurityEventRaised(seq=seq, stamp=at(0).stamp(), kind=f"fact-{seq}")


def outcome(
    *, urgent: Sequence[Grant] = (), facts: Sequence[AnyLogged | AnyKept] = (), effects: Sequence[AnyEffect] = ()
) -> Outcome:
    return Outcome(urgent=list(urgent), facts=list(facts), effects=list(effects))


class Rig:
    """A pump whose station follows a script, whose disk obeys the test, and whose world writes down what it sees."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.scripts: Scripts = {}
        self.taken: list[AnyEvent] = []
        self.commits: list[tuple[Batch, asyncio.Future[Any]]] = []
        self.refuses: StoreFault | None = None
        self.outbox = self
        self.clock = StationClock(7, trust_system=False)
        self.pump = Pump(cast("Station", self), cast("Peer", self), cast("Writer", self), self.clock)
        self.pump.connect(cast("Backend", self), cast("Hardware", self))

    # the station

    def start(self, now: Now) -> Outcome:
        return outcome()

    def handle(self, event: AnyEvent, now: Now) -> Outcome:
        self.taken.append(event)
        return self.scripts.get(event.request_id, outcome()) if isinstance(event, RequestDone) else outcome()

    # the disk

    def submit(self, batch: Batch) -> asyncio.Future[Any]:
        if self.refuses is not None:
            raise self.refuses
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.commits.append((batch, done))
        self.seen.append("submitted")
        return done

    async def durable(self, number: int) -> None:
        self.commits[number][1].set_result(None)
        await settle()

    async def broken(self, number: int, fault: StoreFault) -> None:
        self.commits[number][1].set_exception(fault)
        await settle()

    # the peer, the wire and the hardware

    def commit(self, facts: list[AnyLogged], now_ms: int) -> Step:
        self.seen.append([f.seq for f in facts])
        return Step([], [], [])

    def ask(self, ask: Ask, now_ms: int) -> Step:
        self.seen.append(("asked", ask.request_id))
        return Step([], [], [])

    def answer(self, command_id: str, result: Result, now_ms: int) -> Step:
        self.seen.append(("answered", command_id))
        return Step([], [], [])

    def wake_at(self) -> int | None:
        return None

    def needs(self) -> None:
        return None

    def crowded(self) -> None:
        return None

    def perform(self, effect: AnyEffect) -> None:
        self.seen.append(effect)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def on_rig(check: Callable[[Rig], Awaitable[None]]) -> Callable[[], None]:
    """Run a test beside a running pump."""

    def test() -> None:
        async def main() -> None:
            rig = Rig()
            running = asyncio.get_running_loop().create_task(rig.pump.run())
            await settle()
            try:
                await check(rig)
                assert not running.done(), running.exception()
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

        asyncio.run(main())

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test


READ = ReadMeter(evse=1, read_id=3)


def event(number: int) -> RequestDone:
    return RequestDone(request_id=number)


@on_rig
async def test_power_is_taken_away_before_the_disk_is_asked(rig: Rig) -> None:
    rig.scripts[1] = outcome(urgent=[OFF], facts=[happened(1)], effects=[READ])
    rig.pump.post(event(1))
    await settle()
    assert rig.seen == [OFF, "submitted"]


@on_rig
async def test_nothing_else_is_visible_before_it_is_durable_why(rig: Rig) -> None:
    rig.scripts[1] = outcome(facts=[happened(1)], effects=[READ])
    rig.pump.post(event(1))
    await settle()
    assert rig.seen == ["submitted"]
    await rig.durable(0)
    assert rig.seen == ["submitted", [1], READ]


@on_rig
async def test_the_next_event_does_not_wait_for_the_disk_and_its_effects_stand_in_line(rig: Rig) -> None:
    rig.scripts[1] = outcome(facts=[happened(1)], effects=[READ])
    rig.scripts[2] = outcome(effects=[ReadMeter(evse=2, read_id=4)])
    rig.scripts[3] = outcome(urgent=[OFF])
    for number in (1, 2, 3):
        rig.pump.post(event(number))
    await settle()
    assert len(rig.taken) == 3
    assert rig.seen == ["submitted", OFF]  # taking power away never waits
    await rig.durable(0)
    assert rig.seen[2:] == [[1], READ, ReadMeter(evse=2, read_id=4)]


@on_rig
async def test_commits_that_come_back_out_of_order_are_released_in_order(rig: Rig) -> None:
    for number in (1, 2):
        rig.scripts[number] = outcome(facts=[happened(number)])
        rig.pump.post(event(number))
    await settle()
    await rig.durable(1)
    assert [1] not in rig.seen
    assert [2] not in rig.seen
    await rig.durable(0)
    assert [s for s in rig.seen if isinstance(s, list)] == [[1], [2]]


@on_rig
async def test_one_event_is_one_commit_with_the_newest_of_each_state(rig: Rig) -> None:
    states = [OperativeSet(evse=1, connector=0, operative=o) for o in (False, True)]
    rig.scripts[1] = outcome(facts=[happened(1), *states, happened(2)])
    rig.pump.post(event(1))
    await settle()
    ((batch, _),) = rig.commits
    assert [r.seq for r in batch.log] == [1, 2]
    assert len(batch.kept) == 1


@on_rig
async def test_what_needs_no_disk_is_done_at_once(rig: Rig) -> None:
    rig.scripts[1] = outcome(effects=[READ])
    rig.pump.post(event(1))
    await settle()
    assert rig.seen == [READ]
    assert rig.commits == []


@on_rig
async def test_a_commit_that_fails_is_told_to_the_core_and_the_session_goes_on(rig: Rig) -> None:
    rig.scripts[1] = outcome(facts=[happened(1)], effects=[READ])
    rig.pump.post(event(1))
    await settle()
    await rig.broken(0, StoreFault("full", "no space"))
    assert [e.failure for e in rig.taken if isinstance(e, StorageChanged)] == ["full"]
    assert READ in rig.seen
    assert [1] in rig.seen  # the CSMS is told all the same


@on_rig
async def test_nothing_follows_from_what_the_end_of_the_boot_left_undecided(rig: Rig) -> None:
    for number in (1, 2):
        rig.scripts[number] = outcome(facts=[happened(number)], effects=[READ])
    rig.pump.post(event(1))
    await settle()
    await rig.broken(0, WriterStopped())
    rig.refuses = WriterStopped()
    rig.pump.post(event(2))
    rig.pump._save(Save(Position("ledger", 1)))
    await settle()
    assert rig.seen == ["submitted"]
    assert [e for e in rig.taken if isinstance(e, StorageChanged)] == []


@on_rig
async def test_a_disk_that_takes_nothing_more_loses_no_fact_for_the_csms(rig: Rig) -> None:
    rig.refuses = StoreFault("io", "the queue is full")
    rig.scripts[1] = outcome(facts=[happened(1)], effects=[READ])
    rig.pump.post(event(1))
    await settle()
    assert [e.failure for e in rig.taken if isinstance(e, StorageChanged)] == ["io"]
    assert rig.seen == [[1], READ]


@on_rig
async def test_an_answer_goes_to_who_gave_the_command(rig: Rig) -> None:
    given: list[Answer] = []
    rig.pump.answers["local"] = given.append
    accepted = Result(verdict=Verdict.ACCEPTED)
    rig.scripts[1] = outcome(
        effects=[Answer(command_id="local", result=accepted), Answer(command_id="theirs", result=accepted)]
    )
    rig.pump.post(event(1))
    await settle()
    assert [a.command_id for a in given] == ["local"]
    assert rig.seen == [("answered", "theirs")]
    assert rig.pump.answers == {}


@on_rig
async def test_requests_go_to_the_peer_in_their_order(rig: Rig) -> None:
    asks = [Ask(request_id=n, delivery="latest", request=HeartbeatRequest()) for n in (5, 6)]
    rig.scripts[1] = outcome(effects=asks)
    rig.pump.post(event(1))
    await settle()
    assert rig.seen == [("asked", 5), ("asked", 6)]


@on_rig
async def test_the_newest_wake_up_replaces_the_one_before(rig: Rig) -> None:
    now = rig.clock.mono_ms()
    for number, after in ((1, 60_000), (2, 5), (3, 60_000), (4, -5)):
        rig.scripts[number] = outcome(effects=[WakeAt(mono_ms=MonoMs(now + after))])
        rig.pump.post(event(number))
    await asyncio.sleep(0.03)
    assert [e for e in rig.taken if isinstance(e, TimerFired)] == [TimerFired()]


@on_rig
async def test_the_clock_follows_and_the_core_looks_again(rig: Rig) -> None:
    assert rig.clock.now().wall_ms is None
    rig.scripts[1] = outcome(effects=[SetClock(wall_ms=WallMs(1_800_000_000_000))])
    rig.pump.post(event(1))
    await settle()
    wall = rig.clock.now().wall_ms
    assert wall is not None
    assert abs(wall - 1_800_000_000_000) < 5_000
    assert TimerFired() in rig.taken


@on_rig
async def test_a_reboot_is_asked_for_once_and_behind_its_commit(rig: Rig) -> None:
    rig.scripts[1] = outcome(facts=[happened(1)], effects=[Reboot(reason="a"), Reboot(reason="b")])
    rig.pump.post(event(1))
    await settle()
    assert not rig.pump.reboot.done()
    await rig.durable(0)
    assert rig.pump.reboot.result().reason == "a"


@on_rig
async def test_variables_that_shells_use_are_applied(rig: Rig) -> None:
    told: list[tuple[str, ...]] = []
    rig.pump.applied.append(told.append)
    rig.scripts[1] = outcome(effects=[ApplyVariables(addresses=("A.B",))])
    rig.pump.post(event(1))
    await settle()
    assert told == [("A.B",)]


@on_rig
async def test_the_watchdog_learns_that_the_pump_still_works(rig: Rig) -> None:
    beats = rig.pump.beats
    rig.pump.post(event(1))
    await asyncio.wait_for(rig.pump.alive(), 1)
    assert rig.pump.beats == beats + 1


@on_rig
async def test_the_queue_of_events_is_bounded(rig: Rig) -> None:
    for number in range(MAX_EVENTS + 10):
        rig.pump.post(event(number))
    await asyncio.wait_for(rig.pump.alive(), 10)
    assert len(rig.taken) == MAX_EVENTS


@on_rig
async def test_a_flood_of_events_leaves_the_loop_its_turns(rig: Rig) -> None:
    for number in range(1_000):
        rig.pump.post(event(number))
    turns = 0
    while len(rig.taken) < 1_000:
        await asyncio.sleep(0)
        turns += 1
    assert turns >= 10


def test_a_core_that_breaks_ends_the_pump() -> None:
    """A broken invariant crashes, and who supervises starts anew."""

    async def main() -> None:
        rig = Rig()

        def broken(event: AnyEvent, now: Now) -> Outcome:
            raise AssertionError("an invariant")

        rig.handle = broken  # type: ignore[method-assign]
        rig.pump.post(event(1))
        await asyncio.wait_for(rig.pump.run(), 1)

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(main())
    assert caught.group_contains(AssertionError, match="an invariant")
