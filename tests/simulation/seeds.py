"""Random station-hours that a seed replays, and what must hold through all of them.

A seed draws a station (`settings`), drivers (`people`) and mishaps (`mishaps`). While it plays, the copper, the station
and the frames are watched (`watch`, `wire`); when everything is whole again and all cars are gone, the books are judged
(`judge`) against what really happened (`record`).
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from agent.runtime import agent as boot
from tests.rig.world import world
from tests.simulation.disk import SimWriter
from tests.simulation.judge import Judge
from tests.simulation.mishaps import mishaps, swarm
from tests.simulation.people import drivers
from tests.simulation.record import Record
from tests.simulation.run import Broken, Run
from tests.simulation.settings import draw
from tests.simulation.watch import Watch
from tests.simulation.wire import Wire

DRAIN_S = 6 * 3600


@contextmanager
def slow_disk(rng: random.Random, latency_ms: tuple[int, int]) -> Iterator[None]:
    """Commits take their time, so that a power cut finds some of them under way."""

    def made(ledger: Any, *, inline: bool, on_health: Any) -> SimWriter:
        assert inline
        return SimWriter(
            ledger, latency_ms=lambda: rng.randint(*latency_ms), on_health=on_health, clock_ns=time.monotonic_ns
        )

    with patch.object(boot, "Writer", made):
        yield


def simulate_seed(seed: int, minutes: float) -> Counter[str]:
    """Play one seed; gives counts of what was exercised. Raises what does not hold, with seed and time."""
    rng = random.Random(f"seed {seed}")
    setting = draw(rng)
    names = swarm(rng)
    with world(
        setting.version,
        seed=seed,
        evses=setting.evses,
        options=setting.options,
        variables=setting.variables,
        trust_system_clock=setting.trust_system_clock,
    ) as w:
        run = Run(w, rng, setting)
        try:
            return _play(run, names, minutes)
        except Exception as error:
            what = error if isinstance(error, Broken) else f"{type(error).__name__}: {error}"
            raise Broken(f"seed {seed}, OCPP {setting.version}, {run.now:.1f} s: {what}") from error


def _play(run: Run, names: list[str], minutes: float) -> Counter[str]:
    watch, wire, record = Watch(run), Wire(run), Record(run)
    wire.durable = record.facts.__contains__
    with slow_disk(random.Random(run.rng.random()), run.setting.disk_latency_ms), wire.spying(), record.spying():
        run.w.disk.tear = lambda pending: run.rng.randint(0, pending)
        run.w.start()
        for evse in run.evses:
            run.cast(drivers(run, evse))
        run.cast(mishaps(run, names))
        run.play(minutes)
        settle(run)
        transactions = Judge(run, record, wire).check()
    run.tally["transactions"] = transactions
    run.tally["boots"] = run.w.boots
    run.tally["frames of the station"] = wire.calls
    run.tally["checks of the copper"] = watch.rules
    for name, times in run.backend.done.items():
        run.tally[f"answer {name}"] += times
    for name, times in run.operator.done.items():
        run.tally[f"call {name[:40]}"] += times
    return run.tally


def settle(run: Run) -> None:
    """Everything is whole again; all cars leave, all transactions end, all messages arrive."""
    disk, w = run.w.disk, run.w
    disk.before_commit = disk.after_commit = lambda _commit: None
    run.finish_all()
    run.backend.calm()
    run.wait(60)
    for evse in run.evses:
        run.do("fault.clear", evse=evse)
        run.do("ev.plug_out", evse=evse)
        run.do("bay.set", evse=evse, occupied=False)
    run.do("fault.clear")
    run.do("network.set", up=True)
    run.wait(1)
    run.kill_guard(1)  # whatever is latched ends with it
    run.finish_all()
    run.wait(60)  # a reset that waited for idleness
    w.until(lambda: w.agent is not None and w.agent.station.online, 900, "the station to come back")
    run.operator.everything_operative()
    run.wait(300)
    run.operator.unlock_everything()
    run.wait(30)
    for evse, known in w.agent.station.evses.items() if w.agent is not None else ():
        if known.auth is not None:
            run.do("rfid.tap", id_token=known.auth.token.value, evses=[evse])  # the owner comes back
    run.wait(30)
    for evse in run.evses:
        run.do("ev.plug_out", evse=evse)
    w.until(lambda: _dry(run), DRAIN_S, "the outbox to run dry")
    run.wait(20)


def _dry(run: Run) -> bool:
    agent = run.w.agent
    return agent is not None and agent.station.online and not agent.station.waiting and not agent.peer.outbox.busy
