"""The simulation finds what is wrong: a station with one thing broken in it does not come through.

Each mutation breaks one rule; within a few seeds the harness has to say so, in the words of that rule.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from agent.core.facts import SecurityEventRaised, TransactionRecorded
from agent.core.limits import LimitSet
from agent.core.metering import VirtualRegister
from agent.core.permits import Permits
from agent.core.recorder import Recorder
from agent.core.status import StatusReporter
from agent.ocpp import outbox_facts
from agent.ocpp.outbox import Outbox
from agent.ocpp.outbox_facts import FactQueue, Position
from agent.ocpp.peer import Peer
from agent.ocpp.rpc_outbound import OwnCalls
from agent.ocpp.step import Save
from agent.runtime import backlog, codec
from agent.runtime.pump import Pump
from hal.guard import interlock
from hal.guard.state import Scene
from hal.types import ContactorState
from tests.simulation.disk import SimDisk
from tests.simulation.run import Broken
from tests.simulation.seeds import simulate_seed

SEEDS = range(1, 41)
MINUTES = 12
Mutation = Callable[[pytest.MonkeyPatch], None]


def sent_again(patch: pytest.MonkeyPatch) -> None:
    """What was delivered stays at the head of its queue."""
    passed = Outbox._pass
    times = itertools.count(1)

    def keep(box: Outbox, fact: Any, quarantined: Any) -> Any:
        position = passed(box, fact, quarantined)
        if isinstance(fact, TransactionRecorded) and next(times) % 20 == 0:
            box._ledger.window.appendleft((1, fact))
            box._ledger.cursor = fact.seq - 1
        return position

    patch.setattr(Outbox, "_pass", keep)


def never_withdrawn(patch: pytest.MonkeyPatch) -> None:
    """A permit is left to the end of its lease, and renewed."""
    patch.setattr(Permits, "_withdraw", lambda permits, turn, evse: None)


def visible_before_durable(patch: pytest.MonkeyPatch) -> None:
    """What follows from an event does not wait for the disk."""

    def take(pump: Pump, outcome: Any, event: Any) -> None:
        assert pump._hardware is not None
        for effect in outcome.urgent:
            pump._hardware.perform(effect)
        if outcome.facts:
            pump._submit(codec.batch(outcome.facts))
        logged = [fact for fact in outcome.facts if isinstance(fact, TransactionRecorded | SecurityEventRaised)]
        pump._perform(list(logged), outcome.effects)

    patch.setattr(Pump, "_take", take)


def forgetful_disk(patch: pytest.MonkeyPatch) -> None:
    """A boot finds the last fact gone."""
    boot = SimDisk.boot

    def lose(disk: SimDisk) -> None:
        boot(disk)
        if disk._tables.order["ledger"]:
            disk._tables.drop(disk._tables.order["ledger"][-1])

    patch.setattr(SimDisk, "boot", lose)


def generous_register(patch: pytest.MonkeyPatch) -> None:
    """Each reading adds two Wh of its own."""
    take = VirtualRegister.take

    def more(register: VirtualRegister, *rest: Any) -> Any:
        step = take(register, *rest)
        register.register_wh += 2
        return step

    patch.setattr(VirtualRegister, "take", more)


def blind_to_the_fuse(patch: pytest.MonkeyPatch) -> None:
    """Everybody gets 16 A."""
    patch.setattr(LimitSet, "allocate", lambda limits, demands, *rest: {d.evse: 16_000 for d in demands})


def silent_about_statuses(patch: pytest.MonkeyPatch) -> None:
    """Changes of status are not told."""
    review = StatusReporter.review

    def quiet(reporter: StatusReporter, turn: Any, *, online: bool) -> None:
        review(reporter, turn, online=False)

    patch.setattr(StatusReporter, "review", quiet)


def impatient(patch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the acceptance."""
    choose = Outbox._choose

    def accepted(box: Outbox, now_ms: int) -> Any:
        box.status = "accepted"
        return choose(box, now_ms)

    patch.setattr(Outbox, "_choose", accepted)


def talkative(patch: pytest.MonkeyPatch) -> None:
    """Each call is answered twice."""
    answer = Peer.answer

    def twice(peer: Peer, *rest: Any) -> Any:
        step = answer(peer, *rest)
        step.frames *= 2
        return step

    patch.setattr(Peer, "answer", twice)


def deaf(patch: pytest.MonkeyPatch) -> None:
    """Calls are obeyed, and not answered."""
    patch.setattr(Peer, "answer", lambda peer, command_id, result, now_ms: peer.tick(now_ms))


def skipping_numbers(patch: pytest.MonkeyPatch) -> None:
    """A sequence number is left out now and then."""
    record = Recorder.record

    def skip(recorder: Recorder, turn: Any, tx: Any, phase: Any, *rest: Any, **named: Any) -> None:
        record(recorder, turn, tx, phase, *rest, **named)
        if tx.number == 3:
            tx.number += 1

    patch.setattr(Recorder, "record", skip)


