"""Thinning a log that grows too long: only updates go, evenly (E04.FR.07, E04.FR.08); one page is fetched at a time."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from typing import Any, cast

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from agent.core.events import AnyEvent, SecurityNoted
from agent.core.facts import AnyLogged, SecurityEventRaised, TransactionPhase, TransactionRecorded, Trigger
from agent.core.tokens import IdToken
from agent.ocpp.peer import Peer
from agent.ocpp.step import Step
from agent.runtime import codec
from agent.runtime.backlog import PAGE, Backlog
from agent.store.faults import StoreFault
from agent.store.records import Batch, LogRecord
from agent.store.writer import Writer
from tests.unit.core.parts import at


def step(seq: int, number: int, phase: TransactionPhase, trigger: Trigger, *, tx: str = "tx") -> TransactionRecorded:
    return TransactionRecorded(
        seq=seq,
        stamp=at(seq).stamp(),
        phase=phase,
        tx=tx,
        number=number,
        evse=1,
        connector=1,
        tells_evse=phase is TransactionPhase.STARTED,
        trigger=trigger,
        register_wh=number,
    )


def session(
    length: int, *, tx: str = "tx", first: int = 1, trigger: Trigger = Trigger.METER_VALUE_PERIODIC
) -> list[TransactionRecorded]:
    """Started, `length` updates, Ended."""
    updates = [step(first + n, n, TransactionPhase.UPDATED, trigger, tx=tx) for n in range(1, length + 1)]
    start = step(first, 0, TransactionPhase.STARTED, Trigger.AUTHORIZED, tx=tx)
    end = step(first + length + 1, length + 1, TransactionPhase.ENDED, Trigger.STOP_AUTHORIZED, tx=tx)
    return [start, *updates, end]


class Rig:
    """A peer that asks, a writer whose disk is a list, and what came of it."""

    def __init__(self, log: list[AnyLogged]) -> None:
        self.log = log
        self.need: tuple[str, int] | None = None
        self.crowd: int | None = None
        self.fault: StoreFault | None = None
        self.pages: list[tuple[list[AnyLogged], int | None]] = []
        self.given_up: list[str] = []
        self.posted: list[AnyEvent] = []
        self.asked = 0
        self.outbox = self

    def needs(self) -> tuple[str, int] | None:
        return self.need

    def crowded(self) -> int | None:
        return self.crowd

    def loaded(self, cls: str, facts: list[AnyLogged], upto: int | None, now_ms: int) -> Step:
        self.need = None
        self.pages.append((facts, upto))
        return Step([], [], [])

    def thinned(self, txs: list[str], now_ms: int) -> Step:
        self.crowd = None
        self.given_up += txs
        return Step([], [], [])

    def log_after(self, cls: str, after: int, limit: int) -> list[LogRecord]:
        found = [f for f in self.log if f.seq > after and codec.log_record(f).cls == cls]
        return [codec.log_record(f) for f in found[:limit]]

    async def call(self, work: Callable[[Any], Any]) -> Any:
        self.asked += 1
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        return work(self)

    async def commit(self, batch: Batch) -> None:
        self.log = [f for f in self.log if f.seq not in set(batch.thin)]

    def run(self, looks: int = 1) -> None:
        async def main() -> None:
            backlog = Backlog(cast("Peer", self), cast("Writer", self), lambda _: None, self.posted.append, lambda: 0)
            async with asyncio.TaskGroup() as tasks:
                backlog.tasks = tasks
                for _ in range(looks):
                    backlog.look()

        asyncio.run(main())


def thinned(log: list[AnyLogged], times: int = 1) -> list[TransactionRecorded]:
    rig = Rig(log)
    for _ in range(times):
        rig.crowd = 0
        rig.run()
    return [f for f in rig.log if isinstance(f, TransactionRecorded)]


# --- thinning ------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 40), min_size=1, max_size=4), st.integers(1, 5))
def test_starts_and_ends_and_what_is_told_only_once_never_go(lengths: list[int], times: int) -> None:
    log: list[AnyLogged] = []
    for number, length in enumerate(lengths):
        log += session(length, tx=f"tx-{number}", first=len(log) + 1)
    once: dict[int, dict[str, Any]] = {3: {"token": IdToken(value="CARD"), "opens": True}, 4: {"tells_evse": True}}
    log = [
        msgspec.structs.replace(f, **once[f.number])
        if isinstance(f, TransactionRecorded) and f.number in once and f.phase is TransactionPhase.UPDATED
        else f
        for f in log
    ]
    kept = thinned(log, times)
    must = [
        f
        for f in log
        if isinstance(f, TransactionRecorded) and (f.phase is not TransactionPhase.UPDATED or f.opens or f.tells_evse)
    ]
    assert [f for f in kept if f in must] == must
    assert [f.seq for f in kept] == sorted(f.seq for f in kept)


@given(st.integers(8, 200), st.integers(1, 4))
def test_what_is_left_is_spread_evenly_however_often_it_was_thinned(length: int, times: int) -> None:
    kept = [f.number for f in thinned(list(session(length)), times)]
    gaps = {later - earlier for earlier, later in pairwise(kept[:-1])}
    assert len(gaps) <= 1  # none where nothing but start and end is left


@given(st.integers(4, 200))
def test_each_time_at_least_a_quarter_makes_room(length: int) -> None:
    left = len(thinned(list(session(length)))) - 2
    assert left <= length - length // 4


def test_meter_values_go_before_what_tells_a_change() -> None:
    log: list[AnyLogged] = list(session(8))
    log += session(8, tx="changes", first=100, trigger=Trigger.CHARGING_STATE_CHANGED)
    kept = thinned(log)
    assert len([f for f in kept if f.tx == "changes"]) == 10
    assert len([f for f in kept if f.tx == "tx"]) < 10


def test_where_there_are_no_meter_values_other_updates_go() -> None:
    kept = thinned(list(session(16, trigger=Trigger.CHARGING_STATE_CHANGED)))
    assert len(kept) < 18


def test_what_is_given_up_is_told_as_a_security_event_and_to_the_outbox() -> None:
    rig = Rig([*session(16), SecurityEventRaised(seq=99, stamp=at(0).stamp(), kind="X")])
    rig.crowd = 0
    rig.run()
    (noted,) = rig.posted
    assert isinstance(noted, SecurityNoted)
    assert noted.kind == "MemoryExhaustion"
    assert rig.given_up == ["tx"] * (18 - len([f for f in rig.log if isinstance(f, TransactionRecorded)]))
    assert any(isinstance(f, SecurityEventRaised) for f in rig.log)


def test_a_log_that_cannot_be_thinned_is_told_and_stays() -> None:
    rig = Rig(list(session(16)))
    rig.crowd, rig.fault = 0, StoreFault("io", "broken")
    rig.run()
    assert len(rig.log) == 18
    assert rig.given_up == []


def test_the_disk_serves_others_between_the_pages_that_are_looked_at() -> None:
    rig = Rig(list(session(10 * PAGE)))
    rig.crowd = 0
    rig.run()
    assert rig.asked >= 10
    assert len(rig.log) < 8 * PAGE


def test_a_log_of_thousands_is_thinned_within_little_memory() -> None:
    log: list[AnyLogged] = list(session(10_000))
    rig = Rig(log)
    records = [codec.log_record(fact) for fact in log]
    rig.log_after = lambda cls, after, limit: records[after : after + limit]  # type: ignore[method-assign]
    rig.commit = lambda batch: asyncio.sleep(0)  # type: ignore[method-assign, assignment]
    rig.crowd = 0
    tracemalloc.start()
    try:
        rig.run()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(rig.given_up) >= 2_500
    assert most < 4_000_000


# --- pages ---------------------------------------------------------------------------------------------------------


def test_a_page_follows_what_the_outbox_has_had() -> None:
    rig = Rig(list(session(200)))
    rig.need = ("ledger", 50)
    rig.run()
    ((facts, upto),) = rig.pages
    assert [f.seq for f in facts] == list(range(51, 51 + PAGE))
    assert upto == 50 + PAGE


def test_the_end_of_the_log_is_told_as_such() -> None:
    rig = Rig(list(session(3)))
    rig.need = ("ledger", 99)
    rig.run()
    assert rig.pages == [([], None)]


def test_one_page_is_fetched_at_a_time() -> None:
    rig = Rig(list(session(3)))
    rig.need, rig.crowd = ("ledger", 0), 0
    rig.run(looks=5)
    assert rig.asked == 1


def test_a_log_that_cannot_be_read_is_asked_again_at_the_next_look() -> None:
    rig = Rig(list(session(3)))
    rig.need, rig.fault = ("ledger", 0), StoreFault("io", "broken")
    rig.run()
    assert rig.pages == []
    rig.fault = None
    rig.run()
    assert len(rig.pages) == 1
