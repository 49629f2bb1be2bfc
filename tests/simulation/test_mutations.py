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
from agent.ocpp.outbox import Outbox
from agent.ocpp.peer import Peer
from agent.runtime import codec
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
        if next(times) % 20 == 0:
            box._ledger.window.appendleft((1, fact))
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