def hasty_lock(patch: pytest.MonkeyPatch) -> None:
    """The lock lets go while the contactor is closed."""
    outputs = interlock._outputs

    def unlocked(scene: Scene) -> Any:
        found = outputs(scene)
        return dataclasses.replace(found, locked=found.locked and scene.contactor is ContactorState.OPEN)

    patch.setattr(interlock, "_outputs", unlocked)


def blind_to_the_pilot(patch: pytest.MonkeyPatch) -> None:
    """A car that leaves C, or the socket, is not seen."""
    patch.setattr(Scene, "wants_energy", property(lambda scene: scene.inputs.power is not None))


def endless_lease(patch: pytest.MonkeyPatch) -> None:
    """A permit lives until it is taken back."""
    patch.setattr(Scene, "permit_live", property(lambda scene: scene.permit is not None))


def permit_for_anybody(patch: pytest.MonkeyPatch) -> None:
    """A permit serves whoever plugs in next."""
    patch.setattr(Scene, "permit", property(lambda scene: scene.inputs.permit))


def naked_register(patch: pytest.MonkeyPatch) -> None:
    """What the meter says is believed, also after a reset."""
    take = VirtualRegister.take

    def believe(register: VirtualRegister, reading: Any, *rest: Any, **named: Any) -> Any:
        step = take(register, reading, *rest, **named)
        register.register_wh = min(register.register_wh, reading.import_wh)
        return step

    patch.setattr(VirtualRegister, "take", believe)


def newest_first(patch: pytest.MonkeyPatch) -> None:
    """The queue is a stack."""
    append = FactQueue.append

    def push(queue: FactQueue, *rest: Any) -> None:
        append(queue, *rest)
        queue.window.rotate(1 if len(queue.window) > 2 else 0)

    patch.setattr(FactQueue, "append", push)


def losing_its_place(patch: pytest.MonkeyPatch) -> None:
    """A cursor that has moved now and then moves on over the next fact."""
    passed = FactQueue.passed

    def skip(queue: FactQueue, *rest: Any) -> Any:
        position = passed(queue, *rest)
        if queue.window and queue.cursor % 7 == 0:
            queue.window.popleft()
        return position

    patch.setattr(FactQueue, "passed", skip)


def silent_quarantine(patch: pytest.MonkeyPatch) -> None:
    """What was refused to the end is dropped."""
    save = Pump._save

    def forget(pump: Pump, found: Save) -> None:
        position = found.position
        if isinstance(position, Position):
            found = Save(Position(position.cls, position.seq), found.kept)
        save(pump, found)

    patch.setattr(Pump, "_save", forget)


def two_at_once(patch: pytest.MonkeyPatch) -> None:
    """The slot of a CALL is free before its time is over."""
    take = OwnCalls.take_slot

    def hurry(calls: OwnCalls, action: str, encoded: bytes, message_id: str, deadline_ms: int) -> bytes:
        return take(calls, action, encoded, message_id, deadline_ms - 5_000)

    patch.setattr(OwnCalls, "take_slot", hurry)


def without_bounds(patch: pytest.MonkeyPatch) -> None:
    """Everything that waits is held in memory. (There is room for little, so that little is too much.)"""
    patch.setattr(outbox_facts, "WINDOW", 4)
    patch.setattr(backlog, "PAGE", 4)
    append = FactQueue.append

    def hoard(queue: FactQueue, fact: Any, rank: int) -> None:
        append(queue, fact, rank)
        if fact.seq > queue.loaded:
            queue.window.append((rank, fact))
            queue.loaded = fact.seq

    patch.setattr(FactQueue, "append", hoard)


MUTATIONS: dict[Mutation, str] = {
    sent_again: "again after its CALLRESULT",
    never_withdrawn: "without an authorised transaction",
    visible_before_durable: "not yet durable",
    forgetful_disk: "were durable and are lost|gap in its sequence numbers|never acknowledged",
    generous_register: "is booked with",
    blind_to_the_fuse: "than the fuse",
    silent_about_statuses: "told last, and not so",
    impatient: "while the registration",
    deaf: "never answered",
    talkative: "answered more than once",
    skipping_numbers: "gap in its sequence numbers",
    hasty_lock: "unlocked while its contactor is closed|is energised without",
    blind_to_the_pilot: "energised without a car",
    endless_lease: "energised without an agent",
    permit_for_anybody: "a car that no agent knows",
    naked_register: "runs backwards",
    newest_first: "arrived after later ones",
    losing_its_place: "never acknowledged",
    silent_quarantine: "never acknowledged",
    two_at_once: "waited for an answer",
    without_bounds: "window, more than",
}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_broken_station_is_found(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    mutation(monkeypatch)
    words = MUTATIONS[mutation].split("|")
    said = []
    for seed in SEEDS:
        try:
            simulate_seed(seed, MINUTES)
        except Broken as broken:
            said.append(str(broken)[:200])
            if any(word in str(broken) for word in words):
                return
    raise AssertionError(f"not found in {len(SEEDS)} seeds; what was said: {said[:5]}")
